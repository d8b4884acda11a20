/** From events of the service to spans of OpenTelemetry. Imported only when traces are on. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TracedRequest } from '../http/answered-request.ts';
import type { BeginTrace, RequestTrace } from '../http/trace.ts';
import type { DeliveryContext, DeliveryEvent } from '../provisioning/delivery.ts';
import type { SalesforceEvent } from '../salesforce/options.ts';
import { attemptFacts, callFacts, requestFacts, tokenFacts, type SpanFacts } from './attributes.ts';
import { createExporter, type ExportListener } from './exporter.ts';
import { createSampler } from './sampler.ts';
import type { TraceSettings } from './settings.ts';

export interface Traces {
  readonly beginTrace: BeginTrace;
  readonly onAnswered: (request: TracedRequest) => void;
  readonly onDelivery: (event: DeliveryEvent) => void;
  readonly onSalesforce: (event: SalesforceEvent) => void;
  readonly runBatch: NonNullable<DeliveryContext['runBatch']>;
  /** Sends what is left, for as long as `STOP_MS`. */
  stop(): Promise<void>;
}

export interface TraceOptions extends TraceSettings, ExportListener {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A receiver that is away must not hold up the end of the process. */
const STOP_MS = 2_000;

/** A batch while it runs. */
interface OpenBatch {
  readonly span: Span;
  readonly context: Context;
  /** A claim that found nothing is no batch. */
  hasEvents: boolean;
}

export function createTraces(options: TraceOptions): Traces {
  const { now } = options;
  const provider = createProvider(options);
  const tracer = provider.getTracer('scim-salesforce', options.version);
  const batches = new AsyncLocalStorage<OpenBatch>();
  const requests = createRequests(tracer, now);
  return {
    ...requests,
    onDelivery: (event) => {
      const batch = noteEvent(batches);
      if (event.kind === 'attempt') return spanOfAttempt(tracer, event, now(), batch);
      if (event.kind === 'batch settled') batch?.span.setAttribute('scim.batch.lanes', event.lanes);
      if (event.kind === 'batch failed') batch?.span.setStatus({ code: SpanStatusCode.ERROR });
    },
    onSalesforce: (event) => {
      if (event.kind === 'quota') return;
      const facts = event.kind === 'call' ? callFacts(event) : tokenFacts(event);
      const parent = noteEvent(batches)?.context ?? ROOT_CONTEXT;
      ended(tracer, facts, { kind: SpanKind.CLIENT, endedAt: now(), durationMs: event.durationMs, parent });
    },
    runBatch: (act) => runBatch(tracer, batches, now, act),
    stop: () => within(STOP_MS, provider.shutdown()),
  };
}

/** Whatever comes of it. */
async function within(ms: number, act: Promise<void>): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([act.catch(() => undefined), sleep(ms, undefined, { signal }).catch(() => undefined)]);
  done.abort();
}

const createProvider = ({ resource, version, sampler, ratio, ...options }: TraceOptions): BasicTracerProvider =>
  new BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.version': version, ...resource })),
    sampler: createSampler(sampler, ratio),
    spanProcessors: [new BatchSpanProcessor(createExporter(options, options))],
  });

/** The span begins with the request, because changes carry its ids; its name and facts are known with the answer. */
function createRequests(tracer: Tracer, now: () => number): Pick<Traces, 'beginTrace' | 'onAnswered'> {
  const open = new WeakMap<RequestTrace, { readonly span: Span; readonly startedAt: number }>();
  return {
    beginTrace: (incoming) => {
      const startedAt = now();
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, startTime: startedAt }, contextOf(incoming));
      const begun = { traceparent: traceparentOf(span) };
      open.set(begun, { span, startedAt });
      return begun;
    },
    onAnswered: (answered) => {
      const begun = answered.trace && open.get(answered.trace);
      if (!begun) return;
      const { span, startedAt } = begun;
      const facts = requestFacts(answered);
      span.updateName(facts.name).setAttributes(facts.attributes);
      if (facts.isError) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(startedAt + answered.durationMs);
    },
  };
}

async function runBatch<T>(
  tracer: Tracer,
  batches: AsyncLocalStorage<OpenBatch>,
  now: () => number,
  act: () => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan('delivery batch', { startTime: now() }, ROOT_CONTEXT);
  const batch: OpenBatch = { span, context: trace.setSpan(ROOT_CONTEXT, span), hasEvents: false };
  try {
    return await batches.run(batch, act);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    if (batch.hasEvents) span.end(now());
  }
}

function noteEvent(batches: AsyncLocalStorage<OpenBatch>): OpenBatch | undefined {
  const batch = batches.getStore();
  if (batch) batch.hasEvents = true;
  return batch;
}

/** Belongs to the trace of the request that made the latest change, and names the batch that it was made in. */
function spanOfAttempt(
  tracer: Tracer,
  event: Extract<DeliveryEvent, { kind: 'attempt' }>,
  endedAt: number,
  batch: OpenBatch | undefined,
): void {
  const { traceparent, entry } = event;
  const caused = traceparent === undefined ? undefined : contextOf(traceparent);
  const parent = caused ?? batch?.context ?? ROOT_CONTEXT;
  const links = caused && batch ? [{ context: batch.span.spanContext() }] : [];
  const timing = { kind: SpanKind.CONSUMER, endedAt, durationMs: entry.durationMs, parent, links };
  ended(tracer, attemptFacts(event), timing);
}

interface Timing {
  readonly kind: SpanKind;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly durationMs: number;
  readonly parent: Context;
  readonly links?: Link[];
}

/** A span of what is over. */
function ended(tracer: Tracer, facts: SpanFacts, { kind, endedAt, durationMs, parent, links = [] }: Timing): void {
  const { name, attributes, isError } = facts;
  const span = tracer.startSpan(name, { kind, attributes, links, startTime: endedAt - durationMs }, parent);
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt);
}

/** What is no `traceparent` starts a new trace (W3C Trace Context §3.2). */
function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
}
