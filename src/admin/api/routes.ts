/** Which routes the admin API has: one line for each file of `routes/`. */
import type { AdminContext } from './context.ts';
import type { AdminRoute } from './route.ts';
import { findUserRoutes } from './routes/find-users.ts';
import { laneRoutes } from './routes/lanes.ts';
import { mappingRoutes } from './routes/mapping.ts';
import { serviceRoutes } from './routes/service.ts';
import { statusRoutes } from './routes/status.ts';
import { userRoutes } from './routes/user.ts';

const ROUTES: readonly ((context: AdminContext) => readonly AdminRoute[])[] = [
  statusRoutes,
  laneRoutes,
  findUserRoutes,
  userRoutes,
  mappingRoutes,
  serviceRoutes,
];

export const adminRoutes = (context: AdminContext): readonly AdminRoute[] => ROUTES.flatMap((make) => make(context));
