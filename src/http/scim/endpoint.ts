/** What an endpoint is: a path and a handler for each method it has. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export interface Endpoint {
  /** Relative to the SCIM root. */
  readonly path: string;
  readonly handlers: Readonly<Partial<Record<Method, Handler>>>;
}
