/** What would become of the Leads of held users if somebody approved it, by what is known here: Salesforce is not asked. */
import type { Lane } from '../../storage/store.ts';
import { planUser } from '../batch/decide.ts';
import type { DeliveryContext } from '../delivery.ts';
import type { LeadFields } from '../lead-target.ts';
import { asLeased } from './preview.ts';
import { readUsers } from '../batch/read-users.ts';

export interface HeldRemoval {
  readonly lane: Lane;
  /** `close`: the user is gone and the Lead stays; `none`: nothing any more, or the mapping fails. */
  readonly action: 'delete' | 'close' | 'update' | 'none';
  readonly reason: string;
  /** What would be written; of `close` and `update`. */
  readonly fields: LeadFields;
}

/** @returns one for each lane, in the same order */
export async function planHeld(context: DeliveryContext, lanes: readonly Lane[]): Promise<readonly HeldRemoval[]> {
  const claimed = await readUsers(context, lanes.map(asLeased));
  const planned = await Promise.all(claimed.map((one) => planUser(context, one)));
  return planned.map((one): HeldRemoval => {
    const { lane } = one.claimed;
    if ('kind' in one) return { lane, action: 'none', reason: one.error?.message ?? one.reason, fields: {} };
    const { plan } = one;
    const action = plan.kind === 'delete' || plan.kind === 'close' || plan.kind === 'update' ? plan.kind : 'none';
    return { lane, action, reason: plan.reason, fields: 'fields' in plan ? plan.fields : {} };
  });
}
