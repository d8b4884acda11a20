/** `preview`: what would be written to Salesforce for one user, or for all of them; nothing is. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { Answer } from '../api/operations.ts';
import { CommandFailed, isMissing, UsageError } from './errors.ts';
import { nobody, userIdOf, type OnCall } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { readNumber } from './option-values.ts';
import type { Paint } from './paint.ts';
import type { PreviewAllFlags } from './preview-all.ts';
import { EXIT, readText, type Shell } from './shell.ts';
import { printTable } from './table.ts';

interface PreviewFlags extends OnCallFlags, PreviewAllFlags {
  readonly all?: boolean;
}

const SAMPLES = 3;

export const previewCommand = (shell: Shell): Command =>
  onCallCommand('preview', 'tell what would be written to Salesforce for a user, or for all; writes nothing')
    .argument('[user|file]', 'userName or id; or a file with a SCIM User, its name ending in .json, - for stdin')
    .option('--all', 'every user, counted; on the database alone')
    .option('--due', 'every user that is to be delivered, counted; on the database alone')
    .option(
      '--samples <users>',
      'users named of each reason, with --all and --due',
      readNumber('--samples', 0),
      SAMPLES,
    )
    .option('--quiet', 'no progress, with --all and --due')
    .addHelpText(
      'after',
      `
The plan is made as for a delivery, from what is stored now and what Salesforce answers now. A User of a file is not stored; if its
userName is that of a user, it is previewed as a change of that user. Exit code 1 when Salesforce was not to be asked.`,
    )
    .action(async (source: string | undefined, flags: PreviewFlags) => {
      const isMany = flags.all === true || flags.due === true;
      if ((source === undefined) !== isMany) throw new UsageError('say which user or file, or --all, or --due');
      if (source === undefined) return (await import('./preview-all.ts')).previewAll(shell, flags);
      const isFile = source === '-' || source.endsWith('.json');
      const user = isFile ? await readUser(shell, source) : undefined;
      const { verdict } = await tell(
        shell,
        flags,
        (onCall) => (user ? previewFile(onCall, user, source) : previewStored(onCall, source)),
        printPreview,
      );
      if (verdict.kind === 'error') shell.exitCode = EXIT.failed;
    });

type Preview = Answer<'previewUser'>;

async function previewStored(onCall: OnCall, user: string): Promise<Preview> {
  const id = await userIdOf(onCall, user);
  return onCall.ask('previewUser', { params: { id } }).catch(nobody(user));
}

/** What is wrong with the User is what was typed into the file, not how the command was called. */
async function previewFile(onCall: OnCall, user: JsonObject, path: string): Promise<Preview> {
  return onCall.ask('previewPastedUser', { body: { user } }).catch((error: unknown) => {
    throw error instanceof UsageError ? noUser(path, error.message.replace(/^user: /, '')) : error;
  });
}

async function readUser({ stdin }: Shell, path: string): Promise<JsonObject> {
  const text = path === '-' ? await readText(stdin) : await readFile(path, 'utf8').catch(noFile(path));
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch (error) {
    throw noUser(path, error instanceof Error ? error.message : String(error));
  }
  throw noUser(path, 'it is no JSON object');
}

const noUser = (path: string, why: string): CommandFailed =>
  new CommandFailed(`${path === '-' ? 'stdin' : path} holds no SCIM User: ${why}`);

const noFile =
  (path: string) =>
  (error: unknown): never => {
    throw isMissing(error) ? new CommandFailed(`there is no file ${path}: name one with a SCIM User`) : error;
  };

function printPreview({ userId, userName, verdict, fields, campaigns, ...preview }: Preview, paint: Paint): string {
  const { kind, reason, leadId, error } = verdict;
  const head = [
    `${userName ?? 'This user was deleted.'}  (User ${userId})`,
    `${paint('bold', kind)}${leadId === undefined ? '' : `  Lead ${leadId}`}  (${reason})`,
    ...(error ? [`  ${error.code}: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${error.hint}`])] : []),
    ...leadNote(preview),
    ...campaigns.map((one) => `  ${one.kind} campaign ${one.campaign}`),
  ];
  const table = fields.length === 0 ? '' : `\n${printTable(HEADING, fields.map(toRow), paint)}`;
  return `${head.join('\n')}\n${table}`;
}

function leadNote({ lead, leadError }: Pick<Preview, 'lead' | 'leadError'>): readonly string[] {
  if (lead === 'not found') return ['  Salesforce has no such Lead: it was deleted or merged there'];
  return leadError ? [`  the Lead could not be read: ${leadError.code}: ${leadError.message}`] : [];
}

const HEADING = ['field', 'in Salesforce', 'mapped', 'sent'];

const toRow = ({ name, live, mapped, sent }: Preview['fields'][number]) => [
  name,
  printValue(live),
  printValue(mapped),
  sent === undefined || sent !== mapped ? printValue(sent) : 'yes',
];

const printValue = (value: Preview['fields'][number]['live']): string => {
  if (value === undefined) return '';
  return value === null ? '(empty)' : String(value);
};
