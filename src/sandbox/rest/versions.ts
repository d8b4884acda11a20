/** Which API versions and resources there are (Versions, Resources by Version). */
import type { SandboxConfig } from '../config.ts';
import { resourceNotFound, versionRetired } from '../errors.ts';
import { ORG_ID } from '../ids.ts';
import { originOf } from '../service-request.ts';
import { ok, type Answer, type Call } from './call.ts';

const SEASONS = ['Summer', 'Winter', 'Spring'];
// v58 was Summer '23; three releases a year, and Winter carries the next year's number.
const SUMMER_23 = 58;

function labelOf(version: number): string {
  const season = SEASONS[(((version - SUMMER_23) % 3) + 3) % 3] ?? '';
  const year = 23 + Math.floor((version - SUMMER_23 + 2) / 3);
  return `${season} '${String(year).padStart(2, '0')}`;
}

const versionText = (version: number): string => `${version}.0`;

/** The list needs no token and costs no call. */
export function listVersions({ minApiVersion, maxApiVersion }: SandboxConfig) {
  const count = Math.max(0, maxApiVersion - minApiVersion + 1);
  return Array.from({ length: count }, (_, at) => minApiVersion + at).map((version) => ({
    label: labelOf(version),
    url: `/services/data/v${versionText(version)}`,
    version: versionText(version),
  }));
}

/**
 * Reads the version segment of an address: `v67.0`, or `latest`.
 *
 * @throws SalesforceError 404 for a version that does not exist yet, 410 for a retired one
 */
export function readVersion(config: SandboxConfig, segment: string): { version: number; base: string } {
  const text = segment === 'latest' ? `v${versionText(config.maxApiVersion)}` : segment;
  const version = Number(/^v(\d{1,3})\.0$/.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(version) || version > config.maxApiVersion) throw resourceNotFound();
  if (version < config.minApiVersion) throw versionRetired();
  return { version, base: `/services/data/${text}` };
}

const RESOURCES = ['composite', 'jobs', 'limits', 'query', 'queryAll', 'sobjects'];

export function listResources(call: Call): Answer {
  const resources = Object.fromEntries(RESOURCES.map((name) => [name, `${call.base}/${name}`]));
  return ok({ ...resources, identity: `${originOf(call.org, call.headers)}/id/${ORG_ID}/${call.userId}` });
}
