/** The timeline of a user as people read it. */
import type { Answer } from '../api/operations.ts';
import { styleOf, type Paint } from './paint.ts';

export type ShownStep = Answer<'readTimeline'>['steps'][number];
type ChangeStep = Extract<ShownStep, { kind: 'change' }>;
type AttemptStep = Extract<ShownStep, { kind: 'attempt' }>;

/** One line a step: when, its number in the journal, what, and which other steps belong to it. */
export const printStep = (step: ShownStep, paint: Paint): string => {
  const text = step.kind === 'change' ? printChange(step) : printAttempt(step, paint);
  return `${step.at}  #${String(step.seq).padEnd(4)} ${step.kind.padEnd(7)}  ${text}`;
};

function printChange(step: ChangeStep): string {
  const { operation, changed, request, resource, attempts, isDelivered } = step;
  const whose = resource.type === 'User' ? '' : `${resource.type} ${resource.id} `;
  const what = changed.length > 0 ? `: ${changed.join(', ')}` : '';
  const fate = attempts.length === 0 ? 'not sent yet' : `${isDelivered ? '' : 'tried in '}${numbers(attempts)}`;
  return `${whose}v${resource.version}  ${operation} by ${request.credential}${what} [${request.id}]${printClient(step)} → ${fate}`;
}

/** Why the result may differ from what was sent: the habits that the client was taken to have, and what they made of the request. */
function printClient({ request: { profile, userAgent }, rewritten = [] }: ChangeStep): string {
  const reading = rewritten.length > 0 ? `: ${rewritten.join('; ')}` : '';
  const habits = profile === 'default' && reading === '' ? '' : ` [${profile}${reading}]`;
  return `${habits}${userAgent === undefined ? '' : ` (${userAgent})`}`;
}

function printAttempt(step: AttemptStep, paint: Paint): string {
  const { version, action, outcome, leadId, fields, error, reason, durationMs, changes, joined = [], left = [] } = step;
  const campaigns = [...joined.map((name) => `+${name}`), ...left.map((name) => `-${name}`)].join(', ');
  const what = [`${action} ${paint(styleOf(outcome), outcome)}`, leadId, fields.join(', '), campaigns, error?.code]
    .filter(Boolean)
    .join('  ');
  const why = changes.length === 0 ? '' : ` ← ${numbers(changes)}`;
  return `v${version}  ${what}  (${reason}; ${durationMs} ms)${why}`;
}

const numbers = (seqs: readonly number[]): string => seqs.map((seq) => `#${seq}`).join(', ');
