/** Builds the console into dist/console; does nothing when that is newer than what it is made of. */
import { existsSync, readdirSync, renameSync, rmSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src/admin/console');
const built = join(root, 'dist/console');

const filesBelow = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
const changedAt = (path) => statSync(path).mtimeMs;

function isFresh() {
  const page = join(built, 'index.html');
  if (!existsSync(page)) return false;
  // A file that was removed changes its folder.
  const made = [source, ...filesBelow(source), join(root, 'package-lock.json'), fileURLToPath(import.meta.url)];
  return made.every((path) => changedAt(path) < changedAt(page));
}

/** The server sends what lies beside a file with these endings, where the browser takes it. */
function compress(folder) {
  for (const path of filesBelow(folder).filter((name) => /\.(?:html|js|css|svg)$/.test(name))) {
    const bytes = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(bytes));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

async function build() {
  const { build } = await import('vite');
  // Never half a console where a service, or another build, looks for one.
  const outDir = `${built}.${process.pid}`;
  try {
    await build({
      configFile: false,
      root: source,
      base: '/admin/',
      logLevel: 'warn',
      // The policy forbids inline scripts and data: images.
      build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
    });
    compress(outDir);
    rmSync(built, { recursive: true, force: true });
    renameSync(outDir, built);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

if (!isFresh()) await build();
