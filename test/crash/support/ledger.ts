/** What was ever seen of each resource: its versions only grow, and one ETag stands for one content. */
import type { Findings } from './findings.ts';
import { etagVersion, type Answered } from './scim.ts';

export class Ledger {
  readonly #findings: Findings;
  readonly #latest = new Map<string, number>();
  readonly #contents = new Map<string, string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The version that whoever asks from now on must not go below. */
  floor(id: string | undefined): number {
    return (id === undefined ? undefined : this.#latest.get(id)) ?? 0;
  }

  /** @param floor what `floor` said before the request was sent */
  observe(answer: Answered, floor: number): void {
    const { id } = answer.body;
    if (typeof id !== 'string') return;
    const version = etagVersion(answer);
    if (!(version > 0)) return this.#findings.add('unexpected', `${id} has no ETag: ${JSON.stringify(answer.headers)}`);
    if (version < floor) this.#findings.add('lost', `${id} went from version ${floor} back to ${version}`);
    this.#latest.set(id, Math.max(version, this.floor(id)));
    this.#compare(`${id} ${version}`, contentOf(answer));
  }

  #compare(key: string, content: string): void {
    const known = this.#contents.get(key);
    if (known !== undefined && known !== content) {
      this.#findings.add('lost', `one ETag, two contents: ${key}: ${known} and ${content}`);
    }
    this.#contents.set(key, content);
  }
}

/**
 * All but the location, which names the port of the process that answered, and what is shown of other resources: the groups of
 * a user, which change no version of it, and the names and addresses of members. Members in one order, for JSON has none.
 */
function contentOf({ body }: Answered): string {
  const meta = body['meta'] as Record<string, unknown> | undefined;
  const members = (body['members'] as readonly { readonly value: string }[] | undefined)?.map(({ value }) => value);
  return JSON.stringify(sorted({ ...body, groups: undefined, members, meta: { ...meta, location: undefined } }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
