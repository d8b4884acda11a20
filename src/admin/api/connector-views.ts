/** How a connector looks in answers: gate, pause, budget, and what became of it. */
import type { Static } from 'typebox';
import { hintForGate } from '../../provisioning/policy/hints.ts';
import type { Happening } from '../../provisioning/status.ts';
import type { Budget, Gate, Load, Pause } from '../../storage/store.ts';
import { Instant, instant } from './views.ts';
import { Type } from './schema.ts';

export const GATE = Type.Object(
  {
    state: Type.Enum(['open', 'closed', 'trying'], {
      description: 'closed: nothing is sent until `until`, or until somebody acts; trying: its wait is over.',
    }),
    class: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String({ description: "Salesforce's words." })),
    hint: Type.Optional(Type.String({ description: 'What to do about it.' })),
    failures: Type.Optional(
      Type.Integer({ description: 'What the wait grows with; 6 and more: it will be some time.' }),
    ),
    until: Type.Optional(Instant('When it is tried again; absent while closed: when somebody acted.')),
  },
  { title: 'Gate', additionalProperties: false },
);

export function toGateView(gate: Gate | undefined, now: number): Static<typeof GATE> {
  if (!gate) return { state: 'open' };
  const { class: cause, reason, failures, until } = gate;
  const hint = hintForGate(gate);
  const state = until === undefined || until > now ? 'closed' : 'trying';
  return {
    state,
    class: cause,
    reason,
    ...(hint !== undefined && { hint }),
    failures,
    ...(until !== undefined && { until: instant(until) }),
  };
}

export const PAUSE = Type.Object(
  {
    reason: Type.String(),
    actor: Type.String({ description: 'Name of the credential, or `command line`.' }),
    at: Instant('Since when.'),
  },
  { title: 'Pause', additionalProperties: false },
);

export const toPauseView = ({ reason, actor, at }: Pause): Static<typeof PAUSE> => ({
  reason,
  actor,
  at: instant(at),
});

export const BUDGET = Type.Object(
  {
    used: Type.Integer({ description: 'API calls of the org in rolling 24 hours.' }),
    max: Type.Integer(),
    level: Type.Enum(['ample', 'slowed', 'spent'], {
      description: 'slowed: batches keep a distance; spent: what is left is kept for others.',
    }),
    at: Instant('When Salesforce said so.'),
  },
  { title: 'Budget', additionalProperties: false },
);

export const toBudgetView = ({ used, max, level, at }: Budget): Static<typeof BUDGET> => ({
  used,
  max,
  level,
  at: instant(at),
});

export const LOAD = Type.Object(
  {
    jobId: Type.Optional(Type.String({ description: 'Of the job in Salesforce; absent until there is one.' })),
    users: Type.Integer({ description: 'How many are in it.' }),
    processed: Type.Integer({ description: 'Of them, as Salesforce told last.' }),
    startedAt: Instant('When it began.'),
  },
  { title: 'Load', additionalProperties: false, description: 'The bulk job that makes Leads of new users now.' },
);

export const toLoadView = ({ jobId, users, processed, startedAt }: Load): Static<typeof LOAD> => ({
  ...(jobId !== undefined && { jobId }),
  users,
  processed,
  startedAt: instant(startedAt),
});

export const EVENT = Type.Object(
  {
    at: Instant('When it happened.'),
    event: Type.String({ description: 'e.g. gate closed, paused, removals held. More may come.' }),
    class: Type.Optional(Type.String({ description: 'Of the fault that closed the gate.' })),
    reason: Type.Optional(Type.String()),
    hint: Type.Optional(Type.String({ description: 'What to do about it.' })),
    until: Type.Optional(Instant('Until when; absent: until somebody acts.')),
    actor: Type.Optional(Type.String({ description: 'Who paused, resumed or decided.' })),
    users: Type.Optional(Type.Integer({ description: 'How many users a decision was about.' })),
  },
  { title: 'ConnectorEvent', additionalProperties: false },
);

export type EventView = Static<typeof EVENT>;

export function toEventView({
  at,
  event,
  class: cause,
  reason,
  hint,
  until,
  actor,
  users,
}: Happening): Static<typeof EVENT> {
  return {
    at: instant(at),
    event,
    ...(cause !== undefined && { class: cause }),
    ...(reason !== undefined && { reason }),
    ...(hint !== undefined && { hint }),
    ...(until !== undefined && { until: instant(until) }),
    ...(actor !== undefined && { actor }),
    ...(users !== undefined && { users }),
  };
}
