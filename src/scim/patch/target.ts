/** What a PATCH path points at, as something operations are done to (RFC 7644 §3.5.2). */
import type { Json } from '../json.ts';

export interface Target {
  add(value: Json): void;
  replace(value: Json): void;
  /** @param value what to remove, where a client names it here and not in the path */
  remove(value: Json | undefined): void;
}
