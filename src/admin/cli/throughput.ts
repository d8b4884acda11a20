/** `throughput`: how many users got to Salesforce in each of the last minutes, and how long they waited. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import type { Paint } from './paint.ts';
import { count } from './progress.ts';
import type { Shell } from './shell.ts';
import { printTable } from './table.ts';

export const throughputCommand = (shell: Shell): Command =>
  onCallCommand(
    'throughput',
    'tell what was delivered in each of the last 60 minutes, and how long changes waited',
  ).action(async (flags: OnCallFlags) => {
    await tell(shell, flags, (onCall) => onCall.ask('readThroughput'), printMinutes);
  });

/** Minutes in which nothing happened say nothing. */
function printMinutes({ minutes }: Answer<'readThroughput'>, paint: Paint): string {
  const busy = minutes.filter(({ delivered, failed, parked }) => delivered + failed + parked > 0);
  if (busy.length === 0) return 'nothing was sent in the last 60 minutes\n';
  return printTable(
    ['minute', 'delivered', 'failed', 'parked', 'half within', '95 of 100 within'],
    busy.map(({ at, delivered, failed, parked, latencyMsP50, latencyMsP95 }) => [
      at,
      count(delivered),
      { text: count(failed), style: failed > 0 ? 'yellow' : undefined },
      { text: count(parked), style: parked > 0 ? 'red' : undefined },
      printMs(latencyMsP50),
      printMs(latencyMsP95),
    ]),
    paint,
  );
}

const printMs = (ms: number | null): string => (ms === null ? '' : `${count(ms)} ms`);
