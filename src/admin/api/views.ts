/** How lanes and users look in answers: their schemas, and what is made of what is stored. */
import type { Static } from 'typebox';
import type { OperationContext } from '../../operations/context.ts';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { Lane, LaneError, StoredResource } from '../../storage/store.ts';
import { Type } from './schema.ts';

export const instant = (ms: number): string => new Date(ms).toISOString();

/** RFC 3339, UTC. */
export const Instant = (description: string) => Type.String({ format: 'date-time', description });

export const LaneStateSchema = Type.Enum(['idle', 'due', 'parked', 'held'], {
  description:
    'idle: Salesforce knows all it should; due: will be sent; parked: waits for a person or a change; held: its removal waits for approval.',
});

export const LANE_ERROR = Type.Object(
  {
    class: Type.String({ description: 'Who has to do something: data, policy, lock, outage, unknown, and more.' }),
    code: Type.String({ description: "Salesforce's code, or ours, e.g. INVALID_EMAIL_ADDRESS." }),
    message: Type.String({ description: "In Salesforce's own words; may quote personal data." }),
    hint: Type.Optional(Type.String({ description: 'What to do.' })),
  },
  { title: 'LaneError', additionalProperties: false },
);

export const LANE = Type.Object(
  {
    userId: Type.String(),
    state: LaneStateSchema,
    dueAt: Type.Optional(Instant('When it is tried, or tried again; of a lane that is due.')),
    attempts: Type.Integer({ description: 'Since the last success or change of the user.' }),
    isBehind: Type.Boolean({ description: 'Whether the user changed since Salesforce was told.' }),
    leadId: Type.Optional(Type.String()),
    leadUrl: Type.Optional(Type.String({ description: "The Lead's page for people." })),
    origin: Type.Optional(
      Type.Enum(['created', 'adopted'], {
        description: 'Whether the Lead was made by this service, or found in Salesforce and linked.',
      }),
    ),
    ended: Type.Optional(
      Type.Object(
        { kind: Type.Enum(['converted']), contactId: Type.Optional(Type.String()) },
        { additionalProperties: false, description: 'Why the Lead is not kept up to date any more.' },
      ),
    ),
    lastAttemptAt: Type.Optional(Instant('When Salesforce was asked last.')),
    lastDeliveredAt: Type.Optional(Instant('When Salesforce was told the latest state last.')),
    error: Type.Optional(LANE_ERROR),
  },
  { title: 'Lane', additionalProperties: false },
);

export type LaneView = Static<typeof LANE>;

export function toLaneView({ leadUrl }: Pick<OperationContext, 'leadUrl'>, lane: Lane): Static<typeof LANE> {
  const { userId, state, dueAt, attempts, leadId, origin, ended, lastAttemptAt, lastDeliveredAt, error } = lane;
  const url = leadId === undefined ? undefined : leadUrl(leadId);
  return {
    userId,
    state,
    attempts,
    isBehind: lane.tailSeq > lane.headSeq,
    ...(state === 'due' && { dueAt: instant(dueAt) }),
    ...(leadId !== undefined && { leadId }),
    ...(url !== undefined && { leadUrl: url }),
    ...(origin !== undefined && { origin }),
    ...(ended && { ended }),
    ...(lastAttemptAt !== undefined && { lastAttemptAt: instant(lastAttemptAt) }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt: instant(lastDeliveredAt) }),
    ...(error && { error: toErrorView(error) }),
  };
}

const toErrorView = ({ class: faultClass, code, message, hint }: LaneError): Static<typeof LANE_ERROR> => ({
  class: faultClass,
  code,
  message,
  ...(hint !== undefined && { hint }),
});

export const USER = Type.Object(
  {
    id: Type.String(),
    userName: Type.Optional(Type.String({ description: 'Absent when the user was deleted.' })),
    email: Type.Optional(Type.String({ description: 'The primary one, else the first.' })),
    active: Type.Optional(Type.Boolean()),
    isDeleted: Type.Boolean(),
    lane: Type.Optional(LANE),
  },
  { title: 'User', additionalProperties: false },
);

export type UserView = Static<typeof USER>;

/** A user in a list; one that was deleted is known by its lane alone. */
export function toUserView(
  context: OperationContext,
  id: string,
  stored: StoredResource | undefined,
  lane: Lane | undefined,
): UserView {
  const person = stored && describePerson(parse(stored));
  return { id, ...person, isDeleted: !stored, ...(lane && { lane: toLaneView(context, lane) }) };
}

// Documents are written by the operations only.
export const parse = ({ document }: StoredResource): JsonObject => JSON.parse(document) as JsonObject;

function describePerson({ userName, emails, active }: JsonObject): Pick<UserView, 'userName' | 'email' | 'active'> {
  const addresses = Array.isArray(emails) ? emails.filter(isObject) : [];
  const email = (addresses.find(({ primary }) => primary === true) ?? addresses[0])?.['value'];
  return {
    ...(typeof userName === 'string' && { userName }),
    ...(typeof email === 'string' && { email }),
    ...(typeof active === 'boolean' && { active }),
  };
}
