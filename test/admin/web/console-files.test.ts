/** What a browser is given at /admin: the page, its files, and the headers that keep others away from both. */
import { brotliDecompressSync } from 'node:zlib';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { request, startService, type Answer, type TestService } from '../../support/service.ts';

/** What the whole console may weigh on its way, in bytes. */
const MAX_WEIGHT = 150_000;

interface Raw {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
}

/** As it comes over the wire: fetch would unpack it. */
const fetchRaw = (url: string, encoding: string): Promise<Raw> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': encoding } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) }));
    }).on('error', reject);
  });

describe.each(ENGINES)('the files of the console on $name', (engine) => {
  let service: TestService;
  let files: readonly string[];
  const read = (path: string, method = 'GET'): Promise<Answer> =>
    request(`${service.app.baseUrl}${path}`, method, undefined, { authorization: '' });

  beforeAll(async () => {
    service = await startService(engine, { LOG_LEVEL: 'warn' });
    const { text } = await read('/admin');
    files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  });
  afterAll(() => service.close());

  it.each([
    '/admin',
    '/admin/',
    '/admin/users',
    '/admin/users/01a2?tab=x',
    '/admin/users/a.b',
    '/admin/users?search=ada%40example.com',
  ])('gives the page at %s, to everybody', async (path) => {
    const { status, headers, text } = await read(path);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(text).toContain('<div id="console"></div>');
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|style=/);
  });

  it('lets a page load nothing but our own files, and nobody frame it', async () => {
    const { headers } = await read('/admin');
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy.split('; ')).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('names files by what is in them, so that browsers may keep them', async () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const path of files) {
      const { status, headers } = await read(path);
      expect([path, status, headers.get('cache-control')]).toEqual([path, 200, 'public, max-age=31536000, immutable']);
    }
  });

  it(`weighs less than ${MAX_WEIGHT / 1000} kB on its way`, async () => {
    const sent = await Promise.all(
      ['/admin', ...files].map((path) => fetchRaw(`${service.app.baseUrl}${path}`, 'br, gzip')),
    );
    const weight = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(weight).toBeGreaterThan(10_000);
    expect(weight).toBeLessThan(MAX_WEIGHT);
    for (const { headers, bytes } of sent) {
      expect(headers['content-encoding']).toBe('br');
      expect(brotliDecompressSync(bytes).length).toBeGreaterThan(bytes.length);
    }
  });

  it.each([
    ['a file that is none', 'GET', '/admin/assets/nothing.js'],
    ['a file that it is not to give', 'GET', '/admin/../package.json'],
    ['a path out of its folder', 'GET', '/admin/assets/..%2f..%2f..%2fpackage.json'],
    ['a write', 'POST', '/admin/users'],
  ])('has no %s', async (_what, method, path) => {
    const { status } = await read(path, method);
    expect(status).toBe(404);
  });
});
