/** What the stand-in says about its objects (sObject Describe, sObject Basic Information, Describe Global). */
import { compareValues } from '../soql/compare.ts';
import type { Row } from '../schema/field.ts';
import { isDeleted } from '../records/table.ts';
import { isVisible } from '../records/visibility.ts';
import type { Field, FieldType } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { attributesOf, recordUrl } from '../records/render.ts';
import { ok, requireType, type Answer, type Call } from './call.ts';

const RECENT_ITEMS = 5;

const SOAP_TYPES: Partial<Record<FieldType, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  address: 'urn:address',
};

const DIGITS: Partial<Record<FieldType, object>> = {
  int: { digits: 8, precision: 0, scale: 0 },
  double: { digits: 0, precision: 18, scale: 15 },
  currency: { digits: 0, precision: 18, scale: 0 },
};

const describePicklist = (field: Field) =>
  field.picklist.map((value) => ({
    active: true,
    defaultValue: value === field.defaultValue,
    label: value,
    validFor: null,
    value,
  }));

/** What no field of this org is or has. */
const NEVER = {
  aiPredictionField: false,
  autoNumber: false,
  cascadeDelete: false,
  controllerName: null,
  defaultValueFormula: null,
  dependentPicklist: false,
  deprecatedAndHidden: false,
  displayLocationInDecimal: false,
  encrypted: false,
  extraTypeInfo: null,
  filteredLookupInfo: null,
  formulaTreatNullNumberAsZero: false,
  highScaleNumber: false,
  htmlFormatted: false,
  inlineHelpText: null,
  mask: null,
  maskType: null,
  polymorphicForeignKey: false,
  queryByDistance: false,
  referenceTargetField: null,
  relationshipOrder: null,
  restrictedDelete: false,
  searchPrefilterable: false,
  writeRequiresMasterRead: false,
};

export const describeField = (field: Field) => ({
  ...NEVER,
  aggregatable: field.filterable,
  byteLength: field.length * 3,
  calculated: false,
  calculatedFormula: null,
  caseSensitive: false,
  compoundFieldName: null,
  createable: field.createable,
  custom: field.custom,
  defaultValue: field.type === 'boolean' ? field.defaultValue : null,
  defaultedOnCreate: field.defaultValue !== null || field.name === 'OwnerId' || field.name === 'Id',
  digits: 0,
  externalId: field.externalId,
  filterable: field.filterable,
  groupable: field.filterable,
  idLookup: field.externalId || field.type === 'id',
  label: field.label,
  length: field.length,
  name: field.name,
  nameField: field.name === 'Name',
  namePointing: field.referenceTo.length > 1,
  nillable: !field.required && field.type !== 'boolean' && field.type !== 'id',
  permissionable: !field.required && field.createable,
  picklistValues: describePicklist(field),
  precision: 0,
  referenceTo: field.referenceTo,
  relationshipName: field.relationshipName,
  restrictedPicklist: field.restricted,
  scale: 0,
  ...DIGITS[field.type],
  soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
  sortable: field.filterable,
  type: field.type,
  unique: field.unique,
  updateable: field.updateable,
});

const summarize = (base: string, type: SObjectType) => ({
  activateable: false,
  associateEntityType: null,
  associateParentEntity: null,
  createable: type.writeable,
  custom: false,
  customSetting: false,
  deepCloneable: false,
  deletable: type.writeable,
  deprecatedAndHidden: false,
  feedEnabled: type.writeable,
  hasSubtypes: false,
  isInterface: false,
  isSubtype: false,
  keyPrefix: type.keyPrefix,
  label: type.label,
  labelPlural: type.labelPlural,
  layoutable: true,
  mergeable: type.writeable,
  mruEnabled: type.writeable,
  name: type.name,
  queryable: true,
  replicateable: true,
  retrieveable: true,
  searchable: true,
  triggerable: type.writeable,
  undeletable: type.writeable,
  updateable: type.writeable,
  urls: {
    rowTemplate: recordUrl(base, type.name, '{ID}'),
    describe: `${base}/sobjects/${type.name}/describe`,
    sobject: `${base}/sobjects/${type.name}`,
  },
});

export const describeGlobal = ({ org, base }: Call): Answer =>
  ok({
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: [...org.schema.values()].map((type) => summarize(base, type)),
  });

/** The moment the description last changed: when the switches did. */
const lastModified = (call: Call): Date => new Date(Math.floor(call.org.configuredAt.getTime() / 1000) * 1000);

/** 304 when `If-Modified-Since` is not before the last change. */
export function describe(call: Call): Answer {
  const type = requireType(call);
  const since = Date.parse(call.headers['if-modified-since'] ?? '');
  const changed = lastModified(call);
  const headers = { 'Last-Modified': changed.toUTCString() };
  if (since >= changed.getTime()) return { status: 304, headers };
  const extras = {
    actionOverrides: [],
    childRelationships: [],
    namedLayoutInfos: [],
    recordTypeInfos: [],
    supportedScopes: [],
  };
  return {
    status: 200,
    headers,
    body: { ...summarize(call.base, type), ...extras, fields: type.fields.map(describeField) },
  };
}

function recentRows(call: Call, type: SObjectType): Row[] {
  const live = [...call.org.tableOf(type).all()].filter((row) => !isDeleted(row) && isVisible(call.org, row));
  const stamp = (row: Row) => row['SystemModstamp'] ?? null;
  return live.sort((left, right) => compareValues(stamp(right), stamp(left))).slice(0, RECENT_ITEMS);
}

export function basicInformation(call: Call): Answer {
  const type = requireType(call);
  const recentItems = recentRows(call, type).map((row) => ({
    attributes: attributesOf(call.base, type, row),
    Id: row['Id'],
    Name: row['Name'],
  }));
  return ok({ objectDescribe: summarize(call.base, type), recentItems });
}
