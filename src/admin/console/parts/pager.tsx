/** Onwards and back through a list. */
import type { Pages } from '../hooks/use-pages.ts';

interface Props {
  readonly of: string;
  readonly pages: Pick<Pages<unknown>, 'number' | 'next' | 'previous'>;
}

export const Pager = ({ of, pages: { number, next, previous } }: Props) =>
  next || previous ? (
    <nav class="pager" aria-label={`Pages of ${of}`}>
      <button type="button" disabled={!previous} onClick={previous}>
        Previous
      </button>
      <span aria-live="polite">Page {number}</span>
      <button type="button" disabled={!next} onClick={next}>
        Next
      </button>
    </nav>
  ) : null;
