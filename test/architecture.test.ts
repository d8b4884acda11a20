/** The house rules of docs/architecture.md, held against the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Folders that a folder may import besides itself; a file name after a slash allows that file alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  scim: [],
  scim1: ['scim'],
  storage: ['scim'],
  operations: ['scim', 'storage/store.ts', 'storage/resource-query.ts', 'storage/errors.ts', 'storage/member-lists.ts'],
  provisioning: [
    'scim',
    'storage/store.ts',
    'storage/lane-changes.ts',
    'storage/said-gone.ts',
    'storage/refusal-store.ts',
  ],
  salesforce: ['provisioning/lead-target.ts'],
  http: ['operations', 'scim', 'scim1', 'storage/store.ts', 'storage/errors.ts'],
  metrics: [
    'http/answered-request.ts',
    'provisioning',
    'salesforce/options.ts',
    'storage/store.ts',
    'webhooks/event.ts',
  ],
  traces: [
    'http/answered-request.ts',
    'http/trace.ts',
    'metrics/call-outcome.ts',
    'provisioning',
    'salesforce/options.ts',
  ],
  webhooks: ['storage/store.ts', 'storage/notice-store.ts'],
  admin: [
    'operations',
    'provisioning',
    'scim',
    'storage/store.ts',
    'storage/service-store.ts',
    'http/auth.ts',
    'http/fault.ts',
  ],
  sandbox: [],
};

/** Where a package may be used; packages that are not listed may be used anywhere. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  ajv: ['config.ts', 'credentials.ts', 'scim/schema/', 'provisioning/mapping', 'sandbox/', 'admin/api/'],
  axios: ['salesforce/request.ts', 'salesforce/token.ts'],
  libsql: ['storage/sqlite/'],
  pg: ['storage/postgres/'],
  'prom-client': ['metrics/'],
  '@opentelemetry/api': ['traces/'],
  '@opentelemetry/core': ['traces/'],
  '@opentelemetry/exporter-trace-otlp-proto': ['traces/'],
  '@opentelemetry/resources': ['traces/'],
  '@opentelemetry/sdk-trace-base': ['traces/'],
  '@opentelemetry/semantic-conventions': ['traces/'],
  fastify: ['app.ts', 'http/', 'sandbox/', 'admin/api/', 'admin/web/'],
  preact: ['admin/console/'],
  'preact/hooks': ['admin/console/'],
  'preact-iso': ['admin/console/'],
  typebox: ['admin/api/'],
  jsonata: ['provisioning/mapping'],
  'csv-parse/sync': ['sandbox/', 'salesforce/loads.ts'],
  'csv-stringify/sync': ['sandbox/', 'salesforce/loads.ts'],
  'iso-3166': ['sandbox/'],
  standardwebhooks: ['webhooks/'],
  commander: ['main.ts', 'admin/cli/'],
};

interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
}

interface SourceFile {
  /** Relative to `src`, e.g. `scim/errors.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map(readSource);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const names = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  return {
    path,
    text,
    tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
    imports: names.filter((name) => name.startsWith('.')).map((name) => resolveImport(path, name)),
    packages: names.filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
  };
}

function resolveImport(path: string, name: string): string {
  return relative(SRC, resolve(SRC, dirname(path), name));
}

/** What is left of a file's imports once the types are stripped. */
const valueImports = (tree: ts.SourceFile): readonly string[] =>
  tree.statements
    .filter(ts.isImportDeclaration)
    .filter(({ importClause }) => importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);

/** Files directly under `src` and the commands put the parts together, so they may import everything. */
const composes = (path: string): boolean => folderOf(path) === '' || path.startsWith('admin/cli/');

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

function nodesOf(tree: ts.SourceFile, kind: ts.SyntaxKind): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (node.kind === kind) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return count;
}

describe('the house', () => {
  it('reads its own sources', () => expect(files.length).toBeGreaterThan(60));

  it('has only import directions that the architecture allows', () => {
    const forbidden = files.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => {
          const from = folderOf(path);
          if (composes(path) || folderOf(imported) === from) return false;
          return !(MAY_IMPORT[from] ?? []).some(
            (allowed) => imported === allowed || imported.startsWith(`${allowed}/`),
          );
        })
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(forbidden).toEqual([]);
  });

  it('knows every folder', () => {
    const folders = new Set(files.map(({ path }) => folderOf(path)).filter((folder) => folder !== ''));
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('keeps packages where they belong', () => {
    const strays = files.flatMap(({ path, packages }) =>
      packages
        .filter((name) => PACKAGE_HOMES[name]?.every((home) => !path.startsWith(home)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it('takes nothing but types from the service into the console, and nothing of the console into the service', () => {
    const isConsole = (path: string): boolean => path.startsWith('admin/console/');
    const strays = files.flatMap(({ path, imports, tree }) =>
      isConsole(path)
        ? valueImports(tree).filter((name) => name.startsWith('.') && !isConsole(resolveImport(path, name)))
        : imports.filter(isConsole),
    );
    expect(strays).toEqual([]);
  });

  it('needs nothing at run time that a deployment does not install', () => {
    const { dependencies } = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8')) as PackageFile;
    const isInstalled = (name: string): boolean =>
      /^(?:\.|node:)/.test(name) || Object.keys(dependencies).some((one) => name === one || name.startsWith(`${one}/`));
    // The console is built with what it needs.
    const strays = files
      .filter(({ path }) => !path.startsWith('admin/console/'))
      .flatMap(({ path, tree }) => valueImports(tree).map((name) => ({ path, name })))
      .filter(({ name }) => !isInstalled(name));
    expect(strays).toEqual([]);
  });

  it('has no import cycle', () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('has no `any`', () => {
    expect(files.filter(({ tree }) => nodesOf(tree, ts.SyntaxKind.AnyKeyword) > 0).map(({ path }) => path)).toEqual([]);
  });

  it('reads the environment in config.ts alone', () => {
    expect(files.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path)).toEqual(['config.ts']);
  });

  it('reads time in clock.ts and randomness in new-id.ts alone; the stand-in and the console are programs of their own', () => {
    const reads = files.filter(
      ({ path, text }) =>
        !/^(?:sandbox|admin\/console)\//.test(path) &&
        /Date\.now\(|new Date\(\)|Math\.random\(|randomUUID\(|from 'uuid'/.test(text),
    );
    expect(reads.map(({ path }) => path).sort()).toEqual(['clock.ts', 'new-id.ts']);
  });

  it('has no barrel: nothing is exported from another file', () => {
    const barrels = files.filter(({ tree }) =>
      tree.statements.some((node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it('says in the first line of every file which question it answers', () => {
    const silent = files.filter(({ text }) => !text.replace(/^#!.*\n/, '').startsWith('/**'));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
