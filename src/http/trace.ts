/** The span of a request while it is open, and which requests have one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface RequestTrace {
  /** Of the span itself (W3C Trace Context §3.2). */
  readonly traceparent: string;
}

/** @param incoming `traceparent` of the caller, if it sent one; what is none starts a new trace */
export type BeginTrace = (incoming: string | undefined) => RequestTrace;

/** @param begin absent: nothing is done for any request */
export function traceRequests(
  server: FastifyInstance,
  begin: BeginTrace | undefined,
  isTraced: (request: FastifyRequest) => boolean,
): void {
  server.decorateRequest('trace', null);
  if (!begin) return;
  server.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    if (isTraced(request)) request.trace = begin(typeof traceparent === 'string' ? traceparent : undefined);
    done();
  });
}

/** `00-<trace id>-<span id>-<flags>` */
export const traceIdOf = ({ traceparent }: RequestTrace): string => traceparent.split('-')[1] ?? '';

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent where requests have no spans. */
    trace: RequestTrace | null;
  }
}
