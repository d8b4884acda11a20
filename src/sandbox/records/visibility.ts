/** Which records the users of the API may see: sharing keeps some from them, and answers as if they were not there. */
import { externalIdNotFound } from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Org } from '../org.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { findRecord } from './save.ts';
import { idOf } from './table.ts';

/** People who work in Salesforce's own pages, and unique fields, know of every record. */
export const isVisible = ({ config }: Org, row: Row): boolean =>
  !config.hiddenRecords.some((id) => parseId(id) === idOf(row));

/**
 * Finds a live record, by either form of its id, as a user of the API does.
 *
 * @throws SalesforceError 404 NOT_FOUND for an id that nobody has or this user may not see, 404 ENTITY_IS_DELETED for one in
 *   the recycle bin
 */
export function findVisible(org: Org, type: SObjectType, text: string): Row {
  const row = findRecord(org, type, text);
  if (!isVisible(org, row)) throw externalIdNotFound(text);
  return row;
}
