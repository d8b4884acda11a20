/** `webhook test`: whether each receiver of notifications takes one. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { systemClock } from '../../clock.ts';
import { newId } from '../../new-id.ts';
import { USER_AGENT } from '../../start-webhooks.ts';
import { send } from '../../webhooks/send.ts';
import { readWebhooks } from '../../webhooks/settings.ts';
import { CommandFailed } from './errors.ts';
import { printJson, type Shell } from './shell.ts';

export const webhookCommand = (shell: Shell): Command =>
  new Command('webhook').description('notifications (docs/notifications.md)').addCommand(
    new Command('test')
      .description('send an event webhook.test to each of WEBHOOK_URLS and tell what it answers')
      .option('--json', 'for scripts')
      .action(async ({ json }: { json?: boolean }) => {
        const settings = readWebhooks(readConfig(shell.environment));
        if (settings === undefined) throw new CommandFailed('WEBHOOK_URLS is not set: there is nobody to send to');
        const { webhooks, secret } = settings;
        const results = [];
        for (const { url, receiver } of webhooks) results.push({ receiver, ...(await sendTest(url, secret)) });
        if (json) printJson(shell, { results });
        else
          for (const { receiver, status, error } of results)
            shell.stdout.write(`${receiver}: ${error ?? `answered ${String(status)}`}\n`);
        const refused = results.filter(({ isAccepted }) => !isAccepted).length;
        if (refused > 0)
          throw new CommandFailed(`${refused} of ${results.length} did not take it: they must answer 2xx`);
      }),
  );

function sendTest(url: string, secret: string) {
  const now = systemClock.now();
  const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date(now).toISOString(), data: {} });
  return send({ url, secret, id: `msg_${newId()}`, body, now, userAgent: USER_AGENT });
}
