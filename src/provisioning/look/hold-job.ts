/** Work that one process of all may do at a time, for as long as it takes. */
import type { Store } from '../../storage/store.ts';

const MINUTE = 60_000;

/** How long after the last sign of life somebody else may do it: longer than a call to Salesforce with its repetitions. */
export const LEASE_MS = 5 * MINUTE;

export interface HeldJob {
  /** A sign of life. @returns false when another process has it by now: stop */
  keep(): Promise<boolean>;
  /** Lets the next one begin. */
  giveBack(): Promise<void>;
}

/** Another process is at it. */
export class JobBusy extends Error {
  constructor(name: string) {
    super(`another ${name} is running on this database: wait until it ends`);
    this.name = 'JobBusy';
  }
}

/** @throws JobBusy, StorageUnavailable */
export async function takeHeldJob(store: Store, name: string, now: () => number): Promise<HeldJob> {
  const takenAt = now();
  if (!(await store.takeJob(name, LEASE_MS, takenAt))) throw new JobBusy(name);
  let heldUntil = takenAt + LEASE_MS;
  const holdUntil = async (until: number): Promise<boolean> => {
    const isHeld = await store.holdJob(name, heldUntil, until);
    if (isHeld) heldUntil = until;
    return isHeld;
  };
  return {
    keep: () => holdUntil(now() + LEASE_MS),
    giveBack: async () => {
      await holdUntil(now());
    },
  };
}
