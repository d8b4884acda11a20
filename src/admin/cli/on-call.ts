/** What the person on call asks and does, whichever way the answer comes. */
import type { Answer, OperationName } from '../api/operations.ts';
import { Refused } from './errors.ts';
import { visible } from './shell.ts';

/** What an operation is asked with, as its route describes it. */
export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

export interface OnCall {
  /**
   * Asks one operation of the admin API.
   *
   * @throws Refused with what to do, CommandFailed when nobody can be asked
   */
  ask<Name extends OperationName>(name: Name, asked?: Asked): Promise<Answer<Name>>;
  close(): Promise<void>;
}

/** @returns the id of the user who has this id or userName; what was asked for when there is none: a deleted one has an id only */
export async function userIdOf(onCall: OnCall, idOrUserName: string): Promise<string> {
  const text = JSON.stringify(idOrUserName);
  const { users } = await onCall.ask('findUsers', { query: { filter: `id eq ${text} or userName eq ${text}` } });
  const [user] = [...users].sort((a, b) => Number(b.id === idOrUserName) - Number(a.id === idOrUserName));
  return user?.id ?? idOrUserName;
}

/** Words a refusal for one user as the caller named it. */
export const nobody =
  (user: string) =>
  (error: unknown): never => {
    if (error instanceof Refused && error.kind === 'not-found')
      throw new Refused(
        'not-found',
        `nothing is known of a user ${visible(user)}: give a userName or an id; users lists them`,
      );
    throw error;
  };
