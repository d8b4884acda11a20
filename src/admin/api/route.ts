/** What a route of the admin API is: data, from which its checks and its description are both made. */
import type { Static, TObject, TSchema } from 'typebox';
import type { AdminScope } from '../../http/auth.ts';
import type { ProblemKind } from './problem.ts';

/** A request whose parts have passed the route's schemas. */
export interface AdminRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Name of the credential. */
  readonly actor: string;
  readonly requestId: string;
}

interface Definition<Params extends TObject, Query extends TObject, Body extends TSchema, Answer extends TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the admin API, parameters with a colon: `/users/:id/retry`. */
  readonly path: string;
  /** Unique; generated clients call their functions so. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What a credential needs; that of actions is `admin:operate`. */
  readonly scope: AdminScope;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Bytes that a body may have; default: as many as in SCIM. */
  readonly bodyLimit?: number;
  /** Whether a request without a body is as good as one with `{}`. */
  readonly isBodyOptional?: boolean;
  readonly answer: { readonly description: string; readonly schema: Answer };
  /** Kinds beyond those that every route has. */
  readonly problems?: readonly ProblemKind[];
  /**
   * @returns the body of a 200
   * @throws Problem, or whatever operations throw
   */
  handle(request: AdminRequest<Static<Params>, Static<Query>, Static<Body>>): Promise<Static<Answer>>;
}

/** A route among others; its handler is given only what passed its schemas. */
export type AdminRoute = Omit<Definition<TObject, TObject, TSchema, TSchema>, 'handle'> & {
  handle(request: AdminRequest): Promise<unknown>;
};

/** Ties the types of a handler to the schemas of its route. */
export const route = <
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Answer extends TSchema = TSchema,
>(
  definition: Definition<Params, Query, Body, Answer>,
): AdminRoute =>
  // Nothing that has not passed the schemas gets to the handler (`checks.ts`).
  definition;
