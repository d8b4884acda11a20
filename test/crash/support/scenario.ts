/** What every scenario is made of: a stand-in that is watched, clients that send, and the reckoning at the end. */
import { rmSync } from 'node:fs';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { newFolder } from '../../support/process.ts';
import { Client, STEADY, type ClientOptions, type Door, type World } from './client.ts';
import { converge, type ExpectedLead } from './convergence.ts';
import { BAD_DAY, FaultRain, type Weather } from './fault-rain.ts';
import { Findings } from './findings.ts';
import { BY_ID, type Identity } from './identity.ts';
import { Instance } from './instance.ts';
import { LeadWatch } from './lead-watch.ts';
import { Ledger } from './ledger.ts';
import { randomOf, type Random } from './random.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const CONVERGENCE_MS = 120_000;

export class Scenario {
  readonly findings: Findings;
  readonly random: Random;
  readonly watch: LeadWatch;
  readonly identity: Identity;
  readonly world: World;
  readonly clients: Client[] = [];
  readonly instances: Instance[] = [];
  readonly sandbox: Sandbox;
  readonly rain: FaultRain;
  #running: Promise<void>[] = [];
  #durations: number[] = [];
  readonly #disposals: (() => Promise<void>)[] = [];

  private constructor(
    parts: {
      readonly findings: Findings;
      readonly watch: LeadWatch;
      readonly identity: Identity;
      readonly sandbox: Sandbox;
      readonly random: Random;
    },
    weather: Weather,
  ) {
    this.findings = parts.findings;
    this.watch = parts.watch;
    this.identity = parts.identity;
    this.sandbox = parts.sandbox;
    this.random = parts.random;
    const onReply = (durationMs: number): void => void this.#durations.push(durationMs);
    this.world = { findings: this.findings, ledger: new Ledger(this.findings), onReply };
    this.rain = new FaultRain(this.sandbox.url, this.random.fork(), weather);
  }

  static async open(name: string, weather: Weather, identity: Identity): Promise<Scenario> {
    const findings = new Findings(name);
    const watch = new LeadWatch(findings, identity);
    const config = { maxDailyApiRequests: 10_000_000, maxLoginsPerHour: 1_000_000 };
    const sandbox = await startSandbox({ port: 0, onWrite: watch.note, config });
    return new Scenario({ findings, watch, identity, sandbox, random: randomOf(name) }, weather);
  }

  addInstance(environment: Readonly<Record<string, string>> = {}): Instance {
    const instance = new Instance(this.sandbox.url, environment);
    this.instances.push(instance);
    return instance;
  }

  /** What to do when everything else is over, whatever came of it. */
  atEnd(dispose: () => Promise<void>): void {
    this.#disposals.push(dispose);
  }

  addClients(
    count: number,
    door: Door,
    options: Partial<Pick<ClientOptions, 'users' | 'thinkMs' | 'habits'>> = {},
  ): readonly Client[] {
    const first = this.clients.length;
    const added = Array.from({ length: count }, (_, index) => {
      const name = `c${first + index}`;
      const { world } = this;
      const usual = { users: 8, thinkMs: 30, habits: STEADY };
      return new Client({ world, random: this.random.fork(), door, name, ...usual, ...options });
    });
    this.clients.push(...added);
    return added;
  }

  /** Any of the processes that serve at this moment, or the first that does. */
  readonly anyDoor: Door = () => {
    const up = this.instances.flatMap(({ url }) => url ?? []);
    return up.length > 0
      ? Promise.resolve(this.random.pick(up))
      : Promise.race(this.instances.map((one) => one.whenUp()));
  };

  /** The load begins, and the rain with it. */
  async begin(): Promise<void> {
    await this.rain.start();
    const tell = (error: unknown): void => this.findings.add('unexpected', String(error));
    this.#running = this.clients.map((client) => client.run().catch(tell));
  }

  /** The clients send no more; the last requests are answered or broken. */
  async end(): Promise<void> {
    for (const client of this.clients) client.stop();
    await Promise.all(this.#running.splice(0));
    await this.rain.stop();
  }

  /** Lets the load go on for so long. @returns what 95 of 100 requests took at most, in milliseconds */
  async measure(ms: number): Promise<number> {
    this.#durations = [];
    await sleep(ms);
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0);
  }

  /** An empty one, that goes when the scenario ends. */
  folder(): string {
    const folder = newFolder();
    this.atEnd(() => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    });
    return folder;
  }

  async restartAll(): Promise<void> {
    for (const instance of this.instances) {
      await instance.kill();
      await instance.start();
    }
  }

  /** Everything that was acknowledged is there, Salesforce follows, and nothing else was found on the way. */
  async reckon(databaseUrl: string, others: ReadonlyMap<string, ExpectedLead> = new Map()): Promise<void> {
    await Promise.all(this.clients.map((client) => client.checkAll()));
    const { findings, identity } = this;
    const expected = new Map([...this.expectedLeads(), ...others]);
    const salesforceUrl = this.sandbox.url;
    await converge({ databaseUrl, salesforceUrl, identity, expected, findings, timeoutMs: CONVERGENCE_MS });
    this.checkDeaths();
  }

  checkDeaths(): void {
    for (const { death } of this.instances)
      if (death !== undefined) this.findings.add('unexpected', `a process ${death}`);
  }

  expectedLeads(): ReadonlyMap<string, ExpectedLead> {
    const users = this.clients.flatMap(({ slots }) => slots).filter(({ type }) => type === 'Users');
    return new Map(
      users.flatMap(({ known }) => {
        if (!known) return [];
        const { id, counter, email = '' } = known;
        return [[this.identity.valueOf({ id, email }), { counter, email }] as const];
      }),
    );
  }

  /** Leaves nothing behind, and keeps the line for the table, whatever came of it. */
  async close(): Promise<void> {
    for (const client of this.clients) client.stop();
    await this.rain.stop().catch(() => undefined);
    for (const instance of this.instances) await instance.dispose();
    await this.sandbox.close();
    for (const dispose of this.#disposals.splice(0).reverse()) await dispose();
    this.findings.report(this.watch.writes);
  }
}

/** Runs a scenario to its end and leaves nothing behind; fails when anything was lost, duplicated, regressed or stuck. */
export async function runScenario(
  name: string,
  play: (scenario: Scenario) => Promise<void>,
  weather: Weather = BAD_DAY,
  identity = BY_ID,
): Promise<void> {
  const scenario = await Scenario.open(name, weather, identity);
  try {
    await play(scenario);
  } catch (error) {
    scenario.findings.add('unexpected', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await scenario.close();
  }
  scenario.findings.expectNone();
}
