/** Which routes the admin API has: one line for each file of `routes/`. */
import type { AdminContext } from './context.ts';
import type { AdminRoute } from './route.ts';
import { connectorRoutes } from './routes/connector.ts';
import { findUserRoutes } from './routes/find-users.ts';
import { laneRoutes } from './routes/lanes.ts';
import { mappingRoutes } from './routes/mapping.ts';
import { previewRoutes } from './routes/preview.ts';
import { pushRoutes } from './routes/push.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { removalRoutes } from './routes/removals.ts';
import { serviceRoutes } from './routes/service.ts';
import { statusRoutes } from './routes/status.ts';
import { throughputRoutes } from './routes/throughput.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { userRoutes } from './routes/user.ts';

const ROUTES: readonly ((context: AdminContext) => readonly AdminRoute[])[] = [
  statusRoutes,
  throughputRoutes,
  connectorRoutes,
  removalRoutes,
  reconcileRoutes,
  laneRoutes,
  findUserRoutes,
  userRoutes,
  timelineRoutes,
  previewRoutes,
  pushRoutes,
  mappingRoutes,
  serviceRoutes,
];

export const adminRoutes = (context: AdminContext): readonly AdminRoute[] => ROUTES.flatMap((make) => make(context));
