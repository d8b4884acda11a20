/** A list that the service cuts into pages: one page at a time, onwards by its cursor, back by the cursors before. */
import { useState } from 'preact/hooks';
import { useLoad, type Loaded, type Rhythm } from './use-load.ts';

export interface Pages<Page> extends Loaded<Page> {
  /** 1 is the first. */
  readonly number: number;
  /** Absent on the last page. */
  readonly next?: () => void;
  /** Absent on the first one. */
  readonly previous?: () => void;
}

/** @param key of the list; another one begins at its first page */
export function usePages<Page extends { readonly nextCursor?: string }>(
  load: (cursor?: string) => Promise<Page>,
  key: string,
  everyMs?: Rhythm<Page>,
): Pages<Page> {
  const [place, setPlace] = useState<{ readonly key: string; readonly cursors: readonly string[] }>({
    key,
    cursors: [],
  });
  const cursors = place.key === key ? place.cursors : [];
  const cursor = cursors.at(-1);
  const loaded = useLoad(() => load(cursor), `${key} ${cursor ?? ''}`, everyMs);
  const nextCursor = loaded.data?.nextCursor;
  return {
    ...loaded,
    number: cursors.length + 1,
    ...(nextCursor !== undefined && { next: () => setPlace({ key, cursors: [...cursors, nextCursor] }) }),
    ...(cursors.length > 0 && { previous: () => setPlace({ key, cursors: cursors.slice(0, -1) }) }),
  };
}
