/** Starts the files that take longest first, so that at the end no process works alone while the other has nothing to do. */
import Sequencer from '@jest/test-sequencer';

const LONGEST = ['bulk-load', 'sqlite', 'salesforce-away', 'zombies'];

const rank = ({ path }) => {
  const index = LONGEST.findIndex((name) => path.endsWith(`/${name}.crash.ts`));
  return index === -1 ? LONGEST.length : index;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one) - rank(other));
  }
}
