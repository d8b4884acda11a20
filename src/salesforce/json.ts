/** How parsed JSON of unknown shape is looked into. */

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The list under `key`; empty when there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}
