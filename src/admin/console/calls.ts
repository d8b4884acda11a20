/** The calls of the admin API that the console makes, each with what it answers. */
import type { EventPage } from '../api/routes/connector.ts';
import type { UserPage } from '../api/routes/find-users.ts';
import type { LaneErrors, LanePage } from '../api/routes/lanes.ts';
import type { MappingValidation, MappingView, TriedMapping } from '../api/routes/mapping.ts';
import type { PreviewView } from '../api/routes/preview.ts';
import type { PushedView } from '../api/routes/push.ts';
import type { FindingPage, ReconcileState } from '../api/routes/reconcile.ts';
import type { RemovalPage } from '../api/routes/removals.ts';
import type { Clients, Configuration } from '../api/routes/service.ts';
import type { Status } from '../api/routes/status.ts';
import type { ThroughputView } from '../api/routes/throughput.ts';
import type { TimelineView } from '../api/routes/timeline.ts';
import type { UserDetail } from '../api/routes/user.ts';
import type { LaneView } from '../api/views.ts';
import type { SessionView } from '../web/sessions.ts';
import { ask, withQuery, type Query } from './client.ts';

const API = '/admin/api';
const SESSION = '/admin/session';

const get = <Answer>(path: string, query: Query = {}): Promise<Answer> => ask('GET', withQuery(`${API}${path}`, query));
const post = <Answer>(path: string, body: unknown = {}): Promise<Answer> => ask('POST', `${API}${path}`, body);
const user = (id: string): string => `/users/${encodeURIComponent(id)}`;

export interface SessionAnswer {
  readonly session?: SessionView;
}

/** Which users to try again: those with one error, or all. */
export type RetryFilter =
  | { readonly class: string; readonly code: string; readonly waiting?: boolean }
  | { readonly all: true; readonly waiting?: boolean };

/** Which held removals are judged. */
export type Judged = { readonly userIds: readonly string[] } | { readonly all: true };

export type ReconcileMode = 'full' | 'delta';

export const calls = {
  readSession: () => ask<SessionAnswer>('GET', SESSION),
  logIn: (username: string, password: string) => ask<SessionAnswer>('POST', SESSION, { username, password }),
  logOut: () => ask<undefined>('DELETE', SESSION),

  status: () => get<Status>('/status'),
  throughput: () => get<ThroughputView>('/throughput'),
  events: (cursor?: string) => get<EventPage>('/events', { limit: 20, cursor }),
  pause: (reason: string) => post<{ readonly changed: boolean }>('/pause', { reason }),
  resume: () => post<{ readonly changed: boolean }>('/resume'),

  findUsers: (search: string, cursor?: string) => get<UserPage>('/users', { search, cursor }),
  readUser: (id: string) => get<UserDetail>(user(id)),
  readValues: (id: string) => get<UserDetail>(user(id), { include: 'values' }),
  timeline: (id: string, cursor?: string) => get<TimelineView>(`${user(id)}/timeline`, { cursor }),
  preview: (id: string) => get<PreviewView>(`${user(id)}/preview`),
  retryUser: (id: string) =>
    post<{ readonly released: number; readonly state: LaneView['state'] }>(`${user(id)}/retry`),
  push: (id: string, resend: boolean) => post<PushedView>(`${user(id)}/push`, { resend }),

  laneErrors: () => get<LaneErrors>('/lanes/errors'),
  lanes: (filter: { readonly state?: string; readonly class?: string; readonly code?: string }, cursor?: string) =>
    get<LanePage>('/lanes', { ...filter, cursor }),
  retry: (which: RetryFilter) => post<{ readonly released: number }>('/lanes/retry', which),

  removals: (cursor?: string, include?: 'names') => get<RemovalPage>('/removals', { cursor, include }),
  approve: (which: Judged) => post<{ readonly judged: number }>('/removals/approve', which),
  reject: (which: Judged) => post<{ readonly judged: number }>('/removals/reject', which),

  reconcile: () => get<ReconcileState>('/reconcile'),
  startReconcile: (mode: ReconcileMode, repair: boolean) => post<ReconcileState>('/reconcile', { mode, repair }),
  cancelReconcile: () => post<{ readonly stopping: boolean }>('/reconcile/cancel'),
  findings: (kind: string | undefined, cursor?: string) => get<FindingPage>('/reconcile/findings', { kind, cursor }),

  mapping: () => get<MappingView>('/mapping'),
  validateMapping: (mapping: unknown) => post<MappingValidation>('/mapping/validate', mapping),
  tryMapping: (scimUser: unknown, mapping?: unknown) => post<TriedMapping>('/mapping/try', { user: scimUser, mapping }),
  previewPasted: (scimUser: unknown) => post<PreviewView>('/preview', { user: scimUser }),

  clients: () => get<Clients>('/clients'),
  configuration: () => get<Configuration>('/config'),
};
