/** The browser suite's global tear-down: ends the browser that the set-up started. */
export default async function tearDown(): Promise<void> {
  await globalThis.testBrowser?.close();
}
