/** A file that holds one secret and nothing else, as Docker and Kubernetes mount them. */
import { readFileSync } from 'node:fs';

/**
 * What editors add is not part of the secret: line ends at its end, and the byte order mark at its beginning.
 *
 * @throws Error of the system when it cannot be read
 */
export const readSecretFile = (path: string): string =>
  readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/[\r\n]+$/, '');
