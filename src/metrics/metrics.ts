/** From events of the service to metrics, and the page that Prometheus reads. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { AnsweredRequest } from '../http/answered-request.ts';
import type { DeliveryEvent } from '../provisioning/delivery.ts';
import type { SalesforceEvent } from '../salesforce/options.ts';
import type { WebhookEvent } from '../webhooks/event.ts';
import { outcomeOf } from './call-outcome.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { backlogReader, type BacklogSource } from './backlog.ts';

export interface Metrics {
  readonly onAnswered: (request: AnsweredRequest) => void;
  readonly onDelivery: (event: DeliveryEvent) => void;
  readonly onSalesforce: (event: SalesforceEvent) => void;
  readonly onWebhook: (event: WebhookEvent) => void;
  /** @param writes that shared a transaction */
  readonly onGroupCommit: (writes: number) => void;
  /** The text format of Prometheus; `source` is asked for what only the database knows. Never rejects because it is away. */
  page(source: BacklogSource): Promise<MetricsPage>;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const instruments = createInstruments(registry);
  // A rate sees the first closing only of a series that was there before.
  for (const faultClass of GATE_CLASSES) instruments.gateClosures.inc({ class: faultClass }, 0);
  for (const outcome of ['refreshed', 'refused']) instruments.tokenRequests.inc({ outcome }, 0);
  for (const outcome of ['sent', 'failed', 'dropped']) instruments.webhookMessages.inc({ outcome }, 0);
  // Absent says more than 0 of a quota that nobody has told yet.
  instruments.quotaLimit.remove();
  instruments.quotaLeft.remove();
  collectDefaultMetrics({ register: registry });
  const readBacklog = backlogReader(instruments);
  return {
    onAnswered: ({ method, route, status, durationMs }) => {
      const labels = { method: SERVED.has(method) ? method : 'other', route, status: String(status) };
      instruments.requestSeconds.observe(labels, seconds(durationMs));
    },
    onDelivery: (event) => countDelivery(instruments, event),
    onSalesforce: (event) => countSalesforce(instruments, event),
    onWebhook: ({ kind }) => instruments.webhookMessages.inc({ outcome: kind }),
    onGroupCommit: (writes) => instruments.groupCommitWrites.observe(writes),
    page: async (source) => {
      await readBacklog(source);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

const GATE_CLASSES = ['throttle', 'outage', 'authentication', 'quota'];
/** Every other method is answered 404 or 405, and Node knows some thirty. */
const SERVED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const seconds = (ms: number): number => ms / 1000;

function countDelivery(instruments: Instruments, event: DeliveryEvent): void {
  switch (event.kind) {
    case 'attempt': {
      const { action, outcome, error } = event.entry;
      instruments.attempts.inc({ action, outcome, class: error?.class ?? 'none' });
      if (event.latencyMs !== undefined) instruments.latencySeconds.observe(seconds(event.latencyMs));
      return;
    }
    case 'batch settled':
      instruments.batchLanes.observe(event.lanes);
      return instruments.batchSeconds.observe(seconds(event.durationMs));
    case 'batch failed':
      return instruments.batchFailures.inc();
    case 'gate closed':
      return instruments.gateClosures.inc({ class: event.class });
    // What is so, and not what happened, is read from the database with the page.
    default:
      return undefined;
  }
}

function countSalesforce(instruments: Instruments, event: SalesforceEvent): void {
  switch (event.kind) {
    case 'call': {
      const { method, resource, durationMs, records } = event;
      const labels = { method, resource, outcome: outcomeOf(event) };
      instruments.callSeconds.observe(labels, seconds(durationMs));
      return instruments.callRecords.inc(labels, records);
    }
    case 'quota':
      instruments.quotaLimit.set(event.max);
      return instruments.quotaLeft.set(Math.max(0, event.max - event.used));
    case 'token refreshed':
      return instruments.tokenRequests.inc({ outcome: 'refreshed' });
    case 'token refused':
      return instruments.tokenRequests.inc({ outcome: 'refused' });
  }
}
