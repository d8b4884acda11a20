/** `preview`: what would be written to Salesforce for one user, or for all of them; nothing is. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { parseResource } from '../../operations/create.ts';
import { PROVISIONED_TYPE } from '../../parts.ts';
import { previewUser, type Preview, type PreviewField } from '../../provisioning/preview.ts';
import { ScimError } from '../../scim/errors.ts';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { besideConnector, userIdOf, userNameOf, type Beside } from './beside-service.ts';
import { CommandFailed, UsageError } from './errors.ts';
import { readNumber } from './option-values.ts';
import { previewAll } from './preview-all.ts';
import { printTable } from './table.ts';

interface PreviewOptions {
  readonly all?: boolean;
  readonly due?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const SAMPLES = 3;

export const previewCommand = (): Command =>
  new Command('preview')
    .description('tell what would be written to Salesforce for a user, or for all; writes nothing')
    .argument('[user|file]', 'userName or id; or a file with a SCIM User, its name ending in .json, - for stdin')
    .option('--all', 'every user, counted')
    .option('--due', 'every user that is to be delivered, counted')
    .option(
      '--samples <users>',
      'users named of each reason, with --all and --due',
      readNumber('--samples', 0),
      SAMPLES,
    )
    .option('--quiet', 'no progress')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
The plan is made as for a delivery, from what is stored now and what Salesforce answers now. A User of a file is not stored; if its
userName is that of a user, it is previewed as a change of that user.`,
    )
    .action(async (source: string | undefined, options: PreviewOptions) => {
      const isMany = options.all === true || options.due === true;
      if ((source === undefined) !== isMany) throw new UsageError('say which user or file, or --all, or --due');
      if (source === undefined) return previewAll(readConfig(), options);
      const found = await besideConnector(readConfig(), (beside) => previewOne(beside, source));
      process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : printPreview(found));
    });

type NamedPreview = Preview & { readonly userName?: string };

async function previewOne(beside: Beside, source: string): Promise<NamedPreview> {
  const isFile = source === '-' || source.endsWith('.json');
  const found = isFile ? await previewFile(beside, source) : await previewStored(beside, source);
  if (!found) throw new CommandFailed(`nothing is known of a user ${source}: give a userName, an id or a file`);
  return found;
}

async function previewStored({ context, find }: Beside, idOrUserName: string): Promise<NamedPreview | undefined> {
  const id = await userIdOf(context.store, find, idOrUserName);
  const preview = await previewUser(context, id);
  const stored = await context.store.readResource(PROVISIONED_TYPE, id);
  return preview && { ...preview, ...(stored && { userName: userNameOf(stored) }) };
}

async function previewFile({ context, find, model }: Beside, path: string): Promise<NamedPreview | undefined> {
  // The package has it.
  const user = readUser(model.registry.resourceType(PROVISIONED_TYPE) as ResourceType, path);
  // A valid User has one.
  const userName = user['userName'] as string;
  const existing = await find(userName);
  const id = existing?.id ?? context.newId();
  const preview = await previewUser(context, id, { ...user, id });
  return preview && { ...preview, userName };
}

/** Normalised and valid, as a POST would have it. */
function readUser(type: ResourceType, path: string): JsonObject {
  try {
    const body: unknown = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
    if (!isObject(body)) throw new CommandFailed('it is no JSON object');
    return parseResource(type, body);
  } catch (error) {
    if (!(error instanceof ScimError || error instanceof SyntaxError || error instanceof CommandFailed)) throw error;
    throw new CommandFailed(`${path === '-' ? 'stdin' : path} holds no SCIM User: ${error.message}`);
  }
}

function printPreview({ userId, userName, verdict, fields, campaigns, lead }: NamedPreview): string {
  const { kind, reason, leadId, error } = verdict;
  const head = [
    `${userName ?? 'This user was deleted.'}  (User ${userId})`,
    `${kind}${leadId === undefined ? '' : `  Lead ${leadId}`}  (${reason})`,
    ...(error ? [`  ${error.code}: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${error.hint}`])] : []),
    ...leadNote(lead),
    ...campaigns.map(({ kind, campaign }) => `  ${kind} campaign ${campaign}`),
  ];
  const table = fields.length === 0 ? '' : `\n${printTable(HEADING, fields.map(toRow))}`;
  return `${head.join('\n')}\n${table}`;
}

function leadNote(lead: Preview['lead']): readonly string[] {
  if (lead === undefined || lead === 'read') return [];
  if (lead === 'not found') return ['  Salesforce has no such Lead: it was deleted or merged there'];
  return [`  the Lead could not be read: ${lead.code}: ${lead.message}`];
}

const HEADING = ['field', 'in Salesforce', 'mapped', 'sent'];

const toRow = ({ name, live, mapped, sent }: PreviewField): readonly string[] => [
  name,
  printValue(live),
  printValue(mapped),
  sent === undefined || sent !== mapped ? printValue(sent) : 'yes',
];

const printValue = (value: PreviewField['live']): string => {
  if (value === undefined) return '';
  return value === null ? '(empty)' : String(value);
};
