/** Which bodies the SCIM 1.1 scope reads and how it types its answers (API §3.7). */
import type { FastifyInstance } from 'fastify';
import { acceptJsonBodies } from '../scim/content-types.ts';

export const SCIM1_CONTENT_TYPE = 'application/json; charset=utf-8';

const JSON_TYPES = ['application/json', 'application/scim+json'];

/** WSO2 IS 5 sends the letters of its machine's locale and does not say which: what is no UTF-8 is Western European. */
export const acceptScim1Bodies = (scope: FastifyInstance): void =>
  acceptJsonBodies(scope, JSON_TYPES, () => 'windows-1252');
