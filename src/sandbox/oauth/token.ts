/** What the token and revoke endpoints answer (help: "OAuth Endpoints"). */
import { createHmac } from 'node:crypto';
import { ORG_ID } from '../ids.ts';
import type { Org } from '../org.ts';
import { idOf } from '../records/table.ts';
import { ok, type Answer } from '../rest/call.ts';
import type { TokenRequest } from './clients.ts';
import { GRANTS, type Grant } from './grants.ts';
import { alreadyProcessing, grantTypeMissing, grantTypeUnknown, OAuthError, tokenTypeUnknown } from './oauth-error.ts';
import type { Session } from './sessions.ts';

const answerRefusal = (error: unknown): Answer => {
  if (!(error instanceof OAuthError)) throw error;
  return { status: 400, body: { error: error.error, error_description: error.message } };
};

/** The session that a user has already, where they are shared, else a new one. */
export function openSession(org: Org, userId: string): Session {
  const { shareSessions, sessionTimeoutMs } = org.config;
  const shared = shareSessions ? org.sessions.find(userId, sessionTimeoutMs, org.now()) : null;
  return shared ?? org.sessions.open(userId, ORG_ID, org.now());
}

/** There is no expires_in: a session ends by idleness, and only a 401 tells. */
function answerGrant({ org, origin }: TokenRequest, { username, secret, scope }: Grant): Answer {
  const userId = idOf(org.userNamed(username));
  const id = `${origin}/id/${ORG_ID}/${userId}`;
  const issuedAt = String(org.now().getTime());
  return ok({
    access_token: openSession(org, userId).token,
    ...(scope === undefined ? {} : { scope }),
    instance_url: origin,
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
    signature: createHmac('sha256', secret)
      .update(id + issuedAt)
      .digest('base64'),
  });
}

function refuseBusy({ org, overlaps }: TokenRequest): void {
  const { tokenRequests } = org.config;
  if (tokenRequests === 'busy' || (tokenRequests === 'one-at-a-time' && overlaps)) throw alreadyProcessing();
}

/** Tells the counters how it ended. */
export function issueToken(request: TokenRequest): Answer {
  const answer = tryToIssue(request);
  request.org.calls.logins[answer.status === 200 ? 'granted' : 'refused'] += 1;
  return answer;
}

function tryToIssue(request: TokenRequest): Answer {
  try {
    refuseBusy(request);
    const grantType = request.params.get('grant_type');
    if (!grantType) throw grantTypeMissing();
    const grant = GRANTS.get(grantType);
    if (!grant) throw grantTypeUnknown();
    return answerGrant(request, grant(request));
  } catch (error) {
    return answerRefusal(error);
  }
}

/** Ends the session for everybody who shares it. */
export function revokeToken({ org, params }: TokenRequest): Answer {
  if (org.sessions.revoke(params.get('token') ?? '')) return { status: 200 };
  return answerRefusal(tokenTypeUnknown());
}
