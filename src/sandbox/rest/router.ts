/** Which handler an address has, and how a call that failed is answered. */
import { methodNotAllowed, resourceNotFound, SalesforceError } from '../errors.ts';
import { answerError, type Answer } from './call.ts';
import { ROUTES, type Route } from './routes.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly route: Route;
  readonly segments: readonly string[];
}

const split = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

const COMPILED: readonly Compiled[] = ROUTES.map((route) => ({ route, segments: split(route.path) }));

const isParam = (segment: string): boolean => segment.startsWith('{');

const fits = ({ segments }: Compiled, parts: readonly string[]): boolean =>
  segments.length === parts.length && segments.every((segment, at) => isParam(segment) || segment === parts[at]);

function paramsOf({ segments }: Compiled, parts: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) if (isParam(segment)) params[segment.slice(1, -1)] = parts[at] ?? '';
  return params;
}

const fixedParts = ({ segments }: Compiled): number => segments.filter((segment) => !isParam(segment)).length;

/** The address with the most fixed parts wins: `describe` is no record id. */
function candidatesFor(parts: readonly string[]): readonly Compiled[] {
  const fitting = COMPILED.filter((compiled) => fits(compiled, parts));
  const most = Math.max(...fitting.map(fixedParts));
  return fitting.filter((compiled) => fixedParts(compiled) === most);
}

/** As Salesforce lists them: HEAD goes with GET and comes first. */
function allowedMethods(candidates: readonly Compiled[]): string {
  const methods = candidates.map(({ route }) => route.method);
  return [...(methods.includes('GET') ? ['HEAD'] : []), ...methods].join(',');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw resourceNotFound();
  }
}

/**
 * Finds the route of a call.
 *
 * @param path below /services/data/vXX.X, still percent-encoded
 * @throws SalesforceError 404 for an unknown or undecodable address, 405 for an address with other methods
 */
export function findRoute(method: string, path: string): Match {
  const parts = split(path).map(decode);
  const candidates = candidatesFor(parts);
  if (candidates.length === 0) throw resourceNotFound();
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = candidates.find(({ route }) => route.method === wanted);
  if (!found) throw methodNotAllowed(method, allowedMethods(candidates));
  return { route: found.route, params: paramsOf(found, parts) };
}

/** Does `work`; what Salesforce would refuse is an answer too. */
export function answerCall(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof SalesforceError) return answerError(error);
    throw error;
  }
}
