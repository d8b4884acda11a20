/** Delivery events as log lines: ids and field names, never values. */
import type { Logger } from 'pino';
import type { DeliveryEvent } from './provisioning/delivery.ts';
import { DRY_RUN } from './provisioning/dry-run.ts';
import type { AttemptEntry } from './storage/store.ts';

export function deliveryLog(logger: Logger, connector: string): (event: DeliveryEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'attempt':
        return logAttempt(logger, connector, event);
      case 'gate closed': {
        const { class: faultClass, reason, hint, until } = event;
        const reopens = until === undefined ? 'after a restart' : new Date(until).toISOString();
        return logger.warn({ connector, class: faultClass, reason, hint, reopens }, 'salesforce gate closed');
      }
      case 'gate opened':
        return logger.info({ connector }, 'salesforce gate opened');
      case 'batch settled':
        return logger.debug({ connector, lanes: event.lanes, durationMs: event.durationMs }, 'delivery batch settled');
      case 'batch failed':
        return logger.error({ connector, err: event.error }, 'delivery batch failed');
    }
  };
}

const LEVELS: Readonly<Partial<Record<AttemptEntry['outcome'], 'debug' | 'warn'>>> = {
  parked: 'warn',
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
