/** Talks to the service as the console does: JSON, the session's cookie, problems as errors. */
import type { ProblemDetails } from '../api/problem.ts';

/** Tells the service that no other site's page asks, and that nobody is to be asked for HTTP Basic. */
const HEADERS = { 'x-requested-with': 'scim-salesforce-console' };

/** What the service said was wrong; `message` says what to change. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  /** HTTP status; 0 when the service was not reached. */
  readonly status: number;
  /** For the log of the service. */
  readonly requestId: string | undefined;

  constructor(status: number, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.requestId = requestId;
  }
}

/** Who wants to know that the session has ended, or is somebody else's. */
let tellEnded: () => void = () => undefined;
export const onSessionEnded = (listener: () => void): void => {
  tellEnded = listener;
};

/** Whom the page shows as logged in: the service does nothing for it under another name. */
let user: string | undefined;
export const actFor = (name: string | undefined): void => {
  user = name;
};

export type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * @param path with `/admin` in front
 * @throws RequestFailed
 */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      ...HEADERS,
      ...(user !== undefined && { 'x-console-user': encodeURIComponent(user) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => undefined);
  if (!answer) throw new RequestFailed(0, 'The service cannot be reached.');
  if (answer.status === 401 && path.startsWith('/admin/api')) tellEnded();
  if (!answer.ok) throw await readFailure(answer);
  // The caller names the schema that the route answers by.
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

async function readFailure(answer: Response): Promise<RequestFailed> {
  // What a proxy answers is no problem of ours.
  const problem = (await answer.json().catch(() => ({}))) as Partial<ProblemDetails>;
  const detail = problem.detail ?? `The service answered ${answer.status} ${answer.statusText}.`;
  return new RequestFailed(answer.status, detail, problem.instance);
}

export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}
