/** The OpenAPI document of the admin API: does it pass a validator, and is everything in it named and explained. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ENGINES } from '../../support/engines.ts';
import { startService, type TestService } from '../../support/service.ts';
import { describedApi, type Description } from './support.ts';

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

describe.each(ENGINES)('the description of the admin API on $name', (engine) => {
  let service: TestService;
  let description: Description;
  let operations: readonly (readonly [string, string, Described])[];

  beforeAll(async () => {
    service = await startService(engine);
    ({ description } = await describedApi(service));
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [method, path, one as unknown as Described] as const),
    );
  });
  afterAll(() => service.close());

  it('is OpenAPI 3.1, says a validator', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(description) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has no address that docs/admin-api.md does not tell of', () => {
    const page = readFileSync(new URL('../../../docs/admin-api.md', import.meta.url), 'utf8');
    const addresses = operations.map(([method, path]) => `${method.toUpperCase()} ${path}`);
    const missing = addresses.filter((address) => !page.includes(`\`${address}`) && !address.endsWith('/openapi.json'));
    expect(missing).toEqual([]);
  });

  it('has a name of its own, a summary and a tag for each operation, and a text for each parameter', () => {
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, , { summary, tags, parameters }] of operations) {
      expect(summary).toMatch(/^[A-Z].{10,}[^.]$/);
      expect(tags).toHaveLength(1);
      expect(parameters.filter((one) => one.description === undefined)).toEqual([]);
    }
  });

  it('has each parameter of a path', () => {
    for (const [, path, { parameters }] of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
    }
  });

  it('says which scope each operation needs: admin:operate for all that changes something', () => {
    const scopes = operations.map(([method, path, { security }]) => [`${method} ${path}`, security[0]?.['basic']?.[0]]);
    expect(scopes.filter(([, scope]) => scope === 'admin:operate').map(([what]) => what)).toEqual([
      'post /pause',
      'post /resume',
      'post /removals/approve',
      'post /removals/reject',
      'post /reconcile',
      'post /reconcile/cancel',
      'post /lanes/retry',
      'post /users/{id}/retry',
      'post /preview',
      'post /users/{id}/push',
      'post /mapping/try',
    ]);
    expect(scopes.every(([, scope]) => scope === 'admin:operate' || scope === 'admin:read')).toBe(true);
  });

  it('refers to schemas that it has', () => {
    const references = [...JSON.stringify(description).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    expect(references.map(([, name = '']) => name).filter((name) => !(name in description.components.schemas))).toEqual(
      [],
    );
  });
});
