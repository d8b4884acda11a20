/** A moment between a connection that is ready and the first byte of a request on it. */
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/** What axios takes in place of node:http and node:https. */
export interface RequestTransport {
  request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest;
}

/**
 * Node's own way to send, with a last word before the request leaves: who aborts the request there has kept it from the server.
 * Connections and TLS handshakes take their time, and a process may be stopped meanwhile.
 */
export const beforeWriting = (onReady: () => void): RequestTransport => ({
  request(options, onResponse) {
    const { request } = options.protocol === 'https:' ? https : http;
    // Node writes what it has of a request after this event; on a new connection after that of the socket.
    return request(options, onResponse).once('socket', (socket) => {
      const awaited = awaitedEvent(socket);
      if (awaited === undefined) onReady();
      else socket.prependOnceListener(awaited, onReady);
    });
  },
});

/** What a new connection tells when it is ready, before it encrypts and sends what waits for that; undefined for one that is used again. */
function awaitedEvent(socket: Socket & { readonly secureConnecting?: boolean }): string | undefined {
  if (socket.secureConnecting === true) return 'secureConnect';
  return socket.connecting ? 'connect' : undefined;
}
