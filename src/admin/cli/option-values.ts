/** Values of options: read, or refused as a wrong call. */
import { UsageError } from './errors.ts';

/** @returns how commander reads a whole number from `least` to `most` */
export const readNumber =
  (option: string, least: number, most = Infinity) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new UsageError(`${option} takes a whole number from ${least} ${most === Infinity ? 'on' : `to ${most}`}`);
  };
