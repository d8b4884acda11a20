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
  /** Whether a token request came while another was still being answered. */
  readonly overlaps: boolean;
}

const PORT = /:\d+$/;

const withPort = (host: string, port: string | undefined): string =>
  PORT.test(host) || port === undefined ? host : `${host}${port}`;

/** Whether a host is the org's own, and not one where any org's users log in. */
export function isMyDomain(org: Org, host: string): boolean {
  const { myDomainHost } = org.config;
  return myDomainHost === null || withPort(myDomainHost, PORT.exec(host)?.[0]) === host;
}

/**
 * The base URL of the org: its My Domain, or else where the client reached the stand-in. `instance_url` must lead
 * there, from another container for example, or through a server that ends TLS and says so (`X-Forwarded-Proto`).
 */
export function originOf(org: Org, { host, 'x-forwarded-proto': forwarded }: IncomingHttpHeaders): string {
  const { myDomainHost } = org.config;
  const protocol = forwarded === 'https' ? 'https' : 'http';
  if (myDomainHost !== null) return `${protocol}://${withPort(myDomainHost, PORT.exec(host ?? org.url)?.[0])}`;
  return host === undefined ? org.url : `${protocol}://${host}`;
}

export interface Endpoint {
  /** The name under which calls to this address are counted. */
  readonly route: string;
  readonly kind: 'token' | 'api' | 'other';
  readonly run: (org: Org, request: ServiceRequest) => Answer;
}
