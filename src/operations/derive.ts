/** What is made of a document so that the resource is found: keys, the name that lists show, the folded text. */
import { createHash } from 'node:crypto';
import { foldDocument } from '../scim/fold.ts';
import type { JsonObject } from '../scim/json.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { Derived } from '../storage/store.ts';
import type { Model } from './model.ts';
import { nameOfIndex, resourceKeys, type Index } from './resource-keys.ts';

type DeriveModel = Pick<Model, 'registry' | 'indexes'>;

/** @param resource as it lies on disk */
export function derive({ registry, indexes }: DeriveModel, typeName: string, resource: JsonObject): Derived {
  const type = registry.resourceType(typeName);
  const folded = type && foldDocument(type, resource);
  const display = resource['displayName'];
  return {
    keys: resourceKeys(indexes, typeName, resource),
    ...(typeof display === 'string' && { display }),
    ...(folded && { folded: JSON.stringify(folded) }),
  };
}

/** Raised when `derive` makes something else of the same schemas. */
const DERIVATION_VERSION = 2;

/** How a database tells whether what it holds was derived in this way. */
export function derivationOf(model: DeriveModel) {
  const types = model.registry.resourceTypes.map((type) => [
    type.name,
    foldedPaths(type),
    (model.indexes.get(type.name) ?? []).map(nameOf),
  ]);
  const text = JSON.stringify([DERIVATION_VERSION, types]);
  return {
    fingerprint: createHash('sha256').update(text).digest('hex'),
    derive: (type: string, document: JsonObject): Derived => derive(model, type, document),
  };
}

const nameOf = (index: Index): string => {
  const { attribute, unique } = index;
  return [nameOfIndex(index), attribute.type, attribute.caseExact, unique].join(' ');
};

function foldedPaths(type: ResourceType): readonly string[] {
  const attributes = [type.attributes, ...type.extensions.map(({ urn }) => type.extensionAttributes(urn))].flat();
  const leaves = attributes.flatMap((attribute): readonly Attribute[] => [attribute, ...attribute.subAttributes]);
  return leaves.filter(({ type: kind, caseExact }) => kind === 'string' && !caseExact).map(({ path }) => path);
}
