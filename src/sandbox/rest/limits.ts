/** How much of the org's daily allowance is left (Limits; Sforce-Limit-Info). */
import type { Org } from '../org.ts';
import { ok, type Answer, type Call } from './call.ts';

export const limitInfo = (org: Org): string =>
  `api-usage=${org.quota.used(org.now())}/${org.config.maxDailyApiRequests}`;

export function limits({ org }: Call): Answer {
  const max = org.config.maxDailyApiRequests;
  return ok({ DailyApiRequests: { Max: max, Remaining: Math.max(0, max - org.quota.used(org.now())) } });
}
