/** Do random SCIM operations, on a bad day of Salesforce, with restarts and clock jumps, answer and provision as a plain model says? */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { startApp, type App } from '../../src/app.ts';
import { readConfig, type Config } from '../../src/config.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { ENGINES, type Database, type Engine } from '../support/engines.ts';
import { newFolder } from '../support/process.ts';
import { request } from '../support/service.ts';
import { readLeads } from './support/convergence.ts';
import { Findings } from './support/findings.ts';
import { lanesNotIdle, queryDatabase } from './support/lanes.ts';
import { compareLeads, emptyModel, type Model } from './support/model.ts';
import { COMMANDS, type Real } from './support/model-commands.ts';
import { PLAN } from './support/plan.ts';

const MAX_COMMANDS = 40;
const CONVERGENCE_MS = 20_000;
/** Looks at what became of it, 20 ms apart. */
const ROUNDS_AN_HOUR = 25;

/** In a file, for a database in memory does not live through a restart. */
const onDisk = (engine: Engine): Engine =>
  engine.name === 'SQLite' ? { name: engine.name, create: () => Promise.resolve(newFile()) } : engine;

function newFile(): Database {
  const folder = newFolder();
  const drop = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `sqlite:${join(folder, 'scim.sqlite')}`, drop };
}

/** A service in this process, which every command reaches, and the clock on its wall. */
class Service implements Real {
  readonly #database: Database;
  readonly #sandbox: Sandbox;
  readonly #config: Config;
  readonly #findings: Findings;
  #app: App;
  #aheadMs = 0;

  private constructor(database: Database, sandbox: Sandbox, config: Config, app: App, findings: Findings) {
    this.#database = database;
    this.#sandbox = sandbox;
    this.#config = config;
    this.#app = app;
    this.#findings = findings;
  }

  static async start(engine: Engine, findings: Findings, onWrite: () => void): Promise<Service> {
    const database = await engine.create();
    // The stand-in goes by its own clock, as Salesforce does.
    const startedAt = Date.now() - performance.now();
    const sandbox = await startSandbox({ port: 0, now: () => new Date(startedAt + performance.now()), onWrite });
    const config = readConfig({
      PORT: '0',
      DATABASE_URL: database.url,
      SALESFORCE_LOGIN_URL: sandbox.url,
      SALESFORCE_CLIENT_ID: 'id',
      SALESFORCE_CLIENT_SECRET: 'secret',
      SALESFORCE_USERNAME: 'user@example.com',
      SALESFORCE_PASSWORD: 'password',
      SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
      REMOVAL_GUARD_PERCENT: '100',
    });
    return new Service(database, sandbox, config, await startApp(config, SILENT), findings);
  }

  readonly scim: Real['scim'] = async (method, path, body, headers) => {
    const answer = await request(`${this.#app.scimUrl}${path}`, method, body, { ...headers });
    if (method !== 'GET' && answer.status < 300) this.#findings.acknowledged += 1;
    return answer;
  };

  readonly steer: Real['steer'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${this.#sandbox.url}/sandbox/${path}`, method, body, headers);
    if (answer.status !== 200) throw new Error(`the stand-in refuses ${path}: ${answer.text}`);
  };

  async restart(): Promise<void> {
    await this.#app.stop();
    this.#app = await startApp(this.#config, SILENT);
  }

  jump(ms: number): void {
    this.#aheadMs += ms;
    jest.spyOn(Date, 'now').mockImplementation(() => wallNow() + this.#aheadMs);
  }

  /** Salesforce is well, hours go by, somebody restarts the service: then every Lead has to be as the model says. */
  async settle(model: Model): Promise<void> {
    await this.steer('POST', 'faults', []);
    await this.steer('PATCH', 'config', { rowLockRate: 0, validationRule: null });
    await this.#app.stop();
    await queryDatabase(this.#database.url, 'delete from gate');
    this.#app = await startApp(this.#config, SILENT);
    const until = performance.now() + CONVERGENCE_MS;
    for (let round = 0; ; round += 1) {
      // Who looks twice, a minute apart, does so now.
      if (round % ROUNDS_AN_HOUR === 0)
        await queryDatabase(this.#database.url, `update lane set due_at = 0 where state = 'due' and lease is null`);
      const wrong = [...(await this.#lanes()), ...compareLeads(await readLeads(this.#sandbox.url), model)];
      if (wrong.length === 0) return;
      if (performance.now() > until) throw new Error(`after hours of good weather:\n${wrong.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    await this.#app.stop();
    await this.#sandbox.close();
    await this.#database.drop();
    jest.restoreAllMocks();
  }

  async #lanes(): Promise<readonly string[]> {
    return (await lanesNotIdle(this.#database.url)).map((lane) => `a lane is not idle: ${JSON.stringify(lane)}`);
  }
}

const wallNow = Date.now.bind(Date);
const SILENT = pino({ level: 'silent' });

describe.each(ENGINES.map(onDisk))('on $name', (engine) => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('whatever is asked is answered as the model says, and Salesforce follows', async () => {
    const findings = new Findings(`model, ${engine.name}`);
    let written = 0;
    const property = fc.asyncProperty(
      fc.commands([...COMMANDS], { maxCommands: MAX_COMMANDS, size: 'max' }),
      async (commands) => {
        const service = await Service.start(engine, findings, () => (written += 1));
        try {
          const model = emptyModel();
          await fc.asyncModelRun(() => ({ model, real: service }), commands);
          await service.settle(model);
        } finally {
          await service.stop();
        }
      },
    );
    const parameters = {
      numRuns: PLAN.modelRuns,
      seed: Number(process.env['CRASH_SEED'] ?? 1),
      interruptAfterTimeLimit: 900_000,
    };
    try {
      await fc.assert(property, { ...parameters, markInterruptAsFailure: true });
    } catch (error) {
      findings.add('unexpected', error instanceof Error ? `${error.message}\n${String(error.cause)}` : String(error));
      throw error;
    } finally {
      findings.remark = `${PLAN.modelRuns} random runs of up to ${MAX_COMMANDS} commands`;
      findings.report(written);
    }
  });
});
