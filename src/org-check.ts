/** Whether the org's Lead takes what the mapping writes, told in the log after the first login. */
import type { Logger } from 'pino';
import { checkExternalIdField, checkLeadFields } from './check-lead-fields.ts';
import type { MappingFile } from './provisioning/mapping/file.ts';
import type { LeadDescription } from './salesforce/describe.ts';
import { readSchemaFile } from './schema-files.ts';

export interface OrgCheck {
  readonly mapping: MappingFile;
  readonly externalIdField: string | undefined;
  readonly describeLead: () => Promise<LeadDescription>;
  readonly logger: Logger;
}

// The file is part of this package and checked by its tests.
const LENGTHS = readSchemaFile('lead-fields.json') as Readonly<Record<string, { readonly length?: number }>>;

/**
 * Costs one call. A Salesforce that does not answer is asked again with the next login: it keeps nothing from starting.
 *
 * @returns what to call after each login
 */
export function createOrgCheck(check: OrgCheck): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    void check.describeLead().then(
      (description) => {
        isDone = description.kind === 'described';
        report(check, description);
      },
      (error: unknown) => check.logger.error({ err: error }, 'mapping not checked against the org'),
    );
  };
}

function report({ mapping, externalIdField, logger }: OrgCheck, description: LeadDescription): void {
  if (description.kind === 'failed') {
    const { code } = description.fault;
    return logger.warn({ code }, 'mapping not checked against the org');
  }
  const results = [
    ...checkLeadFields(mapping, description.fields, LENGTHS),
    ...checkExternalIdField(externalIdField, description.fields),
  ];
  const faults = results.filter(({ status }) => status !== 'ok');
  for (const { name, status, message } of faults)
    logger.warn({ check: name, status, message }, 'mapping does not fit the org');
  if (faults.length === 0) logger.info({ fields: Object.keys(mapping.fields).length }, 'mapping fits the org');
}
