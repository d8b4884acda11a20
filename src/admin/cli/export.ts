/** `export [file]`: everything that is in the database as lines of JSON, while the service runs or not. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { systemClock, type Clock } from '../../clock.ts';
import { readConfig, type Config } from '../../config.ts';
import { openSnapshot } from '../../database.ts';
import { newId } from '../../new-id.ts';
import { RECORD_KINDS, type RecordCounts, type Snapshot } from '../../storage/transfer.ts';
import { UsageError } from './errors.ts';
import { makeFile } from './new-file.ts';
import { count, startProgress, type Progress } from './progress.ts';
import { printJson, type Shell } from './shell.ts';
import { printLine, toHeader, type FileHeader } from './transfer-file.ts';

interface ExportOptions {
  readonly force?: boolean;
  readonly journal: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const exportCommand = (shell: Shell): Command =>
  new Command('export')
    .description('write everything in the database to a file, from which import makes another database')
    .argument('[file]', 'file to make, for its owner alone; - or none is stdout')
    .option('--force', 'replace the file if it is there')
    .option('--without-journal', 'leave out the history: changes and delivery attempts')
    .option('--quiet', 'say nothing unless something is wrong')
    .option('--json', 'print the result for scripts')
    .addHelpText(
      'after',
      `
The export is the database as it is at one moment, and the service may go on: what happens after that moment is not in it.
To move to another database, stop the service first. The file holds personal data, but no credentials of this service.

  scim-salesforce export users.ndjson
  scim-salesforce export | gzip > users.ndjson.gz`,
    )
    .action(async (file: string | undefined, options: ExportOptions & { withoutJournal?: boolean }) => {
      const settings = { ...options, journal: options.withoutJournal !== true };
      const path = file === '-' ? undefined : file;
      if (path === undefined && options.json) throw new UsageError('--json needs a file: stdout is the export itself');
      const header = await exportTo(shell, path, settings, readConfig(shell.environment), systemClock);
      if (options.quiet) return;
      if (options.json) return printJson(shell, { file: path, id: header.id, counts: header.counts });
      const summary = `exported ${describeCounts(header.counts)} to ${path ?? 'stdout'}`;
      (path === undefined ? shell.stderr : shell.stdout).write(`${summary}\n`);
    });

async function exportTo(
  shell: Shell,
  path: string | undefined,
  options: ExportOptions,
  config: Config,
  clock: Clock,
): Promise<FileHeader> {
  const write = async (stream: () => NodeJS.WritableStream, signal?: AbortSignal): Promise<FileHeader> => {
    const now = clock.now();
    const snapshot = await openSnapshot(config, now);
    try {
      const header = headerOf(snapshot, options, now);
      const total = sumOf(header.counts);
      const progress = startProgress({ verb: 'exported', total, quiet: options.quiet ?? false }, clock, shell.stderr);
      // One page at a time waits for whoever is slower.
      const lines = Readable.from(printAll(snapshot, header, progress), { highWaterMark: 1 });
      await pipeline(lines, stream(), { end: path !== undefined, ...(signal && { signal }) });
      progress.end();
      return header;
    } finally {
      await snapshot.close();
    }
  };
  if (path === undefined) return write(() => shell.stdout);
  const advice = 'name another file, or replace it with --force';
  const fill = (partial: string, stopping: AbortSignal) =>
    write(() => createWriteStream(partial, { flags: 'r+' }), stopping);
  return makeFile(path, { advice, ...(options.force && { force: true }) }, fill);
}

function headerOf({ schema, counts, sequences }: Snapshot, { journal }: ExportOptions, now: number): FileHeader {
  const exportedAt = new Date(now).toISOString();
  return toHeader({
    id: newId(),
    exportedAt,
    schema,
    counts: journal ? counts : { ...counts, journal: 0 },
    sequences,
  });
}

async function* printAll(snapshot: Snapshot, header: FileHeader, progress: Progress): AsyncGenerator<string> {
  yield printLine(header);
  let records = 0;
  for (const kind of RECORD_KINDS.filter((some) => header.counts[some] > 0)) {
    for await (const page of snapshot.pages(kind)) {
      records += page.length;
      yield page.map(printLine).join('');
      progress.at(records);
    }
  }
  yield printLine({ kind: 'end', records });
}

export const sumOf = (counts: RecordCounts): number => RECORD_KINDS.reduce((sum, kind) => sum + counts[kind], 0);

export const describeCounts = ({ resource, member, lane, journal }: RecordCounts): string =>
  `${count(resource, 'resource')}, ${count(member, 'membership')}, ${count(lane, 'lane')} and ${journal === 1 ? '1 journal entry' : `${count(journal)} journal entries`}`;
