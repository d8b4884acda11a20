/** How the steps of a timeline look in answers: a change by a SCIM request, or an attempt to deliver it. */
import type { Static } from 'typebox';
import type { Step } from '../../operations/timeline.ts';
import type { AttemptEntry } from '../../storage/store.ts';
import { Instant } from './views.ts';
import { Type } from './schema.ts';

const SEQ = Type.Integer({ description: 'Place in the journal: grows with every entry.' });

const CHANGE = Type.Object(
  {
    kind: Type.Literal('change'),
    seq: SEQ,
    at: Instant('When it was committed.'),
    resource: Type.Object(
      { type: Type.String(), id: Type.String(), version: Type.Integer() },
      { description: 'What was changed: the user, or a group that it was in or came into.' },
    ),
    request: Type.Object(
      {
        id: Type.String({ description: 'As the log and X-Request-Id have it.' }),
        traceparent: Type.Optional(
          Type.String({ description: 'Of its span, when traces are on: `00-<trace id>-<span id>-<flags>`.' }),
        ),
        credential: Type.String(),
        profile: Type.String({ description: 'Habits that the client was taken to have.' }),
        userAgent: Type.Optional(Type.String()),
      },
      { description: 'The SCIM request.' },
    ),
    operation: Type.Enum(['create', 'replace', 'patch', 'delete']),
    changed: Type.Array(Type.String(), { description: 'Attributes whose value changed.' }),
    rewritten: Type.Optional(
      Type.Array(Type.String(), { description: 'What was read otherwise than it was written.' }),
    ),
    attempts: Type.Array(Type.Integer(), { description: '`seq` of the attempts that covered it; the last decided.' }),
    isDelivered: Type.Boolean(),
  },
  { title: 'Change', description: 'A SCIM change. More members may come.' },
);

const ATTEMPT_MEMBERS = {
  action: Type.Enum(['create', 'update', 'delete', 'skip']),
  reason: Type.String(),
  outcome: Type.Enum(['delivered', 'skipped', 'retried', 'parked', 'held', 'gated', 'late']),
  fields: Type.Array(Type.String(), { description: 'Names of the Lead fields that were sent.' }),
  leadId: Type.Optional(Type.String()),
  joined: Type.Optional(Type.Array(Type.String(), { description: 'Campaigns that the Lead came into.' })),
  left: Type.Optional(Type.Array(Type.String(), { description: 'Campaigns that it left.' })),
  error: Type.Optional(Type.Object({ class: Type.String(), code: Type.String() })),
  durationMs: Type.Number(),
  covers: Type.Optional(
    Type.Object(
      { after: Type.Integer(), upTo: Type.Integer() },
      { description: 'The changes that it covers: entries above `after`, up to `upTo`.' },
    ),
  ),
};

/** An attempt by itself, as a push tells it. */
export const ATTEMPT = Type.Object(
  { ...ATTEMPT_MEMBERS, requestId: Type.Optional(Type.String({ description: 'Of the latest SCIM request in it.' })) },
  { title: 'Attempt', description: 'An attempt to tell Salesforce. More members, actions and outcomes may come.' },
);

export const toAttemptView = ({ fields, joined, left, ...rest }: AttemptEntry): Static<typeof ATTEMPT> => ({
  ...rest,
  fields: [...fields],
  ...(joined && { joined: [...joined] }),
  ...(left && { left: [...left] }),
});

const ATTEMPT_STEP = Type.Object(
  {
    kind: Type.Literal('attempt'),
    seq: SEQ,
    at: Instant('When it was settled.'),
    version: Type.Integer({ description: 'Of the user that was delivered; 0 when it was gone.' }),
    ...ATTEMPT_MEMBERS,
    changes: Type.Array(Type.Integer(), { description: '`seq` of the changes that it covered.' }),
    requestIds: Type.Array(Type.String(), { description: 'Of the SCIM requests that made them.' }),
  },
  { title: 'AttemptStep', description: 'An attempt with its links. More members may come.' },
);

export const STEP = Type.Union([CHANGE, ATTEMPT_STEP], { title: 'Step' });

export type StepView = Static<typeof STEP>;

export function toStepView(step: Step): Static<typeof STEP> {
  if (step.kind === 'attempt') {
    const { kind, seq, at, version, changes, requestIds, ...entry } = step;
    const links = { changes: [...changes], requestIds: [...requestIds] };
    return { kind, seq, at, version, ...toAttemptView(entry), ...links };
  }
  const { rewritten, ...change } = step;
  return {
    ...change,
    changed: [...step.changed],
    attempts: [...step.attempts],
    ...(rewritten && { rewritten: [...rewritten] }),
  };
}
