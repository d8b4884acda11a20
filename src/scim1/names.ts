/** What an attribute name of SCIM 1.1 means, in filters, `sortBy`, `attributes` and bodies (SCIM 1.1 API §3.8). */
import type { AttributePath, ResourceType } from '../scim/schema/resource-type.ts';
import { toScim2Part } from './differences.ts';
import { toScim1Urn } from './schemas.ts';

/** The same type, whose attributes go by their names of SCIM 1.1 too. */
export const withScim1Names = (type: ResourceType): ResourceType => ({
  ...type,
  resolve: (text) => resolveScim1(type, text),
});

/** Resolves `name.givenName`, `urn:scim:schemas:core:1.0:userName`, `urn:…:enterprise:1.0:manager.managerId`, in any case. */
export function resolveScim1(type: ResourceType, text: string): AttributePath | undefined {
  const name = withScim2Urn(type, text);
  return type.resolve(name) ?? resolvePart(type, name);
}

function withScim2Urn({ schema, extensions }: ResourceType, text: string): string {
  for (const urn of [schema, ...extensions.map((extension) => extension.urn)]) {
    const [scim1, rest] = [toScim1Urn(urn), text.slice(toScim1Urn(urn).length)];
    if (text.toLowerCase().startsWith(scim1.toLowerCase()) && (rest === '' || rest.startsWith(':'))) return urn + rest;
  }
  return text;
}

function resolvePart(type: ResourceType, name: string): AttributePath | undefined {
  const dot = name.lastIndexOf('.');
  const { attribute } = type.resolve(name.slice(0, dot)) ?? {};
  if (dot === -1 || attribute === undefined) return undefined;
  return type.resolve(`${attribute.path}.${toScim2Part(attribute, name.slice(dot + 1))}`);
}
