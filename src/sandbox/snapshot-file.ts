/** How the org's records outlive its process: a file that holds all of them, replaced as a whole. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Row } from './schema/field.ts';

/** Changes that come within it share one file. */
const SAVE_DELAY_MS = 200;
const FORMAT = 1;

/** What a process begins with: nothing, what an earlier one left, or all but the last moment of one that was killed. */
export type Memory = 'none' | 'whole' | 'partial';

export interface Snapshot {
  /** From when the ids of the org are counted; epoch milliseconds. */
  readonly bornAt: number;
  /** Rows, deleted ones too, by the name of their object, oldest first. */
  readonly records: Readonly<Record<string, readonly Row[]>>;
}

/** A file that this stand-in has not written. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRow = (value: unknown): value is Row => isObject(value) && typeof value['Id'] === 'string';

export interface KeptSnapshot extends Snapshot {
  /** Whether nothing happened after it: false while the process lives, and so for good when it is killed. */
  readonly isFinal: boolean;
}

function parseSnapshot(text: string): KeptSnapshot | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value['format'] !== FORMAT) return null;
    const { bornAt, records, isFinal } = value;
    if (typeof bornAt !== 'number' || typeof isFinal !== 'boolean' || !isObject(records)) return null;
    const isWhole = Object.values(records).every((rows) => Array.isArray(rows) && rows.every(isRow));
    // Safe: every row was looked at.
    return isWhole ? { bornAt, isFinal, records: records as Snapshot['records'] } : null;
  } catch {
    return null;
  }
}

/**
 * What the file holds; null when there is none.
 *
 * @throws SnapshotError for a file of another kind, which must not be overwritten
 */
export async function readSnapshot(path: string): Promise<KeptSnapshot | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isObject(error) && error['code'] === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const snapshot = parseSnapshot(text);
  if (!snapshot) throw new SnapshotError(`${path} holds no records of a stand-in: name another file, or remove it`);
  return snapshot;
}

/** A reader sees the old file or the new one, also after a power cut. */
async function writeSnapshot(path: string, snapshot: KeptSnapshot): Promise<void> {
  const draft = `${path}.new`;
  await mkdir(dirname(path), { recursive: true });
  // The records may be people: nobody else on this machine reads them.
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ format: FORMAT, ...snapshot }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Keeps a file up with what changes, a moment later. */
export class SnapshotFile {
  readonly #path: string;
  readonly #take: () => Snapshot;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #isStale = true;
  #isFinal = false;
  #saving: Promise<void> = Promise.resolve();

  /** @param take reads the org between two calls, never within one */
  constructor(path: string, take: () => Snapshot, onError: (error: unknown) => void) {
    this.#path = path;
    this.#take = take;
    this.#onError = onError;
  }

  /** The file is no longer what the org is. */
  markStale(): void {
    this.#isStale = true;
    this.#timer ??= setTimeout(() => void this.save().catch(this.#onError), SAVE_DELAY_MS).unref();
  }

  /** Writes the last state of the org. */
  close(): Promise<void> {
    this.#isStale = true;
    this.#isFinal = true;
    return this.save();
  }

  /** Writes what has changed, after what is being written already. */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    if (!this.#isStale) return;
    this.#isStale = false;
    try {
      await writeSnapshot(this.#path, { ...this.#take(), isFinal: this.#isFinal });
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }
}
