/** What the org has left of its limits (REST API Developer Guide, Limits). */
import type { ApiUsage, Fault } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { failed, unexpectedResponse } from './errors.ts';
import { isObject } from './json.ts';

export interface Limit {
  readonly max: number;
  readonly remaining: number;
}

export type OrgLimits =
  /** By Salesforce's names, such as `DailyApiRequests`. */
  | { readonly kind: 'limits'; readonly limits: Readonly<Record<string, Limit>> }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** @param deadline epoch milliseconds */
export async function fetchLimits(connection: Connection, deadline = connection.nextDeadline()): Promise<OrgLimits> {
  const result = await connection.call({ method: 'GET', path: 'limits', resource: 'limits', deadline });
  if (result.kind === 'failed') return result;
  const { status, body } = result.value;
  if (!isObject(body)) return failed(unexpectedResponse(status, 'the answer holds no limits', false));
  return { kind: 'limits', limits: Object.fromEntries(Object.entries(body).flatMap(readLimit)) };
}

function readLimit([name, value]: [string, unknown]): [string, Limit][] {
  if (!isObject(value)) return [];
  const { Max: max, Remaining: remaining } = value;
  return typeof max === 'number' && typeof remaining === 'number' ? [[name, { max, remaining }]] : [];
}

/** Of rolling 24 hours, whoever in the org makes them. */
export function dailyCalls(limits: Readonly<Record<string, Limit>>): ApiUsage | undefined {
  const daily = limits['DailyApiRequests'];
  return daily && { used: daily.max - daily.remaining, max: daily.max };
}
