/** Whether a request is what its route describes; every fault at once, each with its place. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { isText } from '../../scim/json.ts';
import { Problem, type RequestFault } from './problem.ts';
import type { AdminRequest, AdminRoute } from './route.ts';

/** The parts of a request as they came. */
export type Asked = Readonly<Record<'params' | 'query' | 'body', unknown>>;

/** Parameters are texts, whatever they stand for; a body has types of its own. */
const PARAMETERS = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true, strict: false, verbose: true });
const BODIES = new Ajv({ allErrors: true, strict: false, verbose: true });

const NOTHING = { type: 'object', additionalProperties: false };

/** @returns what turns a request into one that the handler may trust; it throws Problem `invalid-request` */
export function compileChecks({ params, query, body, isBodyOptional = false }: AdminRoute) {
  const checkParams = PARAMETERS.compile(params ?? NOTHING);
  const checkQuery = PARAMETERS.compile(query ?? NOTHING);
  const checkBody = body === undefined ? undefined : BODIES.compile(body);
  return (request: Asked): Pick<AdminRequest, keyof Asked> => {
    if (isTooDeep(request.body)) throw new Problem('invalid-request', TOO_DEEP, [{ pointer: '#', detail: TOO_DEEP }]);
    const asked = { params: copy(request.params), query: copy(request.query), body: bodyOf(request, isBodyOptional) };
    const faults = [
      ...faultsOf(checkParams, asked.params, parameterFault),
      ...faultsOf(checkQuery, asked.query, parameterFault),
      ...(checkBody ? faultsOf(checkBody, asked.body, bodyFault) : refuseBody(request.body)),
    ];
    refuse(faults);
    refuse([
      ...unstorableIn(asked.params, (path) => ({ parameter: path[0] ?? '', detail: UNSTORABLE })),
      ...unstorableIn(asked.query, (path) => ({ parameter: path[0] ?? '', detail: UNSTORABLE })),
      ...unstorableIn(asked.body, (path) => ({ pointer: toPointer(path), detail: UNSTORABLE })),
    ]);
    return asked;
  };
}

/** Deeper than anything that has a meaning here, and far from what a stack takes. */
const MAX_DEPTH = 100;
const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels`;

/** Level by level, for the body may be nested without end. */
function isTooDeep(body: unknown): boolean {
  let level: readonly unknown[] = [body];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/** Nobody reads more of them. */
const MAX_FAULTS = 50;

function refuse(faults: readonly RequestFault[]): void {
  const told = faults.slice(0, MAX_FAULTS);
  const more = faults.length > told.length ? [`and ${faults.length - told.length} more`] : [];
  if (told.length > 0) throw new Problem('invalid-request', [...told.map(inWords), ...more].join('; '), told);
}

const UNSTORABLE = 'holds U+0000 or half a surrogate pair, which is no text that a database keeps';

/** @returns a fault for each such text, wherever it stands, names of members included */
function unstorableIn(
  value: unknown,
  toFault: (path: readonly string[]) => RequestFault,
  path: readonly string[] = [],
): readonly RequestFault[] {
  if (typeof value === 'string') return isText(value) ? [] : [toFault(path)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    isText(name) ? unstorableIn(member, toFault, [...path, name]) : [toFault(path)],
  );
}

const toPointer = (path: readonly string[]): string =>
  `#${path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;

/** Defaults and types are put in; the parsers make plain objects. */
const copy = (parsed: unknown): unknown => ({ ...(parsed as object) });

const bodyOf = ({ body }: Asked, isOptional: boolean): unknown => (body === undefined && isOptional ? {} : body);

function faultsOf(
  check: ValidateFunction,
  value: unknown,
  toFault: (error: ErrorObject) => RequestFault,
): readonly RequestFault[] {
  if (check(value)) return [];
  const errors = (check.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  const faults = new Map(errors.map((error) => [JSON.stringify(toFault(error)), toFault(error)]));
  return [...faults.values()];
}

const refuseBody = (body: unknown): readonly RequestFault[] =>
  body === undefined ? [] : [{ pointer: '#', detail: 'this takes no body: leave it out' }];

const inWords = ({ pointer, parameter, detail }: RequestFault): string =>
  `${parameter ?? pointer ?? ''} ${detail}`.trim();

function parameterFault(error: ErrorObject): RequestFault {
  const [, named] = error.instancePath.split('/');
  return {
    parameter: unknownMember(error) ?? missingMember(error) ?? named ?? '',
    detail: explain(error, 'parameter'),
  };
}

function bodyFault(error: ErrorObject): RequestFault {
  if (error.data === undefined && error.instancePath === '' && error.keyword === 'type')
    return { pointer: '#', detail: 'is missing: send a JSON body' };
  const member = unknownMember(error) ?? missingMember(error);
  const step = member === undefined ? '' : toPointer([member]).slice(1);
  return { pointer: `#${error.instancePath}${step}`, detail: explain(error, 'member') };
}

const unknownMember = ({ keyword, params }: ErrorObject): string | undefined =>
  keyword === 'additionalProperties' ? String(params['additionalProperty']) : undefined;
const missingMember = ({ keyword, params }: ErrorObject): string | undefined =>
  keyword === 'required' ? String(params['missingProperty']) : undefined;

function explain(error: ErrorObject, word: 'parameter' | 'member'): string {
  const known = Object.keys(propertiesOf(error.parentSchema));
  switch (error.keyword) {
    case 'additionalProperties':
      return known.length === 0
        ? `is no ${word} of this: leave it out`
        : `is no ${word} of this: take ${known.join(', ')}`;
    case 'required':
      return 'is missing';
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`;
    default:
      return error.message ?? 'is not valid';
  }
}

const propertiesOf = (schema: unknown): object =>
  typeof schema === 'object' && schema !== null && 'properties' in schema ? (schema.properties as TSchema) : {};
