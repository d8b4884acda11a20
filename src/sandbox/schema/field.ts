/** What the stand-in knows about a field (describe: DescribeSObjectResult.fields). */

export type FieldValue = string | number | boolean | null;

/** A record: every field of its type by canonical name. */
export type Row = Readonly<Record<string, FieldValue>>;

export type FieldType =
  | 'id'
  | 'string'
  | 'picklist'
  | 'textarea'
  | 'phone'
  | 'email'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'reference'
  | 'date'
  | 'datetime'
  | 'address';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Most characters; 0 where the type has no length. */
  readonly length: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  /** A create without it, or a change to null, is refused. */
  readonly required: boolean;
  readonly defaultValue: FieldValue;
  readonly externalId: boolean;
  readonly unique: boolean;
  /** Kept in a lookup table, so that = and IN need no scan. */
  readonly indexed: boolean;
  readonly filterable: boolean;
  readonly custom: boolean;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly picklist: readonly string[];
  /** Takes no value but those of `picklist`. */
  readonly restricted: boolean;
}

type Rest = Partial<Omit<Field, 'name' | 'label' | 'type'>>;

const PLAIN: Omit<Field, 'name' | 'label' | 'type'> = {
  length: 0,
  createable: true,
  updateable: true,
  required: false,
  defaultValue: null,
  externalId: false,
  unique: false,
  indexed: false,
  filterable: true,
  custom: false,
  referenceTo: [],
  relationshipName: null,
  picklist: [],
  restricted: false,
};

export const READ_ONLY: Rest = { createable: false, updateable: false };

/** A field with the usual properties: writeable, optional, filterable. */
export const field = (name: string, label: string, type: FieldType, rest: Rest = {}): Field => ({
  ...PLAIN,
  name,
  label,
  type,
  ...rest,
});

/** A field that only Salesforce writes. */
export const systemField = (name: string, label: string, type: FieldType, rest: Rest = {}): Field =>
  field(name, label, type, { ...READ_ONLY, ...rest });

/** A field that holds the id of a record of one of `referenceTo`. */
export const reference = (name: string, label: string, referenceTo: readonly string[], rest: Rest = {}): Field =>
  field(name, label, 'reference', {
    length: 18,
    referenceTo,
    relationshipName: name.endsWith('Id') ? name.slice(0, -2) : null,
    ...rest,
  });

/** Who made and last changed a record, and when; every standard object has them. */
export const AUDIT_FIELDS: readonly Field[] = [
  systemField('CreatedDate', 'Created Date', 'datetime'),
  reference('CreatedById', 'Created By ID', ['User'], READ_ONLY),
  systemField('LastModifiedDate', 'Last Modified Date', 'datetime'),
  reference('LastModifiedById', 'Last Modified By ID', ['User'], READ_ONLY),
  systemField('SystemModstamp', 'System Modstamp', 'datetime'),
];
