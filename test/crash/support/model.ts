/** The plain model that random SCIM operations are held against: users in memory, and what each request must be answered. */

export interface Doc {
  readonly title?: string;
  readonly email: string;
  readonly active: boolean;
}

export interface ModelUser extends Doc {
  readonly id: string;
  readonly version: number;
}

export interface Model {
  /** By userName, in the order of creation. */
  readonly users: Map<string, ModelUser>;
  /** Ids of deleted users. */
  readonly gone: string[];
}

export type IfMatch = 'none' | 'right' | 'wrong' | 'any';

export const emptyModel = (): Model => ({ users: new Map(), gone: [] });

export const isSameDoc = (one: Doc, other: Doc): boolean =>
  one.title === other.title && one.email === other.email && one.active === other.active;

/** @returns the user after a change; the same version where nothing changed */
export const changed = (user: ModelUser, doc: Doc): ModelUser =>
  isSameDoc(user, doc) ? user : { ...doc, id: user.id, version: user.version + 1 };

export function ifMatchHeader(ifMatch: IfMatch, version: number): Readonly<Record<string, string>> {
  const values = { none: undefined, right: `W/"${version}"`, wrong: `W/"${version + 7}"`, any: '*' } as const;
  const value = values[ifMatch];
  return value === undefined ? {} : { 'if-match': value };
}

export const bodyOf = (userName: string, { title, email, active }: Doc): Readonly<Record<string, unknown>> => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  active,
  emails: [{ value: email, type: 'work', primary: true }],
  ...(title !== undefined && { title }),
});

/** What a resource that was answered says of itself, in the words of the model. */
export function readUser(resource: Readonly<Record<string, unknown>>, etag: string | null): ModelUser {
  const emails = resource['emails'] as readonly { readonly value: string }[] | undefined;
  const { title } = resource;
  return {
    id: String(resource['id']),
    version: Number(/^W\/"(\d+)"$/.exec(etag ?? '')?.[1]),
    email: emails?.[0]?.value ?? 'none',
    active: resource['active'] === true,
    ...(typeof title === 'string' && { title }),
  };
}

export interface Change {
  readonly name: string;
  readonly operations: readonly Readonly<Record<string, unknown>>[];
  readonly apply: (doc: Doc) => Doc;
}

const withoutTitle = ({ email, active }: Doc): Doc => ({ email, active });

/** What a PATCH may ask for. */
export const CHANGES = {
  setTitle: (title: string): Change => ({
    name: `title = ${title}`,
    operations: [{ op: 'replace', path: 'title', value: title }],
    apply: (doc) => ({ ...doc, title }),
  }),
  removeTitle: (): Change => ({
    name: 'no title',
    operations: [{ op: 'remove', path: 'title' }],
    apply: withoutTitle,
  }),
  setActive: (active: boolean): Change => ({
    name: `active = ${active}`,
    operations: [{ op: 'replace', value: { active } }],
    apply: (doc) => ({ ...doc, active }),
  }),
  setEmail: (email: string): Change => ({
    name: `e-mail = ${email}`,
    operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: email }],
    apply: (doc) => ({ ...doc, email }),
  }),
  both: (title: string, active: boolean): Change => ({
    name: `title = ${title}, active = ${active}`,
    operations: [
      { op: 'add', path: 'title', value: title },
      { op: 'replace', path: 'active', value: active },
    ],
    apply: (doc) => ({ ...doc, title, active }),
  }),
} as const;

export interface Filter {
  readonly text: string;
  readonly matches: (userName: string, user: ModelUser) => boolean;
}

export const FILTERS = {
  all: (): Filter => ({ text: '', matches: () => true }),
  userName: (wanted: string): Filter => ({
    text: `userName eq "${wanted.toUpperCase()}"`,
    matches: (userName) => userName === wanted,
  }),
  title: (wanted: string): Filter => ({
    text: `title eq "${wanted}"`,
    matches: (_name, { title }) => title === wanted,
  }),
  titled: (): Filter => ({ text: 'title pr', matches: (_name, { title }) => title !== undefined }),
  email: (wanted: string): Filter => ({
    text: `emails.value eq "${wanted}" and active eq true`,
    matches: (_name, { email, active }) => email === wanted && active,
  }),
  inactive: (): Filter => ({ text: 'not (active eq true)', matches: (_name, { active }) => !active }),
} as const;

/** What is wrong with the Leads, for users as the model has them. */
export function compareLeads(leads: readonly Readonly<Record<string, unknown>>[], { users }: Model): readonly string[] {
  const rest = new Map(leads.map((lead) => [String(lead['SCIM_Id__c']), lead]));
  const wrong: string[] = [];
  if (rest.size !== leads.length) wrong.push('two Leads for one user');
  for (const [userName, user] of users) {
    const lead = rest.get(user.id);
    rest.delete(user.id);
    // Whoever was made inactive before the first delivery needs no Lead.
    if (!lead && !user.active) continue;
    const seen = lead && [lead['LastName'], lead['Title'], lead['Email'], lead['Status']];
    const status = user.active ? 'Open - Not Contacted' : 'Closed - Not Converted';
    const wanted = [userName, user.title ?? null, user.email, status];
    if (JSON.stringify(seen) !== JSON.stringify(wanted)) {
      wrong.push(`the Lead of ${userName} is ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`);
    }
  }
  return [...wrong, ...[...rest.values()].map((lead) => `a Lead of nobody: ${JSON.stringify(lead)}`)];
}
