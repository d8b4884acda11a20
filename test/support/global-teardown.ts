/** jest's global tear-down: stops the PostgreSQL that the set-up started. */
export default async function tearDown(): Promise<void> {
  await globalThis.testPostgres?.stop();
}
