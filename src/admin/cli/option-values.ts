/** Values of options: read, or refused as a wrong call. */
import { UsageError } from './errors.ts';

/** @returns how commander reads a whole number from `least` on */
export const readNumber =
  (option: string, least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least) throw new UsageError(`${option} takes a whole number from ${least} on`);
    return number;
  };

/** @returns how commander reads one of some words */
export const readWord =
  <Word extends string>(option: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new UsageError(`${option} is one of ${words.join(', ')}`);
    return word;
  };
