/** Requests that Node's parser refuses before anybody else sees them, answered as all others are (RFC 7644 §3.12). */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorMessage, ScimError } from '../scim/errors.ts';
import { SCIM_CONTENT_TYPE } from './scim/content-types.ts';

const FAULTS: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    detail: 'the URL and the headers are larger than 16 kB together: send a long filter by POST to /.search',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time' },
};

/** Nothing of the request is known but that it is none, not even its path. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) return;
  const { status, detail } = FAULTS[error.code ?? ''] ?? {
    status: 400,
    detail: `the request is no HTTP: ${error.message}`,
  };
  const body = JSON.stringify(errorMessage(new ScimError(status, undefined, detail)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${SCIM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
