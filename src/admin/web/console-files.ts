/** The built console: its files, and the page for every address of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, sendProblem } from '../api/problem.ts';

const PAGE = 'index.html';
/** Their names hold a digest of what is in them. */
const HASHED = '/assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Nothing but our own files, nothing inline, nobody's frame (CSP level 3). */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** @param folder with the built console; where there is none, its addresses say how to get it */
export async function consoleFiles(scope: FastifyInstance, { folder }: { readonly folder: string }): Promise<void> {
  scope.setErrorHandler(sendProblem);
  scope.addHook('onSend', async (_request, reply) => void reply.headers(HEADERS));
  if (!existsSync(join(folder, PAGE))) {
    scope.setNotFoundHandler(() => {
      throw new Problem('not-found', 'the console is not built: npm run build makes it');
    });
    return;
  }
  await scope.register(staticFiles, {
    root: folder,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, path) =>
      void response.setHeader('cache-control', path.includes(HASHED) ? FOR_EVER : 'no-cache'),
  });
  const sendPage = (_request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.sendFile(PAGE);
  scope.get('/', sendPage);
  scope.setNotFoundHandler((request, reply) => {
    if (isOfPage(request)) return sendPage(request, reply);
    throw new Problem('not-found', `there is no ${request.method} ${request.url.split('?')[0] ?? ''}`);
  });
}

/** Addresses of pages are the console's own business: they hold names, and names hold dots. */
const isOfPage = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && !(url.split('?')[0] ?? '').includes(HASHED);
