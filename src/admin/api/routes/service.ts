/** /clients and /config: who calls this service, and with which settings it runs. */
import type { Static } from 'typebox';
import type { AdminContext } from '../context.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant } from '../views.ts';
import { Type } from '../schema.ts';

export const serviceRoutes = (context: AdminContext): readonly AdminRoute[] => [
  clientsRoute(context),
  configRoute(context),
];

const CLIENT = Type.Object(
  {
    credential: Type.String({ description: 'Name of the credential.' }),
    userAgent: Type.String({ description: 'What the client calls itself, up to 200 characters; may be empty.' }),
    profile: Type.String({ description: 'Habits that it is taken to have (docs/profiles.md).' }),
    firstAt: Instant('First call that is remembered.'),
    lastAt: Instant('Last call.'),
    calls: Type.Integer({ description: 'Requests with the right credential.' }),
  },
  { title: 'Client', additionalProperties: false },
);

const CLIENTS = Type.Object({ clients: Type.Array(CLIENT) }, { title: 'Clients', additionalProperties: false });

export type Clients = Static<typeof CLIENTS>;

const clientsRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/clients',
    operationId: 'listClients',
    tag: 'service',
    summary: 'Lists the SCIM clients that were seen, latest call first',
    description:
      'The latest 200, each a credential with a User-Agent, of all processes; calls to other processes than the one that answers appear within ten seconds.',
    scope: 'admin:read',
    answer: {
      description: 'All that are remembered.',
      schema: CLIENTS,
    },
    handle: async () => {
      const clients = await context.clients();
      return {
        clients: clients.map(({ firstAt, lastAt, ...client }) => ({
          ...client,
          firstAt: instant(firstAt),
          lastAt: instant(lastAt),
        })),
      };
    },
  });

const KEY = Type.Object(
  {
    key: Type.String(),
    value: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Boolean()], {
        description: 'Absent where there is none; ******** for a secret that has one.',
      }),
    ),
    origin: Type.Enum(['default', 'environment', 'file'], {
      description: 'file: CONFIG_FILE or .env. A secret that a <KEY>_FILE holds is from where that is named.',
    }),
    isSecret: Type.Boolean(),
    description: Type.String(),
  },
  { title: 'ConfigurationKey', additionalProperties: false },
);

const CONFIGURATION = Type.Object({ keys: Type.Array(KEY) }, { title: 'Configuration', additionalProperties: false });

export type Configuration = Static<typeof CONFIGURATION>;

const SECRET = '********';

const configRoute = ({ configuration }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/config',
    operationId: 'readConfiguration',
    tag: 'service',
    summary: 'Tells every configuration key with its value and where that comes from; no secrets',
    scope: 'admin:read',
    answer: {
      description: 'Of the process that answers.',
      schema: CONFIGURATION,
    },
    handle: async () => ({
      keys: configuration.map(({ key, value, origin, isSecret, description }) => ({
        key,
        ...(value !== undefined && { value: isSecret ? SECRET : value }),
        origin,
        isSecret,
        description,
      })),
    }),
  });
