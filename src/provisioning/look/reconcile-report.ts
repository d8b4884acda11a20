/** What a reconciliation found: counted, with a few of each kind named. */
import type { Fault } from '../lead-target.ts';

/**
 * - `unchanged`: the Lead holds what the user says.
 * - `drifted`: it holds something else in mapped fields.
 * - `missing`: the Lead of a user is not in Salesforce.
 * - `unlinked`: a Lead has the user's external id, and the user knows of none.
 * - `unmarked`: the Lead of a user has not its external id.
 * - `duplicate`: a second Lead has the user's external id.
 * - `orphaned`: a Lead has an external id that no user has.
 * - `converted`: it cannot be changed any more.
 * - `waiting`: something is on its way to Salesforce; not compared.
 * - `parked`: waits for a person; not compared.
 * - `without Lead`: the user has none, and needs none.
 * - `unmappable`: the mapping fails for the user.
 */
export const FINDINGS = [
  'unchanged',
  'drifted',
  'missing',
  'unlinked',
  'unmarked',
  'duplicate',
  'orphaned',
  'converted',
  'waiting',
  'parked',
  'without Lead',
  'unmappable',
] as const;
export type FindingKind = (typeof FINDINGS)[number];

/** What a repair can put right by making the lane due. */
export const REPAIRABLE: readonly FindingKind[] = ['drifted', 'missing', 'unlinked'];
/** What a person must look at. */
export const UNREPAIRABLE: readonly FindingKind[] = ['unmarked', 'duplicate', 'orphaned'];
const NAMED: ReadonlySet<FindingKind> = new Set([...REPAIRABLE, ...UNREPAIRABLE, 'unmappable']);

export interface Finding {
  readonly kind: FindingKind;
  readonly userId?: string;
  readonly leadId?: string;
  /** The Lead that the user has, of a `duplicate`. */
  readonly otherLeadId?: string;
  /** Names of the fields, of a `drifted`. */
  readonly fields?: readonly string[];
}

export interface Reconciliation {
  readonly kind: 'full' | 'delta';
  /** Epoch milliseconds: only Leads that changed since; of a delta. */
  readonly since?: number;
  /** False: it was stopped, or Salesforce could not be asked. */
  readonly complete: boolean;
  readonly fault?: Fault;
  /** Leads that Salesforce told of. */
  readonly leads: number;
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** Drifted Leads by field, the most frequent first. */
  readonly fields: readonly { readonly name: string; readonly leads: number }[];
  /** Lanes that were made due. */
  readonly repaired: number;
  readonly samples: readonly Finding[];
}

/** Whether something is left that nobody will put right by himself. */
export function leavesDrift({ counts }: Pick<Reconciliation, 'counts'>, isRepair: boolean): boolean {
  return [...UNREPAIRABLE, ...(isRepair ? [] : REPAIRABLE)].some((kind) => counts[kind] > 0);
}

export class Findings {
  readonly #samples: number;
  readonly #counts = new Map<FindingKind, number>();
  readonly #fields = new Map<string, number>();
  readonly #named: Finding[] = [];
  #leads = 0;
  #repaired = 0;

  /** @param samples findings named of each kind */
  constructor(samples: number) {
    this.#samples = samples;
  }

  addLeads(leads: number): void {
    this.#leads += leads;
  }

  addRepaired(lanes: number): void {
    this.#repaired += lanes;
  }

  add(finding: Finding): void {
    const count = (this.#counts.get(finding.kind) ?? 0) + 1;
    this.#counts.set(finding.kind, count);
    if (NAMED.has(finding.kind) && count <= this.#samples) this.#named.push(finding);
    for (const name of finding.fields ?? []) this.#fields.set(name, (this.#fields.get(name) ?? 0) + 1);
  }

  result(): Pick<Reconciliation, 'leads' | 'counts' | 'fields' | 'repaired' | 'samples'> {
    // One entry for each kind.
    const counts = Object.fromEntries(
      FINDINGS.map((kind) => [kind, this.#counts.get(kind) ?? 0]),
    ) as Reconciliation['counts'];
    const fields = [...this.#fields].map(([name, leads]) => ({ name, leads })).sort((a, b) => b.leads - a.leads);
    return { leads: this.#leads, counts, fields, repaired: this.#repaired, samples: this.#named };
  }
}
