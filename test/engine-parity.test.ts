/**
 * Is everything that is promised of one database engine proved on the other as well? What the suites say of themselves, as source;
 * that the tests which ran were the same on each is looked at after a whole run (.ci/engine-lists-reporter.js).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import * as engines from './support/engines.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NAMES = engines.ENGINES.map(({ name }) => name);
/** `ENGINES`, and lists of the same engines with other databases. */
const isList = (name: string): boolean => /^([A-Z]+_)?ENGINES$/.test(name);

/** Suites, or blocks of them, about what only one engine has or about the process around the store; all else runs on each engine. */
const ONE_ENGINE: Readonly<Record<string, string>> = {
  'test/engine-parity.test.ts': 'reads the names of the engines, opens nothing',
  'test/admin/cli/commands.test.ts › the command line': 'arguments, help and exit codes',
  'test/admin/cli/commands.test.ts › backup': 'copies the SQLite file; PostgreSQL has tools of its own',
  'test/admin/cli/on-call.test.ts › on call, with nobody there': 'a service and a file that are not there, no database',
  'test/admin/cli/completion.test.ts': 'what a shell completes, opens nothing',
  'test/admin/cli/commands-page.test.ts': 'compares docs/commands.md with the program, opens nothing',
  'test/admin/cli/webhook.test.ts': 'sends a test event, opens no database',
  'test/admin/cli/move.test.ts':
    'goes from one engine to the other and back; test/storage/transfer.test.ts takes each way',
  'test/e2e/database-away.test.ts': 'halts a server of its own: an embedded database cannot go away',
  'test/e2e/process.test.ts': 'exit codes, signals and TLS of the program as it starts with nothing configured',
  'test/e2e/proxy.test.ts': 'the way from the program to Salesforce, whatever the database',
  'test/e2e/sandbox.test.ts': 'the embedded stand-in and its file: with PostgreSQL there is none',
  'test/traces/process.test.ts': 'which modules a process loads, and what its log says of a receiver that is not there',
  'test/storage/postgres-server.test.ts': 'passwords and TLS of a server: SQLite has none',
  'test/storage/postgres.test.ts': 'several processes on one database, lost connections: SQLite has neither',
  'test/storage/sqlite.test.ts': 'the file, its lock and its disk sync: PostgreSQL has a server for that',
};

/** Where a store or a service begins; helpers under `test` that call one of these are found by reading them. */
const OPENERS = [
  'openStore',
  'openStoreBeside',
  'createSqlStore',
  'sqlStore',
  'openSqlite',
  'openSqliteBeside',
  'PostgresDriver',
  'startApp',
  'runProgram',
];
/** Whoever talks to an engine's own client has chosen the engine. */
const CLIENTS = ['libsql', 'pg'];

interface Source {
  /** Relative to the repository, e.g. `test/http/scim.test.ts`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
  /** Names that are imported as values. */
  readonly imported: ReadonlySet<string>;
  readonly packages: readonly string[];
}

function readFolder(folder: string): readonly string[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.ts')).map((path) => readFileSync(join(ROOT, folder, path), 'utf8'));
}

function readSource(path: string): Source {
  const tree = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const imports = tree.statements
    .filter(ts.isImportDeclaration)
    .filter(({ importClause }) => !isTypeOnly(importClause));
  return {
    path,
    tree,
    imported: new Set(imports.flatMap(({ importClause }) => importedNames(importClause))),
    packages: imports.map(({ moduleSpecifier }) => moduleSpecifier.getText(tree).slice(1, -1)),
  };
}

const isTypeOnly = (clause: ts.ImportClause | undefined): boolean =>
  clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

/** Also of `import { a as b }`: the name that the other file gave it. */
function importedNames(clause: ts.ImportClause | undefined): readonly string[] {
  const bindings = clause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return [];
  return bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly).map((one) => (one.propertyName ?? one.name).text);
}

/** Adds what is declared in `files` and uses a known opener, until nothing more is found. */
function withHelpers(known: ReadonlySet<string>, files: readonly Source[]): ReadonlySet<string> {
  const names = new Set(known);
  for (let before = 0; before !== names.size;) {
    before = names.size;
    for (const statement of files.flatMap(({ tree }) => tree.statements.filter((one) => mentions(one, names))))
      for (const name of declaredNames(statement)) names.add(name);
  }
  return names;
}

function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name?.text ?? ''];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => name.getText());
}

function mentions(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isImportDeclaration(node)) return false;
  if (ts.isIdentifier(node)) return names.has(node.text);
  return ts.forEachChild(node, (child) => mentions(child, names) || undefined) ?? false;
}

/** Every use of a list of engines but its import. */
function usesOfEngines(node: ts.Node): readonly ts.Identifier[] {
  if (ts.isImportDeclaration(node)) return [];
  if (ts.isIdentifier(node)) return isList(node.text) ? [node] : [];
  return node.getChildren().flatMap(usesOfEngines);
}

/** `describe.each(ENGINES)` and `for (… of ENGINES)` leave none out; an index, `find` or `filter` may. */
function takesAll({ parent }: ts.Identifier): boolean {
  if (ts.isForOfStatement(parent)) return true;
  return ts.isCallExpression(parent) && /^(describe|it|test)\.each$/.test(parent.expression.getText());
}

const sources = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readSource(`test/${path}`));
const suites = sources.filter(({ path }) => path.endsWith('.test.ts'));
const helpers = sources.filter(({ path }) => !/\.(test|crash)\.ts$/.test(path));

/** All code in which an opener may be declared. */
const exported = [...readFolder('src'), ...helpers.map(({ tree }) => tree.text)].join('\n');
const openers = withHelpers(new Set(OPENERS), helpers);
const opens = ({ imported, packages }: Source): boolean =>
  [...imported].some((name) => openers.has(name)) || packages.some((name) => CLIENTS.includes(name));
const onEachEngine = suites.filter(({ path, imported }) => [...imported].some(isList) && !(path in ONE_ENGINE));

/** What stands at the top of a suite, opens something, and is not run on each engine. */
function opensOnce(suite: Source): readonly string[] {
  const names = withHelpers(openers, [suite]);
  const blocks = suite.tree.statements.filter(ts.isExpressionStatement).map(({ expression }) => expression);
  return blocks
    .filter((block) => mentions(block, names) && usesOfEngines(block).length === 0)
    .map((block) => `${suite.path} › ${titleOf(block)}`);
}

function titleOf(block: ts.Expression): string {
  const title = ts.isCallExpression(block) ? block.arguments[0] : undefined;
  return title && ts.isStringLiteralLike(title) ? title.text : block.getText();
}

describe('the engines', () => {
  it('all run whatever opens a store or starts a service, except what is named here with its reason', () => {
    const strays = suites.filter((source) => opens(source) && !onEachEngine.includes(source)).map(({ path }) => path);
    expect(strays.filter((path) => !(path in ONE_ENGINE))).toEqual([]);
  });

  it('are never picked from: a suite runs on all of them or does not know them', () => {
    const picked = onEachEngine.filter(({ tree }) => !usesOfEngines(tree).every(takesAll)).map(({ path }) => path);
    expect(picked).toEqual([]);
    expect(onEachEngine.flatMap(opensOnce).filter((block) => !(block in ONE_ENGINE))).toEqual([]);
  });

  it('are the same in every list of them', () => {
    const lists = Object.entries(engines).filter(([name]) => isList(name));
    const names = lists.map(([, list]) => (list as readonly engines.Engine[]).map(({ name }) => name));
    expect(names).toEqual(names.map(() => NAMES));
  });

  it('have no exception for a suite or a block that is gone', () => {
    const there = new Set([...suites.map(({ path }) => path), ...onEachEngine.flatMap(opensOnce)]);
    expect(Object.keys(ONE_ENGINE).filter((one) => !there.has(one))).toEqual([]);
  });

  it('are opened by functions whose names this test has right', () => {
    const unknown = OPENERS.filter(
      (name) => !new RegExp(`^export .*(function|class|const) ${name}\\b`, 'm').test(exported),
    );
    expect(unknown).toEqual([]);
    expect([...openers]).toEqual(expect.arrayContaining(['openEngine', 'startService']));
  });
});
