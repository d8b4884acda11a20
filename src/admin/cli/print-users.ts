/** Users with the state of their delivery, as people read them. */
import type { Answer } from '../api/operations.ts';
import { styleOf, type Paint } from './paint.ts';
import { printTable, type Cell } from './table.ts';

export type ListedUser = Answer<'findUsers'>['users'][number];

const HEADING = ['userName', 'id', 'active', 'state', 'due', 'attempts', 'Lead', 'delivered', 'error'];

export const printUserTable = (users: readonly ListedUser[], paint: Paint): string =>
  printTable(HEADING, users.map(toRow), paint);

const toRow = ({ userName = '', id, active, isDeleted, lane }: ListedUser): readonly Cell[] => [
  isDeleted ? { text: '(deleted)', style: 'dim' } : userName,
  id,
  isDeleted ? '' : active === false ? 'no' : 'yes',
  ...(lane ? toCells(lane) : []),
];

const toCells = ({
  state,
  dueAt = '',
  attempts,
  leadId = '',
  lastDeliveredAt = '',
  error,
}: NonNullable<ListedUser['lane']>): readonly Cell[] => [
  { text: state, style: styleOf(state) },
  dueAt,
  String(attempts),
  leadId,
  lastDeliveredAt,
  error ? `${error.code}: ${error.message}` : '',
];
