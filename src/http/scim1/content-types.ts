/** Which bodies the SCIM 1.1 scope reads and how it types its answers (API §3.7). */
import type { FastifyInstance } from 'fastify';
import { unsupportedMediaType } from '../../scim/errors.ts';

export const SCIM1_CONTENT_TYPE = 'application/json; charset=utf-8';

const JSON_TYPES = ['application/json', 'application/scim+json'];

export function acceptScim1Bodies(scope: FastifyInstance): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  for (const type of [...JSON_TYPES, '*']) {
    scope.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      const given = request.headers['content-type'];
      if (body.length === 0) return done(null, undefined);
      if (type !== '*' || given === undefined) return void parseJson(request, decode(body), done);
      done(unsupportedMediaType(`Content-Type ${given} is not supported: send application/json`));
    });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const windows = new TextDecoder('windows-1252');

/** WSO2 IS 5 sends the letters of its machine's locale and does not say which: what is no UTF-8 is Western European. */
function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    return windows.decode(body);
  }
}
