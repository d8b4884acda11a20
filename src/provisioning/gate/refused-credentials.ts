/** Credentials that Salesforce refused: known to all processes and to the next start, so that nobody is locked out by trying them again and again. */
import type { DeliveryContext } from '../delivery.ts';
import { refusalDelayMs } from '../policy/retry.ts';
import type { Refusal, RefusedCredentials } from '../../storage/refusal-store.ts';
import type { ConnectorState } from '../../storage/store.ts';

type Context = Pick<DeliveryContext, 'store' | 'connector' | 'target' | 'now'>;

/** Whether a gate waits for somebody, as one does that refused credentials closed. */
export const waitsForSomebody = ({ gate }: ConnectorState): boolean => gate !== undefined && gate.until === undefined;

/** @returns what is known of this process' own credentials; undefined where they were not refused */
export async function findRefusal(
  { store, connector, target }: Context,
  { refused }: Pick<ConnectorState, 'refused'>,
): Promise<Refusal | undefined> {
  if (!refused || !target.credentials) return undefined;
  return store.readRefusal(connector, await target.credentials());
}

/** @returns what is to be remembered of the own ones; undefined where they are not told from others */
export async function refuse({ store, connector, target, now }: Context): Promise<RefusedCredentials | undefined> {
  if (!target.credentials) return undefined;
  const credentials = await target.credentials();
  const refusals = ((await store.readRefusal(connector, credentials))?.refusals ?? 0) + 1;
  return { credentials, refusals, retryAt: now() + refusalDelayMs(refusals) };
}

/** A login succeeded. */
export async function forgetRefusal({ store, connector, target }: Context): Promise<void> {
  if (target.credentials) await store.forgetRefusal(connector, await target.credentials());
}

/** A start lets a gate be tried that waits for somebody; credentials that were refused, only once they waited long enough. */
export async function admitStart({ store, connector, target, now }: Context): Promise<void> {
  const credentials = target.credentials && (await target.credentials());
  await store.probeGate(connector, now(), credentials);
}
