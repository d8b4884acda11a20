/** What became of the connector, as people read it. */
import type { Answer } from '../api/operations.ts';
import { count } from './progress.ts';

type Happening = Answer<'listEvents'>['events'][number];

/** One line an event. */
export const printEvents = (events: readonly Happening[]): readonly string[] => events.map(printEvent);

function printEvent({ at, event, class: faultClass, reason, until, actor, users }: Happening): string {
  const what = [
    faultClass,
    reason,
    users === undefined ? undefined : count(users, 'user'),
    actor === undefined ? undefined : `by ${actor}`,
    until === undefined ? undefined : `until ${until}`,
  ];
  return `${at}  ${event.padEnd(17)}  ${what.filter((one) => one !== undefined).join('; ')}`.trimEnd();
}
