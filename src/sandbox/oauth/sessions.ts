/** Which access tokens are alive: a token is the session of a user and dies of idleness. */
import { randomBytes } from 'node:crypto';
import { toId15 } from '../ids.ts';

export interface Session {
  readonly token: string;
  readonly userId: string;
  /** Epoch milliseconds. */
  lastUsedAt: number;
}

/** Starts with the org's 15-character id, as clients that read the token's head expect. */
const newToken = (orgId: string): string =>
  `${toId15(orgId)}!AQ8AQ${randomBytes(66).toString('base64url').replaceAll('-', '.')}`;

export class Sessions {
  readonly #byToken = new Map<string, Session>();

  get size(): number {
    return this.#byToken.size;
  }

  open(userId: string, orgId: string, now: Date): Session {
    const session = { token: newToken(orgId), userId, lastUsedAt: now.getTime() };
    this.#byToken.set(session.token, session);
    return session;
  }

  /** The session of a token that was used within `timeoutMs`; using it keeps it alive. */
  use(token: string, timeoutMs: number, now: Date): Session | null {
    const session = this.#byToken.get(token);
    if (!session) return null;
    if (now.getTime() - session.lastUsedAt >= timeoutMs) {
      this.#byToken.delete(token);
      return null;
    }
    session.lastUsedAt = now.getTime();
    return session;
  }

  /** A live session that `userId` already has. */
  find(userId: string, timeoutMs: number, now: Date): Session | null {
    for (const session of this.#byToken.values())
      if (session.userId === userId && this.use(session.token, timeoutMs, now)) return session;
    return null;
  }

  /** @returns whether there was such a session */
  revoke(token: string): boolean {
    return this.#byToken.delete(token);
  }

  clear(): void {
    this.#byToken.clear();
  }
}
