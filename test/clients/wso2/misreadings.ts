/** What WSO2's client takes without a complaint and gets wrong, and what it asks twice: what no answer of ours may lead to. */
import { swallows, type Judged } from './judge.ts';

interface Rule {
  readonly misreading: string;
  readonly applies: (answer: Judged) => boolean;
}

const isFailure = ({ status }: Judged): boolean => status >= 300;

const RULES: readonly Rule[] = [
  {
    misreading: 'it returns as if all was well, and writes nothing to a result without id',
    applies: (answer) => answer.protocol === '2.0' && answer.kind === 'lookup' && firstOf(answer)?.['id'] === undefined,
  },
  {
    misreading: 'it writes to the id null after an empty list',
    applies: (answer) => answer.protocol === '1.1' && answer.kind === 'lookup' && resourcesOf(answer)?.length === 0,
  },
  {
    misreading: 'it stores the user as provisioned though the write failed',
    applies: (answer) =>
      answer.protocol === '1.1' && answer.kind !== 'lookup' && isFailure(answer) && swallows(answer.text),
  },
  {
    misreading: 'it reads the bytes as ISO-8859-1',
    applies: ({ protocol, text, contentType = '' }) =>
      protocol === '2.0' &&
      /[^\0-\x7f]/.test(text) &&
      /scim\+json/i.test(contentType) &&
      !/charset=/i.test(contentType),
  },
];

/** @returns what goes wrong unseen; undefined when nothing does */
export function misreadingOf(answer: Judged): string | undefined {
  return RULES.find(({ applies }) => applies(answer))?.misreading;
}

/** Whether the SCIM 2.0 client sends the same once more, at once; the SCIM 1.1 client never does. */
export function isAskedAgain({ protocol, status }: Pick<Judged, 'protocol' | 'status'>): boolean {
  return protocol === '2.0' && (status === 429 || status >= 500 || (status >= 300 && status < 400));
}

type Members = Readonly<Record<string, unknown>>;

/** Undefined unless a list came with a success. */
function resourcesOf(answer: Judged): readonly Members[] | undefined {
  if (isFailure(answer)) return undefined;
  try {
    const { Resources: resources } = JSON.parse(answer.text) as { Resources?: readonly Members[] };
    return Array.isArray(resources) ? resources : undefined;
  } catch {
    return undefined;
  }
}

/** An empty list is noticed: something with an id stands for it here. */
const firstOf = (answer: Judged): Members | undefined => {
  const resources = resourcesOf(answer);
  return resources === undefined || resources.length === 0 ? { id: '' } : resources[0];
};
