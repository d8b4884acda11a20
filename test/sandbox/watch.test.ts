/** Watching the stand-in: every record that is saved or deleted, once it is there to stay. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecordWrite } from '../../src/sandbox/org.ts';
import { start, type Client } from './support.ts';

describe('onWrite', () => {
  const seen: string[] = [];
  const onWrite = ({ sobject, action, record }: RecordWrite): void => {
    seen.push(`${sobject} ${action} ${String(record['Title'])}`);
  };
  const open = (): Promise<Client> => start({ onWrite });
  const save = (client: Client, titles: readonly (string | null)[], allOrNone: boolean) =>
    client.send('POST', '/composite/sobjects', {
      allOrNone,
      records: titles.map((Title) => ({
        attributes: { type: 'Lead' },
        Title,
        Company: 'Acme',
        ...(Title !== null && { LastName: 'Doe' }),
      })),
    });
  afterEach(() => {
    seen.length = 0;
  });

  it('is told of creations, changes and deletions in order, with the record as it stands', async () => {
    const client = await open();
    const id = await client.createLead({ Title: 'a' });
    await client.send('PATCH', `/sobjects/Lead/${id}`, { Title: 'b' });
    await client.send('DELETE', `/sobjects/Lead/${id}`);
    expect(seen).toEqual(['Lead created a', 'Lead updated b', 'Lead deleted b']);
  });

  it('is told nothing of what was refused', async () => {
    const client = await open();
    await save(client, ['a', null, 'b'], false);
    expect(seen).toEqual(['Lead created a', 'Lead created b']);
  });

  it('is told nothing of what a failed all-or-none request takes back', async () => {
    const client = await open();
    await save(client, ['a', null], true);
    expect(seen).toEqual([]);
    await save(client, ['a', 'b'], true);
    expect(seen).toEqual(['Lead created a', 'Lead created b']);
  });

  it('is told of a write whose answer gets lost', async () => {
    const client = await open();
    const fault = { match: { method: 'POST' }, times: 1, action: { reset: 'after' } };
    await client.raw('POST', '/sandbox/faults', [fault]);
    await expect(save(client, ['a'], false)).rejects.toThrow();
    expect(seen).toEqual(['Lead created a']);
  });
});
