/** What a client knows of one user or group of its own: the state that was acknowledged, and what may have come of the last request. */

/** A user, or a group, as far as the suite looks at it. */
export interface Known {
  readonly id: string;
  readonly version: number;
  /** Grows with every change for ever, also when the user is deleted and made again. */
  readonly counter: number;
  /** Of a user. */
  readonly email?: string;
}

/** What a request whose outcome is unknown would have made: a state, or nothing where it deletes. */
export interface Attempt {
  readonly what: string;
  readonly after?: Omit<Known, 'id' | 'version'>;
}

export interface Slot {
  readonly type: 'Users' | 'Groups';
  readonly name: string;
  counter: number;
  /** The acknowledged state; undefined where there is nothing. */
  known: Known | undefined;
  /** At most one, for a client waits for each answer. */
  undecided: Attempt | undefined;
  email: string;
  /** Ids of those that were deleted: they never come back. */
  readonly gone: string[];
  /** Deletions of users that were certain when `known` was: each later one may have given a group that held the user one more version. */
  deletions: number;
}

export const newSlot = (type: Slot['type'], name: string): Slot => ({
  type,
  name,
  counter: 0,
  known: undefined,
  undecided: undefined,
  email: `${name}@example.com`,
  gone: [],
  deletions: 0,
});

/** What a client sends for the slot's state `counter`. The counter of a user goes to its Lead as the title. */
export function bodyOf(slot: Slot, counter: number, members: readonly string[]): Record<string, unknown> {
  if (slot.type === 'Groups') {
    return { displayName: slot.name, externalId: String(counter), members: members.map((value) => ({ value })) };
  }
  return {
    userName: slot.name,
    name: { givenName: 'Test', familyName: slot.name },
    title: String(counter),
    emails: [{ value: slot.email, type: 'work', primary: true }],
  };
}

export function patchOf(slot: Slot, counter: number, members: readonly string[]): Record<string, unknown> {
  const operations =
    slot.type === 'Users'
      ? [{ op: 'replace', path: 'title', value: String(counter) }]
      : [
          { op: 'replace', path: 'externalId', value: String(counter) },
          { op: 'replace', path: 'members', value: members.map((value) => ({ value })) },
        ];
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** What a resource that the service answered holds of it. */
export function readState(slot: Slot, resource: Readonly<Record<string, unknown>>): Omit<Known, 'version'> {
  const id = String(resource['id']);
  if (slot.type === 'Groups') return { id, counter: Number(resource['externalId']) };
  const emails = resource['emails'] as readonly { readonly value?: string }[] | undefined;
  const email = emails?.[0]?.value;
  return { id, counter: Number(resource['title']), ...(email !== undefined && { email }) };
}

export const afterOf = (slot: Slot, counter: number): Omit<Known, 'id' | 'version'> =>
  slot.type === 'Groups' ? { counter } : { counter, email: slot.email };

export const isSame = (
  seen: Omit<Known, 'id' | 'version'>,
  wanted: Omit<Known, 'id' | 'version'> | undefined,
): boolean => wanted !== undefined && seen.counter === wanted.counter && seen.email === wanted.email;
