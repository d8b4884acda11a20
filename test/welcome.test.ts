/** What a start prints. */
import { expect, it } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { welcome } from '../src/welcome.ts';

it('names the console where a proxy passes it: at /admin of the host, whatever path SCIM has', () => {
  const baseUrl = 'https://scim.example.com/prefix';
  const app = { baseUrl, scimUrl: `${baseUrl}/scim/v2`, stop: () => Promise.resolve() };
  const text = welcome(readConfig({}), app);
  expect(text).toContain('Console       https://scim.example.com/admin\n');
  expect(text).toContain(`SCIM 2.0      ${app.scimUrl}\n`);
});
