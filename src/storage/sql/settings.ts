/** What is remembered of the database itself: one text a name. */
import type { Driver, Transaction } from './transaction.ts';

export async function readSetting(driver: Driver, name: string): Promise<string | undefined> {
  const [row] = await driver.read({ text: 'select value from setting where name = $1', values: [name], one: true });
  return row === undefined ? undefined : String(row['value']);
}

export function* writeSetting(name: string, value: string): Transaction<void> {
  const text = `insert into setting (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value`;
  yield { text, values: [name, value], unread: true };
}
