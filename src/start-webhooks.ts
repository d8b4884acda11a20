/** Notifications as part of the service: switched by the configuration, logged, counted, started and stopped. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { repeat } from './jobs.ts';
import type { Metrics } from './metrics/metrics.ts';
import { newId, random } from './new-id.ts';
import { readPackageVersion } from './package-version.ts';
import type { Store } from './storage/store.ts';
import { deliver, dropOld, gather, type WebhookContext } from './webhooks/deliver.ts';
import type { WebhookEvent } from './webhooks/event.ts';
import { readWebhooks, type WebhookConfig } from './webhooks/settings.ts';

const SECOND = 1000;
const LOOK_MS = SECOND;
const DROP_MS = 60 * SECOND;

export const USER_AGENT = `scim-salesforce/${readPackageVersion()}`;

interface WebhookParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'onWebhook'>;
  readonly logger: Logger;
  readonly baseUrl: () => string;
}

/** @returns how to stop; what was not sent by then is sent after the next start */
export async function startWebhooks(config: WebhookConfig, parts: WebhookParts): Promise<() => Promise<void>> {
  const { store, clock, metrics, logger, baseUrl } = parts;
  const settings = readWebhooks(config);
  await store.keepNotices(settings !== undefined);
  if (settings === undefined) return () => Promise.resolve();
  const stopping = new AbortController();
  const onEvent = (event: WebhookEvent): void => {
    logWebhook(logger, event);
    metrics.onWebhook(event);
  };
  const own = { newId, random, baseUrl, userAgent: USER_AGENT, now: () => clock.now() };
  const context: WebhookContext = { ...settings, ...own, store, onEvent, stopping: stopping.signal };
  const stops = [
    repeat(parts, LOOK_MS, 'gather notices', () => gather(context)),
    repeat(parts, DROP_MS, 'drop messages', () => dropOld(context)),
    ...settings.webhooks.map((webhook) =>
      repeat(parts, LOOK_MS, `webhook ${webhook.receiver}`, () => deliver(context, webhook)),
    ),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(stops.map((stop) => stop()));
  };
}

function logWebhook(logger: Logger, { kind, ...event }: WebhookEvent): void {
  if (kind === 'sent') logger.debug(event, 'notification sent');
  else if (kind === 'failed') logger.warn(event, 'notification failed');
  else logger.error(event, 'notification dropped');
}
