/** What tells one set of credentials from another without telling any of them. */
import { scrypt } from 'node:crypto';
import type { SalesforceOptions } from './options.ts';

/** Some 15 ms and 4 MB: a guess should cost more than a hash, and a start should not be held up. */
const COST = { N: 2 ** 12 };

/** Enough to notice a change, and too little for whoever reads it to be sure of a guess. */
const BYTES = 4;

/**
 * @returns the same eight hexadecimal digits for the same credentials at the same login URL, on every machine
 */
export function fingerprint({ auth, loginUrl }: Pick<SalesforceOptions, 'auth' | 'loginUrl'>): Promise<string> {
  const text = JSON.stringify(Object.entries(auth).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new Promise((resolve, reject) => {
    scrypt(text, `scim-salesforce ${loginUrl}`, BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(key.toString('hex'));
    });
  });
}
