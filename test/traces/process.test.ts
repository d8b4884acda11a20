/** What traces cost a process: nothing when they are off, one line when their receiver is away, a moment at its end. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { AUTHORIZATION, eventually } from '../support/service.ts';
import { runProgram, whenReady, type Program } from '../support/process.ts';
import { startTraceReceiver, type TraceReceiver } from './support/receiver.ts';

/** Prints which files of OpenTelemetry were loaded, at the end of the process. */
const TELL = `import Module from 'node:module';
process.on('exit', () => console.error('LOADED ' + JSON.stringify(Object.keys(Module._cache).filter((path) => path.includes('@opentelemetry')))));`;
const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(TELL)}`;

/** prom-client needs it for the exemplars of its metrics. */
const isApi = (path: string): boolean => path.includes('@opentelemetry/api/');

const loadedBy = (program: Program): readonly string[] =>
  JSON.parse(/^LOADED (.*)$/m.exec(program.stderr())?.[1] ?? '[]') as string[];

describe('a process', () => {
  const programs: Program[] = [];
  const receivers: TraceReceiver[] = [];

  afterEach(async () => {
    for (const { child, exited } of programs.splice(0)) {
      child.kill('SIGKILL');
      await exited;
    }
    for (const receiver of receivers.splice(0)) await receiver.close();
  });

  async function run(environment: Record<string, string>): Promise<{ program: Program; url: string }> {
    const program = runProgram({ PORT: '0', SANDBOX_PORT: '0', SALESFORCE_LOGIN_URL: '', ...environment });
    programs.push(program);
    return { program, url: await whenReady(program) };
  }

  const createMany = async (url: string, users: number): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (let index = 0; index < users; index += 1) {
      const body = JSON.stringify({ userName: `user${index}`, name: { familyName: 'L' } });
      const headers = { authorization: AUTHORIZATION, 'content-type': 'application/scim+json' };
      statuses.push((await fetch(`${url}/Users`, { method: 'POST', headers, body })).status);
    }
    return statuses;
  };

  async function end({ child, exited }: Program): Promise<number> {
    const startedAt = performance.now();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    return performance.now() - startedAt;
  }

  const ORG = {
    SALESFORCE_LOGIN_URL: 'http://127.0.0.1:9',
    SALESFORCE_CLIENT_ID: 'x',
    SALESFORCE_USERNAME: 'x',
    SALESFORCE_PASSWORD: 'x',
    NODE_OPTIONS,
  };
  /** The SDK reads them from the environment itself. */
  const HASTE = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };

  it.each<[string, Record<string, string>]>([
    ['without a receiver', {}],
    [
      'with a receiver and OTEL_SDK_DISABLED',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' },
    ],
  ])('loads nothing of OpenTelemetry %s, but the API that the metrics load', async (_title, environment) => {
    const { program, url } = await run({ ...ORG, ...environment });
    expect(await createMany(url, 1)).toEqual([201]);
    await end(program);
    expect(loadedBy(program).some(isApi)).toBe(true);
    expect(loadedBy(program).filter((path) => !isApi(path))).toEqual([]);
  });

  it('sends at its end what is left, and has loaded the SDK for it', async () => {
    const receiver = await startTraceReceiver();
    receivers.push(receiver);
    const { program, url } = await run({ ...ORG, OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/` });
    await createMany(url, 3);
    expect(receiver.requests).toEqual([]);
    await end(program);
    expect(receiver.spans.filter(({ name }) => name === 'POST /scim/v2/Users')).toHaveLength(3);
    expect(loadedBy(program).some((path) => path.includes('sdk-trace-base'))).toBe(true);
  });

  it.each<[string, () => Promise<string>]>([
    ['refuses connections', () => Promise.resolve('http://127.0.0.1:9')],
    ['never answers', () => urlOf(startTraceReceiver({ isSilent: true }))],
    ['answers with a fault', () => urlOf(startTraceReceiver({ status: 500 }))],
  ])('serves on with one line in its log, and ends in time, when the receiver %s', async (_title, start) => {
    const { program, url } = await run({ ...ORG, ...HASTE, OTEL_EXPORTER_OTLP_ENDPOINT: await start() });
    const lines = (): readonly string[] =>
      program
        .stdout()
        .split('\n')
        .filter((line) => line.includes('"traces lost"'));
    expect(new Set(await createMany(url, 20))).toEqual(new Set([201]));
    await eventually(async () => (lines().length > 0 ? true : undefined));
    for (let batch = 0; batch < 5; batch += 1) {
      await fetch(`${url}/Users`, { headers: { authorization: AUTHORIZATION } });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(await end(program)).toBeLessThan(5_000);
    expect(lines()).toHaveLength(1);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ level: 40, receiver: expect.stringMatching(/^http:/) });
  });

  async function urlOf(starting: Promise<TraceReceiver>): Promise<string> {
    const receiver = await starting;
    receivers.push(receiver);
    return receiver.url;
  }
});
