/** How many API calls the org has used, as each answer tells (REST API Developer Guide, Limit Info Header). */
import type { ApiUsage } from '../provisioning/lead-target.ts';

/** `per-app-api-usage`, which may follow, counts something else. */
const API_USAGE = /(?:^|[;,\s])api-usage=(\d+)\/(\d+)/;

/** @param header such as `api-usage=10018/100000; per-app-api-usage=17/250(appName=x)` */
export function parseLimitInfo(header: string | undefined): ApiUsage | undefined {
  const match = API_USAGE.exec(header ?? '');
  return match === null ? undefined : { used: Number(match[1]), max: Number(match[2]) };
}
