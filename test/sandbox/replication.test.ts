/** What a client asks that keeps a copy: changes since a moment. */
import { describe, expect, it } from '@jest/globals';
import { ChangeLog } from '../../src/sandbox/records/change-log.ts';
import { createClock, firstError, MINUTE, start, type Client, type Json } from './support.ts';

const at = (minutes: number): string => new Date(Date.UTC(2026, 2, 4, 5, 6 + minutes, 7)).toISOString();

/** Ten Leads, made a minute apart; the third is changed and the fourth deleted in the eleventh minute. */
async function open(): Promise<{ client: Client; ids: string[] }> {
  const clock = createClock();
  const client = await start({ now: clock.now });
  const ids: string[] = [];
  for (let minute = 0; minute < 10; minute++) {
    ids.push(await client.createLead({ LastName: `L${minute}` }));
    clock.advance(MINUTE);
  }
  await client.send('PATCH', `/sobjects/Lead/${ids[2] ?? ''}`, { Title: 'CTO' });
  await client.send('DELETE', `/sobjects/Lead/${ids[3] ?? ''}`);
  return { client, ids };
}

describe('a delta query', () => {
  it.each([
    ['SystemModstamp >=', 8, ['L2', 'L8', 'L9']],
    ['SystemModstamp >', 8, ['L2', 'L9']],
    ['LastModifiedDate >=', 9, ['L2', 'L9']],
    ['CreatedDate >=', 8, ['L8', 'L9']],
    ['SystemModstamp >=', 0, ['L0', 'L1', 'L2', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9']],
    ['SystemModstamp >=', 11, []],
  ])('finds by %s minute %d just what changed since', async (condition, minute, names) => {
    const { client } = await open();
    const rows = await client.query(`SELECT Name FROM Lead WHERE ${condition} ${at(minute)} ORDER BY Name`);
    expect(rows.map((row) => row['Name'])).toEqual(names);
  });

  it('sees deletions with queryAll', async () => {
    const { client, ids } = await open();
    const soql = `SELECT Id FROM Lead WHERE IsDeleted = true AND SystemModstamp >= ${at(10)}`;
    const { json } = await client.send('GET', `/queryAll?q=${encodeURIComponent(soql)}`);
    expect(json).toMatchObject({ records: [{ Id: ids[3] }] });
  });

  it('finds a row whose change was taken back where it was before', async () => {
    const { client, ids } = await open();
    const attributes = { type: 'Lead' };
    const records = [
      { attributes, id: ids[0], Title: 'x' },
      { attributes, id: 'none' },
    ];
    await client.send('PATCH', '/composite/sobjects', { allOrNone: true, records });
    const soql = `SELECT Name FROM Lead WHERE SystemModstamp >= ${at(10)} AND Name IN ('L0', 'L2')`;
    expect(await client.query(soql)).toMatchObject([{ Name: 'L2' }]);
  });
});

describe('getUpdated and getDeleted', () => {
  const span = (start: number, end: number) =>
    `start=${encodeURIComponent(at(start))}&end=${encodeURIComponent(at(end))}`;

  it('answer the ids of a span of time, whose end is not part of it', async () => {
    const { client, ids } = await open();
    const updated = await client.send('GET', `/sobjects/Lead/updated/?${span(8, 11)}`);
    expect(updated.json).toEqual({ ids: [ids[8], ids[9], ids[2]], latestDateCovered: '2026-03-04T05:17:07.000+0000' });
    expect((await client.send('GET', `/sobjects/Lead/updated?${span(8, 9)}`)).json).toMatchObject({ ids: [ids[8]] });
    expect((await client.send('GET', `/sobjects/Lead/deleted/?${span(0, 11)}`)).json).toEqual({
      deletedRecords: [{ id: ids[3], deletedDate: '2026-03-04T05:16:07.000+0000' }],
      earliestDateAvailable: '2026-02-17T05:16:07.000+0000',
      latestDateCovered: '2026-03-04T05:17:07.000+0000',
    });
  });

  it.each([
    ['no start', 'end=2026-03-04T05:06:07Z'],
    ['a date without a time', 'start=2026-03-04&end=2026-03-05T00:00:00Z'],
    ['an end before its start', span(2, 1)],
  ])('refuse %s with INVALID_REPLICATION_DATE', async (_title, search) => {
    const reply = await (await start()).send('GET', `/sobjects/Lead/updated?${search}`);
    expect([reply.status, firstError(reply)]).toMatchObject([400, { errorCode: 'INVALID_REPLICATION_DATE' }]);
  });

  it('take a time zone whose plus sign came unescaped', async () => {
    const { send } = await start();
    const search = 'start=2026-03-04T00:00:00+00:00&end=2026-03-05T00:00:00+00:00';
    expect((await send('GET', `/sobjects/Lead/deleted?${search}`)).json).toMatchObject({
      deletedRecords: [],
    } satisfies Json);
  });
});

describe('the log of changes', () => {
  it('answers every row that changed since, after clocks went back and it was rebuilt', () => {
    const log = new ChangeLog();
    for (const [id, stamp] of [
      ['a', '1'],
      ['b', '5'],
      ['c', '3'],
      ['a', '7'],
    ] as const)
      log.add(id, stamp);
    expect([...log.since('4')].sort()).toEqual(['a', 'b', 'c']);
    expect([...log.since('6')]).toEqual(['a']);
    log.rebuild(
      [
        ['b', '5'],
        ['a', '7'],
        ['c', '3'],
      ].map(([Id = '', SystemModstamp = '']) => ({ Id, SystemModstamp })),
    );
    expect([log.size, [...log.since('4')]]).toEqual([3, ['b', 'a']]);
  });
});
