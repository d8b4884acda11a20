/** What a notification says: notices become messages, many parked users one (docs/notifications.md). */
import type { Notice, OutgoingMessage } from '../storage/notice-store.ts';
import type { WebhookSettings } from './settings.ts';

/** Users named of those that are parked with one code. */
const NAMED = 10;

export interface PayloadContext extends Pick<WebhookSettings, 'webhooks' | 'events'> {
  readonly newId: () => string;
  /** Where people reach the service. */
  readonly baseUrl: () => string;
}

/** @param notices oldest first @returns for each receiver the same, in their order */
export function toMessages(context: PayloadContext, notices: readonly Notice[], now: number): OutgoingMessage[] {
  const wanted = notices.filter(({ event }) => context.events.has(event));
  return groupNotices(wanted).flatMap((group) => toMessage(context, group, now));
}

function groupNotices(notices: readonly Notice[]): readonly (readonly Notice[])[] {
  const groups = new Map<unknown, Notice[]>();
  for (const notice of notices) {
    const group = groups.get(groupOf(notice));
    if (group) group.push(notice);
    else groups.set(groupOf(notice), [notice]);
  }
  return [...groups.values()];
}

/** Every notice is alone but those of users parked with one code. */
const groupOf = (notice: Notice): unknown =>
  notice.event === 'user.parked' ? `${notice.connector} ${String(notice.code)}` : notice;

function toMessage({ webhooks, newId, baseUrl }: PayloadContext, group: readonly Notice[], now: number) {
  // A group has one at least.
  const first = group[0] as Notice;
  const isParked = first.event === 'user.parked';
  const data = { connector: first.connector, ...first.detail, ...(isParked && parkedData(group)) };
  const timestamp = new Date(first.at).toISOString();
  const link = new URL(PAGES[first.event]?.(first) ?? '/admin', baseUrl()).href;
  const body = JSON.stringify({ type: first.event, timestamp, data: { ...data, link } });
  return webhooks.map(({ key }) => ({ id: `msg_${newId()}`, webhook: key, event: first.event, body, at: now }));
}

const parkedData = (group: readonly Notice[]) => ({
  code: group[0]?.code,
  count: group.length,
  userIds: group.slice(0, NAMED).map(({ userId }) => userId),
});

/** Where the console shows it and lets somebody act; for all others the overview does. */
const PAGES: Readonly<Partial<Record<Notice['event'], (notice: Notice) => string>>> = {
  'user.parked': ({ code = '' }) => `/admin/parked?${new URLSearchParams({ state: 'parked', code }).toString()}`,
  'removals.held': () => '/admin/removals',
  'reconcile.drift': () => '/admin/reconcile',
};
