/** What this server says of itself: ServiceProviderConfig, ResourceType and Schema messages (RFC 7644 §4, RFC 7643 §5–§7). */
import type { Json, JsonObject } from './json.ts';
import type { SchemaDefinition } from './schema/definition.ts';
import type { ResourceType } from './schema/resource-type.ts';

export const SERVICE_PROVIDER_CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const RESOURCE_TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
export const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

export interface AuthenticationScheme {
  readonly type: 'oauth' | 'oauth2' | 'oauthbearertoken' | 'httpbasic' | 'httpdigest';
  readonly name: string;
  readonly description: string;
  readonly specUri?: string;
  readonly documentationUri?: string;
  readonly primary?: boolean;
}

export interface ServiceProviderOptions {
  /** What `meta.location` begins with, without a slash at the end. */
  readonly baseUrl: string;
  readonly documentationUri?: string;
  /** Absent: bulk operations are not supported. */
  readonly bulk?: { readonly maxOperations: number; readonly maxPayloadBytes: number };
  readonly sort: boolean;
  /** Resources in the largest page. */
  readonly maxResults: number;
  /** Resources in a page whose size the client does not say. Absent: no cursors. */
  readonly defaultPageSize?: number;
  readonly changePassword: boolean;
  readonly authenticationSchemes: readonly AuthenticationScheme[];
}

/** It has no members beyond RFC 7643 §5 and RFC 9865 §4: strict clients refuse those they do not know. */
export function serviceProviderConfig(options: ServiceProviderOptions): JsonObject {
  const { baseUrl, documentationUri, bulk, sort, maxResults, changePassword, authenticationSchemes } = options;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG_SCHEMA],
    ...(documentationUri === undefined ? {} : { documentationUri }),
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.maxOperations ?? 0,
      maxPayloadSize: bulk?.maxPayloadBytes ?? 0,
    },
    filter: { supported: true, maxResults },
    ...paginationOf(options),
    changePassword: { supported: changePassword },
    sort: { supported: sort },
    etag: { supported: true },
    authenticationSchemes: authenticationSchemes.map((scheme) => ({ ...scheme })),
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** Without `cursorTimeout`: cursors hold no state here, and never expire. */
function paginationOf({ defaultPageSize, maxResults }: ServiceProviderOptions): JsonObject {
  if (defaultPageSize === undefined) return {};
  const sizes = { defaultPageSize, maxPageSize: maxResults };
  return { pagination: { cursor: true, index: true, defaultPaginationMethod: 'index', ...sizes } };
}

export function resourceTypeMessage({ definition, extensions }: ResourceType, baseUrl: string): JsonObject {
  const { name, endpoint, description, schema } = definition;
  const id = definition.id ?? name;
  return {
    schemas: [RESOURCE_TYPE_SCHEMA],
    id,
    name,
    endpoint,
    ...(description === undefined ? {} : { description }),
    schema,
    schemaExtensions: extensions.map(({ urn, required }) => ({ schema: urn, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${id}` },
  };
}

/** The description falls back on the name, because test suites want one and RFC 7643 §7 does not. */
export function schemaMessage(schema: SchemaDefinition, baseUrl: string): JsonObject {
  const { id, name, description = name, attributes } = schema;
  return {
    schemas: [SCHEMA_SCHEMA],
    id,
    name,
    description,
    // Definitions are JSON by their nature; their interfaces only say more than JsonObject does.
    attributes: structuredClone(attributes) as unknown as Json[],
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  };
}
