/** What users become, and trying it: a pasted SCIM user, another mapping. */
import { useState } from 'preact/hooks';
import type { MappingValidation, MappingView, TriedMapping } from '../../api/routes/mapping.ts';
import type { PreviewView } from '../../api/routes/preview.ts';
import { calls } from '../calls.ts';
import { useAction } from '../hooks/use-action.ts';
import { useLoad } from '../hooks/use-load.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { Facts } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { Failure, Loading, Page, Section } from '../parts/page.tsx';
import { Preview } from '../parts/preview.tsx';
import { Badge } from '../parts/state.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Value } from '../parts/value.tsx';

const INDENT = 2;
const print = (value: unknown): string => JSON.stringify(value, undefined, INDENT);

const EXAMPLE = print({
  userName: 'robin',
  name: { givenName: 'Robin', familyName: 'Hood' },
  emails: [{ value: 'robin@example.com', type: 'work', primary: true }],
});

export function Mapping() {
  const mayOperate = useMayOperate();
  const { data, failure } = useLoad(calls.mapping, 'mapping');
  if (!data) return <Page title="Mapping">{failure ? <Failure failure={failure} /> : <Loading />}</Page>;
  return (
    <Page title="Mapping">
      <Playground current={data} mayTry={mayOperate} />
      <Rules current={data} />
    </Page>
  );
}

/** @throws Error that says which text is no JSON object, and where */
function parse(text: string, what: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new Error(`${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  throw new Error(`${what} must be a JSON object.`);
}

interface PlaygroundProps {
  readonly current: MappingView;
  readonly mayTry: boolean;
}

type Result =
  | { readonly kind: 'tried'; readonly tried: TriedMapping }
  | { readonly kind: 'previewed'; readonly preview: PreviewView }
  | { readonly kind: 'validated'; readonly validation: MappingValidation };

function Playground({ current, mayTry }: PlaygroundProps) {
  const written = print(current.mapping);
  const [user, setUser] = useState(EXAMPLE);
  const [mapping, setMapping] = useState(written);
  const [result, setResult] = useState<Result>();
  const { isBusy, run } = useAction();
  const show = (get: () => Promise<Result>, words: string): void => {
    setResult(undefined);
    run(async () => {
      setResult(await get());
      return words;
    }, 'heard');
  };
  const other = () => (mapping === written ? undefined : parse(mapping, 'The mapping'));
  const tryIt = async (): Promise<Result> => ({
    kind: 'tried',
    tried: await calls.tryMapping(parse(user, 'The user'), other()),
  });
  const preview = async (): Promise<Result> => ({
    kind: 'previewed',
    preview: await calls.previewPasted(parse(user, 'The user')),
  });
  const validate = async (): Promise<Result> => ({
    kind: 'validated',
    validation: await calls.validateMapping(parse(mapping, 'The mapping')),
  });
  return (
    <Section title="Playground">
      <p class="quiet">Nothing is stored and nothing is sent. Change the mapping to see what another one would do.</p>
      <div class="beside">
        <label>
          A SCIM user
          <textarea
            rows={14}
            spellcheck={false}
            value={user}
            onInput={({ currentTarget }) => setUser(currentTarget.value)}
          />
        </label>
        <label>
          The mapping
          <textarea
            rows={14}
            spellcheck={false}
            value={mapping}
            onInput={({ currentTarget }) => setMapping(currentTarget.value)}
          />
        </label>
      </div>
      <div class="buttons">
        {mayTry && (
          <>
            <button type="button" class="primary" disabled={isBusy} onClick={() => show(tryIt, 'Mapped.')}>
              See the Lead
            </button>
            <button
              type="button"
              disabled={isBusy || mapping !== written}
              onClick={() => show(preview, 'Compared with Salesforce.')}
            >
              Compare with Salesforce
            </button>
          </>
        )}
        <button type="button" disabled={isBusy} onClick={() => show(validate, 'Checked.')}>
          Check the mapping
        </button>
        {mapping !== written && (
          <button type="button" disabled={isBusy} onClick={() => setMapping(written)}>
            Back to the mapping in use
          </button>
        )}
      </div>
      {result && <Outcome result={result} />}
    </Section>
  );
}

function Outcome({ result }: { readonly result: Result }) {
  switch (result.kind) {
    case 'previewed':
      return <Preview preview={result.preview} />;
    case 'validated':
      return result.validation.isValid ? (
        <p class="notice good">
          The service would start with this mapping. Whether the org has the fields, `check` tells.
        </p>
      ) : (
        <Faults title="The service would not start with this mapping:" faults={result.validation.faults} />
      );
    case 'tried':
      return <Tried tried={result.tried} />;
  }
}

const Faults = ({ title, faults }: { readonly title: string; readonly faults: readonly string[] }) => (
  <div class="notice bad">
    <p>{title}</p>
    <ul>
      {faults.map((fault) => (
        <li key={fault}>{fault}</li>
      ))}
    </ul>
  </div>
);

type Field = readonly [name: string, value: unknown];

const FIELDS: readonly Column<Field>[] = [
  { head: 'Lead field', cell: ([name]) => <code>{name}</code> },
  { head: 'Value', cell: ([, value]) => <Value of={value} /> },
];

function Tried({ tried: { outcome, faults, fields, plan } }: { readonly tried: TriedMapping }) {
  if (outcome === 'mapping-fault') return <Faults title="The mapping is not valid:" faults={faults} />;
  if (outcome === 'user-fault')
    return <Faults title="The mapping fails for this user, who would be parked:" faults={faults} />;
  return (
    <>
      {plan && (
        <p class="head">
          <Badge tone={plan.kind === 'skip' ? 'plain' : 'good'}>{plan.kind}</Badge>
          <span>{plan.reason}</span>
        </p>
      )}
      <Table
        caption="The Lead"
        columns={FIELDS}
        rows={Object.entries(fields ?? {})}
        keyOf={([name]) => name}
        empty="No field is mapped."
      />
    </>
  );
}

interface Rule {
  readonly name: string;
  readonly rule: unknown;
}

/** A rule is shown as it is written: its parts are told by docs/mapping.md. */
const RULES: readonly Column<Rule>[] = [
  { head: 'Lead field', cell: ({ name }) => <code>{name}</code> },
  { head: 'Rule', cell: ({ rule }) => <code>{JSON.stringify(rule)}</code> },
];

const Rules = ({ current: { path, mapping, externalIdField } }: { readonly current: MappingView }) => {
  const { fields, ...rest } = mapping;
  const rules = typeof fields === 'object' && fields !== null ? Object.entries(fields) : [];
  return (
    <Section title="In use">
      <Facts
        facts={[
          { name: 'Read from', value: <code>{path}</code> },
          {
            name: 'SCIM id goes into',
            value: externalIdField === undefined ? 'no field' : <code>{externalIdField}</code>,
          },
        ]}
      />
      <Table
        caption="Rules"
        columns={RULES}
        rows={rules.map(([name, rule]) => ({ name, rule: rule as unknown }))}
        keyOf={({ name }) => name}
        empty="No field is mapped."
      />
      <Json title="The rest of the file" value={rest} />
    </Section>
  );
};
