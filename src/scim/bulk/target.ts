/** Which resource type or resource the path of a bulk operation names (RFC 7644 §3.7). */
import { notFound } from '../errors.ts';
import type { Registry } from '../schema/registry.ts';
import type { ResourceType } from '../schema/resource-type.ts';
import { decodeSegment } from './references.ts';

export interface Target {
  readonly type: ResourceType;
  /** Absent: the endpoint of the type. May be `bulkId:x` as long as references are not replaced. */
  readonly id?: string;
}

/**
 * Reads `/Users`, `Users/2819c223`, `/Users/bulkId:x`, also with what `baseUrl` or its path put before it.
 *
 * @throws ScimError notFound
 */
export function parseTarget({ resourceTypes }: Registry, baseUrl: string, path: string): Target {
  const relative = relativePath(baseUrl, path.trim());
  const type = resourceTypes.find(({ endpoint }) => relative === endpoint || relative.startsWith(`${endpoint}/`));
  const id = type && relative.slice(type.endpoint.length + 1);
  if (type === undefined || id === undefined || /[/?#]/.test(id)) {
    const known = resourceTypes.map(({ endpoint }) => endpoint).join(', ');
    throw notFound(`path must be an endpoint (${known}), or one of its resources as in ${known.split(',')[0]}/<id>`);
  }
  return id === '' ? { type } : { type, id: decodeSegment(id) };
}

function relativePath(baseUrl: string, path: string): string {
  const roots = [baseUrl, new URL(baseUrl).pathname.replace(/\/+$/, '')];
  const root = roots.find((candidate) => candidate !== '' && path.startsWith(`${candidate}/`)) ?? '';
  return `/${path.slice(root.length).replace(/^\/+|\/+$/g, '')}`;
}
