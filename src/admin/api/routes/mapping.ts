/** /mapping: what users become, whether another mapping file would do, and what a user would become. */
import type { Static } from 'typebox';
import type { Mapping } from '../../../provisioning/mapping/mapping.ts';
import { MappingError } from '../../../provisioning/mapping/error.ts';
import { planDelivery, type Plan } from '../../../provisioning/batch/plan.ts';
import type { JsonObject } from '../../../scim/json.ts';
import type { Lane } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { parsePastedUser } from '../pasted-user.ts';
import { route, type AdminRoute } from '../route.ts';
import { Type } from '../schema.ts';

const FILE = Type.Record(Type.String(), Type.Unknown(), {
  description: 'A mapping file (schemas/mapping.json, docs/mapping.md).',
});

const FAULTS = Type.Array(Type.String(), { description: 'Each says where it is and what to change; the first 200.' });

export const mappingRoutes = (context: AdminContext): readonly AdminRoute[] => [
  readRoute(context),
  validateRoute(context),
  tryRoute(context),
];

const MAPPING = Type.Object(
  {
    path: Type.String({ description: 'Where it was read from.' }),
    mapping: FILE,
    externalIdField: Type.Optional(Type.String({ description: 'Lead field that is filled with the SCIM id.' })),
  },
  { title: 'Mapping', additionalProperties: false },
);

export type MappingView = Static<typeof MAPPING>;

const readRoute = ({ mapping: { path, file, externalIdField } }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/mapping',
    operationId: 'readMapping',
    tag: 'mapping',
    summary: 'Tells the mapping of users to Leads, as it is written',
    scope: 'admin:read',
    answer: {
      description: 'The mapping that this process works with.',
      schema: MAPPING,
    },
    handle: async () => ({
      path,
      // It compiled, so it is an object.
      mapping: file as JsonObject,
      ...(externalIdField !== undefined && { externalIdField }),
    }),
  });

/** Many times what people write. */
const MAX_BYTES = 256 * 1024;
const MAX_FAULTS = 200;

const VALIDATION = Type.Object(
  { isValid: Type.Boolean(), faults: FAULTS },
  { title: 'MappingValidation', additionalProperties: false },
);

export type MappingValidation = Static<typeof VALIDATION>;

const validateRoute = ({ mapping }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/mapping/validate',
    operationId: 'validateMapping',
    tag: 'mapping',
    summary: 'Tells every fault of a mapping file',
    description: 'Nothing is kept. Whether the org has the fields, `check` tells.',
    scope: 'admin:read',
    body: FILE,
    bodyLimit: MAX_BYTES,
    answer: {
      description: 'Whether the service would start with it.',
      schema: VALIDATION,
    },
    handle: async ({ body }) => {
      const { faults } = compile(mapping, body);
      return { isValid: faults.length === 0, faults: [...faults] };
    },
  });

const TRIED = Type.Object(
  {
    outcome: Type.Enum(['mapped', 'mapping-fault', 'user-fault'], {
      description: 'user-fault: an expression of the mapping fails for this user.',
    }),
    faults: FAULTS,
    fields: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Lead fields by API name; null where the user has no value.',
      }),
    ),
    plan: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum(['create', 'update', 'delete', 'close', 'resolve', 'skip']),
          reason: Type.String(),
          fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        },
        { additionalProperties: false, description: 'What would be done for a new user like this.' },
      ),
    ),
  },
  { title: 'TriedMapping', additionalProperties: false },
);

export type TriedMapping = Static<typeof TRIED>;

const tryRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/mapping/try',
    operationId: 'tryMapping',
    tag: 'mapping',
    summary: 'Tells which Lead a SCIM user would become',
    description:
      'Nothing is stored and Salesforce is not asked. It runs the expressions of a mapping that it is given, and so takes an operator.',
    scope: 'admin:operate',
    body: Type.Object(
      {
        user: Type.Record(Type.String(), Type.Unknown(), { description: 'A SCIM User, as a client would POST it.' }),
        mapping: Type.Optional(FILE),
      },
      { additionalProperties: false },
    ),
    bodyLimit: MAX_BYTES,
    answer: { description: 'The Lead, or why there would be none.', schema: TRIED },
    handle: async (request): Promise<Static<typeof TRIED>> => {
      const { user, mapping } = request.body;
      // A record of anything that was parsed from JSON.
      const parsed = { id: EXAMPLE_ID, ...parsePastedUser(context, user as JsonObject, request) };
      const { compiled, faults } = mapping ? compile(context.mapping, mapping) : NO_OTHER;
      if (faults.length > 0) return { outcome: 'mapping-fault', faults: [...faults] };
      return tryUser(context, compiled ?? context.mapping.current, parsed);
    },
  });

interface Compiled {
  readonly compiled?: Mapping;
  readonly faults: readonly string[];
}

const NO_OTHER: Compiled = { faults: [] };

function compile(facts: AdminContext['mapping'], file: unknown): Compiled {
  try {
    return { compiled: facts.compile(file), faults: [] };
  } catch (error) {
    if (error instanceof MappingError) return { faults: error.faults.slice(0, MAX_FAULTS) };
    throw error;
  }
}

/** Of a user that has none yet. */
const EXAMPLE_ID = '00000000-0000-7000-8000-000000000000';

async function tryUser(
  { operations: { connector } }: AdminContext,
  mapping: Mapping,
  user: JsonObject,
): Promise<Static<typeof TRIED>> {
  try {
    const mapped = await mapping.map(user);
    const lane: Lane = { ...NEW_LANE, connector, userId: EXAMPLE_ID };
    const plan = planDelivery({ lane, user, mapped, mapping });
    return { outcome: 'mapped', faults: [], fields: { ...mapped }, plan: describePlan(plan) };
  } catch (error) {
    if (error instanceof MappingError) return { outcome: 'user-fault', faults: [...error.faults] };
    throw error;
  }
}

const NEW_LANE = { state: 'due', dueAt: 0, attempts: 0, tailSeq: 1, headSeq: 0, doubts: 0 } as const;

const describePlan = (plan: Plan) => ({
  kind: plan.kind,
  reason: plan.reason,
  ...('fields' in plan && { fields: { ...plan.fields } }),
});
