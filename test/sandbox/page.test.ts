/** The page that shows the Leads to a person. */
import { describe, expect, it } from '@jest/globals';
import { start } from './support.ts';

describe('the page', () => {
  it('lists the Leads with their names escaped, and the call counters', async () => {
    const { raw, createLead } = await start();
    await createLead({ LastName: '<script>alert("x")</script>', Company: 'A & B', SCIM_Id__c: "it's" });
    const { status, text, headers } = await raw('GET', '/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(text).toContain('<td>A &amp; B</td>');
    expect(text).toContain('<td>it&#39;s</td>');
    expect(text).not.toContain('<script');
    expect(text).toContain('API calls: 1, token requests: 1');
  });

  it('is what the address of a Lead in Salesforce leads to', async () => {
    const { createLead, url } = await start();
    const lead = await fetch(`${url}/${await createLead()}`);
    expect([lead.status, lead.url]).toEqual([200, `${url}/`]);
    expect((await fetch(`${url}/00Qnonsense`)).status).toBe(404);
  });

  it('forbids scripts and foreign resources, and loads none', async () => {
    const { text, headers } = await (await start()).raw('GET', '/');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    expect(text).not.toMatch(/\b(src|href)=/);
    expect(text).toContain('<meta http-equiv="refresh"');
  });

  it('is not steered by pages of other origins', async () => {
    const { raw, createLead, url } = await start();
    await createLead();
    const reply = await raw('POST', '/sandbox/reset', undefined, { origin: 'http://evil.example' });
    expect([reply.status, (await raw('GET', '/sandbox/records/Lead')).json]).toMatchObject([403, [{ Name: 'Doe' }]]);
    expect((await raw('POST', '/sandbox/reset', undefined, { origin: url })).status).toBe(204);
  });
});
