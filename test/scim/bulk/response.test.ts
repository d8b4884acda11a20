/** BulkResponse messages (RFC 7644 §3.7.3). */
import { expect, it } from '@jest/globals';
import { bulkResponse } from '../../../src/scim/bulk/response.ts';
import { preconditionFailed } from '../../../src/scim/errors.ts';

it('tells status as a string, and the Error body of what failed', () => {
  const location = 'https://example.com/v2/Users/1';
  expect(
    bulkResponse([
      { method: 'POST', bulkId: 'qwerty', location, version: 'W/"1"', status: 201 },
      { method: 'PUT', location, status: 412, fault: preconditionFailed('Resource changed on the server.') },
    ]),
  ).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: [
      { method: 'POST', bulkId: 'qwerty', location, version: 'W/"1"', status: '201' },
      {
        method: 'PUT',
        location,
        status: '412',
        response: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          status: '412',
          detail: 'Resource changed on the server.',
        },
      },
    ],
  });
});
