/** What a client wrote, as its profile has it: refused where the profile is strict, unpacked where the client packs. */
import { isObject } from '../json.ts';
import { parsePatchOp, type PatchOperation } from '../patch/parse.ts';
import type { ResourceType } from '../schema/resource-type.ts';
import { refuseDepartures, refusePatchDepartures } from './departures.ts';
import { unpackOperation, unpackResource } from './packed-json.ts';
import type { Profile } from './profile.ts';

/** @param rewritten takes a line for each attribute that was read otherwise than it was written */
export function readWritten(profile: Profile, type: ResourceType, body: unknown, rewritten: Set<string>): unknown {
  if (!isObject(body)) return body;
  if (!profile.isTolerant) refuseDepartures(type, body);
  return profile.unpacksJson ? unpackResource(type, body, unpackedNote(rewritten)) : body;
}

/** The operations of a PATCH body. @throws ScimError as `parsePatchOp` does, and for what a strict profile refuses */
export function readOperations(
  profile: Profile,
  type: ResourceType,
  body: unknown,
  rewritten: Set<string>,
): readonly PatchOperation[] {
  const operations = parsePatchOp(body);
  if (!profile.isTolerant) refusePatchDepartures(type, body, operations);
  if (!profile.unpacksJson) return operations;
  return operations.map((operation) => unpackOperation(type, operation, unpackedNote(rewritten)));
}

const unpackedNote = (rewritten: Set<string>) => (path: string) => rewritten.add(`${path}: JSON in a string unpacked`);
