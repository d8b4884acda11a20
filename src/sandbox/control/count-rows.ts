/** How many rows a call writes, as far as collections tell: what triggers and flows would be busy with. */
import { isObject } from '../records/read-body.ts';
import type { ServiceRequest } from '../service-request.ts';

type Request = Pick<ServiceRequest, 'method' | 'path' | 'query' | 'body'>;

/** @returns 0 for calls that write nothing, and for those that write a single record by its own address */
export function countRows({ method, query, body }: Request): number {
  if (method === 'DELETE') return query.get('ids')?.split(',').length ?? 0;
  return method === 'GET' || body === null ? 0 : countIn(parse(body));
}

function countIn(body: unknown): number {
  if (!isObject(body)) return 0;
  const { records, compositeRequest } = body;
  if (Array.isArray(records)) return records.length;
  if (!Array.isArray(compositeRequest)) return 0;
  return compositeRequest.filter(isObject).reduce((sum, part) => sum + countPart(part), 0);
}

function countPart({ method, url, body }: Readonly<Record<string, unknown>>): number {
  const isDelete = method === 'DELETE' && typeof url === 'string';
  return isDelete ? (new URL(url, 'http://org').searchParams.get('ids')?.split(',').length ?? 0) : countIn(body);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
