/** What a store keeps for the service itself: whose turn a job is, what kind of database this is, and who calls. */

/** What is known of one SCIM client: a credential, used by one program. Instants are epoch milliseconds. */
export interface SeenClient {
  readonly credential: string;
  readonly userAgent: string;
  readonly profile: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Requests that were let in. */
  readonly calls: number;
}

export interface ServiceStore {
  /**
   * Takes a job that is to run once in `everyMs`, whatever the number of processes.
   *
   * @returns whether it is this caller's turn
   */
  takeJob(name: string, everyMs: number, now: number): Promise<boolean>;

  /**
   * Holds a job that was taken for longer, or gives it back.
   *
   * @param heldUntil epoch milliseconds: `now` and `everyMs` of `takeJob` together, or `until` of the last call
   * @param until epoch milliseconds; now or earlier gives it back
   * @returns whether it was still this caller's
   */
  holdJob(name: string, heldUntil: number, until: number): Promise<boolean>;

  readSetting(name: string): Promise<string | undefined>;
  writeSetting(name: string, value: string): Promise<void>;

  /** Adds calls to what is known of clients, and forgets those beyond the latest 200. */
  recordClients(seen: readonly SeenClient[]): Promise<void>;
  /** Latest call first. */
  readClients(): Promise<readonly SeenClient[]>;
}
