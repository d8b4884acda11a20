/** The browser suite's global set-up: builds the console, and starts one browser for all files. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserServer } from 'playwright-core';

declare global {
  var testBrowser: BrowserServer | undefined;
}

/** Where Debian has it; another one by CHROMIUM. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export default async function setUp(): Promise<void> {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  execFileSync(process.execPath, ['.ci/build-console.js'], { cwd: root, stdio: 'inherit' });
  // Chromium's own sandbox does not work for root, who runs this in containers; it only visits what the suite starts.
  globalThis.testBrowser = await chromium.launchServer({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  process.env['TEST_BROWSER'] = globalThis.testBrowser.wsEndpoint();
}
