/** How one field of a mapping gets its value. */
import type { JsonObject, Json } from '../../scim/json.ts';
import { parseReadPath, readPath, type Path } from '../../scim/patch/path.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { LeadValue } from '../lead-target.ts';
import { ExpressionError, type FaultPath, type Report } from './error.ts';
import { compileExpression } from './expression.ts';
import { conform, explainMisfit, findLeadField, isTextField, truncate } from './fields.ts';
import type { LeadField, LeadFieldTable } from './fields.ts';
import type { RuleDefinition, WriteMode } from './file.ts';

export interface Rule {
  readonly name: string;
  /**
   * The value for a user; null empties the field, undefined leaves it alone.
   *
   * @throws ExpressionError
   */
  readonly read: (user: JsonObject) => Promise<LeadValue | undefined>;
  /** What stands in for a missing value; undefined when nothing does. */
  readonly fallback: LeadValue | undefined;
  readonly when: WriteMode;
}

interface RuleContext {
  readonly userType: ResourceType;
  readonly leadFields: LeadFieldTable;
  readonly report: Report;
}

type Value = Exclude<LeadValue, null>;
type Source = (user: JsonObject) => Promise<LeadValue | undefined>;

/** Compiles one member of `fields`; what is wrong with it is reported, and then the rule gives no value. */
export function compileRule(name: string, definition: RuleDefinition, context: RuleContext): Rule {
  const field = findLeadField(context.leadFields, name);
  const source = compileSource(name, definition, context);
  const finish = compileFinish(name, definition, field, context.report);
  const fallback = definition.default === undefined ? undefined : finish(definition.default);
  const { clear = true, when = 'always' } = definition;
  const missing = !clear || when !== 'always' || field?.required === true ? undefined : null;
  reportMisfits(name, definition, field, context.report);
  if (when !== 'always' && definition.clear === true)
    context.report(['fields', name, 'clear'], `a field that is written ${when} is never emptied; remove it`);
  const read = async (user: JsonObject): Promise<LeadValue | undefined> => {
    const value = await source(user);
    return hasValue(value) ? finish(value) : (fallback ?? missing);
  };
  return { name, read, fallback, when };
}

function compileSource(name: string, definition: RuleDefinition, context: RuleContext): Source {
  const { from, constant, expression } = definition;
  if (constant !== undefined) return () => Promise.resolve(constant);
  if (expression !== undefined) return compileExpressionSource(name, expression, context.report);
  return compileFrom(name, from ?? [], context);
}

function compileExpressionSource(name: string, text: string, report: Report): Source {
  try {
    return compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report(['fields', name, 'expression'], error.message);
    return () => Promise.resolve(undefined);
  }
}

function compileFrom(name: string, from: string | readonly string[], context: RuleContext): Source {
  const texts = typeof from === 'string' ? [from] : from;
  const paths = texts.flatMap((text, index) => {
    const at = typeof from === 'string' ? ['fields', name, 'from'] : ['fields', name, 'from', index];
    return compilePath(text, at, context);
  });
  return (user) => Promise.resolve(firstValue(paths, user));
}

function compilePath(text: string, at: FaultPath, { userType, report }: RuleContext): readonly Path[] {
  try {
    const path = parseReadPath(userType, text);
    const fault = explainUnreadable(path);
    if (fault === undefined) return [path];
    report(at, fault);
  } catch (error) {
    report(at, error instanceof Error ? error.message : String(error));
  }
  return [];
}

/** A path must end at a single value, and at one that may leave this server. */
function explainUnreadable({ attribute, subAttribute, extension }: Path): string | undefined {
  const last = subAttribute ?? attribute;
  if (last === undefined)
    return `names a whole schema; name one of its attributes, such as ${String(extension)}:department`;
  if (last.returned === 'never') return `"${last.path}" never leaves this server; remove it`;
  if (last.type !== 'complex') return undefined;
  const names = last.subAttributes.map((sub) => sub.name).join(', ');
  return `"${last.path}" is no single value; name one of its sub-attributes: ${names}`;
}

function firstValue(paths: readonly Path[], user: JsonObject): Value | undefined {
  for (const path of paths) {
    const value = readPath(path, user).find(isValue);
    if (value !== undefined) return value;
  }
  return undefined;
}

const isValue = (value: Json): value is Value => !(value instanceof Object) && hasValue(value);

/** Salesforce stores a text of blanks as null, so it is no value here either. */
function hasValue(value: LeadValue | undefined): value is Value {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

/** Turns a value into what the field takes. */
function compileFinish(name: string, definition: RuleDefinition, field: LeadField | undefined, report: Report) {
  const length = readLength(name, definition.truncate ?? false, field, report);
  return (value: Value): Value => {
    const conformed = conform(field, value);
    return length !== undefined && typeof conformed === 'string' ? truncate(conformed, length) : conformed;
  };
}

function readLength(
  name: string,
  wanted: boolean | number,
  field: LeadField | undefined,
  report: Report,
): number | undefined {
  if (wanted === false) return undefined;
  const at = ['fields', name, 'truncate'];
  if (field !== undefined && !isTextField(field)) report(at, `"${name}" holds no text; remove it`);
  if (typeof wanted === 'number') return wanted;
  if (field === undefined) report(at, 'the length of a custom field is not known here; give the number of characters');
  return field?.length;
}

function reportMisfits(name: string, definition: RuleDefinition, field: LeadField | undefined, report: Report): void {
  for (const member of ['constant', 'default'] as const) {
    const value = definition[member];
    const misfit = value === undefined ? undefined : explainMisfit(field, value);
    if (misfit !== undefined) report(['fields', name, member], misfit);
  }
}
