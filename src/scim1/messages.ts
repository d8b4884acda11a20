/** The messages of SCIM 1.1 that are no resources: errors and lists (API §3.2.2, §3.9). */
import type { ScimError } from '../scim/errors.ts';
import type { JsonObject } from '../scim/json.ts';
import { CORE_SCHEMA } from './schemas.ts';

/** The code is a string: WSO2's client casts it to one. */
export const errorsMessage = ({ detail, status }: ScimError): JsonObject => ({
  Errors: [{ description: detail, code: String(status) }],
});

export const listMessage = (list: {
  readonly total: number;
  readonly startIndex: number;
  readonly resources: readonly JsonObject[];
}): JsonObject => ({
  schemas: [CORE_SCHEMA],
  totalResults: list.total,
  itemsPerPage: list.resources.length,
  startIndex: list.startIndex,
  Resources: [...list.resources],
});
