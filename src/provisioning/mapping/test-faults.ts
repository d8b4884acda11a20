/** Whether the tests in a mapping file can tell anything: their users are users, and their fields are mapped. */
import { ScimError } from '../../scim/errors.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { createValidator } from '../../scim/schema/validate.ts';
import type { Report } from './error.ts';
import type { MappingFile } from './file.ts';
import { suggest } from './nearest.ts';

export function reportTests(
  { tests = [] }: MappingFile,
  mapped: readonly string[],
  userType: ResourceType,
  report: Report,
): void {
  const validate = validatorOf(userType);
  for (const [index, { user, lead }] of tests.entries()) {
    const fault = explainUser(user, userType, validate);
    if (fault !== undefined) report(['tests', index, 'user'], fault);
    for (const name of Object.keys(lead ?? {}).filter((field) => !mapped.includes(field)))
      report(['tests', index, 'lead', name], `is not mapped${suggest(name, mapped) || '; remove it'}`);
  }
}

function explainUser(
  user: JsonObject,
  userType: ResourceType,
  validate: (user: JsonObject) => void,
): string | undefined {
  const known = [...userType.attributes.map(({ name }) => name), ...userType.extensions.map(({ urn }) => urn)];
  const unknown = Object.keys(user).find((name) => !known.includes(name));
  if (unknown !== undefined) return `${userType.name} has no attribute "${unknown}"${suggest(unknown, known)}`;
  try {
    validate({ schemas: [userType.schema], id: 'test', ...user });
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return error.detail;
  }
  return undefined;
}

/** An extension that a deployment requires of its users is not what a mapping is tested with. */
function validatorOf(userType: ResourceType): (user: JsonObject) => void {
  if (!userType.extensions.some(({ required }) => required)) return (user) => userType.validate(user);
  return createValidator(
    userType.attributes,
    userType.extensions.map(({ urn }) => ({ urn, required: false, attributes: userType.extensionAttributes(urn) })),
  );
}
