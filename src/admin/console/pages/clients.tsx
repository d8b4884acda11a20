/** Which SCIM clients call, and with which habits they are taken to come. */
import type { Clients as Answer } from '../../api/routes/service.ts';
import { calls } from '../calls.ts';
import { formatNumber } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { Failure, Loading, Page } from '../parts/page.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

const EVERY_MS = 10_000;

type Client = Answer['clients'][number];

const COLUMNS: readonly Column<Client>[] = [
  { head: 'Credential', cell: ({ credential }) => credential },
  { head: 'Calls itself', cell: ({ userAgent }) => (userAgent === '' ? <span class="none">nothing</span> : userAgent) },
  { head: 'Profile', cell: ({ profile }) => <code>{profile}</code> },
  { head: 'Calls', kind: 'number', cell: ({ calls: made }) => formatNumber(made) },
  { head: 'Last call', cell: ({ lastAt }) => <Time at={lastAt} /> },
  { head: 'First call', kind: 'wide', cell: ({ firstAt }) => <Time at={firstAt} /> },
];

export function Clients() {
  const { data, failure } = useLoad(calls.clients, 'clients', EVERY_MS);
  return (
    <Page title="Clients">
      <p class="quiet">
        SCIM clients by credential and User-Agent, latest call first. The profile is the habits that change what their
        requests mean.
      </p>
      <Failure failure={failure} />
      {data ? (
        <Table
          caption="Clients"
          columns={COLUMNS}
          rows={data.clients}
          keyOf={({ credential, userAgent, profile }) => `${credential} ${profile} ${userAgent}`}
          empty="No SCIM client has called yet."
        />
      ) : (
        !failure && <Loading />
      )}
    </Page>
  );
}
