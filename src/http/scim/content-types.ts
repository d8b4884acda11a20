/** Which bodies the SCIM scope reads and how it types its answers (RFC 7644 §3.1, §8.1). */
import type { FastifyInstance } from 'fastify';
import { notAcceptable, unsupportedMediaType } from '../../scim/errors.ts';

/** With charset: WSO2's client reads `application/scim+json` without one as ISO-8859-1. */
export const SCIM_CONTENT_TYPE = 'application/scim+json; charset=utf-8';

const JSON_TYPES = ['application/scim+json', 'application/json'];

export function acceptScimBodies(scope: FastifyInstance): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  for (const type of JSON_TYPES) {
    scope.addContentTypeParser(type, { parseAs: 'string' }, (request, body: string, done) => {
      // WSO2's client and several test suites send DELETE and GET with a JSON type and no body.
      if (body === '') return done(null, undefined);
      void parseJson(request, body, done);
    });
  }
  scope.addContentTypeParser('*', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') return done(null, undefined);
    const type = request.headers['content-type'];
    if (type === undefined) return void parseJson(request, body, done);
    done(unsupportedMediaType(`Content-Type ${type} is not supported: send application/scim+json`));
  });
}

/** Refuses a request that takes none of the types we answer with; 204 has no type, so a DELETE may ask for any. */
export function refuseUnacceptable(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, _reply, done) => {
    const { accept } = request.headers;
    if (request.method === 'DELETE' || accept === undefined || isAcceptable(accept)) return done();
    done(notAcceptable(`Accept must allow ${JSON_TYPES.join(' or ')}`));
  });
}

const ANSWERED_TYPES: ReadonlySet<string> = new Set([...JSON_TYPES, 'application/*', '*/*', '*']);

/** RFC 9110 §12.5.1; an empty list asks for nothing, as WSO2's client does by leaving it out. */
function isAcceptable(accept: string): boolean {
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  const named = ranges.filter(([type]) => type !== '');
  return named.length === 0 || named.some(([type = '', ...rest]) => ANSWERED_TYPES.has(type) && !rest.some(isRefusal));
}

const isRefusal = (parameter: string): boolean => /^q=0(?:\.0{0,3})?$/.test(parameter);
