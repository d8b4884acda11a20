/** `events`: what became of the connector, newest first. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { pageOf, printMore, withPages, type PageFlags } from './paging.ts';
import { printEvents } from './print-events.ts';
import type { Shell } from './shell.ts';

export const eventsCommand = (shell: Shell): Command =>
  withPages(
    onCallCommand('events', 'tell what became of the connector, newest first: gate, pause, quota, removals'),
    'events',
  ).action(async (flags: OnCallFlags & PageFlags) => {
    await tell(shell, flags, (onCall) => onCall.ask('listEvents', { query: pageOf(flags) }), printPage);
  });

const printPage = ({ events, nextCursor }: Answer<'listEvents'>): string =>
  (events.length === 0
    ? 'nothing happened yet\n'
    : printEvents(events)
        .map((line) => `${line}\n`)
        .join('')) + printMore(nextCursor);
