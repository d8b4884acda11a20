/** How a mapping tells what is wrong with it, or why it cannot map a user. */

/** Each fault says where it is and what to change; none holds a value of a user. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly faults: readonly string[];

  constructor(headline: string, faults: readonly string[]) {
    super([`${headline}:`, ...faults].join(faults.length === 1 ? ' ' : '\n  '));
    this.faults = faults;
  }
}

/** Why an expression cannot be compiled, or fails for a user; its message names no value of a user. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

export type FaultPath = readonly (string | number)[];

/** Takes down one fault of a mapping file. */
export type Report = (path: FaultPath, text: string) => void;

/** `fields.LastName.from[1]`. */
export function formatPath(path: FaultPath): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
