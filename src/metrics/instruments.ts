/** Which metrics there are: their names, what they count, their labels (docs/metrics.md). */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** A GET answers within a millisecond or two; WSO2 gives up after 10 s or more. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A call times out after 20 s. */
const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
/** From what a person does not notice to a change that waited a day for somebody. */
const LATENCY_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];
/** Salesforce takes 200 records a call. */
const BATCH_LANES = [1, 2, 5, 10, 25, 50, 100, 150, 200];
const COMMIT_WRITES = [1, 2, 5, 10, 25, 50, 100, 250];

/** Names are what dashboards and alerts hold: they change only with a line in the CHANGELOG. No label has values that a client can make up. */
export function createInstruments(registry: Registry) {
  const registers = [registry];
  return {
    requestSeconds: new Histogram({
      name: 'scim_http_request_duration_seconds',
      help: 'Requests answered, by method, route pattern and status.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: REQUEST_SECONDS,
      registers,
    }),
    latencySeconds: new Histogram({
      name: 'scim_delivery_latency_seconds',
      help: 'From the commit of the latest change of a user to its confirmation by Salesforce.',
      buckets: LATENCY_SECONDS,
      registers,
    }),
    attempts: new Counter({
      name: 'scim_delivery_attempts_total',
      help: 'Delivery attempts of single users, by action, outcome and class of the fault.',
      labelNames: ['action', 'outcome', 'class'] as const,
      registers,
    }),
    batchLanes: new Histogram({
      name: 'scim_delivery_batch_lanes',
      help: 'Lanes that one batch claimed.',
      buckets: BATCH_LANES,
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'scim_delivery_batch_duration_seconds',
      help: 'From the claim of a batch to its settlement.',
      buckets: CALL_SECONDS,
      registers,
    }),
    batchFailures: new Counter({
      name: 'scim_delivery_batch_failures_total',
      help: 'Batches that failed here, not at Salesforce: most likely the database was away.',
      registers,
    }),
    gateClosures: new Counter({
      name: 'scim_gate_closures_total',
      help: 'Times that the gate of the connector closed, by class of the fault.',
      labelNames: ['class'] as const,
      registers,
    }),
    callSeconds: new Histogram({
      name: 'salesforce_call_duration_seconds',
      help: 'Calls of the REST API, by method, resource and outcome: ok or the class of the fault.',
      labelNames: ['method', 'resource', 'outcome'] as const,
      buckets: CALL_SECONDS,
      registers,
    }),
    callRecords: new Counter({
      name: 'salesforce_call_records_total',
      help: 'Records that these calls sent or read.',
      labelNames: ['method', 'resource', 'outcome'] as const,
      registers,
    }),
    tokenRequests: new Counter({
      name: 'salesforce_token_requests_total',
      help: 'Access tokens asked for, by outcome: refreshed or refused.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    quotaLimit: new Gauge({
      name: 'salesforce_api_quota_limit',
      help: 'API calls that the org may make in 24 hours, as the latest answer told; absent before the first.',
      registers,
    }),
    quotaLeft: new Gauge({
      name: 'salesforce_api_quota_left',
      help: 'API calls that are left of them, whoever made the others; absent before the first answer.',
      registers,
    }),
    webhookMessages: new Counter({
      name: 'scim_webhook_messages_total',
      help: 'Notifications by outcome of an attempt: sent, failed (tried again) or dropped (given up after a day).',
      labelNames: ['outcome'] as const,
      registers,
    }),
    groupCommitWrites: new Histogram({
      name: 'scim_group_commit_writes',
      help: 'Writes that shared one transaction and disk sync; SQLite alone.',
      buckets: COMMIT_WRITES,
      registers,
    }),
    lanes: new Gauge({
      name: 'scim_lanes',
      help: 'Lanes by state; of the whole database, so the same in each process.',
      labelNames: ['state'] as const,
      registers,
    }),
    oldestDueSeconds: new Gauge({
      name: 'scim_oldest_due_seconds',
      help: 'How long the lane that is due longest has waited since it was due; 0 when none is.',
      registers,
    }),
    gateClosed: new Gauge({
      name: 'scim_gate_closed',
      help: '1 from the closing of the gate until Salesforce answers for a record again, else 0.',
      registers,
    }),
    databaseUp: new Gauge({
      name: 'scim_database_up',
      help: '1 when the database answered for this page, else 0; lanes and gate are then absent.',
      registers,
    }),
  };
}

export type Instruments = ReturnType<typeof createInstruments>;
