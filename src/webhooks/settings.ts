/** The receivers of notifications as the configuration names them, and what is wrong with them. */
import { createHash } from 'node:crypto';
import { NOTICE_EVENTS, type NoticeEvent } from '../storage/notice-store.ts';

export interface WebhookConfig {
  readonly WEBHOOK_URLS?: string;
  readonly WEBHOOK_SECRET?: string;
  readonly WEBHOOK_EVENTS?: string;
}

export interface Webhook {
  /** What the database calls it: a digest, because a URL may hold a secret. */
  readonly key: string;
  readonly url: string;
  /** What people are told: scheme, host and port. */
  readonly receiver: string;
}

export interface WebhookSettings {
  readonly webhooks: readonly Webhook[];
  readonly secret: string;
  readonly events: ReadonlySet<NoticeEvent>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);
const SECRET = /^(whsec_)?([A-Za-z0-9+/]+={0,2})$/;
/** Standard Webhooks, "Signature scheme". */
const SECRET_BYTES = { min: 24, max: 64 };

/** @returns undefined when nothing is to be sent. A configuration with faults has none. */
export function readWebhooks(config: WebhookConfig): WebhookSettings | undefined {
  const { WEBHOOK_URLS: urls, WEBHOOK_SECRET: secret, WEBHOOK_EVENTS: events } = config;
  if (urls === undefined || secret === undefined) return undefined;
  const wanted = events === undefined ? undefined : new Set(listOf(events));
  return {
    webhooks: [...new Set(listOf(urls))].map(toWebhook),
    secret,
    events: new Set(NOTICE_EVENTS.filter((event) => wanted?.has(event) ?? true)),
  };
}

const toWebhook = (url: string): Webhook => ({
  key: createHash('sha256').update(url).digest('hex').slice(0, 32),
  url,
  receiver: new URL(url).origin,
});

/** One fault a line; URLs are told by their number, because they may hold secrets. */
export function webhookFaults(config: WebhookConfig): readonly string[] {
  const { WEBHOOK_URLS: urls, WEBHOOK_SECRET: secret, WEBHOOK_EVENTS: events } = config;
  return [
    ...(typeof urls === 'string' ? urlFaults(urls) : []),
    ...(typeof urls === 'string' && secret === undefined
      ? ['WEBHOOK_SECRET is needed by WEBHOOK_URLS: receivers verify with it who sent a notification']
      : []),
    ...(typeof secret === 'string' && !isSecret(secret)
      ? ['WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64, e.g. of openssl rand -base64 32']
      : []),
    ...(typeof events === 'string' ? eventFaults(events) : []),
    ...(urls === undefined && (secret !== undefined || events !== undefined)
      ? ['WEBHOOK_URLS is not set, but WEBHOOK_SECRET or WEBHOOK_EVENTS is: say where notifications are sent']
      : []),
  ];
}

function urlFaults(urls: string): readonly string[] {
  const list = listOf(urls);
  if (list.length === 0) return ['WEBHOOK_URLS holds no URL'];
  return list.flatMap((url, index) => (isSafe(url) ? [] : [`WEBHOOK_URLS: number ${index + 1} ${URL_RULE}`]));
}

const URL_RULE = 'must be an https URL without user name and password; http is for loopback alone';

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

function isSecret(text: string): boolean {
  const [, , base64 = ''] = SECRET.exec(text) ?? [];
  const { length } = Buffer.from(base64, 'base64');
  return base64.length % 4 === 0 && length >= SECRET_BYTES.min && length <= SECRET_BYTES.max;
}

function eventFaults(events: string): readonly string[] {
  const known: ReadonlySet<string> = new Set(NOTICE_EVENTS);
  const unknown = listOf(events).filter((event) => !known.has(event));
  return unknown.length === 0
    ? []
    : [`WEBHOOK_EVENTS: ${unknown.join(', ')} is no event; there are ${NOTICE_EVENTS.join(', ')}`];
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
