/** Colours: on a terminal alone, and never where somebody said no (https://no-color.org). */
import { styleText } from 'node:util';
import type { Environment } from '../../dot-env.ts';
import type { Output } from './shell.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta';
export type Paint = (style: Style | undefined, text: string) => string;

export const painter = (stream: Pick<Output, 'isTTY'>, environment: Environment): Paint =>
  hasColours(stream, environment)
    ? (style, text) => (style === undefined || text === '' ? text : styleText(style, text, { validateStream: false }))
    : (_style, text) => text;

/** FORCE_COLOR says yes or, with 0 or false, no; else NO_COLOR with any value says no. */
function hasColours({ isTTY = false }: Pick<Output, 'isTTY'>, environment: Environment): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined) return !['0', 'false'].includes(forced);
  return (refused ?? '') === '' && isTTY && terminal !== 'dumb';
}

/** Of lanes and outcomes, by what somebody has to do. */
const STYLES: Readonly<Record<string, Style>> = {
  idle: 'green',
  delivered: 'green',
  running: 'green',
  ok: 'green',
  skipped: 'dim',
  due: 'yellow',
  waiting: 'yellow',
  warning: 'yellow',
  retried: 'yellow',
  held: 'magenta',
  paused: 'magenta',
  parked: 'red',
  failed: 'red',
};

export const styleOf = (word: string): Style | undefined => STYLES[word];
