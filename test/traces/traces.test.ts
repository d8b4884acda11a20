/** Traces of the whole service, as a receiver gets them from the real exporter. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINES, LASTING_ENGINES, type Database } from '../support/engines.ts';
import { eventually, startService, type TestService } from '../support/service.ts';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from './support/receiver.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${CALLER}-01`;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const named = ({ spans }: TraceReceiver, name: string): readonly ReceivedSpan[] =>
  spans.filter((span) => span.name === name);

const whenLogged = (service: TestService, text: string): Promise<true> =>
  eventually(async () => (service.log().includes(text) ? true : undefined));

describe.each(ENGINES)('traces of a service on $name', (engine) => {
  const PLANTS = ['plantuser', 'plantmail', 'Plantfamily', 'Plant-Password', 'salesforce-password-of-test', 'plantkey'];
  let receiver: TraceReceiver;
  let userId: string;
  let log: string;
  let shown: string;
  let timeline: string;

  beforeAll(async () => {
    receiver = await startTraceReceiver();
    const service = await startService(engine, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=plantkey%20of%20ours',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=hidden',
      OTEL_SERVICE_NAME: 'scim-of-test',
    });
    const user = {
      userName: 'plantuser',
      password: 'Plant-Password',
      name: { familyName: 'Plantfamily' },
      emails: [{ value: 'plantmail@example.com' }],
    };
    const ids = { traceparent: TRACEPARENT, 'x-request-id': 'request-of-a-proxy' };
    userId = String((await service.scim('POST', '/Users', user, ids)).body['id']);
    await whenLogged(service, 'delivery batch settled');
    await service.scim('GET', `/Users?filter=${encodeURIComponent('emails.value eq "plantmail@example.com"')}`);
    await service.scim('GET', '/nothing/plantuser');
    await service.scim('GET', `/Users/${userId}`, undefined, { traceparent: 'plantuser' });
    timeline = (await service.admin('GET', `/users/${userId}/timeline`)).text;
    await service.admin('GET', '/status');
    await fetch(`${service.app.baseUrl}/healthz`);
    shown = (await service.admin('GET', '/config')).text;
    await service.close();
    log = service.log();
  });
  afterAll(() => receiver.close());

  it('go to the receiver with its headers, and tell what this process is', () => {
    const sent = { 'content-type': 'application/x-protobuf', 'api-key': 'plantkey of ours' };
    expect(receiver.requests[0]).toMatchObject({ path: '/v1/traces', headers: sent });
    const own = { 'service.name': 'scim-of-test', 'deployment.environment.name': 'test' };
    expect(receiver.spans.map(({ resource }) => resource)).toEqual(
      receiver.spans.map(() => expect.objectContaining({ ...own, 'service.version': expect.any(String) })),
    );
  });

  it('have a span for each SCIM and admin request, by its route, and none for probes', () => {
    const requests = receiver.spans.filter(({ kind }) => kind === 'server');
    expect(requests.map(({ name }) => name)).toEqual([
      'POST /scim/v2/Users',
      'GET /scim/v2/Users',
      'GET',
      'GET /scim/v2/Users/:id',
      'GET /admin/api/users/:id/timeline',
      'GET /admin/api/status',
      'GET /admin/api/config',
    ]);
    expect(requests[0]?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/scim/v2/Users',
      'http.response.status_code': 201,
      'scim.request.id': 'request-of-a-proxy',
    });
    expect(requests.every(({ startedAt, endedAt }) => endedAt >= startedAt)).toBe(true);
  });

  it("continue the caller's trace, and begin one where the header is none", () => {
    expect(named(receiver, 'POST /scim/v2/Users')).toMatchObject([{ traceId: TRACE_ID, parentSpanId: CALLER }]);
    expect(named(receiver, 'GET /scim/v2/Users/:id')).toMatchObject([{ parentSpanId: '' }]);
  });

  it('have the attempt in the trace of the request that caused it, with a link to its batch', () => {
    const [request] = named(receiver, 'POST /scim/v2/Users');
    const [batch] = named(receiver, 'delivery batch');
    expect(named(receiver, 'lead create')).toMatchObject([
      {
        traceId: TRACE_ID,
        parentSpanId: request?.spanId,
        kind: 'consumer',
        links: [batch?.spanId],
        isError: false,
        attributes: {
          'scim.user.id': userId,
          'scim.request.id': 'request-of-a-proxy',
          'scim.delivery.outcome': 'delivered',
          'salesforce.lead.id': expect.stringMatching(/^00Q/),
        },
      },
    ]);
  });

  it('have the calls of Salesforce under the batch that made them', () => {
    const [batch] = named(receiver, 'delivery batch');
    expect(batch?.attributes).toEqual({ 'scim.batch.lanes': 1 });
    const calls = receiver.spans.filter(({ parentSpanId }) => parentSpanId === batch?.spanId);
    const write = calls.find(({ attributes }) => attributes['salesforce.records'] === 1);
    expect(calls.every(({ kind }) => kind === 'client')).toBe(true);
    expect(write?.attributes).toMatchObject({ 'http.response.status_code': 200, 'salesforce.outcome': 'ok' });
  });

  it.each(PLANTS)('tell nobody of %s: not the receiver, the log or the configuration page', (plant) => {
    const sent = receiver.requests.map(({ body }) => body.toString('latin1')).join('\n');
    expect([sent.includes(plant), log.includes(plant), shown.includes(plant)]).toEqual([false, false, false]);
  });

  it('are named in the line of the request and in the timeline of the user', () => {
    const line = log.split('\n').find((one) => one.includes('"request answered"'));
    expect(JSON.parse(line ?? '')).toMatchObject({ traceId: TRACE_ID, requestId: 'request-of-a-proxy' });
    const [request] = named(receiver, 'POST /scim/v2/Users');
    expect(timeline).toContain(`"traceparent":"00-${TRACE_ID}-${request?.spanId}-01"`);
  });
});

describe.each(LASTING_ENGINES)('a trace across a restart on $name', (engine) => {
  let receiver: TraceReceiver;
  let database: Database;
  const start = (environment: Record<string, string> = {}): Promise<TestService> =>
    startService(
      { name: engine.name, create: async () => ({ url: database.url, drop: () => Promise.resolve() }) },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`, ...environment },
    );

  beforeEach(async () => {
    receiver = await startTraceReceiver();
    database = await engine.create();
  });
  afterEach(async () => {
    await receiver.close();
    await database.drop();
  });

  /** A change that is made while delivery is paused, and delivered by the next process. */
  async function deliverLater(act: (service: TestService) => Promise<unknown>): Promise<void> {
    const first = await start();
    await first.admin('POST', '/pause', { reason: 'test' });
    await act(first);
    await first.close();
    const second = await start();
    await second.admin('POST', '/resume', {});
    await whenLogged(second, '"lead delivered"');
    await second.close();
  }

  const create = (service: TestService, traceparent: string): Promise<unknown> =>
    service.scim('POST', '/Users', { userName: 'ada', name: { familyName: 'L' } }, { traceparent });

  it('has the attempt under the request of the process before', async () => {
    await deliverLater((service) => create(service, TRACEPARENT));
    const [request] = named(receiver, 'POST /scim/v2/Users');
    expect(named(receiver, 'lead create')).toMatchObject([{ traceId: TRACE_ID, parentSpanId: request?.spanId }]);
  });

  it('has an attempt for several changes under the latest of them', async () => {
    const later = TRACE_ID.replaceAll('4', '5');
    await deliverLater(async (service) => {
      const { body } = (await create(service, TRACEPARENT)) as { body: { id: string } };
      const operations = [{ op: 'replace', path: 'title', value: 'Countess' }];
      await service.scim(
        'POST',
        '/Bulk',
        {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            { method: 'PATCH', path: `/Users/${body.id}`, data: { schemas: [PATCH_OP], Operations: operations } },
          ],
        },
        { traceparent: `00-${later}-${CALLER}-01` },
      );
    });
    const [request] = named(receiver, 'POST /scim/v2/Bulk');
    expect(named(receiver, 'lead create')).toMatchObject([{ traceId: later, parentSpanId: request?.spanId }]);
  });
});

describe.each(ENGINES)('what is not kept on $name', (engine) => {
  let receiver: TraceReceiver;

  beforeEach(async () => {
    receiver = await startTraceReceiver();
  });
  afterEach(() => receiver.close());

  async function deliver(traceparent: string, environment: Record<string, string>): Promise<void> {
    const service = await startService(engine, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      ...environment,
    });
    await service.scim('POST', '/Users', { userName: 'ada', name: { familyName: 'L' } }, { traceparent });
    await whenLogged(service, 'delivery batch settled');
    await service.close();
  }

  it('is neither request nor attempt of a caller that decided against it', async () => {
    await deliver(TRACEPARENT.replace(/01$/, '00'), {});
    expect(receiver.spans.filter(({ traceId }) => traceId === TRACE_ID)).toEqual([]);
    expect(named(receiver, 'delivery batch')).toHaveLength(1);
  });

  it.each<[string, Record<string, string>]>([
    ['that is off', { OTEL_TRACES_SAMPLER: 'always_off' }],
    ['that keeps no share', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
  ])('is anything by a sampler %s', async (_title, environment) => {
    await deliver(TRACEPARENT, environment);
    expect(receiver.requests).toEqual([]);
  });
});
