/** How a record id is made, and its 15- and 18-character forms (help: "ID Field Type"). */

const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
// In the order of their character codes, so that ids sort in the order of their making.
const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const checksumOf = (group: string): string => {
  let bits = 0;
  for (let index = 0; index < group.length; index++) if (/[A-Z]/.test(group.charAt(index))) bits |= 1 << index;
  return CHECKSUM.charAt(bits);
};

/** Adds the three characters that say which of the fifteen are capitals. */
export const toId18 = (id15: string): string =>
  id15 + checksumOf(id15.slice(0, 5)) + checksumOf(id15.slice(5, 10)) + checksumOf(id15.slice(10, 15));

export const toId15 = (id18: string): string => id18.slice(0, 15);

/**
 * Reads an id in either form.
 *
 * @returns the 18-character form, or null for what is no id (a wrong checksum too)
 */
export function parseId(text: string): string | null {
  if (/^[0-9A-Za-z]{15}$/.test(text)) return toId18(text);
  if (!/^[0-9A-Za-z]{18}$/.test(text)) return null;
  return toId18(toId15(text)) === text ? text : null;
}

/** The one org that the stand-in is. */
export const ORG_ID = toId18('00D5e00000SandB');

const toBase62 = (number: number, length: number): string => {
  let text = '';
  for (let rest = number; text.length < length; rest = Math.floor(rest / 62)) text = BASE_62.charAt(rest % 62) + text;
  return text;
};

/**
 * A maker of ids that never come twice, not even after a restart: a client with a memory would
 * otherwise take a new record for an old one. `bornAt` goes into each id with second precision.
 */
export function createIdSequence(bornAt: Date): (keyPrefix: string) => string {
  const origin = toBase62(Math.floor(bornAt.getTime() / 1000), 6);
  let last = 0;
  return (keyPrefix) => {
    last += 1;
    return toId18(keyPrefix + origin + toBase62(last, 6));
  };
}
