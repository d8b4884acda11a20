/** Which access token to use, and when a new one is fetched (Salesforce Help, OAuth Tokens and Scopes). */
import { done, failed, faultFromAnswer, faultFromLoss, unexpectedResponse, type Result } from './errors.ts';
import type { Grant } from './grants.ts';
import { isObject } from './json.ts';
import { isCredentialRefusal } from './oauth-errors.ts';
import type { SalesforceEvent } from './options.ts';
import type { Answer, Transport } from './request.ts';
import type { Scrubber } from './secrets.ts';
import type { Fault } from '../provisioning/lead-target.ts';

export interface Session {
  readonly accessToken: string;
  /** Where API calls go; it may move, so it is read with each token. */
  readonly instanceUrl: string;
  /** Of the user who logged in; absent where Salesforce does not tell. */
  readonly userId?: string;
  readonly obtainedAtMs: number;
}

interface TokenCacheOptions {
  readonly tokenUrl: string;
  readonly transport: Transport;
  readonly grant: Grant;
  readonly timeoutMs: number;
  readonly sessionIdleMs: number;
  readonly now: () => number;
  readonly onEvent: (event: SalesforceEvent) => void;
  readonly scrubber: Scrubber;
}

/**
 * How long a renewed session that is refused as well is kept before the next login.
 * An org that refuses every session would otherwise cost a login per call, and 3,600 an hour lock the user out.
 */
const FRUITLESS_RENEWAL_PAUSE_MS = 60_000;

/**
 * One session for all callers. Salesforce names no expiry: a token is a session that ends after a time without use,
 * or at any moment without notice. It is never revoked here, because logins of one user may share it.
 */
export class TokenCache {
  readonly #options: TokenCacheOptions;
  #session: Session | undefined;
  #usedAtMs = 0;
  #login: Promise<Result<Session>> | undefined;
  #refusal: Fault | undefined;
  /** Renewals since Salesforce last accepted a session in a call. */
  #fruitlessRenewals = 0;

  constructor(options: TokenCacheOptions) {
    this.#options = options;
  }

  /** Where the org was at the latest login; undefined before the first. */
  get instanceUrl(): string | undefined {
    return this.#session?.instanceUrl;
  }

  /** Who logged in latest; undefined before that. */
  get userId(): string | undefined {
    return this.#session?.userId;
  }

  /** The session to use; logs in when there is none or it lay idle too long. Callers at the same time share one login. */
  current(): Promise<Result<Session>> {
    if (this.#refusal !== undefined) return Promise.resolve(failed(this.#refusal));
    if (this.#login !== undefined) return this.#login;
    if (this.#session === undefined || this.#isIdle()) return this.#logIn();
    return Promise.resolve(done(this.#session));
  }

  /**
   * A session to use instead of one that was answered 401.
   *
   * @returns undefined when another login would be no use
   */
  renew(stale: Session): Promise<Result<Session>> | undefined {
    if (this.#session !== stale || this.#login !== undefined) return this.current();
    const age = this.#options.now() - stale.obtainedAtMs;
    if (this.#fruitlessRenewals > 0 && age < FRUITLESS_RENEWAL_PAUSE_MS) return undefined;
    return this.#logIn().then((renewed) => {
      // Only a session that was got and is refused in its turn is fruitless; a login that failed has its own fault.
      if (renewed.kind === 'done') this.#fruitlessRenewals += 1;
      return renewed;
    });
  }

  /** Salesforce accepted the session, which also starts its idle time again. */
  markUsed(session: Session): void {
    if (this.#session !== session) return;
    this.#usedAtMs = this.#options.now();
    this.#fruitlessRenewals = 0;
  }

  /** Forgets a remembered refusal, after someone has mended the credentials. */
  reset(): void {
    this.#refusal = undefined;
    this.#fruitlessRenewals = 0;
  }

  #isIdle(): boolean {
    return this.#options.now() - this.#usedAtMs >= this.#options.sessionIdleMs;
  }

  #logIn(): Promise<Result<Session>> {
    this.#login = this.#fetch().finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #fetch(): Promise<Result<Session>> {
    const startedAtMs = this.#options.now();
    const result = await this.#requestToken();
    const durationMs = this.#options.now() - startedAtMs;
    if (result.kind === 'done') this.#accept(result.value);
    else if (isCredentialRefusal(result.fault)) this.#refusal = result.fault;
    this.#options.onEvent(
      result.kind === 'done'
        ? { kind: 'token refreshed', durationMs }
        : { kind: 'token refused', code: result.fault.code, durationMs },
    );
    return result;
  }

  #accept(session: Session): void {
    this.#session = session;
    this.#usedAtMs = session.obtainedAtMs;
  }

  async #requestToken(): Promise<Result<Session>> {
    const { grant, transport, tokenUrl, timeoutMs, now, scrubber } = this.#options;
    const form = await grant(now());
    scrubber.learn(form.get('assertion') ?? '');
    const answer = await transport.send({
      method: 'POST',
      url: tokenUrl,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      timeoutMs,
    });
    if (answer.kind === 'lost') return failed(scrubber.scrub(faultFromLoss(answer, false)));
    if (answer.status !== 200) return failed(scrubber.scrub(faultFromAnswer(answer, false, now())));
    return this.#readSession(answer);
  }

  #readSession(answer: Answer): Result<Session> {
    const { access_token: accessToken, instance_url: instanceUrl, id } = isObject(answer.body) ? answer.body : {};
    if (typeof accessToken !== 'string' || !isInstanceUrl(instanceUrl, this.#options.tokenUrl)) {
      return failed(unexpectedResponse(answer.status, 'the token reply holds no usable token and instance_url', false));
    }
    this.#options.scrubber.learn(accessToken);
    return done({ accessToken, instanceUrl, ...readUserId(id), obtainedAtMs: this.#options.now() });
  }
}

/** The identity URL ends in the ids of organization and user. */
function readUserId(identityUrl: unknown): Pick<Session, 'userId'> {
  const userId = typeof identityUrl === 'string' ? /\/(005[a-zA-Z0-9]{12,15})$/.exec(identityUrl)?.[1] : undefined;
  return userId === undefined ? {} : { userId };
}

/** The token must not go out in the clear when the login was encrypted. */
function isInstanceUrl(value: unknown, tokenUrl: string): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const protocol = new URL(value).protocol;
  return protocol === 'https:' || (protocol === 'http:' && tokenUrl.startsWith('http:'));
}
