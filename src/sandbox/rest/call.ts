/** What a REST handler is given and what it answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { bodyMissing, resourceNotFound, type SalesforceError } from '../errors.ts';
import type { Org } from '../org.ts';
import type { SaveContext } from '../records/save.ts';
import type { SObjectType } from '../schema/sobjects.ts';

/** A call inside a composite or batch call. */
export interface Subrequest {
  readonly method: string;
  /** With or without /services/data before the version. */
  readonly url: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Call {
  readonly org: Org;
  /** The user whose session it is. */
  readonly userId: string;
  readonly version: number;
  /** `/services/data/vXX.X` */
  readonly base: string;
  /** The decoded `{name}` parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown;
  /** Carries out a subrequest as the same user, with its headers over those of this call. */
  readonly dispatch: (outer: Call, subrequest: Subrequest) => Answer;
}

export interface Answer {
  readonly status: number;
  /** JSON; absent for an answer without one. */
  readonly body?: unknown;
  /** Verbatim, instead of JSON. */
  readonly raw?: { readonly type: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Answer;

export const ok = (body: unknown): Answer => ({ status: 200, body });

export const NO_CONTENT: Answer = { status: 204 };

export const answerError = (error: SalesforceError): Answer => ({ status: error.status, body: error.items });

export const isFailed = (answer: Answer): boolean => answer.status >= 400;

export const param = (call: Call, name: string): string => call.params[name] ?? '';

const headerOf = (call: Call, name: string): string => {
  const value = call.headers[name];
  return typeof value === 'string' ? value : '';
};

/** The body of a call that needs one. */
export function requireBody(call: Call): unknown {
  if (call.body === undefined) throw bodyMissing();
  return call.body;
}

/** The object that the path names. */
export function requireType(call: Call): SObjectType {
  const type = call.org.schema.get(param(call, 'sobject').toLowerCase());
  if (!type) throw resourceNotFound();
  return type;
}

/** What the call's headers ask of a save; both have Salesforce's defaults. */
export const saveContextOf = (call: Call): SaveContext => ({
  org: call.org,
  userId: call.userId,
  base: call.base,
  autoAssign: headerOf(call, 'sforce-auto-assign').toLowerCase() !== 'false',
  allowDuplicates: /allowSave\s*=\s*true/i.test(headerOf(call, 'sforce-duplicate-rule-header')),
});

/** The page size that Sforce-Query-Options asks for; Salesforce takes 200 to 2,000. */
export function pageSizeOf(call: Call): number {
  const wish = /batchSize\s*=\s*(\d+)/i.exec(headerOf(call, 'sforce-query-options'))?.[1];
  const size = wish === undefined ? Infinity : Math.max(200, Number(wish));
  return Math.min(size, call.org.config.queryPageSize);
}
