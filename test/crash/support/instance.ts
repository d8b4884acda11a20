/** One process of the service that a scenario starts, kills, holds and starts again. */
import { rmSync } from 'node:fs';
import { newFolder, runProgram, SALESFORCE_LOGIN, whenReady, type Program } from '../../support/process.ts';

const SALESFORCE = {
  ...SALESFORCE_LOGIN,
  // Users come and go here at random, and calls are many.
  REMOVAL_GUARD_PERCENT: '100',
  SALESFORCE_API_RESERVE_PERCENT: '0',
};

export class Instance {
  readonly folder = newFolder();
  readonly #environment: Readonly<Record<string, string>>;
  #program: Program | undefined;
  #url: string | undefined;
  #arrivals: { readonly resolve: (url: string) => void; readonly reject: (error: Error) => void }[] = [];
  #expectedToEnd = false;
  /** What the process said before it ended by itself. */
  death: string | undefined;

  /** @param salesforceUrl of the stand-in */
  constructor(salesforceUrl: string, environment: Readonly<Record<string, string>> = {}) {
    this.#environment = {
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...SALESFORCE,
      SALESFORCE_LOGIN_URL: salesforceUrl,
      ...environment,
    };
  }

  get pid(): number {
    const pid = this.#program?.child.pid;
    if (pid === undefined) throw new TypeError('the process does not run');
    return pid;
  }

  /** The SCIM root; undefined while nothing serves it. */
  get url(): string | undefined {
    return this.#url;
  }

  /** What the process printed since it started. */
  get output(): string {
    return (this.#program?.stdout() ?? '') + (this.#program?.stderr() ?? '');
  }

  spawn(): void {
    const program = runProgram({ ...this.#environment }, [], this.folder);
    this.#program = program;
    this.#expectedToEnd = false;
    void program.exited.then((status) => {
      if (this.#program !== program || this.#expectedToEnd) return;
      this.#url = undefined;
      this.death = `ended by itself with ${status}: ${(program.stdout() + program.stderr()).slice(-2_000)}`;
      for (const { reject } of this.#arrivals.splice(0)) reject(new Error(this.death));
    });
  }

  /** @throws when the process does not come up */
  async start(): Promise<void> {
    this.spawn();
    if (!this.#program) return;
    this.#url = await whenReady(this.#program).catch((error: unknown) => {
      throw new Error(`the service does not come up: ${this.output.slice(-2_000)}`, { cause: error });
    });
    for (const { resolve } of this.#arrivals.splice(0)) resolve(this.#url);
  }

  /** Waits for the service as a client with patience does. @throws when it ended by itself, for then nobody starts it */
  whenUp(): Promise<string> {
    if (this.#url !== undefined) return Promise.resolve(this.#url);
    if (this.death !== undefined) return Promise.reject(new Error(this.death));
    return new Promise((resolve, reject) => this.#arrivals.push({ resolve, reject }));
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  async kill(): Promise<void> {
    const program = this.#program;
    if (!program) return;
    this.#expectedToEnd = true;
    this.#url = undefined;
    program.child.kill('SIGKILL');
    await program.exited;
  }

  /** Ends the process whatever state it is in, and removes its files. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
