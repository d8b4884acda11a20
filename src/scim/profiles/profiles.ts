/** The profiles there are, and which one a request gets: that of its credential, else of its User-Agent, else the default. */
import type { Profile, ProfileName } from './profile.ts';

/** RFC behaviour, with the tolerance that harms nobody. */
const DEFAULT: Profile = {
  name: 'default',
  onExisting: 'refuse',
  put: 'replaces',
  readOnlyInPatch: 'refuse',
  makesElements: 'for a sub-attribute',
  findsNamesOfDomains: false,
  unpacksJson: false,
  answersPatchWithBody: false,
  pluralsInScim1: 'merge',
  isTolerant: true,
  unquotedFilters: 'fallback',
};

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  default: DEFAULT,
  // identity-outbound-provisioning-scim2 with identity-client-scim2 1.0 to 2.2; earlier clients than 2.0 say okhttp.
  wso2: {
    ...DEFAULT,
    name: 'wso2',
    userAgent: /^(wso2\/scim2\/client|Jakarta Commons-HttpClient\/)/,
    // It repeats a POST after every 5xx and time-out, and forgets a user whose POST was refused.
    onExisting: 'merge',
    // Up to 7.2 its PUT carries the changed claims alone.
    put: 'merges',
    // Its PATCH replaces id and meta.created.
    readOnlyInPatch: 'ignore',
    findsNamesOfDomains: true,
    // It escapes nothing: `null or userName pr` is somebody's name.
    unquotedFilters: 'literally',
    // A 204 is a null pointer to it.
    answersPatchWithBody: true,
    // The claim that changed is all it sends, and the value before it is to go.
    pluralsInScim1: 'replace by type',
  },
  // With and without ?aadOptscim062020.
  entra: { ...DEFAULT, name: 'entra', readOnlyInPatch: 'ignore', makesElements: 'always', unpacksJson: true },
  // Reassigning a deactivated user is a POST with the same userName.
  okta: { ...DEFAULT, name: 'okta', userAgent: /^Okta SCIM Client/, onExisting: 'reactivate' },
  strict: { ...DEFAULT, name: 'strict', makesElements: 'never', isTolerant: false, unquotedFilters: 'refuse' },
};

// The keys of the table are the names.
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

export interface ProfileChoice {
  /** Of the credential that let the request in. */
  readonly credential?: ProfileName | undefined;
  readonly userAgent?: string | undefined;
  /** Of requests that neither says. */
  readonly fallback: ProfileName;
}

export function chooseProfile({ credential, userAgent = '', fallback }: ProfileChoice): Profile {
  if (credential !== undefined) return PROFILES[credential];
  const known = Object.values(PROFILES).find((profile) => profile.userAgent?.test(userAgent));
  return known ?? PROFILES[fallback];
}
