/** Liveness and readiness, open to everybody: they say nothing but yes or no. */
import type { FastifyInstance } from 'fastify';

export interface HealthOptions {
  /** Rejects while requests cannot be served. */
  readonly ready: () => Promise<void>;
}

export async function healthRoutes(scope: FastifyInstance, { ready }: HealthOptions): Promise<void> {
  scope.get('/healthz', async (_request, reply) => reply.send({ status: 'alive' }));
  scope.get('/readyz', async (_request, reply) => {
    try {
      await ready();
      return await reply.send({ status: 'ready' });
    } catch {
      return reply.code(503).header('retry-after', '1').send({ status: 'unavailable' });
    }
  });
}
