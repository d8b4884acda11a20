/** What became of a user: SCIM requests, the changes they made, the attempts that covered these, what Salesforce said. */
import type { StepView } from '../../api/step-views.ts';
import type { TimelineView } from '../../api/routes/timeline.ts';
import { formatDuration } from '../format.ts';
import { LeadLink } from './lead-link.tsx';
import { Names } from './names.tsx';
import { Badge, Outcome } from './state.tsx';
import { Time } from './time.tsx';

type ChangeStep = Extract<StepView, { kind: 'change' }>;
type AttemptStep = Extract<StepView, { kind: 'attempt' }>;

export function Timeline({ steps }: { readonly steps: TimelineView['steps'] }) {
  const shown = new Set(steps.map(({ seq }) => seq));
  return (
    <>
      {steps.length === 0 && <p class="empty">The journal knows nothing of this user any more.</p>}
      <ol class="timeline">
        {steps.map((step) => (
          <li key={step.seq} id={`step-${step.seq}`} class={step.kind} tabIndex={-1}>
            {step.kind === 'change' ? <Change step={step} shown={shown} /> : <Attempt step={step} shown={shown} />}
          </li>
        ))}
      </ol>
    </>
  );
}

interface StepProps<Step> {
  readonly step: Step;
  /** Steps on this page. */
  readonly shown: ReadonlySet<number>;
}

/** The verb of SCIM that makes such a change. */
const METHODS: Readonly<Record<ChangeStep['operation'], string>> = {
  create: 'POST',
  replace: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

const Change = ({ step, shown }: StepProps<ChangeStep>) => (
  <>
    <p class="head">
      <strong>SCIM {METHODS[step.operation]}</strong>
      {step.resource.type !== 'User' && (
        <span>
          {step.resource.type} <code>{step.resource.id}</code>
        </span>
      )}
      {step.isDelivered ? <Badge tone="good">delivered</Badge> : <Badge tone="wait">not delivered</Badge>}
      <Time at={step.at} />
    </p>
    <p>
      Changed <Names names={step.changed} />
    </p>
    {step.rewritten && step.rewritten.length > 0 && <p class="quiet">Read otherwise: {step.rewritten.join('; ')}</p>}
    <p class="quiet">
      By {step.request.credential} (profile {step.request.profile}
      {step.request.userAgent !== undefined && `, ${step.request.userAgent}`}), request <code>{step.request.id}</code>
    </p>
    <Links words="Covered by attempt" seqs={step.attempts} shown={shown} />
  </>
);

const Attempt = ({ step, shown }: StepProps<AttemptStep>) => (
  <>
    <p class="head">
      <strong>Salesforce: {step.action}</strong>
      <Outcome outcome={step.outcome} />
      <span class="quiet">{formatDuration(step.durationMs)}</span>
      <Time at={step.at} />
    </p>
    <p>
      {step.error ? (
        <>
          <code>{step.error.code}</code> <span class="quiet">({step.error.class})</span>
        </>
      ) : (
        step.reason
      )}
    </p>
    {step.fields.length > 0 && (
      <p>
        Sent <Names names={step.fields} />
      </p>
    )}
    {step.leadId !== undefined && (
      <p class="quiet">
        Lead <LeadLink lane={{ leadId: step.leadId }} />
      </p>
    )}
    <Links words="Covers change" seqs={step.changes} shown={shown} />
  </>
);

interface LinksProps {
  readonly words: string;
  readonly seqs: readonly number[];
  readonly shown: ReadonlySet<number>;
}

const Links = ({ words, seqs, shown }: LinksProps) =>
  seqs.length === 0 ? null : (
    <p class="quiet">
      {words}{' '}
      {seqs.map((seq, at) => (
        <span key={seq}>
          {at > 0 && ', '}
          {shown.has(seq) ? <a href={`#step-${seq}`}>{seq}</a> : seq}
        </span>
      ))}
    </p>
  );
