/** The OpenAPI 3.1 document of the admin API, made from its routes: what they check is what it says. */
import { isObject, type Json, type JsonObject } from '../../scim/json.ts';
import type { TSchema } from 'typebox';
import { PROBLEM_SCHEMA, statusOf, titleOf, type ProblemKind } from './problem.ts';
import type { AdminRoute } from './route.ts';

const TAGS = {
  service: 'The service itself: is it well, how is it set, who calls it.',
  users: 'One person: is it in Salesforce, and if not, why not.',
  lanes: 'Many people: what waits, what failed, trying it again.',
  connector: 'Salesforce as a whole: pausing, resuming, what became of it.',
  removals: 'Leads that wait for a word before they are deleted, closed or deactivated.',
  reconcile: 'Whether Salesforce holds what the users say.',
  mapping: 'What users become.',
} as const;

/** What any route may answer. */
const ALWAYS: readonly ProblemKind[] = ['invalid-request', 'unauthorized', 'forbidden', 'failed', 'unavailable'];
const WITH_BODY: readonly ProblemKind[] = ['too-large', 'unsupported-media-type'];

/** @param prefix path that the routes lie below */
export function describeApi(routes: readonly AdminRoute[], version: string, prefix: string): JsonObject {
  const schemas: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const one of routes) (paths[pathOf(one)] ??= {})[one.method.toLowerCase()] = describeRoute(one, schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'scim-salesforce admin API',
      version,
      description: 'For the people on call, their scripts and the console (docs/admin-api.md).',
    },
    servers: [{ url: prefix }],
    tags: tagsOf(routes),
    paths,
    components: {
      schemas,
      securitySchemes: { basic: { type: 'http', scheme: 'basic' }, bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** `/users/:id` is `/users/{id}` there. */
const pathOf = ({ path }: AdminRoute): string => path.replaceAll(/:(\w+)/g, '{$1}');

function tagsOf(routes: readonly AdminRoute[]): Json[] {
  const texts: Readonly<Record<string, string>> = TAGS;
  return [...new Set(routes.map(({ tag }) => tag))].map((name) => ({
    name,
    ...(texts[name] !== undefined && { description: texts[name] }),
  }));
}

function describeRoute(one: AdminRoute, schemas: JsonObject): JsonObject {
  const { operationId, tag, summary, description, scope, body, isBodyOptional, answer } = one;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    // Roles, for schemes that have no scopes of their own (OpenAPI 3.1, Security Requirement Object).
    security: [{ basic: [scope] }, { bearer: [scope] }],
    parameters: [...parametersOf(one.params, 'path', schemas), ...parametersOf(one.query, 'query', schemas)],
    ...(body && {
      requestBody: {
        required: isBodyOptional !== true,
        content: { 'application/json': { schema: hoist(body, schemas) } },
      },
    }),
    responses: {
      '200': {
        description: answer.description,
        content: { 'application/json': { schema: hoist(answer.schema, schemas) } },
      },
      ...problemsOf([...ALWAYS, ...(body ? WITH_BODY : []), ...(one.problems ?? [])], schemas),
    },
  };
}

function parametersOf(schema: TSchema | undefined, place: 'path' | 'query', schemas: JsonObject): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Readonly<Record<string, TSchema>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = hoist(property, schemas) as JsonObject;
    const isRequired = required.includes(name);
    return { name, in: place, required: isRequired, ...(description !== undefined && { description }), schema: rest };
  });
}

function problemsOf(kinds: readonly ProblemKind[], schemas: JsonObject): JsonObject {
  const schema = hoist(PROBLEM_SCHEMA, schemas);
  return Object.fromEntries(
    kinds.map((kind) => [
      String(statusOf(kind)),
      { description: titleOf(kind), content: { 'application/problem+json': { schema } } },
    ]),
  );
}

/** A schema with a title becomes a component of that name, so that generated clients have one type for it. */
const hoist = (schema: TSchema, schemas: JsonObject): Json => hoistAll(schema as unknown as Json, schemas);

function hoistAll(value: Json, schemas: JsonObject): Json {
  if (Array.isArray(value)) return value.map((one) => hoistAll(one, schemas));
  if (!isObject(value)) return value;
  const { title, ...rest } = Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [member, hoistAll(inner, schemas)]),
  );
  if (typeof title !== 'string') return title === undefined ? rest : { title, ...rest };
  schemas[title] = rest;
  return { $ref: `#/components/schemas/${title}` };
}
