/** GET /throughput: how fast users get to Salesforce, minute by minute. */
import type { Static } from 'typebox';
import { Throughput } from '../../../operations/throughput.ts';
import type { AdminContext } from '../context.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant } from '../views.ts';
import { Type } from '../schema.ts';

const MINUTES = 60;

const Latency = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });

const MINUTE = Type.Object(
  {
    at: Instant('When the minute began.'),
    delivered: Type.Integer({ description: 'Attempts that wrote to Salesforce what it should know.' }),
    failed: Type.Integer({ description: 'Attempts that came to nothing and are made again.' }),
    parked: Type.Integer({ description: 'Attempts after which the user waits for a person or its next change.' }),
    latencyMsP50: Latency(
      'Half of the changes waited no longer from their commit to their confirmation; null when none was confirmed.',
    ),
    latencyMsP95: Latency('So for 95 of 100 changes.'),
  },
  { title: 'Minute', additionalProperties: false },
);

export const THROUGHPUT = Type.Object(
  { minutes: Type.Array(MINUTE) },
  { title: 'Throughput', additionalProperties: false },
);

export type ThroughputView = Static<typeof THROUGHPUT>;

export const throughputRoutes = ({ operations }: AdminContext): readonly AdminRoute[] => {
  const throughput = new Throughput(operations.store);
  return [
    route({
      method: 'GET',
      path: '/throughput',
      operationId: 'readThroughput',
      tag: 'service',
      summary: 'Tells how many users were delivered in each of the last 60 minutes, and how long changes waited',
      description:
        'From the journal: of all processes, and after a restart the same. A minute that ended more than two minutes ago is counted once. Users that needed no write are not counted.',
      scope: 'admin:read',
      answer: {
        description: 'Oldest first; the last minute is under way.',
        schema: THROUGHPUT,
      },
      handle: async () => {
        const minutes = await throughput.read(MINUTES, operations.now());
        return {
          minutes: minutes.map(({ at, latencyMsP50 = null, latencyMsP95 = null, ...counts }) => ({
            at: instant(at),
            ...counts,
            latencyMsP50,
            latencyMsP95,
          })),
        };
      },
    }),
  ];
};
