/** One operation of a bulk request, run as the single request that it stands for (RFC 7644 §3.7). */
import type { BulkMethod, ReadableOperation } from '../../scim/bulk/operation.ts';
import type { StoredResource } from '../../storage/store.ts';
import type { Caller, OperationContext } from '../context.ts';
import { createResource } from '../create.ts';
import { patchResource } from '../patch.ts';
import { removeResource } from '../remove.ts';
import { replaceResource } from '../replace.ts';

export interface Done {
  readonly status: number;
  /** Absent: it is gone. */
  readonly resource?: StoredResource;
}

/** @throws ScimError as the single request would */
export async function runOperation(
  context: OperationContext,
  operation: ReadableOperation,
  { actor, requestId, traceparent, profile }: Caller,
): Promise<Done> {
  // Its answer has no words for a resource that was there: 409 tells the client.
  const own = { ...profile, onExisting: 'refuse' } as const;
  const trace = traceparent === undefined ? {} : { traceparent };
  const caller = { actor, requestId, ...trace, profile: own, rewritten: new Set<string>(), ifMatch: operation.version };
  return RUN[operation.method](context, operation, caller);
}

type Run = (context: OperationContext, operation: ReadableOperation, caller: Caller) => Promise<Done>;

const RUN: Readonly<Record<BulkMethod, Run>> = {
  POST: (context, { target, data }, caller) => createResource(context, target.type, data, caller),
  PUT: async (context, { target, data }, caller) => ({
    status: 200,
    resource: await replaceResource(context, target.type, target.id ?? '', data, caller),
  }),
  PATCH: async (context, { target, data }, caller) => ({
    status: 200,
    resource: await patchResource(context, target.type, target.id ?? '', data, caller),
  }),
  DELETE: async (context, { target }, caller) => {
    await removeResource(context, target.type, target.id ?? '', caller);
    return { status: 204 };
  },
};
