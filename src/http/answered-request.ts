/** What is told of a request that was answered, to the log, the metrics and the traces alike. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestTrace } from './trace.ts';

export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, not the URL: a filter holds personal data. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface TracedRequest extends AnsweredRequest {
  /** Absent: the request has no span. */
  readonly trace?: RequestTrace;
}

export const answeredRequest = (request: FastifyRequest, reply: FastifyReply): AnsweredRequest => ({
  requestId: request.id,
  method: request.method,
  route: request.routeOptions.url ?? 'unknown',
  status: reply.statusCode,
  durationMs: Math.round(reply.elapsedTime * 10) / 10,
});
