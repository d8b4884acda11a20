/** What somebody outside is told of, and the messages that tell it, as the store keeps them. */

export const NOTICE_EVENTS = [
  'user.parked',
  'gate.closed',
  'gate.opened',
  'removals.held',
  'quota.low',
  'quota.recovered',
  'delivery.paused',
  'delivery.resumed',
  'reconcile.drift',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Something that somebody outside is to be told of; without personal data. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly connector: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the user's error; `user.parked` alone. */
  readonly code?: string;
  /** `user.parked` alone. */
  readonly userId?: string;
  /** Members of what is told. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What waits to be sent to one receiver. */
export interface OutgoingMessage {
  /** The same in each attempt, so that a receiver knows it again. */
  readonly id: string;
  /** Which receiver. */
  readonly webhook: string;
  readonly event: string;
  /** What is sent, as it is signed. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface WaitingMessage extends OutgoingMessage {
  /** Messages of one receiver go out in this order. */
  readonly seq: number;
  /** Attempts so far. */
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

export interface GatherRequest {
  readonly now: number;
  /** Parked users with the same error wait as long for each other, in milliseconds. */
  readonly windowMs: number;
  /** Notices, at most. */
  readonly limit: number;
}

/** Part of the store. */
export interface NoticeStore {
  /** From now on what happens leaves notices, or leaves none; for all processes. Those that are left are forgotten with the switch. */
  keepNotices(isWanted: boolean): Promise<void>;
  /** Leaves a notice, if they are kept. */
  leaveNotice(notice: Notice): Promise<void>;
  /**
   * Turns notices into messages, in one transaction; those of parked users only once they waited for their like.
   *
   * @param toMessages may be called more than once
   * @returns messages that wait now
   */
  gatherNotices(
    request: GatherRequest,
    toMessages: (notices: readonly Notice[]) => readonly OutgoingMessage[],
  ): Promise<number>;
  /** The first message that waits for a receiver, be it due or not. */
  firstMessage(webhook: string): Promise<WaitingMessage | undefined>;
  /** It arrived. */
  removeMessage(seq: number): Promise<void>;
  /** It did not. */
  delayMessage(seq: number, dueAt: number): Promise<void>;
  /** Gives up messages, of whatever receiver. @param before epoch milliseconds @returns those that are gone */
  dropMessages(before: number): Promise<readonly WaitingMessage[]>;
}
