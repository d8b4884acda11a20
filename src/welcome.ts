/** What `npm start` prints: where everything is, the credentials in use, and one curl to try. */
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { SCIM1_PATHS } from './http/server.ts';

export function welcome(config: Config, app: App): string {
  const isDefault = config.SCIM_USERNAME === 'admin' && config.SCIM_PASSWORD === 'admin';
  const credentials = isDefault ? 'admin:admin' : `${config.SCIM_USERNAME}:<SCIM_PASSWORD>`;
  const salesforce = app.sandboxUrl
    ? `${app.sandboxUrl} (embedded stand-in, lists its Leads)`
    : (config.SALESFORCE_LOGIN_URL ?? '');
  // A proxy passes it under its own path.
  const { origin } = new URL(app.baseUrl);
  const lines = [
    `SCIM 2.0      ${app.scimUrl}`,
    `SCIM 1.1      ${app.baseUrl}${SCIM1_PATHS[0]}`,
    `Console       ${origin}/admin`,
    `Admin API     ${origin}/admin/api/status (described at /admin/api/openapi.json)`,
    `Credentials   Basic ${credentials}${isDefault ? ' (loopback default)' : ''}`,
    `Salesforce    ${salesforce}${config.DRY_RUN ? ', dry run: nothing is written there' : ''}`,
    `Database      ${config.DATABASE_URL.replace(/:[^:@/]*@/, ':<password>@')}`,
    `Health        ${app.baseUrl}/healthz, ${app.baseUrl}/readyz`,
    '',
    'Try:',
    `  curl -u ${credentials} -H 'Content-Type: application/json' \\`,
    `    -d '{"schemas":[],"userName":"Robin","password":"robin123","emails":["robin@wso2.com"]}' \\`,
    `    ${app.scimUrl}/Users`,
  ];
  return `\n${lines.join('\n')}\n\n`;
}
