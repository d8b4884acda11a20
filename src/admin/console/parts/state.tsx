/** A state as a word with a colour and a mark: none of them is needed to tell the others. */
export type Tone = 'good' | 'wait' | 'bad' | 'held' | 'plain';

const MARKS: Readonly<Record<Tone, string>> = { good: '●', wait: '◐', bad: '■', held: '▲', plain: '○' };

export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children: string }) => (
  <span class={`badge ${tone}`}>
    <span aria-hidden="true">{MARKS[tone]} </span>
    {children}
  </span>
);

const LANES: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  idle: { tone: 'good', word: 'up to date' },
  due: { tone: 'wait', word: 'due' },
  parked: { tone: 'bad', word: 'parked' },
  held: { tone: 'held', word: 'held' },
};

/** How the delivery of a user stands. @param state of its lane; absent: it has none */
export const LaneState = ({ state }: { readonly state: string | undefined }) => {
  const { tone, word } = LANES[state ?? ''] ?? { tone: 'plain', word: state ?? 'no delivery' };
  return <Badge tone={tone}>{word}</Badge>;
};

const OUTCOMES: Readonly<Record<string, Tone>> = {
  delivered: 'good',
  skipped: 'plain',
  retried: 'wait',
  gated: 'wait',
  late: 'wait',
  parked: 'bad',
  held: 'held',
};

/** What became of an attempt. */
export const Outcome = ({ outcome }: { readonly outcome: string }) => (
  <Badge tone={OUTCOMES[outcome] ?? 'plain'}>{outcome}</Badge>
);
