/** `/metrics`: who may read the page for Prometheus. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface MetricsOptions {
  readonly page: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Whether the Authorization header lets its sender read the metrics. Absent: nobody may, and the page is not there. */
  readonly mayRead?: ReadMetrics;
}

export type ReadMetrics = (authorization: string) => boolean;

export async function metricsRoute(scope: FastifyInstance, { page, mayRead }: MetricsOptions): Promise<void> {
  scope.get('/metrics', async (request, reply) => {
    if (!mayRead) return refuse(reply, 404, 'metrics are off: set METRICS_TOKEN');
    if (!mayRead(request.headers.authorization ?? '')) {
      reply.header('www-authenticate', 'Bearer realm="scim-salesforce metrics"');
      return refuse(reply, 401, 'send the METRICS_TOKEN as a bearer token');
    }
    const { contentType, text } = await page();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text);
  });
}

const refuse = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(`${text}\n`);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @returns whether a header holds the token, compared in constant time */
export function bearerOf(token: string): ReadMetrics {
  const known = digest(token);
  return (authorization) =>
    /^bearer /i.test(authorization) && timingSafeEqual(known, digest(authorization.slice('bearer '.length).trim()));
}
