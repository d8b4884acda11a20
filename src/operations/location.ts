/** Where a resource is: what `meta.location` and `$ref` say (RFC 7643 §3.1). */
import type { OperationContext } from './context.ts';

export function locationOf(context: OperationContext, typeName: string, id: string): string {
  const endpoint = context.registry.resourceType(typeName)?.endpoint ?? '';
  return `${context.baseUrl()}${endpoint}/${id}`;
}
