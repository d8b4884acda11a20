/** Which foreign suites there are, how each is run, and how many checks it has at least. */
import { readFileSync } from 'node:fs';
import { collectionOf } from './collection.mjs';
import { runCollection } from './newman.mjs';
import { provisioningClients } from './provisioning-clients.mjs';
import { runPython, runScript } from './python.mjs';

/** The sample service hands out tokens of its own; ours come from its configuration. */
const NOT_SCIM = 'Get Token';

/** @returns whether a check passed: warnings and skipped checks have not, and are accepted by name */
async function runSanity({ url, token }) {
  const args = ['probe', url, '--token', token, '--i-accept-side-effects', '--json-output'];
  const { results } = JSON.parse(await runPython('scim-sanity', args));
  return results.map(({ name, status, message = '' }) => ({
    name,
    passed: status === 'pass',
    detail: `${status} ${message}`,
  }));
}

async function runProvisioningClients({ url, token }) {
  return runCollection(collectionOf('Provisioning clients', provisioningClients), { url, token });
}

/** Postman's export, from Microsoft's SCIM reference code; it is not part of this repository. */
async function runMicrosoft({ url, token }) {
  const collection = JSON.parse(readFileSync(process.env.MICROSOFT_COLLECTION, 'utf8'));
  const { protocol, hostname, port, pathname } = new URL(url);
  const variables = {
    Protocol: protocol.slice(0, -1),
    Server: hostname,
    Port: `:${port}`,
    Api: pathname.slice(1),
    token,
  };
  return runCollection({ ...collection, item: collection.item.filter(({ name }) => name !== NOT_SCIM) }, variables);
}

/** A suite that needs something from outside says which variable names it. */
export const SUITES = {
  'scim2-tester': { minimum: 141, run: (service) => runScript('tester.py', service) },
  'scim2-client': { minimum: 20, run: (service) => runScript('client.py', service) },
  'scim-sanity': { minimum: 31, run: runSanity },
  newman: { minimum: 332, run: runProvisioningClients },
  microsoft: { minimum: 107, run: runMicrosoft, needs: 'MICROSOFT_COLLECTION' },
};
