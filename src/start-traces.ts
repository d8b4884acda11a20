/** Traces as part of the service: switched by the configuration. OpenTelemetry is loaded only when they are on. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { readPackageVersion } from './package-version.ts';
import { readTraces, type TraceConfig } from './traces/settings.ts';
import type { Traces } from './traces/traces.ts';

/** @returns undefined when traces are off */
export async function startTraces(config: TraceConfig, clock: Clock, logger: Logger): Promise<Traces | undefined> {
  const settings = readTraces(config);
  if (settings === undefined) return undefined;
  const { createTraces } = await import('./traces/traces.ts');
  const { origin } = new URL(settings.url);
  return createTraces({
    ...settings,
    version: readPackageVersion(),
    now: () => clock.now(),
    onLost: (err) => logger.warn({ receiver: origin, err }, 'traces lost'),
    onBack: () => logger.info({ receiver: origin }, 'traces sent again'),
  });
}
