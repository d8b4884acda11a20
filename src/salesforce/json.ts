/** How parsed JSON of unknown shape is looked into. */

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member of a record that a field's API name means: Salesforce answers with its own spelling, whatever case was asked in. */
export function fieldOf(row: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  const own = Object.keys(row).find((key) => key.toLowerCase() === name.toLowerCase());
  return own === undefined ? undefined : row[own];
}

/** The list under `key`; empty when there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}
