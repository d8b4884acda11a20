/** GET /status: is everything delivered, and if not, why not. */
import type { Static } from 'typebox';
import { readStatus } from '../../../provisioning/status.ts';
import type { LaneCounts } from '../../../storage/store.ts';
import {
  BUDGET,
  EVENT,
  GATE,
  LOAD,
  PAUSE,
  toBudgetView,
  toEventView,
  toGateView,
  toLoadView,
  toPauseView,
} from '../connector-views.ts';
import type { AdminContext } from '../context.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant } from '../views.ts';
import { Type } from '../schema.ts';

export const STATUS = Type.Object(
  {
    version: Type.String(),
    startedAt: Instant('Of the process that answers.'),
    uptimeSeconds: Type.Integer(),
    instance: Type.Object(
      { id: Type.String(), host: Type.String(), pid: Type.Integer() },
      { additionalProperties: false, description: 'Which process answers, where there are several.' },
    ),
    database: Type.Enum(['sqlite', 'postgresql']),
    connector: Type.Object({ name: Type.String(), salesforceUrl: Type.String() }, { additionalProperties: false }),
    lanes: Type.Object(
      { idle: Type.Integer(), due: Type.Integer(), parked: Type.Integer(), held: Type.Integer() },
      { additionalProperties: false, description: 'Users by state.' },
    ),
    oldestDueAt: Type.Optional(Instant('Since when the oldest lane is due, or when the next one will be.')),
    lagSeconds: Type.Integer({ description: 'How long the oldest due lane has waited; 0 when none has.' }),
    delivery: Type.Enum(['running', 'waiting', 'paused'], {
      description: 'waiting: the gate to Salesforce is closed or being tried; paused: somebody said so.',
    }),
    dryRun: Type.Boolean({ description: 'Whether nothing is written to Salesforce (DRY_RUN).' }),
    gate: GATE,
    pause: Type.Optional(PAUSE),
    budget: Type.Optional(BUDGET),
    load: Type.Optional(LOAD),
    events: Type.Array(EVENT, { description: 'The latest ten of the connector, newest first; GET /events has all.' }),
  },
  { title: 'Status', additionalProperties: false },
);

export type Status = Static<typeof STATUS>;

export const statusRoutes = ({ operations, look, service }: AdminContext): readonly AdminRoute[] => [
  route({
    method: 'GET',
    path: '/status',
    operationId: 'readStatus',
    tag: 'service',
    summary: 'Tells what is delivered, what waits and what is parked, and whether Salesforce is being asked',
    scope: 'admin:read',
    answer: { description: 'The state of this connector, and of the process that answers.', schema: STATUS },
    handle: async () => {
      const { store, connector } = operations;
      const now = operations.now();
      const status = await readStatus(store, connector, now);
      const { lanes, oldestDueAt, delivery, gate, pause, budget, load, journal } = status;
      return {
        version: service.version,
        startedAt: instant(service.startedAt),
        uptimeSeconds: seconds(now - service.startedAt),
        instance: service.instance,
        database: service.database,
        connector: { name: connector, salesforceUrl: service.salesforceUrl },
        ...describeLanes(lanes, oldestDueAt, now),
        delivery,
        dryRun: look.dryRun === true,
        gate: toGateView(gate, now),
        ...(pause && { pause: toPauseView(pause) }),
        ...(budget && { budget: toBudgetView(budget) }),
        ...(load && { load: toLoadView(load) }),
        events: journal.map(toEventView),
      };
    },
  }),
];

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

const describeLanes = (lanes: LaneCounts, oldestDueAt: number | undefined, now: number) => ({
  lanes,
  lagSeconds: oldestDueAt === undefined ? 0 : seconds(now - oldestDueAt),
  ...(oldestDueAt !== undefined && { oldestDueAt: instant(oldestDueAt) }),
});
