/** SOQL: what is found, how it is answered, and what is refused. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createClock, firstError, HOUR, lead, start, type Client, type Json } from './support.ts';

const PEOPLE: readonly Json[] = [
  { LastName: 'Adams', FirstName: 'Ann', Email: 'ann@acme.example', NumberOfEmployees: 5, DoNotCall: true },
  { LastName: 'brown', FirstName: 'Bob', Email: 'BOB@acme.example', NumberOfEmployees: 50, City: '100% C_ty' },
  { LastName: 'Clark', Email: null, SCIM_Id__c: 'c', AnnualRevenue: 1.5 },
  { LastName: "O'Hara", FirstName: 'Dée', Email: 'dee@acme.example', SCIM_Id__c: 'D', City: 'Köln' },
];

async function startWithPeople(): Promise<Client> {
  const client = await start({ now: createClock().now });
  await client.send('POST', '/composite/sobjects', { records: PEOPLE.map(lead) });
  return client;
}

const find = async ({ query }: Client, where: string): Promise<unknown[]> =>
  (await query(`SELECT LastName FROM Lead WHERE ${where} ORDER BY LastName`)).map((row) => row['LastName']);

const ALL = ['Adams', 'brown', 'Clark', "O'Hara"];

const WHERE: readonly [string, string[]][] = [
  ["Email = 'ANN@acme.example'", ['Adams']],
  ["Email != 'ann@acme.example'", ['brown', 'Clark', "O'Hara"]],
  ["Email IN ('bob@acme.example', 'nobody', 'DEE@acme.example')", ['brown', "O'Hara"]],
  ["Email IN ('bob@acme.example', null)", ['brown', 'Clark']],
  ["Email NOT IN ('bob@acme.example', 'ann@acme.example')", ['Clark', "O'Hara"]],
  ['Email = null', ['Clark']],
  ['FirstName != null', ['Adams', 'brown', "O'Hara"]],
  ["SCIM_Id__c = 'd'", ["O'Hara"]],
  ["LastName = 'O\\'Hara'", ["O'Hara"]],
  ["FirstName = 'D\\u00e9e'", ["O'Hara"]],
  ["LastName LIKE 'b%'", ['brown']],
  ["LastName LIKE '_lark'", ['Clark']],
  ["City LIKE '100\\% C\\_ty'", ['brown']],
  ["City LIKE 'k_ln'", ["O'Hara"]],
  ["(NOT LastName LIKE 'b%')", ['Adams', 'Clark', "O'Hara"]],
  ['NumberOfEmployees > 5', ['brown']],
  ['NumberOfEmployees >= 5 AND NumberOfEmployees <= 50', ['Adams', 'brown']],
  ['NumberOfEmployees < 50', ['Adams']],
  ['AnnualRevenue = 1.5', ['Clark']],
  ['DoNotCall = TRUE', ['Adams']],
  ["DoNotCall = false AND (LastName = 'brown' OR LastName = 'clark')", ['brown', 'Clark']],
  ["LastName > 'B' AND LastName < 'D'", ['brown', 'Clark']],
  ["Status = 'open - not contacted'", ALL],
  ["Owner.Name = 'a'", ALL],
  ['CreatedDate = TODAY', ALL],
  ['CreatedDate = YESTERDAY', []],
  ['CreatedDate > YESTERDAY', ALL],
  ['CreatedDate = LAST_N_DAYS:3', ALL],
  ['CreatedDate >= TOMORROW', []],
  ['CreatedDate = THIS_WEEK AND CreatedDate = THIS_MONTH AND CreatedDate = THIS_YEAR', ALL],
  ['CreatedDate = 2026-03-04T05:06:07Z', ALL],
  ['CreatedDate = 2026-03-04T06:06:07+01:00', ALL],
  ['CreatedDate > 2026-03-04T05:06:07.000Z', []],
];

describe('WHERE', () => {
  it.each(WHERE)('%s finds %j', async (where, names) => {
    expect(await find(await startWithPeople(), where)).toEqual(names);
  });

  it('finds records by Id in both forms', async () => {
    const client = await start();
    const id = await client.createLead({ LastName: 'Doe' });
    expect(await find(client, `Id = '${id}'`)).toEqual(['Doe']);
    expect(await find(client, `Id IN ('${id.slice(0, 15)}')`)).toEqual(['Doe']);
  });

  it('finds by index just what it finds by a scan, whatever is changed, deleted and asked', async () => {
    const letters = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.record({ key: letters, email: fc.option(letters), deleted: fc.boolean() });
    const condition = fc.record({ negate: fc.boolean(), emails: fc.array(letters, { minLength: 1 }), key: letters });
    const client = await start();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), condition, async (steps, { negate, emails, key }) => {
        await client.raw('POST', '/sandbox/reset');
        const again = await client.raw(
          'POST',
          '/services/oauth2/token',
          new URLSearchParams({ grant_type: 'password', client_id: 'x', username: 'u', password: 'p' }),
        );
        const headers = { authorization: `Bearer ${String((again.json as Json)['access_token'])}` };
        for (const { key: id, email, deleted } of steps) {
          const path = `/sobjects/Lead/SCIM_Id__c/${id}`;
          const Email = email && `${email}@acme.example`;
          await client.send('PATCH', path, { LastName: 'X', Company: 'Y', Email }, headers);
          if (deleted) await client.send('DELETE', path, undefined, headers);
        }
        const list = emails.map((email) => `'${email}@ACME.example'`).join(', ');
        const indexed = `(Email IN (${list}) ${negate ? 'AND' : 'OR'} SCIM_Id__c = '${key}')`;
        // Two negations say the same and have no index.
        const scanned = `(NOT (NOT ${indexed}))`;
        const ask = async (where: string) =>
          (
            await client.send(
              'GET',
              `/queryAll?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE ${where}`)}`,
              undefined,
              headers,
            )
          ).json;
        expect(await ask(indexed)).toEqual(await ask(scanned));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the answer to a query', () => {
  it('has totalSize, done and records with attributes, in the order of SELECT', async () => {
    const { send, createLead } = await start();
    const id = await createLead();
    const { status, json } = await send('GET', '/query/?q=select+company,+l.Id,+Owner.Name+from+lead+l');
    expect(status).toBe(200);
    expect(json).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` },
          Company: 'Acme',
          Id: id,
          Owner: { attributes: { type: 'User', url: expect.stringMatching(/\/sobjects\/User\/005/) }, Name: 'a' },
        },
      ],
    });
  });

  it('counts with COUNT() and no records', async () => {
    const { send } = await startWithPeople();
    const { json } = await send('GET', '/query?q=SELECT+COUNT()+FROM+Lead+WHERE+Email!=null');
    expect(json).toEqual({ totalSize: 3, done: true, records: [] });
  });

  it('aggregates by group, with aliases and expr0', async () => {
    const { query } = await startWithPeople();
    const soql = 'SELECT DoNotCall, COUNT(Id) people, MAX(NumberOfEmployees) FROM Lead GROUP BY DoNotCall';
    expect(await query(soql)).toEqual([
      { attributes: { type: 'AggregateResult' }, DoNotCall: true, people: 1, expr0: 5 },
      { attributes: { type: 'AggregateResult' }, DoNotCall: false, people: 3, expr0: 50 },
    ]);
  });

  it('is sorted with nulls first, and cut by LIMIT and OFFSET', async () => {
    const { query } = await startWithPeople();
    const names = async (tail: string) =>
      (await query(`SELECT LastName FROM Lead ${tail}`)).map((row) => row['LastName']);
    expect(await names('ORDER BY Email')).toEqual(['Clark', 'Adams', 'brown', "O'Hara"]);
    expect(await names('ORDER BY Email DESC NULLS LAST')).toEqual(["O'Hara", 'brown', 'Adams', 'Clark']);
    expect(await names('ORDER BY DoNotCall, LastName DESC LIMIT 2 OFFSET 1')).toEqual(['Clark', 'brown']);
    expect(await names('LIMIT 0')).toEqual([]);
  });

  it('has all fields for FIELDS(ALL)', async () => {
    const { query, createLead } = await start();
    await createLead({ SCIM_Id__c: 'u1' });
    const [row] = await query('SELECT FIELDS(ALL) FROM Lead LIMIT 1');
    expect(row).toMatchObject({ LastName: 'Doe', SCIM_Id__c: 'u1', Address: null });
    expect(await query('SELECT FIELDS(CUSTOM) FROM Lead LIMIT 1')).toEqual([
      { attributes: row?.['attributes'], SCIM_Id__c: 'u1' },
    ]);
  });

  it('knows the organization and the user', async () => {
    const { query } = await start();
    expect(await query('SELECT Id, IsSandbox, OrganizationType FROM Organization')).toMatchObject([
      { IsSandbox: true, OrganizationType: 'Developer Edition' },
    ]);
    expect(await query("SELECT Username FROM User WHERE Username = 'a@b.example'")).toHaveLength(1);
  });
});

describe('a long answer', () => {
  const startWithFive = async (clock = createClock()) => {
    const client = await start({ now: clock.now, config: { queryPageSize: 2 } });
    await client.send('POST', '/composite/sobjects', { records: Array.from({ length: 5 }, () => lead({})) });
    const { json } = await client.send('GET', '/query?q=SELECT+Id+FROM+Lead');
    return { client, first: json as Json, next: String((json as Json)['nextRecordsUrl']) };
  };

  const follow = ({ raw, token }: Client, url: string) =>
    raw('GET', url, undefined, { authorization: `Bearer ${token}` });

  it('comes in pages, and stays as it was when records change', async () => {
    const { client, first, next } = await startWithFive();
    expect(first).toMatchObject({
      totalSize: 5,
      done: false,
      nextRecordsUrl: expect.stringMatching(/^\/services\/data\/v67\.0\/query\/0r8\w{15}-2$/),
    });
    await client.createLead();
    const second = (await follow(client, next)).json as Json;
    expect(second).toMatchObject({ totalSize: 5, done: false, records: [{}, {}] });
    const third = (await follow(client, String(second['nextRecordsUrl']))).json as Json;
    expect(third).toMatchObject({ totalSize: 5, done: true, records: [{}] });
    expect(third).not.toHaveProperty('nextRecordsUrl');
  });

  it('is gone after two days with INVALID_QUERY_LOCATOR', async () => {
    const clock = createClock();
    const { client, next } = await startWithFive(clock);
    await client.raw('PATCH', '/sandbox/config', { sessionTimeoutMs: 100 * HOUR });
    clock.advance(48 * HOUR);
    const reply = await follow(client, next);
    expect([reply.status, firstError(reply)]).toEqual([
      400,
      { message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' },
    ]);
  });

  it('takes the page size of Sforce-Query-Options, but none below 200', async () => {
    const { send } = await start();
    for (const records of [200, 50].map((length) => Array.from({ length }, () => lead({}))))
      await send('POST', '/composite/sobjects', { records });
    const page = async (batchSize: number) =>
      (
        await send('GET', '/query?q=SELECT+Id+FROM+Lead', undefined, {
          'sforce-query-options': `batchSize=${batchSize}`,
        })
      ).json as {
        records: unknown[];
      };
    expect((await page(10)).records).toHaveLength(200);
    expect((await page(225)).records).toHaveLength(225);
    expect((await page(2000)).records).toHaveLength(250);
  });
});

const HINT = 'Please reference your WSDL or the describe call for the appropriate names.';
const FIELD_HINT = `If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${HINT}`;
const OBJECT_HINT = `If you are attempting to use a custom object, be sure to append the '__c' after the entity name. ${HINT}`;

const REFUSED: readonly [string, string, string][] = [
  [
    'SELECT Id, Foo FROM Lead',
    'INVALID_FIELD',
    `\nSELECT Id, Foo FROM Lead\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo' on entity 'Lead'. ${FIELD_HINT}`,
  ],
  [
    "SELECT Id FROM Lead WHERE Foo = 'x'",
    'INVALID_FIELD',
    `\nSELECT Id FROM Lead WHERE Foo = 'x'\n                          ^\nERROR at Row:1:Column:27\nNo such column 'Foo' on entity 'Lead'. ${FIELD_HINT}`,
  ],
  [
    'SELECT Id FROM Foo',
    'INVALID_TYPE',
    `\nSELECT Id FROM Foo\n               ^\nERROR at Row:1:Column:16\nsObject type 'Foo' is not supported. ${OBJECT_HINT}`,
  ],
  ['', 'MALFORMED_QUERY', 'A query string has to be specified'],
  ['SELECT Id FROM', 'MALFORMED_QUERY', 'unexpected token: <EOF>'],
  ['SELECT Id, FROM Lead', 'MALFORMED_QUERY', "unexpected token: 'FROM'"],
  [
    "SELECT Id FROM Lead WHERE Name = 'x",
    'MALFORMED_QUERY',
    "\nSELECT Id FROM Lead WHERE Name = 'x\n                                 ^\nERROR at Row:1:Column:34\nunexpected token: '''",
  ],
  [
    "SELECT Id FROM Lead WHERE Name = 'a\\q'",
    'MALFORMED_QUERY',
    "Invalid string literal 'a\\q'. Illegal character sequence '\\q' in string literal.",
  ],
  ["SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR City = 'c'", 'MALFORMED_QUERY', "unexpected token: 'OR'"],
  ['SELECT Id x FROM Lead', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'],
  ['SELECT Id, id FROM Lead', 'INVALID_FIELD', 'duplicate field selected: id'],
  [
    "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'",
    'INVALID_FIELD',
    "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
  ],
  [
    'SELECT Id FROM Lead WHERE City = 5',
    'INVALID_FIELD',
    "value of filter criterion for field 'City' must be of type string and should be enclosed in quotes",
  ],
  [
    "SELECT Id FROM Lead WHERE Description = 'x'",
    'INVALID_FIELD',
    "field 'Description' can not be filtered in a query call",
  ],
  ["SELECT Id FROM Lead WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: x'],
  ['SELECT Id FROM Lead OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
  ['SELECT City, COUNT(Id) FROM Lead', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: City'],
  ['SELECT FIELDS(ALL) FROM Lead', 'MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
];

describe('a query that cannot run', () => {
  it.each(REFUSED)('%s is refused with 400 %s', async (soql, errorCode, message) => {
    const { send } = await start();
    const { status, json } = await send('GET', `/query?q=${encodeURIComponent(soql)}`);
    expect([status, json]).toEqual([400, [{ message, errorCode }]]);
  });
});
