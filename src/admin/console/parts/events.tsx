/** What became of the connector, newest first. */
import { useState } from 'preact/hooks';
import type { EventView } from '../../api/connector-views.ts';
import { calls } from '../calls.ts';
import { formatNumber } from '../format.ts';
import { usePages } from '../hooks/use-pages.ts';
import { Failure, Loading } from './page.tsx';
import { Pager } from './pager.tsx';
import { Table, type Column } from './table.tsx';
import { Time } from './time.tsx';

const COLUMNS: readonly Column<EventView>[] = [
  { head: 'When', cell: ({ at }) => <Time at={at} /> },
  { head: 'What', cell: ({ event }) => event },
  {
    head: 'Why',
    cell: ({ class: cause, reason, until, users }) => (
      <>
        {[cause, reason, users === undefined ? undefined : `${formatNumber(users)} users`]
          .filter((part) => part !== undefined)
          .join(': ')}
        {until !== undefined && (
          <>
            {' '}
            (until <Time at={until} />)
          </>
        )}
      </>
    ),
  },
  { head: 'By', kind: 'wide', cell: ({ actor }) => actor ?? <span class="none">the service</span> },
];

const list = (events: readonly EventView[]) => (
  <Table
    caption="Events"
    columns={COLUMNS}
    rows={events}
    keyOf={(event) => JSON.stringify(event)}
    empty="Nothing out of the ordinary."
  />
);

/** @param latest those that the status tells; all of them are read when somebody wants them */
export function Events({ latest }: { readonly latest: readonly EventView[] }) {
  const [isAll, setAll] = useState(false);
  if (isAll) return <AllEvents />;
  return (
    <>
      {list(latest)}
      {latest.length > 0 && (
        <div class="buttons">
          <button type="button" onClick={() => setAll(true)}>
            Older
          </button>
        </div>
      )}
    </>
  );
}

function AllEvents() {
  const pages = usePages(calls.events, 'events');
  const { data, failure } = pages;
  return (
    <>
      <Failure failure={failure} />
      {data ? list(data.events) : !failure && <Loading />}
      <Pager of="events" pages={pages} />
    </>
  );
}
