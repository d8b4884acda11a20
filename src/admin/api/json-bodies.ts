/** Which bodies are read: JSON, and nothing else. */
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

/** A form of another page is refused, whatever it says. */
export function acceptJson(scope: FastifyInstance): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') return done(null, undefined);
    void parseJson(request, body, done);
  });
  scope.addContentTypeParser('*', (_request, _body, done) => {
    done(new Problem('unsupported-media-type', 'send the body with Content-Type: application/json'));
  });
}
