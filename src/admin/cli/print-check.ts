/** The result of a check as people read it. */
import type { CheckResult } from '../../check-result.ts';
import { styleOf, type Paint } from './paint.ts';

const NAME_WIDTH = 19;
const STATUS_WIDTH = 7;

/** One line, whatever line breaks the message has. */
export function printResult({ name, status, message }: CheckResult, paint: Paint): string {
  const room = ' '.repeat(Math.max(0, STATUS_WIDTH - status.length));
  return `${paint(styleOf(status), status)}${room}  ${name.padEnd(NAME_WIDTH)}  ${oneLine(message)}\n`;
}

export const oneLine = (text: string): string => text.replace(/\s*\n\s*(- )?/g, '; ').replaceAll(':;', ':');
