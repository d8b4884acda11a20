/** `push <user>`: sends one user now, before all others, and tells what became of it. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { nobody, userIdOf } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { readNumber } from './option-values.ts';
import { styleOf, type Paint } from './paint.ts';
import { EXIT, type Shell } from './shell.ts';

interface PushFlags extends OnCallFlags {
  readonly resend?: boolean;
  readonly wait: number;
}

const WAIT_SECONDS = 10;
/** The admin API waits no longer. */
const MAX_WAIT_SECONDS = 20;

export const pushCommand = (shell: Shell): Command =>
  onCallCommand('push', 'send one user now, before all others, and tell what became of it')
    .argument('<user>', 'userName or id')
    .option('--resend', 'all mapped fields, whatever Salesforce was told')
    .option(
      '--wait <seconds>',
      `how long to wait for the outcome, ${MAX_WAIT_SECONDS} at most`,
      readNumber('--wait', 0, MAX_WAIT_SECONDS),
      WAIT_SECONDS,
    )
    .addHelpText(
      'after',
      `
The running service delivers it; without one nothing happens until it starts. Exit code 1 when the user was not delivered.`,
    )
    .action(async (user: string, flags: PushFlags) => {
      const { resend = false, wait } = flags;
      const pushed = await tell(
        shell,
        flags,
        async (onCall) => {
          const id = await userIdOf(onCall, user);
          const body = { resend, waitSeconds: wait };
          return onCall.ask('pushUser', { params: { id }, body }).catch(nobody(user));
        },
        (answer, paint) => printPushed(answer, wait, paint),
      );
      if (!isDelivered(pushed)) shell.exitCode = EXIT.failed;
    });

type Pushed = Answer<'pushUser'>;

const isDelivered = ({ attempt }: Pushed): boolean =>
  attempt?.outcome === 'delivered' || attempt?.outcome === 'skipped';

function printPushed({ attempt, lane, gate, pause }: Pushed, waitSeconds: number, paint: Paint): string {
  const told = attempt
    ? `${attempt.action} ${paint(styleOf(attempt.outcome), attempt.outcome)}  (${attempt.reason}; ${attempt.durationMs} ms)`
    : `nothing was sent within ${waitSeconds} s: the user is next, as soon as the service can`;
  const error = lane?.error && `${lane.error.code}: ${lane.error.message}`;
  const lines = [
    told,
    ...(attempt && attempt.fields.length > 0 ? [`  ${attempt.fields.join(', ')}`] : []),
    ...(lane?.leadId === undefined ? [] : [`  Lead ${lane.leadId}`]),
    ...(error === undefined ? [] : [`  ${error}`, `  ${lane?.error?.hint ?? ''}`]),
    ...(pause ? [`  delivery is paused: ${pause.reason}`] : []),
    ...printGate(gate, error),
  ];
  return `${lines.filter((line) => line.trim() !== '').join('\n')}\n`;
}

/** @param told why the user was not sent, which may be why it is closed */
function printGate({ state, reason }: Pushed['gate'], told: string | undefined): readonly string[] {
  if (state === 'open') return [];
  return [`  the gate to Salesforce is closed${reason === undefined || reason === told ? '' : `: ${reason}`}`];
}
