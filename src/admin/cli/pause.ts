/** `pause` and `resume`: whether anything is delivered at all, while the service goes on answering SCIM. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import { besideService } from './beside-service.ts';

/** Who did it, as the journal names commands. */
export const ACTOR = 'command line';

export const pauseCommand = (): Command =>
  new Command('pause')
    .description('deliver nothing more to Salesforce until resume; SCIM is answered all the while')
    .argument('<reason>', 'for status and the journal')
    .action(async (reason: string) => {
      const paused = await besideService(readConfig(), async (store) =>
        store.pauseConnector(CONNECTOR, { reason, actor: ACTOR, at: await store.now() }),
      );
      process.stdout.write(paused ? 'paused: nothing more is sent\n' : 'it is paused already; its reason stays\n');
    });

export const resumeCommand = (): Command =>
  new Command('resume')
    .description('deliver again after pause, or try a closed gate at once; a running service begins within seconds')
    .argument('[reason]', 'for the journal', 'resumed')
    .action(async (reason: string) => {
      const wasPaused = await besideService(readConfig(), async (store) =>
        store.resumeConnector(CONNECTOR, { reason, actor: ACTOR, at: await store.now() }),
      );
      process.stdout.write(wasPaused ? 'resumed\n' : 'it was not paused; a closed gate is tried now\n');
    });
