/** Credentials that Salesforce refused: a row for each, so that every process and the next start know of it. */
import type { Refusal, RefusedCredentials } from '../refusal-store.ts';
import type { Driver, Transaction } from './transaction.ts';

/** They wait for somebody from now on. */
export function* noteRefusal(
  connector: string,
  { credentials, refusals, retryAt }: RefusedCredentials,
): Transaction<void> {
  const text = `insert into refusal (connector, credentials, refusals, until, retry_at) values ($1, $2, $3, null, $4)
    on conflict (connector, credentials) do update set
      refusals = excluded.refusals,
      until = null,
      retry_at = excluded.retry_at`;
  yield { text, values: [connector, credentials, refusals, retryAt], unread: true };
}

/** A start is somebody's act, but no reason to try them before their time. */
export function* admitRefused(connector: string, credentials: string, now: number): Transaction<void> {
  const text = `update refusal set until = case when retry_at > $3 then retry_at else $3 end
    where connector = $1 and credentials = $2 and until is null`;
  yield { text, values: [connector, credentials, now], unread: true };
}

/** Somebody says that all of them are mended. */
export function* admitAllRefused(connector: string, now: number): Transaction<void> {
  const text = 'update refusal set until = $2 where connector = $1 and (until is null or until > $2)';
  yield { text, values: [connector, now], unread: true };
}

/** When the credentials $3 may be tried; null where they were not refused. */
export const OWN_UNTIL =
  '(select refusal.until from refusal where refusal.connector = $1 and refusal.credentials = $3)';

export async function readRefusal(
  driver: Driver,
  connector: string,
  credentials: string,
): Promise<Refusal | undefined> {
  const text = 'select refusals, until from refusal where connector = $1 and credentials = $2';
  const [row] = await driver.read({ text, values: [connector, credentials] });
  if (!row) return undefined;
  const refusals = Number(row['refusals']);
  return typeof row['until'] === 'undefined' || row['until'] === null
    ? { refusals }
    : { refusals, until: Number(row['until']) };
}

export function* forgetRefusal(connector: string, credentials: string): Transaction<void> {
  const text = 'delete from refusal where connector = $1 and credentials = $2';
  yield { text, values: [connector, credentials], unread: true };
}
