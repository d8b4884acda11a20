/** How one call inside a composite or batch call is carried out. */
import { resourceNotFound } from '../errors.ts';
import type { Answer, Call, Subrequest } from './call.ts';
import { answerCall, findRoute } from './router.ts';
import { readVersion } from './versions.ts';

const ADDRESS = /^(?:\/services\/data\/|\/)?([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?$/;

const lowerNames = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export function runSubrequest(outer: Call, { method, url, body, headers }: Subrequest): Answer {
  return answerCall(() => {
    const [, segment = '', path = '/', search = ''] = ADDRESS.exec(url) ?? [];
    const version = readVersion(outer.org.config, segment);
    const { route, params } = findRoute(method.toUpperCase(), path);
    if (/^\/(composite\/batch|jobs)/.test(route.path)) throw resourceNotFound();
    const all = { ...outer.headers, ...lowerNames(headers) };
    return route.handle({ ...outer, ...version, params, query: new URLSearchParams(search), headers: all, body });
  });
}
