/** By the admin API of a running service: every way to fail is told with what to do about it. */
import { ADMIN_API_PATH } from '../api/scope.ts';
import { isAnswer, OPERATIONS, type Answer, type OperationName } from '../api/operations.ts';
import { PROBLEM_TYPE, type ProblemKind } from '../api/problem.ts';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { ServiceAccess } from '../../service-access.ts';
import { CommandFailed, Refused, UsageError } from './errors.ts';
import type { Asked, OnCall } from './on-call.ts';

/** Longer than the longest push. */
const TIMEOUT_MS = 60_000;

/** @throws UsageError when the address is none */
export function httpWay(url: string, { authorization }: Pick<ServiceAccess, 'authorization'>): OnCall {
  const base = readUrl(url);
  return {
    ask: async <Name extends OperationName>(name: Name, asked: Asked = {}): Promise<Answer<Name>> => {
      const answer = await send(base, name, asked, authorization);
      const body = await readBody(answer);
      if (answer.status !== 200) throw refusal(base, answer, body, authorization !== undefined);
      if (!isAnswer(name, body)) throw notOurs(base);
      return body;
    },
    close: () => Promise.resolve(),
  };
}

const HOW_TO_NAME = 'give the address that the service prints at its start, e.g. http://127.0.0.1:8080';

/** @returns without a slash at its end */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What was typed may hold a password, so it is not repeated.
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError(`--url is no http or https URL: ${HOW_TO_NAME}`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      '--url holds credentials, which others can read: put them into SCIM_SALESFORCE_USERNAME and SCIM_SALESFORCE_PASSWORD',
    );
  return `${url.origin}${url.pathname}`.replace(/(\/admin(\/api)?)?\/*$/, '');
}

async function send(
  base: string,
  name: OperationName,
  { params = {}, query = {}, body }: Asked,
  authorization: string | undefined,
): Promise<Response> {
  const { method, path } = OPERATIONS[name];
  const place = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const url = new URL(`${base}${ADMIN_API_PATH}${place}`);
  for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value));
  const headers = {
    accept: 'application/json',
    ...(authorization !== undefined && { authorization }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const request = { method, headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  return fetch(url, body ? { ...request, body: JSON.stringify(body) } : request).catch(explain(base));
}

async function readBody(answer: Response): Promise<unknown> {
  const text = await answer.text().catch(() => '');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const CERTIFICATE = 'name the certificate that it goes back to in NODE_EXTRA_CA_CERTS';

/** By the code of the error that `fetch` has as its cause. */
const ADVICE: readonly { readonly codes: RegExp; readonly message: (base: string) => string }[] = [
  {
    codes: /^ECONNREFUSED$/,
    message: (base) =>
      `nothing answers at ${base}: start the service, or name the right address with --url or SCIM_SALESFORCE_URL`,
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    message: (base) => `the host of ${base} is not known: correct --url or SCIM_SALESFORCE_URL, or look at the DNS`,
  },
  {
    codes: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/,
    message: (base) => `the certificate of ${base} is not trusted: ${CERTIFICATE}`,
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    message: (base) => `the certificate of ${base} has expired: renew it, or set the clock of this machine`,
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    message: (base) => `the certificate of ${base} is for another host: name the host that it is for`,
  },
  {
    codes: /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/,
    message: (base) => `${base} does not speak TLS: write http:// where there is no proxy in front`,
  },
  {
    codes: /^(ERR_SSL_|ERR_TLS_)/,
    message: (base) =>
      `${base} refused the TLS connection: it may want a client certificate, which commands have none of`,
  },
];

function explain(base: string): (error: unknown) => never {
  return (error) => {
    throw new CommandFailed(unreachable(base, error), { cause: error });
  };
}

function unreachable(base: string, error: unknown): string {
  if (isObject(error) && error['name'] === 'TimeoutError')
    return `${base} did not answer within ${TIMEOUT_MS / 1000} s: look at its log and its load, then try again`;
  const code = codeOf(error);
  const known = ADVICE.find(({ codes }) => codes.test(code));
  return known?.message(base) ?? `the connection to ${base} broke (${code}): try again, or look at what is in between`;
}

/** Of the error, of the first of several attempts (one for each address of a host), or of its cause. */
function codeOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const { code, errors, cause, message } = error;
  if (typeof code === 'string') return code;
  const deeper = Array.isArray(errors) ? (errors as readonly unknown[])[0] : cause;
  if (deeper !== undefined) return codeOf(deeper);
  return typeof message === 'string' ? message : 'no reason given';
}

/** What to do besides what the service says. */
const THEN: Partial<Readonly<Record<ProblemKind, string>>> = {
  forbidden: ': use a credential that has it',
  failed: ': the log of the service has more',
  unavailable: ': try again in a moment',
};

function refusal(base: string, answer: Response, body: unknown, hasCredentials: boolean): Error {
  const { status, headers } = answer;
  if (status === 401) return new Refused('unauthorized', wrongCredentials(base, hasCredentials));
  const problem = isObject(body) && isProblem(body) ? body : undefined;
  if (!problem) {
    if (status >= 300 && status < 400)
      return new CommandFailed(`${base} sends on to ${headers.get('location') ?? 'another address'}: name that one`);
    return status >= 500
      ? new CommandFailed(`${base} answers with ${status}: look at the service and at what is in front of it`)
      : notOurs(base);
  }
  const kind = problem.type.slice(PROBLEM_TYPE.length) as ProblemKind;
  const { detail } = problem;
  if (kind === 'invalid-request') return new UsageError(detail);
  const then = kind === 'forbidden' && !detail.includes('lacks the scope') ? '' : (THEN[kind] ?? '');
  return new Refused(kind, `${detail}${then}`);
}

const isProblem = (body: JsonObject): body is JsonObject & { readonly type: string; readonly detail: string } =>
  typeof body['type'] === 'string' && body['type'].startsWith(PROBLEM_TYPE) && typeof body['detail'] === 'string';

const wrongCredentials = (base: string, hasCredentials: boolean): string =>
  hasCredentials
    ? `${base} does not take these credentials: correct SCIM_SALESFORCE_TOKEN, or SCIM_SALESFORCE_USERNAME and SCIM_SALESFORCE_PASSWORD`
    : `${base} wants credentials: set SCIM_SALESFORCE_TOKEN, or SCIM_SALESFORCE_USERNAME and SCIM_SALESFORCE_PASSWORD`;

const notOurs = (base: string): CommandFailed =>
  new CommandFailed(
    `${base} has no admin API of this program's version: ${HOW_TO_NAME}, without /scim/v2; or use the program of the same version`,
  );
