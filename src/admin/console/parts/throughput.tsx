/** How fast users get to Salesforce: attempts and latency, minute by minute. */
import type { ThroughputView } from '../../api/routes/throughput.ts';
import { calls } from '../calls.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { BarChart, LineChart, type Series } from './chart.tsx';
import { Failure, Loading, Section } from './page.tsx';

const EVERY_MS = 15_000;
const NOT_FOUND = 404;

type Minute = ThroughputView['minutes'][number];

const ATTEMPTS: readonly Series<Minute>[] = [
  { name: 'delivered', tone: 'good', valueOf: ({ delivered }) => delivered },
  { name: 'tried again later', tone: 'held', valueOf: ({ failed }) => failed },
  { name: 'parked', tone: 'bad', valueOf: ({ parked }) => parked },
];

const LATENCIES: readonly Series<Minute>[] = [
  { name: 'half of them within', tone: 'wait', valueOf: ({ latencyMsP50 }) => latencyMsP50 },
  { name: '95 of 100 within', tone: 'held', valueOf: ({ latencyMsP95 }) => latencyMsP95 },
];

const labelOf = ({ at }: Minute): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

export function Throughput() {
  const { data, failure } = useLoad(calls.throughput, 'throughput', EVERY_MS);
  return (
    <div class="beside">
      <Section title="Attempts a minute">
        {data ? (
          <BarChart
            title={`${formatNumber(sum(data.minutes))} users delivered in ${data.minutes.length} minutes`}
            points={data.minutes}
            labelOf={labelOf}
            series={ATTEMPTS}
            format={formatNumber}
          />
        ) : (
          <Nothing failure={failure} />
        )}
      </Section>
      <Section title="From change to Salesforce">
        {data ? (
          <LineChart
            title={`How long changes waited until Salesforce confirmed them, in the last ${data.minutes.length} minutes`}
            points={data.minutes}
            labelOf={labelOf}
            series={LATENCIES}
            format={formatDuration}
          />
        ) : (
          <Nothing failure={failure} />
        )}
      </Section>
    </div>
  );
}

const sum = (minutes: readonly Minute[]): number => minutes.reduce((total, { delivered }) => total + delivered, 0);

/** During an update a process may answer that has no such route yet. */
const Nothing = ({ failure }: { readonly failure: ReturnType<typeof useLoad>['failure'] }) => {
  if (!failure) return <Loading />;
  if (failure.status === NOT_FOUND) return <p class="empty">The process that answers does not count this.</p>;
  return <Failure failure={failure} />;
};
