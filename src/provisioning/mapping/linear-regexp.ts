/** What an expression's regular expressions are matched with: RE2, whose time grows with the text and with no pattern. */
import { RE2JS, RE2JSException } from 're2js';
import { ExpressionError } from './error.ts';

/** As many elements as a list of an expression may have. */
const MAX_MATCHES = 10_000;

const programs = new WeakMap<RegExp, RE2JS>();

/**
 * As much of RegExp as JSONata calls, for one evaluation of a pattern with the flag `g`.
 *
 * Other than in JavaScript, `.` is a whole character outside the basic plane, and `\s` and `\d` are ASCII.
 */
export class LinearRegExp {
  lastIndex = 0;
  readonly #source: string;
  readonly #program: RE2JS;
  #matches = 0;

  constructor(pattern: RegExp) {
    this.#source = pattern.source;
    this.#program = compileLinear(pattern);
  }

  /** @throws ExpressionError when it matches again and again */
  exec(text: string): (string[] & { index: number }) | null {
    const matcher = this.#program.matcher(text);
    if (!matcher.find(this.lastIndex)) return null;
    this.#matches += 1;
    if (this.#matches > MAX_MATCHES)
      throw new ExpressionError(`/${this.#source}/ matched too often; a text may have 10,000 matches`);
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => matcher.group(at) as string);
    return Object.assign(groups, { index: matcher.start() });
  }
}

/** @throws ExpressionError for what only a search that goes back can do, such as `(?=` and `\1` */
export function compileLinear(pattern: RegExp): RE2JS {
  const known = programs.get(pattern);
  if (known) return known;
  const flags = (pattern.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (pattern.multiline ? RE2JS.MULTILINE : 0);
  try {
    const program = RE2JS.compile(RE2JS.translateRegExp(pattern), flags);
    programs.set(pattern, program);
    return program;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = `/${pattern.source}/ is refused by RE2, which has no look-around and no references to groups`;
    throw new ExpressionError(`${why}: ${error.message}`, { cause: error });
  }
}
