/** Delivery events as log lines: ids and field names, never values. */
import type { Logger } from 'pino';
import type { DeliveryEvent } from './provisioning/delivery.ts';
import { DRY_RUN } from './provisioning/batch/dry-run.ts';
import type { AttemptEntry } from './storage/store.ts';

export function deliveryLog(logger: Logger, connector: string): (event: DeliveryEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'attempt':
        return logAttempt(logger, connector, event);
      case 'gate closed':
      case 'probe failed':
        return logGate(logger, connector, event);
      case 'gate opened':
        return logger.info({ connector }, 'salesforce gate opened');
      case 'batch settled':
        return logger.debug({ connector, lanes: event.lanes, durationMs: event.durationMs }, 'delivery batch settled');
      case 'paused':
        return logger.warn({ connector, reason: event.reason, actor: event.actor }, 'delivery paused');
      case 'resumed':
        return logger.info({ connector }, 'delivery resumed');
      case 'budget':
        return logBudget(logger, connector, event);
      case 'removals held':
        return logger.warn({ connector, users: event.users }, 'removals held');
      case 'load':
        return logLoad(logger, connector, event);
      case 'batch failed':
        return logger.error({ connector, err: event.error }, 'delivery batch failed');
    }
  };
}

function logGate(
  logger: Logger,
  connector: string,
  event: Extract<DeliveryEvent, { kind: 'gate closed' | 'probe failed' }>,
): void {
  const { class: faultClass, reason, hint, until, failures } = event;
  const reopens = until === undefined ? 'after resume or a restart' : new Date(until).toISOString();
  logger.warn(
    { connector, class: faultClass, reason, hint, failures, reopens },
    event.kind === 'gate closed' ? 'salesforce gate closed' : 'salesforce gate stays closed',
  );
}

/** An org without the Bulk API gets its Leads another way, and somebody should know. */
function logLoad(logger: Logger, connector: string, load: Extract<DeliveryEvent, { kind: 'load' }>): void {
  const { event, jobId, users, reason, durationMs } = load;
  logger[event === 'load refused' ? 'warn' : 'info']({ connector, jobId, users, reason, durationMs }, `bulk ${event}`);
}

function logBudget(
  logger: Logger,
  connector: string,
  { level, used, max }: Extract<DeliveryEvent, { kind: 'budget' }>,
): void {
  if (level === 'slowed') logger.warn({ connector, used, max }, 'delivery slowed: few API calls are left');
  else logger.info({ connector, used, max }, 'delivery slowed no more');
}

const LEVELS: Readonly<Partial<Record<AttemptEntry['outcome'], 'debug' | 'warn'>>> = {
  parked: 'warn',
  held: 'warn',
  late: 'warn',
  gated: 'debug',
};

/** A dry run parks whatever it would do: that is no reason to wake anybody. */
const isDryRun = ({ error }: AttemptEntry): boolean => error?.code === DRY_RUN;

function logAttempt(logger: Logger, connector: string, event: Extract<DeliveryEvent, { kind: 'attempt' }>): void {
  const { requestId, userId, attempt, entry } = event;
  const { action, reason, outcome, leadId, error, durationMs } = entry;
  logger[isDryRun(entry) ? 'info' : (LEVELS[outcome] ?? 'info')](
    { requestId, connector, userId, leadId, attempt, action, reason, outcome, error, durationMs },
    isDryRun(entry) ? 'lead left alone' : `lead ${outcome}`,
  );
}
