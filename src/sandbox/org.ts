/** What one org remembers: its records, sessions, counters, faults and switches. */
import { JobStore } from './bulk/job.ts';
import { changeConfig } from './change-config.ts';
import { DEFAULT_CONFIG, type SandboxConfig } from './config.ts';
import type { Fault } from './control/faults.ts';
import { formatDateTime } from './datetime.ts';
import { createIdSequence, ORG_ID } from './ids.ts';
import { Sessions } from './oauth/sessions.ts';
import { Table } from './records/table.ts';
import { Transactions } from './records/transaction.ts';
import { buildRow, reviveRow } from './records/row.ts';
import type { Row } from './schema/field.ts';
import { buildSchema, type Schema, type SObjectType } from './schema/sobjects.ts';
import type { Snapshot } from './snapshot-file.ts';
import { CursorStore } from './soql/cursors.ts';
import { CallCounters, LoginMeter, Quota } from './usage.ts';

/** Whoever the client credentials flow logs in. */
export const RUN_AS_USER = 'admin@sandbox.example';

/** One record that was saved or deleted, told when no failed all-or-none request can take it back any more. */
export interface RecordWrite {
  /** `Lead` */
  readonly sobject: string;
  readonly action: 'created' | 'updated' | 'deleted';
  readonly id: string;
  /** All its fields as they stand after the write. */
  readonly record: Row;
}

export interface OrgOptions {
  readonly config?: Partial<SandboxConfig>;
  readonly now: () => Date;
  readonly onWrite?: (write: RecordWrite) => void;
  /** The records of an earlier process; null for an org that begins. */
  readonly snapshot?: Snapshot | null;
}

export class Org {
  readonly now: () => Date;
  readonly onWrite: (write: RecordWrite) => void;
  readonly startedAt: Date;
  readonly transactions = new Transactions();
  readonly newId: (keyPrefix: string) => string;
  /** When the switches last changed, and with them what describe answers. */
  configuredAt: Date;
  /** Known once the server listens. */
  url = '';
  config: SandboxConfig;
  schema: Schema;
  /** Object name by the first three characters of its ids. */
  keyPrefixes: ReadonlyMap<string, string> = new Map();
  faults: Fault[] = [];
  sessions = new Sessions();
  cursors = new CursorStore();
  jobs = new JobStore();
  quota = new Quota();
  logins = new LoginMeter();
  calls = new CallCounters();
  /** Row writes since the last one that found its row locked, weighted by `rowLockRate`. */
  lockDebt = 0;
  /** Calls that are being processed at this moment. */
  inFlight = 0;
  /** Those of them that are token requests which take their time. */
  loginsInFlight = 0;
  /** Told of every change of a record. */
  onChange: () => void = () => undefined;
  readonly #bornAt: number;
  readonly #startConfig: SandboxConfig;
  #tables = new Map<string, Table>();

  constructor({ config = {}, now, onWrite = () => undefined, snapshot = null }: OrgOptions) {
    this.now = now;
    this.onWrite = onWrite;
    this.startedAt = now();
    this.configuredAt = this.startedAt;
    // Ids are counted from a second that no earlier process of this org had.
    this.#bornAt = Math.max(this.startedAt.getTime(), (snapshot?.bornAt ?? -Infinity) + 1000);
    this.newId = createIdSequence(new Date(this.#bornAt));
    this.#startConfig = changeConfig(DEFAULT_CONFIG, config);
    this.config = this.#startConfig;
    this.schema = buildSchema(this.config);
    this.#begin(snapshot);
  }

  /** Forgets everything that happened and returns to the switches it started with. */
  reset(): void {
    this.sessions = new Sessions();
    this.cursors = new CursorStore();
    this.jobs = new JobStore();
    this.quota = new Quota();
    this.logins = new LoginMeter();
    this.calls = new CallCounters();
    this.faults = [];
    this.lockDebt = 0;
    this.#begin(null);
  }

  /** Everything that a later process must know to be the same org. */
  takeSnapshot(): Snapshot {
    const records = [...this.#tables].map(([name, table]): [string, Row[]] => [name, [...table.all()]]);
    return { bornAt: this.#bornAt, records: Object.fromEntries(records) };
  }

  /** @throws TypeError naming every bad switch; then nothing has changed */
  configure(changes: unknown): void {
    this.#define(changeConfig(this.config, changes));
    this.#admitUsers();
  }

  tableOf(type: SObjectType): Table {
    const table = this.#tables.get(type.name);
    if (!table) throw new TypeError(`no table for ${type.name}`);
    return table;
  }

  /** @param name of an object the org has, in any case */
  typeNamed(name: string): SObjectType {
    const type = this.schema.get(name.toLowerCase());
    if (!type) throw new TypeError(`no object ${name}`);
    return type;
  }

  /** The User row of whoever logs in under this name; made at the first login. */
  userNamed(username: string): Row {
    const table = this.tableOf(this.typeNamed('User'));
    return table.liveWith('Username', username)[0] ?? this.#addUser(username);
  }

  #begin(snapshot: Snapshot | null): void {
    this.#tables = new Map();
    this.#define(this.#startConfig);
    if (snapshot) this.#load(snapshot);
    else this.#addOwnRecords();
    this.#admitUsers();
  }

  /** Objects and fields that the org no longer has are left out; new fields have their defaults. */
  #load({ records }: Snapshot): void {
    for (const [name, rows] of Object.entries(records)) {
      const type = this.schema.get(name.toLowerCase());
      if (type) for (const row of rows) this.tableOf(type).insert(reviveRow(type, row));
    }
  }

  #define(config: SandboxConfig): void {
    this.config = config;
    this.configuredAt = this.now();
    this.schema = buildSchema(config);
    this.keyPrefixes = new Map([...this.schema.values()].map((type) => [type.keyPrefix, type.name]));
    for (const type of this.schema.values()) {
      const table = this.#tables.get(type.name);
      if (table) table.redefine(type);
      else this.#tables.set(type.name, new Table(type, this.transactions, () => this.onChange()));
    }
  }

  #admitUsers(): void {
    for (const user of this.config.users ?? []) this.#setActive(this.userNamed(user.username), user.active ?? true);
  }

  #addOwnRecords(): void {
    this.userNamed(RUN_AS_USER);
    this.#add('Group', this.newId('00G'), { Name: 'Lead Queue', DeveloperName: 'Lead_Queue' });
    this.#add('Organization', ORG_ID, { Name: 'Stand-in', InstanceName: 'SB1', Country: 'US' });
  }

  #addUser(username: string): Row {
    const [local = username] = username.split('@');
    const names = { LastName: local, Name: local, Alias: local.slice(0, 8) };
    return this.#add('User', this.newId('005'), { Username: username, Email: username, ...names });
  }

  #setActive(user: Row, active: boolean): void {
    if (user['IsActive'] !== active) this.tableOf(this.typeNamed('User')).replace({ ...user, IsActive: active });
  }

  #add(name: string, id: string, values: Row): Row {
    const at = formatDateTime(this.now());
    const audit = { CreatedDate: at, LastModifiedDate: at, SystemModstamp: at };
    const type = this.typeNamed(name);
    const row = buildRow(type, { ...audit, ...values, Id: id });
    this.tableOf(type).insert(row);
    return row;
  }
}
