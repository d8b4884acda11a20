/** An instant: how long ago, and exactly when for who points at it. */
import { formatAgo, formatInstant } from '../format.ts';

export const Time = ({ at }: { readonly at: string | undefined }) =>
  at === undefined ? (
    <span class="none">–</span>
  ) : (
    <time dateTime={at} title={formatInstant(at)}>
      {formatAgo(at)}
    </time>
  );
