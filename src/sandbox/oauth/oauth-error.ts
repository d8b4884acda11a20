/** Which refusals the OAuth endpoints answer (help: "OAuth 2.0 Authorization Errors"). */

/** HTTP 400 with `error` and `error_description`. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

const make = (error: string, description: string) => (): OAuthError => new OAuthError(error, description);

export const grantTypeMissing = make('invalid_request', 'grant type is missing');
export const grantTypeUnknown = make('unsupported_grant_type', 'grant type not supported');
export const clientUnknown = make('invalid_client_id', 'client identifier invalid');
export const clientSecretWrong = make('invalid_client', 'invalid client credentials');
/** Wrong password, unknown user and disabled flow look the same on the wire. */
export const authenticationFailed = make('invalid_grant', 'authentication failure');
export const userInactive = make('invalid_grant', 'inactive user');
export const loginRateExceeded = make('invalid_grant', 'login rate exceeded');
export const alreadyProcessing = make('invalid_grant', 'token request is already being processed');
export const wrongDomain = make('invalid_grant', 'request not supported on this domain');
export const noRunAsUser = make('invalid_grant', 'no client credentials user enabled');
export const notApproved = make('invalid_grant', "user hasn't approved this consumer");
export const audienceWrong = make('invalid_grant', 'audience is invalid');
export const assertionInvalid = make('invalid_grant', 'invalid assertion');
export const assertionExpired = make('invalid_grant', 'expired authorization code');
export const tokenTypeUnknown = make('unsupported_token_type', 'this token type is not supported');
