/** Which bodies the SCIM scope reads and how it types its answers (RFC 7644 §3.1, §8.1). */
import type { FastifyInstance } from 'fastify';
import { unsupportedMediaType } from '../../scim/errors.ts';

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
