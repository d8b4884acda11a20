/** What a request to one of Salesforce's addresses consists of, and what is known about it before it runs. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Org } from './org.ts';
import type { Answer } from './rest/call.ts';

export interface ServiceRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | null;
}

/**
 * The base URL under which the client reached the stand-in: `instance_url` must lead there too, from
 * another container for example.
 */
export const originOf = (org: Org, { host }: IncomingHttpHeaders): string =>
  host === undefined ? org.url : `http://${host}`;

export interface Endpoint {
  /** The name under which calls to this address are counted. */
  readonly route: string;
  readonly kind: 'token' | 'api' | 'other';
  readonly run: (org: Org, request: ServiceRequest) => Answer;
}
