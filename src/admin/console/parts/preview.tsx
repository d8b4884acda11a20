/** What a delivery would do now: each field as mapped, as the Lead holds it, as it would be sent. */
import type { PreviewView } from '../../api/routes/preview.ts';
import { LeadLink } from './lead-link.tsx';
import { Badge, type Tone } from './state.tsx';
import { Table, type Column } from './table.tsx';
import { Value } from './value.tsx';

type Field = PreviewView['fields'][number];

const isDifferent = ({ live, mapped }: Field): boolean => live !== undefined && mapped !== undefined && live !== mapped;

const COLUMNS: readonly Column<Field>[] = [
  { head: 'Lead field', cell: ({ name }) => <code>{name}</code> },
  { head: 'In Salesforce', cell: ({ live }) => <Value of={live} /> },
  {
    head: 'Mapped',
    cell: (field) => {
      const value = <Value of={field.mapped} />;
      return isDifferent(field) ? <mark>{value}</mark> : value;
    },
  },
  {
    head: 'Would be sent',
    cell: ({ sent }) =>
      sent === undefined ? (
        <span class="none">no</span>
      ) : (
        <strong>
          <Value of={sent} />
        </strong>
      ),
  },
];

const TONES: Readonly<Record<string, Tone>> = {
  create: 'wait',
  update: 'wait',
  delete: 'held',
  unchanged: 'good',
  park: 'bad',
  error: 'bad',
};

export const Preview = ({ preview: { verdict, fields, lead, leadError } }: { readonly preview: PreviewView }) => (
  <>
    <p class="head">
      <Badge tone={TONES[verdict.kind] ?? 'plain'}>{verdict.kind}</Badge>
      <span>{verdict.reason}</span>
      {verdict.leadId !== undefined && (
        <span>
          Lead <LeadLink lane={verdict} />
        </span>
      )}
    </p>
    {verdict.error && (
      <p class="notice bad">
        <code>{verdict.error.code}</code> {verdict.error.message} {verdict.error.hint}
      </p>
    )}
    {lead === 'not found' && <p class="notice held">Salesforce has no such Lead any more.</p>}
    {leadError && (
      <p class="notice bad">
        The Lead could not be read: <code>{leadError.code}</code> {leadError.message}
      </p>
    )}
    {fields.some((field) => isDifferent(field) && field.sent === undefined) && (
      <p class="quiet">
        Marked values differ from the Lead and are not sent: it was told them before, and somebody changed it since. A
        repair by Reconcile, or Resend all fields, overwrites that.
      </p>
    )}
    <Table
      caption="Lead fields"
      columns={COLUMNS}
      rows={fields}
      keyOf={({ name }) => name}
      empty="No field is mapped."
    />
  </>
);
