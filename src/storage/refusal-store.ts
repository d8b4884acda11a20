/** What a store remembers of credentials that Salesforce refused. */

/** What is known of credentials that Salesforce refused, each time they were tried. */
export interface Refusal {
  /** In a row. */
  readonly refusals: number;
  /** When they may be tried again, epoch milliseconds; absent: when somebody acts. */
  readonly until?: number;
}

export interface RefusedCredentials {
  /** What tells them from others, and nothing else of them. */
  readonly credentials: string;
  /** In a row. */
  readonly refusals: number;
  /** No start of a process tries them before. Epoch milliseconds. */
  readonly retryAt: number;
}

export interface RefusalStore {
  readRefusal(connector: string, credentials: string): Promise<Refusal | undefined>;
  /** They were accepted. */
  forgetRefusal(connector: string, credentials: string): Promise<void>;
}
