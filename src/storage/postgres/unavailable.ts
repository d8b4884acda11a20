/** What PostgreSQL or the way to it refuses, as one line that says what to do (codes: appendix A of its manual). */
import { types } from 'node:util';
import { StatementTimeout, StorageUnavailable, UniquenessConflict, VersionConflict } from '../errors.ts';

const { isNativeError } = types;

const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'check user and password in DATABASE_URL',
  '28000': 'check user, password and pg_hba.conf of the server',
  '3D000': 'create the database, or name another in DATABASE_URL',
  '3F000': 'create the schema that search_path names',
  '42P01': 'the database has no tables of this program: run migrate, or serve',
  '42501': 'grant the user create and usage on the schema, and all rights on its tables and sequences',
  '25006': 'DATABASE_URL names a standby or a read-only database: name the primary',
  '53300': 'lower DATABASE_CONNECTIONS or raise max_connections of the server',
  '53100': 'the disk of the server is full: make room',
  '57P03': 'the server is starting or stopping: try again',
  ECONNREFUSED: 'nothing listens there: check host and port in DATABASE_URL, and that the server runs',
  ENOTFOUND: 'check the host name in DATABASE_URL',
  EAI_AGAIN: 'check the host name in DATABASE_URL, and the name service',
  ETIMEDOUT: 'check host, port and firewall',
  SELF_SIGNED_CERT_IN_CHAIN: 'name its authority with sslrootcert=<file> in DATABASE_URL',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'name its certificate with sslrootcert=<file> in DATABASE_URL',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'name its authority with sslrootcert=<file> in DATABASE_URL',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name the host as its certificate does in DATABASE_URL',
};

/** Of PostgreSQL or of the system. */
export const codeOf = (error: unknown): string => (isNativeError(error) && 'code' in error ? String(error.code) : '');

const TIMED_OUT = '57014';

/** Of the data or syntax of a statement, which only this program can mend. */
const OWN_FAULT = /^(?:22|42)/;
/** Of these classes, but for an operator: no tables, a pooler that mixes up connections, no right, a setting that is unknown or impossible. */
const FAULTS_OF_SETUP: ReadonlySet<string> = new Set(['42P01', '42P05', '42501', '42704', '22023']);

/** What the steps of a transaction threw on purpose passes, and so does a fault of ours; everything else is the database's. */
export function asUnavailable(error: unknown): unknown {
  const deliberate = [VersionConflict, UniquenessConflict, StorageUnavailable, TypeError];
  if (deliberate.some((kind) => error instanceof kind)) return error;
  const code = codeOf(error);
  // Without detail and context of the error, which may quote personal data.
  if (OWN_FAULT.test(code) && !FAULTS_OF_SETUP.has(code))
    return new Error(`PostgreSQL refused a statement (${code}): ${messageOf(error)}`);
  const advice = ADVICE[code];
  const message = `the database cannot be used: ${messageOf(error)}${advice === undefined ? '' : ` (${advice})`}`;
  const Kind = code === TIMED_OUT ? StatementTimeout : StorageUnavailable;
  return new Kind(message, { cause: error });
}

/** A host with several addresses fails with one error for all, which has no message of its own. */
function messageOf(error: unknown): string {
  if (isNativeError(error) && 'errors' in error && Array.isArray(error.errors))
    return error.errors.map(messageOf).join('; ');
  return isNativeError(error) ? error.message : String(error);
}
