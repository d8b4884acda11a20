/** `import <file>`: makes an empty database hold what was exported, and goes on where it was interrupted. */
import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { Command } from 'commander';
import { systemClock, type Clock } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import { openImporter } from '../../database.ts';
import { derivationOf, derive } from '../../operations/derive.ts';
import { readModel } from '../../parts.ts';
import type { Model } from '../../operations/model.ts';
import { isObject } from '../../scim/json.ts';
import { StorageUnavailable } from '../../storage/errors.ts';
import { SCHEMA_VERSION } from '../../storage/sql/migrations.ts';
import { ImportRefused, type Importer, type NumberedRecord, type TransferRecord } from '../../storage/transfer.ts';
import { CommandFailed, isMissing, UsageError } from './errors.ts';
import { describeCounts, sumOf } from './export.ts';
import { count, startProgress, type Progress } from './progress.ts';
import { printJson, type Shell } from './shell.ts';
import { cutFile, isEnd, readHeader, readLines, readRecord } from './transfer-file.ts';
import type { EndLine, FileHeader, Line } from './transfer-file.ts';

interface ImportOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const importCommand = (shell: Shell): Command =>
  new Command('import')
    .description('fill an empty database with what export wrote; run it again after an interruption')
    .argument('<file>', 'file that export made; - is stdin')
    .option('--quiet', 'say nothing unless something is wrong')
    .option('--json', 'print the result for scripts')
    .addHelpText(
      'after',
      `
The database that DATABASE_URL names must be empty, or hold an unfinished import of the same file; no service may run on it.
Users keep their ids, versions, times and Leads. An import that was interrupted goes on where it stopped, and the service does
not start before it is finished.

  DATABASE_URL=postgres://user:password@host/database scim-salesforce import users.ndjson`,
    )
    .action(async (file: string, options: ImportOptions) => {
      const result = await importFrom(shell, file, options, systemClock);
      if (options.json && !options.quiet) printJson(shell, result);
      else if (!options.quiet) shell.stdout.write(`${describe(result)}\n`);
    });

interface ImportResult {
  readonly id: string;
  readonly state: 'imported' | 'nothing to do';
  readonly counts: FileHeader['counts'];
  /** Line of the file after which this run went on; 1 when it began. */
  readonly afterLine: number;
}

function describe({ state, counts, afterLine }: ImportResult): string {
  if (state === 'nothing to do') return 'nothing to do: this export was imported before';
  const resumed = afterLine > 1 ? `, those after line ${count(afterLine)} in this run` : '';
  return `imported ${describeCounts(counts)}${resumed}`;
}

const READ_BYTES = 1024 * 1024;

/** Whether it can be read is known before the database is touched. @throws CommandFailed */
async function openFile(path: string): Promise<ReadStream> {
  try {
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    await once(file, 'open');
    return file;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new CommandFailed(`there is no file ${path}: name one that export made, or - for stdin`, { cause: error });
  }
}

async function importFrom(shell: Shell, file: string, options: ImportOptions, clock: Clock): Promise<ImportResult> {
  const config = readConfig(shell.environment);
  if (config.DATABASE_URL === 'sqlite::memory:')
    throw new UsageError('DATABASE_URL sqlite::memory: forgets everything at exit: name a file or a PostgreSQL');
  const batches = readLines(file === '-' ? shell.stdin : await openFile(file));
  try {
    const first = await batches.next();
    const header = readHeader(first.done ? undefined : first.value[0], SCHEMA_VERSION);
    const importer = await openImporter(config, clock.now());
    return await run(
      { shell, importer, header, options, clock, model: readModel(config) },
      concat(first.value as readonly Line[], batches),
    ).finally(() => importer.close());
  } finally {
    // Closes the file, however far it was read.
    await batches.return(undefined);
  }
}

async function* concat(first: readonly Line[], rest: AsyncIterable<readonly Line[]>): AsyncGenerator<readonly Line[]> {
  yield first;
  yield* rest;
}

interface ImportRun {
  readonly shell: Shell;
  readonly importer: Importer;
  readonly header: FileHeader;
  readonly options: ImportOptions;
  readonly clock: Clock;
  readonly model: Model;
}

async function run(
  { shell, importer, header, options, clock, model }: ImportRun,
  batches: AsyncIterable<readonly Line[]>,
): Promise<ImportResult> {
  const { id, counts } = header;
  const state = await importer.begin(header, clock.now(), derivationOf(model).fingerprint);
  if (state.kind === 'finished') return { id, counts, state: 'nothing to do', afterLine: 1 };
  const quiet = options.quiet ?? false;
  if (state.kind === 'resumed' && !quiet)
    shell.stderr.write(`going on after line ${count(state.line)}, where the last run stopped\n`);
  const progress = startProgress({ verb: 'imported', total: sumOf(counts), quiet }, clock, shell.stderr);
  await writeAll(importer, id, readChunks(batches, state.line, model), state.line, progress);
  progress.end();
  await importer.finish(id, clock.now());
  return { id, counts, state: 'imported', afterLine: state.line };
}

interface Chunk {
  readonly records: readonly NumberedRecord[];
  /** Line of its last record. */
  readonly to: number;
}

/** The next chunk is read while the database writes the last one. */
async function writeAll(
  importer: Importer,
  id: string,
  chunks: AsyncIterable<Chunk>,
  line: number,
  progress: Progress,
): Promise<void> {
  let kept = line;
  let writing: Promise<void> = Promise.resolve();
  const write = async ({ records, to }: Chunk): Promise<void> => {
    await importer.write(id, kept, to, records).catch(explain(kept, to));
    kept = to;
    progress.at(kept - 1);
  };
  try {
    for await (const chunk of chunks) {
      await writing;
      writing = write(chunk);
      // Awaited in the next round; until then nobody has missed its failure.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
}

const explain =
  (kept: number, to: number) =>
  (error: unknown): never => {
    if (error instanceof ImportRefused) throw error;
    if (!(error instanceof StorageUnavailable)) throw error;
    throw new CommandFailed(
      `${error.message}; lines ${kept + 1} to ${to} are not imported, those before are: run import again to go on`,
      { cause: error },
    );
  };

/** In one transaction: enough that its cost counts for little, and a run that is killed loses little. */
const CHUNK_RECORDS = 1_000;
const CHUNK_CHARACTERS = 4_000_000;

/** @throws CommandFailed after the last good record, when the file is cut or a line is no record */
async function* readChunks(
  batches: AsyncIterable<readonly Line[]>,
  after: number,
  model: Model,
): AsyncGenerator<Chunk> {
  const toNumbered = numbering(model);
  let records: NumberedRecord[] = [];
  let characters = 0;
  const take = (): Chunk => {
    const chunk = { records, to: records.at(-1)?.line ?? after };
    records = [];
    characters = 0;
    return chunk;
  };
  try {
    for await (const batch of batches) {
      for (const line of batch) {
        if (line.number <= after) continue;
        const record = readRecord(line);
        if (isEnd(record)) {
          refuseShort(record, line.number);
          if (records.length > 0) yield take();
          return;
        }
        records.push(toNumbered(line.number, record));
        characters += line.text.length;
        if (records.length >= CHUNK_RECORDS || characters >= CHUNK_CHARACTERS) yield take();
      }
    }
    throw cutFile();
  } catch (error) {
    if (records.length > 0) yield take();
    throw error;
  }
}

/** The header and this line are no records. */
function refuseShort({ records }: EndLine, line: number): void {
  if (records !== line - 2)
    throw new CommandFailed(
      `line ${line}: the file holds ${line - 2} records and was made with ${records}: export again`,
    );
}

/** What the database is to be told of a record besides itself: where it stands, and what is made of a resource. */
function numbering(model: Model): (line: number, record: TransferRecord) => NumberedRecord {
  return (line, record) => {
    if (record.kind !== 'resource') return { line, record };
    const { type, document } = record;
    if (typeof type !== 'string' || !model.registry.resourceType(type))
      throw new CommandFailed(`line ${line}: type names no resource type that this service has`);
    if (!isObject(document)) throw new CommandFailed(`line ${line}: document is no object`);
    return { line, record, derived: derive(model, type, document) };
  };
}
