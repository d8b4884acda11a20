/** What the service says of itself to whoever watches over it. */
import { eventually } from '../../support/service.ts';
import type { Instance } from './instance.ts';

/** @returns the status; 0 when nothing answers */
export async function probe(instance: Instance, path: '/readyz' | '/healthz'): Promise<number> {
  if (instance.url === undefined) return 0;
  const answer = await fetch(`${new URL(instance.url).origin}${path}`).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status ?? 0;
}

/** @returns whether the service says so within `timeoutMs` */
export async function becomes(
  instance: Instance,
  path: '/readyz' | '/healthz',
  status: number,
  timeoutMs: number,
): Promise<boolean> {
  const check = async (): Promise<true | undefined> => ((await probe(instance, path)) === status ? true : undefined);
  return eventually(check, timeoutMs).catch(() => false);
}
