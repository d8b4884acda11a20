/** Several calls in one: composite with references and transactions, and batch. */
import { describe, expect, it } from '@jest/globals';
import { lead, start, type Json } from './support.ts';

const BASE = '/services/data/v67.0';
const LEAD = { LastName: 'Doe', Company: 'Acme' };

const sub = (referenceId: string, method: string, path: string, body?: unknown) => ({
  referenceId,
  method,
  url: BASE + path,
  ...(body === undefined ? {} : { body }),
});

const HALTED = {
  httpStatusCode: 400,
  httpHeaders: {},
  body: [
    {
      errorCode: 'PROCESSING_HALTED',
      message: 'The transaction was rolled back since another operation in the same transaction failed.',
    },
  ],
};

describe('a composite request', () => {
  it('answers each part with status, headers and body, and costs one call', async () => {
    const { send } = await start();
    const compositeRequest = [
      sub('made', 'POST', '/sobjects/Lead', LEAD),
      sub('changed', 'PATCH', '/sobjects/Lead/@{made.id}', { Title: 'Id @{made.id}' }),
      sub('found', 'GET', "/query?q=SELECT+Title+FROM+Lead+WHERE+Id='@{made.id}'"),
      sub('copied', 'POST', '/sobjects/Lead', { ...LEAD, Title: '@{found.records[0].Title}' }),
    ];
    const { status, json, headers } = await send('POST', '/composite', { compositeRequest });
    const parts = (json as { compositeResponse: Json[] }).compositeResponse;
    const id = String((parts[0]?.['body'] as Json)['id']);
    expect(status).toBe(200);
    expect(parts).toMatchObject([
      { referenceId: 'made', httpStatusCode: 201, httpHeaders: { Location: `${BASE}/sobjects/Lead/${id}` } },
      { referenceId: 'changed', httpStatusCode: 204, httpHeaders: {}, body: null },
      { referenceId: 'found', httpStatusCode: 200, body: { records: [{ Title: `Id ${id}` }] } },
      { referenceId: 'copied', httpStatusCode: 201 },
    ]);
    expect(headers.get('sforce-limit-info')).toBe('api-usage=1/100000');
  });

  it('goes on after a failure, and halts what refers to the failed part', async () => {
    const { send } = await start();
    const compositeRequest = [
      sub('bad', 'POST', '/sobjects/Lead', {}),
      sub('next', 'GET', '/sobjects/Lead/@{bad.id}'),
      sub('good', 'POST', '/sobjects/Lead', LEAD),
      sub('lost', 'GET', '/nowhere'),
    ];
    const { json } = await send('POST', '/composite', { compositeRequest });
    expect(json).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
        { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
        { httpStatusCode: 201 },
        { httpStatusCode: 404, body: [{ errorCode: 'NOT_FOUND' }] },
      ],
    });
  });

  it('keeps nothing with allOrNone when a part fails', async () => {
    const { send, query } = await start();
    const compositeRequest = [
      sub('one', 'POST', '/sobjects/Lead', LEAD),
      sub('two', 'POST', '/sobjects/Lead', { ...LEAD, Email: 'no' }),
      sub('three', 'POST', '/sobjects/Lead', LEAD),
    ];
    const { status, json } = await send('POST', '/composite', { allOrNone: true, compositeRequest });
    expect([status, json]).toMatchObject([
      200,
      {
        compositeResponse: [
          { ...HALTED, referenceId: 'one' },
          { httpStatusCode: 400, referenceId: 'two', body: [{ errorCode: 'INVALID_EMAIL_ADDRESS' }] },
          { ...HALTED, referenceId: 'three' },
        ],
      },
    ]);
    expect(await query('SELECT Id FROM Lead')).toEqual([]);
  });

  it('lets its own allOrNone win over that of a collection inside', async () => {
    const { send, query } = await start();
    const records = [lead({}), lead({ Email: 'no' })];
    const compositeRequest = [
      sub('rows', 'POST', '/composite/sobjects', { allOrNone: false, records }),
      sub('one', 'POST', '/sobjects/Lead', LEAD),
    ];
    const { json } = await send('POST', '/composite', { allOrNone: true, compositeRequest });
    const rows = [
      { errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
      { errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS' }] },
    ];
    expect(json).toMatchObject({ compositeResponse: [{ body: rows }, HALTED] });
    expect(await query('SELECT Id FROM Lead')).toEqual([]);
    await send('POST', '/composite', { compositeRequest });
    expect(await query('SELECT Id FROM Lead')).toHaveLength(2);
  });

  it('hands the headers of a part to that part alone', async () => {
    const { send, query, raw } = await start();
    const [queue] = await query('SELECT Id FROM Group');
    await raw('PATCH', '/sandbox/config', { assignmentRuleOwner: queue?.['Id'] });
    const own = { ...sub('own', 'POST', '/sobjects/Lead', LEAD), httpHeaders: { 'Sforce-Auto-Assign': 'FALSE' } };
    await send('POST', '/composite', { compositeRequest: [own, sub('queued', 'POST', '/sobjects/Lead', LEAD)] });
    const owners = (await query('SELECT OwnerId FROM Lead')).map((row) => String(row['OwnerId']).slice(0, 3));
    expect(owners).toEqual(['005', '00G']);
  });

  const many = (count: number, path: string) => Array.from({ length: count }, (_, at) => sub(`r${at}`, 'GET', path));

  it.each([
    ['no compositeRequest', {}, 'JSON_PARSER_ERROR'],
    ['more than 25 parts', { compositeRequest: many(26, '/limits') }, 'LIMIT_EXCEEDED'],
    ['more than 5 queries', { compositeRequest: many(6, '/query?q=x') }, 'LIMIT_EXCEEDED'],
    ['a part without a referenceId', { compositeRequest: [{ method: 'GET', url: `${BASE}/limits` }] }, 'INVALID_INPUT'],
    ['a referenceId used twice', { compositeRequest: [...many(1, '/limits'), ...many(1, '/limits')] }, 'INVALID_INPUT'],
  ])('is refused as a whole for %s', async (_title, body, errorCode) => {
    const { send } = await start();
    const { status, json } = await send('POST', '/composite', body);
    expect([status, json]).toMatchObject([400, [{ errorCode }]]);
  });
});

describe('a batch request', () => {
  const batchRequests = [
    { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: LEAD },
    { method: 'GET', url: 'v67.0/nowhere' },
    { method: 'POST', url: '/services/data/v67.0/sobjects/Lead', richInput: LEAD },
  ];

  it('answers each part and pays for each', async () => {
    const { send, raw } = await start();
    const { status, json, headers } = await send('POST', '/composite/batch', { batchRequests });
    expect([status, json]).toMatchObject([
      200,
      {
        hasErrors: true,
        results: [
          { statusCode: 201, result: { success: true } },
          { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
          { statusCode: 201, result: { success: true } },
        ],
      },
    ]);
    expect(headers.get('sforce-limit-info')).toBe('api-usage=3/100000');
    expect((await raw('GET', '/sandbox/calls')).json).toMatchObject({ api: 1 });
  });

  it('halts what follows a failure when asked to', async () => {
    const { send } = await start();
    const { json } = await send('POST', '/composite/batch', { batchRequests, haltOnError: true });
    expect(json).toMatchObject({
      results: [
        { statusCode: 201 },
        { statusCode: 404 },
        { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED' }] },
      ],
    });
  });
});
