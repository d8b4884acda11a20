/** Which bodies the SCIM scope reads and how it types its answers (RFC 7644 §3.1, §8.1). */
import type { FastifyInstance } from 'fastify';
import { invalidSyntax, notAcceptable, unsupportedMediaType } from '../../scim/errors.ts';

/** With charset: WSO2's client reads `application/scim+json` without one as ISO-8859-1. */
export const SCIM_CONTENT_TYPE = 'application/scim+json; charset=utf-8';

const JSON_TYPES = ['application/scim+json', 'application/json'];

export function acceptScimBodies(scope: FastifyInstance): void {
  refuseCompressed(scope);
  acceptJsonBodies(scope, JSON_TYPES, charsetOf);
}

/** What Apache's client names (ISO-8859-1) is what it sends. */
const charsetOf = (contentType = ''): string => /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';

/**
 * @param types that are read as JSON, the one to advise first
 * @param otherCharset what a body with this Content-Type is in that is not UTF-8
 */
export function acceptJsonBodies(
  scope: FastifyInstance,
  types: readonly string[],
  otherCharset: (contentType?: string) => string,
): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  for (const accepted of [...types, '*']) {
    scope.addContentTypeParser(accepted, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      // WSO2's client and several test suites send DELETE and GET with a JSON type and no body.
      if (body.length === 0) return done(null, undefined);
      const type = request.headers['content-type'];
      if (accepted === '*' && type !== undefined)
        return done(unsupportedMediaType(`Content-Type ${type} is not supported: send ${types[0]}`));
      const text = decode(body, otherCharset(type));
      if (text === undefined) return done(invalidSyntax('the body is not UTF-8, as JSON is (RFC 8259 section 8.1)'));
      void parseJson(request, text, done);
    });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON is UTF-8, whatever anybody says of it. A letter that is lost would make two names one, so nothing is replaced. */
function decode(body: Buffer, charset: string): string | undefined {
  for (const decoder of [() => utf8, () => new TextDecoder(charset, { fatal: true })]) {
    try {
      return decoder().decode(body);
    } catch {
      // The next one may read it.
    }
  }
  return undefined;
}

/** RFC 9110 §8.4, §15.5.16. */
function refuseCompressed(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const coding = request.headers['content-encoding'] ?? 'identity';
    if (coding.toLowerCase() === 'identity') return done();
    reply.header('accept-encoding', 'identity');
    done(unsupportedMediaType(`Content-Encoding ${coding} is not supported: send the body as it is`));
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
