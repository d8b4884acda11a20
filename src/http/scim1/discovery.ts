/** ServiceProviderConfigs and Schemas of SCIM 1.1. */
import type { OperationContext } from '../../operations/context.ts';
import { PAGE_LIMITS } from '../../operations/list.ts';
import { notFound } from '../../scim/errors.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { idOfSchema, providerConfigs, schemaMessage } from '../../scim1/discovery.ts';
import { listMessage } from '../../scim1/messages.ts';
import { AUTHENTICATION_SCHEMES } from '../scim/discovery.ts';
import type { Endpoint, Handler } from '../scim/endpoint.ts';
import { sendMessage } from './answer.ts';

export function discoveryEndpoints({ registry }: OperationContext): readonly Endpoint[] {
  const schemas = registry.resourceTypes.map(schemaMessage);
  const list = listMessage({ total: schemas.length, startIndex: 1, resources: schemas });
  const config = providerConfigs({
    maxResults: PAGE_LIMITS.maxCount,
    authenticationSchemes: AUTHENTICATION_SCHEMES,
  });
  const byName: Handler = async (request, reply) => {
    // The route has the parameter.
    const { id } = request.params as { id: string };
    const at = registry.resourceTypes.findIndex((type) => isCalled(type, id));
    const schema = schemas[at];
    if (!schema) throw notFound(`Schema ${id} does not exist`);
    return sendMessage(reply, schema);
  };
  return [
    { path: '/ServiceProviderConfigs', handlers: { GET: async (_request, reply) => sendMessage(reply, config) } },
    { path: '/Schemas', handlers: { GET: async (_request, reply) => sendMessage(reply, list) } },
    { path: '/Schemas/:id', handlers: { GET: byName } },
  ];
}

/** By URN, by name or by endpoint: clients of SCIM 1.1 do all three. */
const isCalled = (type: ResourceType, id: string): boolean =>
  [idOfSchema(type), type.name, type.endpoint.slice(1)].some((name) => name.toLowerCase() === id.toLowerCase());
