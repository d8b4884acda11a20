/** What a command is given by whoever runs it: streams, environment, and a place for its exit code. */
import { processEnvironment } from '../../config.ts';
import type { Environment } from '../../dot-env.ts';

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface Shell {
  readonly environment: Environment;
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Set by a command that came to its end and did not find what it was to find. */
  exitCode: number;
}

/** 0 done; docs/commands.md tells of all. */
export const EXIT = { done: 0, failed: 1, calledWrongly: 2 } as const;

export const processShell = (): Shell => ({
  environment: processEnvironment(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  exitCode: EXIT.done,
});

/** What a terminal obeys instead of showing it: control characters, and those that turn the direction of text. */
const ORDERS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
/** Ours: a colour (ECMA-48, SGR), the end of a line, a tab. */
// eslint-disable-next-line no-control-regex -- it is what colours are made of
const OUR_ORDERS = /(\u001b\[\d{1,2}m|[\n\t])/;

/** For people: a name that somebody made up, or an error of Salesforce, is shown and never obeyed. */
export function say(stream: Output, text: string): void {
  const parts = text.split(OUR_ORDERS);
  stream.write(parts.map((part, at) => (at % 2 === 1 ? part : part.replace(ORDERS, toEscape))).join(''));
}

/** A value within a line of ours: what would end the line or begin a colour is shown. */
export const visible = (text: string): string => text.replace(/\s*[\r\n\t]+\s*/g, ' ').replace(ORDERS, toEscape);

/** Answers for scripts have one shape, whatever the terminal. */
export const printJson = ({ stdout }: Pick<Shell, 'stdout'>, value: unknown): void =>
  void stdout.write(`${JSON.stringify(value, null, 2).replace(ORDERS_IN_JSON, toEscape)}\n`);

/** JSON escapes the first 32 by itself. */
const ORDERS_IN_JSON = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const toEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

export async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
