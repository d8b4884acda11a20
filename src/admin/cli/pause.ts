/** `pause` and `resume`: whether anything is delivered at all, while the service goes on answering SCIM. */
import type { Command } from 'commander';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import type { Shell } from './shell.ts';

export const pauseCommand = (shell: Shell): Command =>
  onCallCommand('pause', 'deliver nothing more to Salesforce until resume; SCIM is answered all the while')
    .argument('<reason>', 'for status and the journal')
    .action(async (reason: string, flags: OnCallFlags) => {
      await tell(
        shell,
        flags,
        (onCall) => onCall.ask('pause', { body: { reason } }),
        ({ changed }) =>
          changed ? 'paused: nothing more is sent until resume\n' : 'it is paused already; its reason stays\n',
      );
    });

export const resumeCommand = (shell: Shell): Command =>
  onCallCommand(
    'resume',
    'deliver again after pause, or try a closed gate at once; a running service begins within seconds',
  )
    .argument('[reason]', 'for the journal', 'resumed')
    .action(async (reason: string, flags: OnCallFlags) => {
      await tell(
        shell,
        flags,
        (onCall) => onCall.ask('resume', { body: { reason } }),
        ({ changed }) => (changed ? 'resumed\n' : 'it was not paused; a closed gate is tried now\n'),
      );
    });
