/** Which pages there are: a line for each. */
import type { FunctionComponent } from 'preact';
import type { Status } from '../api/routes/status.ts';
import { Clients } from './pages/clients.tsx';
import { Configuration } from './pages/configuration.tsx';
import { Mapping } from './pages/mapping.tsx';
import { Overview } from './pages/overview.tsx';
import { Parked } from './pages/parked.tsx';
import { Reconcile } from './pages/reconcile.tsx';
import { Removals } from './pages/removals.tsx';
import { User } from './pages/user.tsx';
import { Users } from './pages/users.tsx';
import type { PageProps } from './parts/page.tsx';

export interface PageEntry {
  /** With `/admin` in front; parameters with a colon. */
  readonly path: string;
  readonly component: FunctionComponent<PageProps>;
  /** Its name in the navigation; absent: it is reached from another page. */
  readonly nav?: string;
  /** Users in this state are counted beside the name. */
  readonly counts?: keyof Status['lanes'];
}

export const HOME = '/admin';

export const PAGES: readonly PageEntry[] = [
  { path: HOME, nav: 'Overview', component: Overview },
  { path: '/admin/users', nav: 'Users', component: Users },
  { path: '/admin/users/:id', component: User },
  { path: '/admin/parked', nav: 'Parked', counts: 'parked', component: Parked },
  { path: '/admin/removals', nav: 'Held removals', counts: 'held', component: Removals },
  { path: '/admin/reconcile', nav: 'Reconcile', component: Reconcile },
  { path: '/admin/mapping', nav: 'Mapping', component: Mapping },
  { path: '/admin/clients', nav: 'Clients', component: Clients },
  { path: '/admin/configuration', nav: 'Configuration', component: Configuration },
];
