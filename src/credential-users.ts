/** Which User a credential is, from `SCIM_ME` (RFC 7644 §3.11). */

export interface CredentialUsers {
  /** userNames by the name of the credential, e.g. `basic:admin` or `bearer:2`. */
  readonly userNames: ReadonlyMap<string, string>;
  /** What is wrong with the text, naming the entry. */
  readonly faults: readonly string[];
}

/**
 * @param text e.g. `basic:admin=bjensen,bearer:2=ops`
 * @param credentials the names of all that this service has; that of HTTP Basic may hold `=`
 */
export function parseCredentialUsers(text: string, credentials: readonly string[]): CredentialUsers {
  const userNames = new Map<string, string>();
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    const credential = credentials.find((name) => entry.startsWith(`${name}=`));
    const userName = entry.slice(entry.indexOf('=', credential?.length) + 1).trim();
    if (credential === undefined) faults.push(unknownCredential(entry, credentials));
    else if (userName === '') faults.push(`SCIM_ME: "${entry}" lacks the userName after =`);
    else if (userNames.has(credential))
      faults.push(`SCIM_ME: "${entry}" is the second entry for ${credential}: keep one`);
    else userNames.set(credential, userName);
  }
  return { userNames, faults };
}

const unknownCredential = (entry: string, credentials: readonly string[]): string =>
  `SCIM_ME: "${entry}" must begin with a credential of this service and =, e.g. ${credentials.map((name) => `${name}=bjensen`).join(' or ')}`;
