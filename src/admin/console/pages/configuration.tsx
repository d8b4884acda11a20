/** With which settings the service runs, without its secrets. */
import { useState } from 'preact/hooks';
import type { Configuration as Answer } from '../../api/routes/service.ts';
import { calls } from '../calls.ts';
import { useLoad } from '../hooks/use-load.ts';
import { useStatus } from '../hooks/use-status.ts';
import { Facts } from '../parts/facts.tsx';
import { Failure, Loading, Page, Section } from '../parts/page.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

type Key = Answer['keys'][number];

const COLUMNS: readonly Column<Key>[] = [
  { head: 'Key', cell: ({ key }) => <code>{key}</code> },
  {
    head: 'Value',
    cell: ({ value, isSecret }) =>
      value === undefined ? (
        <span class="none">none</span>
      ) : (
        <>
          <code>{String(value)}</code>
          {isSecret && <span class="quiet"> (secret)</span>}
        </>
      ),
  },
  { head: 'From', cell: ({ origin }) => (origin === 'default' ? <span class="quiet">default</span> : origin) },
  { head: 'What it is', kind: 'wide', cell: ({ description }) => description },
];

export function Configuration() {
  const { data, failure } = useLoad(calls.configuration, 'configuration');
  const [isAll, setAll] = useState(false);
  const keys = data?.keys ?? [];
  return (
    <Page title="Configuration">
      <Process />
      <Failure failure={failure} />
      <label class="check">
        <input type="checkbox" checked={isAll} onChange={() => setAll(!isAll)} />
        Also keys with their default
      </label>
      {data ? (
        <Table
          caption="Configuration keys"
          columns={COLUMNS}
          rows={keys.filter(({ origin }) => isAll || origin !== 'default')}
          keyOf={({ key }) => key}
          empty="Every key has its default."
        />
      ) : (
        !failure && <Loading />
      )}
    </Page>
  );
}

const Process = () => {
  const { data } = useStatus();
  return data ? (
    <Section title="The process that answers">
      <Facts
        facts={[
          { name: 'Version', value: data.version },
          { name: 'Started', value: <Time at={data.startedAt} /> },
          { name: 'Runs on', value: `${data.instance.host}, process ${data.instance.pid}` },
          { name: 'Database', value: data.database === 'sqlite' ? 'SQLite' : 'PostgreSQL' },
          { name: 'Connector', value: data.connector.name },
          { name: 'Salesforce', value: <code>{data.connector.salesforceUrl}</code> },
          { name: 'Dry run', value: data.dryRun ? 'yes: nothing is written' : 'no' },
        ]}
      />
    </Section>
  ) : null;
};
