/** /reconcile: whether Salesforce holds what the users say; runs in the service, and is told by any of its processes. */
import type { Static } from 'typebox';
import { JobBusy } from '../../../provisioning/look/hold-job.ts';
import {
  FINDINGS,
  leavesDrift,
  type Finding,
  type Reconciliation,
} from '../../../provisioning/look/reconcile-report.ts';
import type { ReconcileRun } from '../../../provisioning/look/reconcile-runs.ts';
import type { AdminContext } from '../context.ts';
import { limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant } from '../views.ts';
import { Type } from '../schema.ts';

export const reconcileRoutes = (context: AdminContext): readonly AdminRoute[] => [
  startRoute(context),
  readRoute(context),
  findingsRoute(context),
  cancelRoute(context),
];

const MODE = Type.Enum(['full', 'delta'], {
  description: 'delta: only Leads that changed since the last run that left nothing to repair. Default full.',
});

const REPORT = Type.Object(
  {
    kind: Type.Enum(['full', 'delta'], { description: 'A delta is full when there was no run before.' }),
    since: Type.Optional(Instant('Only Leads that changed since; of a delta.')),
    complete: Type.Boolean(),
    leads: Type.Integer({ description: 'Leads that Salesforce told of.' }),
    counts: Type.Record(Type.String(), Type.Integer(), { description: `By finding: ${FINDINGS.join(', ')}.` }),
    fields: Type.Array(Type.Object({ name: Type.String(), leads: Type.Integer() }, { additionalProperties: false }), {
      description: 'Drifted Leads by field, most first.',
    }),
    repaired: Type.Integer({ description: 'Users that were made due.' }),
  },
  { title: 'Reconciliation', additionalProperties: false },
);

const RUN = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['running', 'completed', 'stopped', 'failed', 'lost'], {
      description: 'lost: its process ended without a word.',
    }),
    mode: MODE,
    repair: Type.Boolean(),
    actor: Type.String({ description: 'Who asked.' }),
    startedAt: Instant('When it began.'),
    at: Instant('Its last sign of life, or its end.'),
    done: Type.Integer({ description: 'Leads and users together.' }),
    total: Type.Integer({ description: 'Grows while Salesforce tells more.' }),
    error: Type.Optional(Type.String()),
    needsAttention: Type.Optional(Type.Boolean({ description: 'Whether something is left that nobody puts right.' })),
    report: Type.Optional(REPORT),
  },
  { title: 'ReconcileRun', additionalProperties: false },
);

export const RECONCILE_STATE = Type.Object(
  { run: Type.Optional(RUN) },
  { title: 'ReconcileState', additionalProperties: false, description: 'Without `run` there was none yet.' },
);

export type ReconcileState = Static<typeof RECONCILE_STATE>;

const startRoute = ({ operations, reconciliations }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/reconcile',
    operationId: 'startReconcile',
    tag: 'reconcile',
    summary: 'Begins to compare every Lead with what its user says',
    description:
      'Answers as soon as it runs; one at a time on a database, those of the command line included. Without `repair` nothing is changed; with it, users whose Lead differs are made due.',
    scope: 'admin:operate',
    body: Type.Object(
      { mode: Type.Optional(MODE), repair: Type.Optional(Type.Boolean({ description: 'Default false.' })) },
      { additionalProperties: false },
    ),
    isBodyOptional: true,
    answer: { description: 'It runs.', schema: RECONCILE_STATE },
    problems: ['conflict'],
    handle: async ({ body: { mode = 'full', repair = false }, actor }) => {
      const { gate } = await operations.store.readConnector(operations.connector);
      if (gate && (gate.until === undefined || gate.until > operations.now()))
        throw new Problem('conflict', `the gate to Salesforce is closed: ${gate.reason}; resume tries it now`);
      const run = await reconciliations.start({ delta: mode === 'delta', repair, actor }).catch(refuseBusy);
      return { run: toRunView(run) };
    },
  });

function refuseBusy(error: unknown): never {
  throw error instanceof JobBusy ? new Problem('conflict', error.message) : error;
}

const readRoute = ({ reconciliations }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/reconcile',
    operationId: 'readReconcile',
    tag: 'reconcile',
    summary: 'Tells how the run goes that was started here, or what the last one found',
    description: 'Runs of the command line tell their own.',
    scope: 'admin:read',
    answer: { description: 'The run.', schema: RECONCILE_STATE },
    handle: async () => {
      const run = await reconciliations.latest();
      return run ? { run: toRunView(run) } : {};
    },
  });

const FINDING = Type.Object(
  {
    kind: Type.Enum([...FINDINGS]),
    userId: Type.Optional(Type.String()),
    leadId: Type.Optional(Type.String()),
    leadUrl: Type.Optional(Type.String({ description: "The Lead's page for people." })),
    otherLeadId: Type.Optional(Type.String({ description: 'The Lead that the user has, of a duplicate.' })),
    fields: Type.Optional(Type.Array(Type.String(), { description: 'Names of the fields that drifted.' })),
  },
  { title: 'Finding', additionalProperties: false },
);

export const FINDING_PAGE = Type.Object(
  { findings: Type.Array(FINDING), nextCursor: NEXT_CURSOR },
  { title: 'FindingPage', additionalProperties: false },
);

export type FindingPage = Static<typeof FINDING_PAGE>;

const findingsRoute = ({ operations, reconciliations }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/reconcile/findings',
    operationId: 'listFindings',
    tag: 'reconcile',
    summary: 'Lists what the last run found that differs, the first 200 of each kind',
    description: 'GET /reconcile counts all of them. A cursor is of one run.',
    scope: 'admin:read',
    query: Type.Object(
      {
        kind: Type.Optional(Type.Enum([...FINDINGS], { description: 'Only those of this kind.' })),
        ...PAGE_PARAMETERS,
      },
      { additionalProperties: false },
    ),
    answer: { description: 'One page.', schema: FINDING_PAGE },
    handle: async ({ query }) => {
      const run = await reconciliations.latest();
      const { kind } = query;
      const same = ['findings', run?.id, kind];
      const from = placeOf(same, query)?.seq ?? 0;
      const all = (run?.report?.samples ?? []).filter((one) => kind === undefined || one.kind === kind);
      const limit = limitOf(query);
      const numbered = all.slice(from, from + limit + 1).map((finding, at) => ({ finding, seq: from + at + 1 }));
      const page = toPage(numbered, limit, same, ({ seq }) => ({ key: null, seq }));
      return { findings: page.entries.map(({ finding }) => toFindingView(operations, finding)), ...page.next };
    },
  });

export const CANCELLED = Type.Object(
  { stopping: Type.Boolean({ description: 'False: there is nothing to stop.' }) },
  { title: 'ReconcileCancelled', additionalProperties: false },
);

const cancelRoute = ({ reconciliations }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/reconcile/cancel',
    operationId: 'cancelReconcile',
    tag: 'reconcile',
    summary: 'Stops the run that was started here, in whichever process it is',
    description: 'The page under way is finished first. What was found until then is told.',
    scope: 'admin:operate',
    body: Type.Object({}, { additionalProperties: false }),
    isBodyOptional: true,
    answer: { description: 'Told.', schema: CANCELLED },
    handle: async () => ({ stopping: await reconciliations.cancel() }),
  });

function toRunView({ delta, report, error, startedAt, at, ...run }: ReconcileRun): Static<typeof RUN> {
  return {
    ...run,
    mode: delta ? 'delta' : 'full',
    startedAt: instant(startedAt),
    at: instant(at),
    ...(error !== undefined && { error }),
    ...(report && { needsAttention: leavesDrift(report, run.repair), report: toReportView(report) }),
  };
}

const toReportView = ({
  kind,
  since,
  complete,
  leads,
  counts,
  fields,
  repaired,
}: Reconciliation): Static<typeof REPORT> => ({
  kind,
  ...(since !== undefined && { since: instant(since) }),
  complete,
  leads,
  counts: { ...counts },
  fields: [...fields],
  repaired,
});

function toFindingView(operations: AdminContext['operations'], finding: Finding): Static<typeof FINDING> {
  const { fields, ...rest } = finding;
  const leadUrl = rest.leadId === undefined ? undefined : operations.leadUrl(rest.leadId);
  return { ...rest, ...(leadUrl !== undefined && { leadUrl }), ...(fields && { fields: [...fields] }) };
}
