/** What every call is answered while the service is down. */
import { randomUUID } from 'node:crypto';
import type { Outage } from '../config.ts';
import { unexpectedError } from '../errors.ts';
import type { Answer } from '../rest/call.ts';
import type { Endpoint } from '../service-request.ts';

const PAGE = `<html>
<head><title>We are down for maintenance</title></head>
<body><h1>Sorry for the inconvenience. We'll be back shortly.</h1></body>
</html>
`;

function jsonOf(status: number, kind: Endpoint['kind']): unknown {
  if (kind !== 'api') return { error: 'unknown_error', error_description: 'retry your request' };
  if (status === 500) return unexpectedError(randomUUID()).items;
  return [{ message: 'The service is temporarily unavailable', errorCode: 'SERVER_UNAVAILABLE' }];
}

/** The answer of the outage to a call of that kind; null when it reaches the org. */
export function answerOutage(outage: Outage | null, kind: Endpoint['kind']): Answer | null {
  if (outage === null) return null;
  const { status, body, on = 'all' } = outage;
  if (on !== 'all' && on !== kind) return null;
  if (body === 'empty') return { status };
  if (body === 'html') return { status, raw: { type: 'text/html;charset=UTF-8', text: PAGE } };
  return { status, body: jsonOf(status, kind) };
}
