/** `push <user>`: sends one user now, before all others, and tells what became of it. */
import { Command } from 'commander';
import { SharedClock } from '../../clock.ts';
import { readConfig, type Config } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import { pushUser, type Pushed } from '../../provisioning/push.ts';
import { besideService, userIdOf } from './beside-service.ts';
import { CommandFailed } from './errors.ts';
import { readNumber } from './option-values.ts';

interface PushFlags {
  readonly resend?: boolean;
  readonly wait: number;
  readonly json?: boolean;
}

const SECOND = 1000;
const WAIT_SECONDS = 30;
const POLL_MS = 200;
const FAILED = 1;

export const pushCommand = (): Command =>
  new Command('push')
    .description('send one user now, before all others, and tell what became of it')
    .argument('<user>', 'userName or id')
    .option('--resend', 'all mapped fields, whatever Salesforce was told')
    .option('--wait <seconds>', 'how long to wait for the outcome', readNumber('--wait', 0), WAIT_SECONDS)
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
The running service delivers it; without one nothing happens until it starts. Exit code 1 when the user was not delivered.`,
    )
    .action(async (user: string, flags: PushFlags) => {
      const pushed = await push(readConfig(), user, flags);
      process.stdout.write(flags.json ? `${JSON.stringify(pushed, null, 2)}\n` : printPushed(pushed, flags.wait));
      if (!isDelivered(pushed)) process.exitCode = FAILED;
    });

function push(config: Config, idOrUserName: string, { resend = false, wait }: PushFlags): Promise<Pushed> {
  return besideService(config, async (store, find) => {
    const clock = new SharedClock(() => store.now());
    await clock.sync();
    const context = { store, connector: CONNECTOR, now: () => clock.now() };
    const id = await userIdOf(store, find, idOrUserName);
    const pushed = await pushUser(context, id, { resend, waitMs: wait * SECOND, pollMs: POLL_MS });
    if (pushed) return pushed;
    throw new CommandFailed(`nothing is to be delivered for a user ${idOrUserName}: give a userName or an id`);
  });
}

const isDelivered = ({ attempt }: Pushed): boolean =>
  attempt?.outcome === 'delivered' || attempt?.outcome === 'skipped';

function printPushed({ attempt, lane, gate, pause }: Pushed, waitSeconds: number): string {
  const told = attempt
    ? `${attempt.action} ${attempt.outcome}  (${attempt.reason}; ${attempt.durationMs} ms)`
    : `nothing was sent within ${waitSeconds} s: the user is next, as soon as the service can`;
  const lines = [
    told,
    ...(attempt && attempt.fields.length > 0 ? [`  ${attempt.fields.join(', ')}`] : []),
    ...(lane?.leadId === undefined ? [] : [`  Lead ${lane.leadId}`]),
    ...(lane?.error ? [`  ${lane.error.code}: ${lane.error.message}`, `  ${lane.error.hint ?? ''}`] : []),
    ...(pause ? [`  delivery is paused: ${pause.reason}`] : []),
    ...(gate ? [`  the gate to Salesforce is closed: ${gate.reason}`] : []),
  ];
  return `${lines.filter((line) => line.trim() !== '').join('\n')}\n`;
}
