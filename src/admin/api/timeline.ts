/** How the journal looks in answers: a change of a user, or an attempt to deliver it. */
import Type, { type Static } from 'typebox';
import type { AttemptEntry, ChangeEntry, JournalEntry } from '../../storage/store.ts';
import { Instant, instant } from './views.ts';

const CHANGE = Type.Object(
  {
    operation: Type.Enum(['create', 'replace', 'patch', 'delete']),
    actor: Type.String({ description: 'Name of the credential.' }),
    requestId: Type.String(),
    changed: Type.Array(Type.String(), { description: 'Attributes whose value changed.' }),
    userAgent: Type.Optional(Type.String()),
    profile: Type.Optional(Type.String({ description: 'Habits that the client was taken to have; absent: default.' })),
    rewritten: Type.Optional(
      Type.Array(Type.String(), { description: 'What was read otherwise than it was written.' }),
    ),
  },
  { title: 'Change', description: 'A SCIM change. More members may come.' },
);

const ATTEMPT = Type.Object(
  {
    action: Type.Enum(['create', 'update', 'delete', 'skip']),
    reason: Type.String(),
    outcome: Type.Enum(['delivered', 'skipped', 'retried', 'parked', 'held', 'gated', 'late']),
    fields: Type.Array(Type.String(), { description: 'Lead fields that were sent.' }),
    leadId: Type.Optional(Type.String()),
    error: Type.Optional(Type.Object({ class: Type.String(), code: Type.String() })),
    durationMs: Type.Number(),
    covers: Type.Optional(
      Type.Object(
        { after: Type.Integer(), upTo: Type.Integer() },
        { description: 'The changes that it covers: entries above `after`, up to `upTo`.' },
      ),
    ),
    requestId: Type.Optional(Type.String({ description: 'Of the SCIM request that made the latest of them.' })),
  },
  { title: 'Attempt', description: 'An attempt to tell Salesforce. More members, actions and outcomes may come.' },
);

export const ENTRY = Type.Object(
  {
    seq: Type.Integer({ description: 'Grows with every entry of the journal.' }),
    at: Instant('When it happened.'),
    kind: Type.Enum(['change', 'attempt']),
    version: Type.Integer({ description: 'Of the user, that the change made or the attempt delivered.' }),
    change: Type.Optional(CHANGE),
    attempt: Type.Optional(ATTEMPT),
  },
  { title: 'TimelineEntry', additionalProperties: false },
);

export function toEntryView({ seq, at, kind, version, detail }: JournalEntry): Static<typeof ENTRY> {
  const entry = { seq, at: instant(at), version };
  // The kind says which of the two it is; what became of a connector is under its name, and no user's.
  return kind === 'change'
    ? { ...entry, kind, change: copyChange(detail as ChangeEntry) }
    : { ...entry, kind: 'attempt', attempt: copyAttempt(detail as AttemptEntry) };
}

const copyChange = ({ changed, rewritten, ...rest }: ChangeEntry): Static<typeof CHANGE> => ({
  ...rest,
  changed: [...changed],
  ...(rewritten && { rewritten: [...rewritten] }),
});

const copyAttempt = ({ fields, ...rest }: AttemptEntry): Static<typeof ATTEMPT> => ({ ...rest, fields: [...fields] });
