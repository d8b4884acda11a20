/** What is told of the sending of notifications, to the log and the metrics. */
export interface WebhookEvent {
  /** `failed`: it is tried again; `dropped`: it was tried for a day. */
  readonly kind: 'sent' | 'failed' | 'dropped';
  /** Where it goes: scheme, host and port alone, for the rest may hold a secret. */
  readonly receiver: string;
  readonly messageId: string;
  readonly event: string;
  /** This one included. */
  readonly attempt: number;
  /** Of the answer; absent where there was none. */
  readonly status?: number;
  /** Why there was none, e.g. `ECONNREFUSED`, `TimeoutError`. */
  readonly error?: string;
}
