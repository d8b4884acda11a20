/** From notices to receivers: each gets its messages in order, at least once, by one process at a time. */
import type { Store } from '../storage/store.ts';
import type { WaitingMessage } from '../storage/notice-store.ts';
import type { WebhookEvent } from './event.ts';
import { toMessages, type PayloadContext } from './payload.ts';
import { send } from './send.ts';
import type { Webhook, WebhookSettings } from './settings.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long parked users wait for others with the same error. */
const WINDOW_MS = MINUTE;
/** Notices a transaction: few enough that requests do not wait for it. */
const NOTICES = 10_000;
/** Longer than a call; after a crash another process goes on so much later. */
const LEASE_MS = 30 * SECOND;
const FIRST_RETRY_MS = 5 * SECOND;
const MAX_RETRY_MS = HOUR;

export interface WebhookContext extends WebhookSettings, Pick<PayloadContext, 'newId' | 'baseUrl'> {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly userAgent: string;
  readonly onEvent: (event: WebhookEvent) => void;
  readonly stopping?: AbortSignal;
  /** Of a call, in milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Makes messages of what happened since, and gives up what is a day old. @throws StorageUnavailable */
export async function gather(context: WebhookContext): Promise<void> {
  const { store, now } = context;
  const at = now();
  await store.gatherNotices({ now: at, windowMs: WINDOW_MS, limit: NOTICES }, (notices) =>
    toMessages(context, notices, at),
  );
}

/** @throws StorageUnavailable */
export async function dropOld({ store, now, webhooks, onEvent }: WebhookContext): Promise<void> {
  for (const { webhook, id, event, attempts } of await store.dropMessages(now() - DAY)) {
    const receiver = webhooks.find(({ key }) => key === webhook)?.receiver ?? 'no longer configured';
    onEvent({ kind: 'dropped', receiver, messageId: id, event, attempt: attempts });
  }
}

/** Sends what is due to one receiver, until nothing is or one fails: those behind it wait, so that the order stays. @throws StorageUnavailable */
export async function deliver(context: WebhookContext, webhook: Webhook): Promise<void> {
  const { store, now } = context;
  const job = `webhook ${webhook.key}`;
  // To look costs nothing, to take the job a disk sync.
  if (!(await dueMessage(context, webhook))) return;
  const takenAt = now();
  if (!(await store.takeJob(job, LEASE_MS, takenAt))) return;
  let heldUntil = takenAt + LEASE_MS;
  for (;;) {
    const message = await dueMessage(context, webhook);
    if (!message || !(await attempt(context, webhook, message))) break;
    const until = now() + LEASE_MS;
    if (!(await store.holdJob(job, heldUntil, until))) return;
    heldUntil = until;
  }
  await store.holdJob(job, heldUntil, now());
}

async function dueMessage({ store, now, stopping }: WebhookContext, { key }: Webhook) {
  if (stopping?.aborted === true) return undefined;
  const message = await store.firstMessage(key);
  const at = now();
  // Due later than any wait is long: the clock went back.
  return message && (message.dueAt <= at || message.dueAt > at + 2 * MAX_RETRY_MS) ? message : undefined;
}

/** @returns whether the receiver has it */
async function attempt(context: WebhookContext, webhook: Webhook, message: WaitingMessage): Promise<boolean> {
  const { store, now, random, onEvent, stopping } = context;
  const { seq, id, event, attempts } = message;
  const { isAccepted, ...answer } = await send({ ...context, ...webhook, id, body: message.body, now: now() });
  // That we stop is no fault of the receiver.
  if (!isAccepted && stopping?.aborted === true) return false;
  if (isAccepted) await store.removeMessage(seq);
  else await store.delayMessage(seq, now() + retryMs(attempts, random()));
  const kind = isAccepted ? 'sent' : 'failed';
  onEvent({ kind, receiver: webhook.receiver, messageId: id, event, attempt: attempts + 1, ...answer });
  return isAccepted;
}

/** Three times as long each time, an hour at most; the upper half is jitter, so that processes do not knock together. */
const retryMs = (attempts: number, random: number): number =>
  Math.round(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 3 ** attempts) * (0.5 + random / 2));
