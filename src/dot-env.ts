/** The file `.env` of the folder where the program runs. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @returns nothing when there is no such file @throws when it cannot be read */
export const readDotEnvFile = (): Environment => (existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {});
