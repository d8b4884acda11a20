/** What the service says of itself in SCIM 1.1: ServiceProviderConfigs and Schemas (core schema §9, §10). */
import type { AuthenticationScheme } from '../scim/discovery.ts';
import type { Json, JsonObject } from '../scim/json.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { toScim1Part } from './differences.ts';
import { CORE_SCHEMA, toScim1Urn } from './schemas.ts';

export interface Scim1ProviderOptions {
  /** Resources in the largest page. */
  readonly maxResults: number;
  readonly authenticationSchemes: readonly AuthenticationScheme[];
}

/** Without bulk and XML, which SCIM 1.1 leaves to the service. */
export const providerConfigs = ({ maxResults, authenticationSchemes }: Scim1ProviderOptions): JsonObject => ({
  schemas: [CORE_SCHEMA],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  xmlDataFormat: { supported: false },
  authenticationSchemes: authenticationSchemes.map(({ specUri, documentationUri, ...scheme }) => ({
    ...scheme,
    ...(specUri !== undefined && { specUrl: specUri }),
    ...(documentationUri !== undefined && { documentationUrl: documentationUri }),
  })),
});

/** One schema for a resource and all of its extensions, as SCIM 1.1 has it. */
export function schemaMessage(type: ResourceType): JsonObject {
  const { name, endpoint, description, schema, extensions } = type;
  const own = type.attributes.filter((attribute) => attribute.path !== 'schemas');
  return {
    schemas: [CORE_SCHEMA],
    id: idOfSchema(type),
    name,
    description: description === '' ? name : description,
    schema: toScim1Urn(schema),
    endpoint,
    attributes: [
      ...own.map((attribute) => describe(attribute, schema)),
      ...extensions.flatMap(({ urn }) => type.extensionAttributes(urn).map((attribute) => describe(attribute, urn))),
    ],
  };
}

export const idOfSchema = ({ schema, name }: ResourceType): string => {
  const urn = toScim1Urn(schema);
  return urn === schema ? urn : `${urn}:${name}`;
};

function describe(attribute: Attribute, schema: string): JsonObject {
  const { name, multiValued, subAttributes } = attribute;
  const parts = subAttributes.flatMap((part) => {
    const scim1 = toScim1Part(attribute, part.name);
    return scim1 === undefined ? [] : [characteristics(part, scim1)];
  });
  return {
    ...characteristics(attribute, name),
    multiValued,
    ...(multiValued && { multiValuedAttributeChildName: singularOf(name) }),
    schema: toScim1Urn(schema),
    ...(parts.length > 0 && { subAttributes: parts }),
  };
}

const characteristics = (attribute: Attribute & { readonly description?: Json }, name: string): JsonObject => ({
  name,
  // SCIM 1.1 has no type for references.
  type: attribute.type === 'reference' ? 'string' : attribute.type,
  description: attribute.description ?? name,
  readOnly: attribute.mutability === 'readOnly',
  required: attribute.required,
  caseExact: attribute.caseExact,
  ...(attribute.canonicalValues && { canonicalValues: [...attribute.canonicalValues] }),
});

/** `emails` are made of `email`, `addresses` of `address`. */
const singularOf = (name: string): string => name.replace(/(?<=ss)es$|s$/, '');
