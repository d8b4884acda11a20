/** Calls of the admin API whose answers are held against its own description, which a validator has passed. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer, TestService } from '../../support/service.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

export interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface DescribedApi {
  readonly description: Description;
  /** Calls, and throws when the answer is not what the description says. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Operations and statuses that were answered so far, e.g. `readUser 404`. */
  readonly seen: ReadonlySet<string>;
}

/** Operations that on-call.test.ts and throughput.test.ts ask; routes.test.ts asks all others. */
export const ON_CALL: readonly string[] = [
  'readThroughput',
  'pause',
  'resume',
  'listEvents',
  'listRemovals',
  'approveRemovals',
  'rejectRemovals',
  'previewUser',
  'previewPastedUser',
  'pushUser',
  'startReconcile',
  'readReconcile',
  'listFindings',
  'cancelReconcile',
];

export async function describedApi(service: TestService): Promise<DescribedApi> {
  const { body } = await service.admin('GET', '/openapi.json');
  const description = body as unknown as Description;
  const validatorOf = validators(description);
  const seen = new Set<string>();
  return {
    description,
    seen,
    call: async (method, path, sent, headers) => {
      const answer = await service.admin(method, path, sent, headers);
      const operation = findOperation(description, method, path);
      const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
      const schema = operation?.responses[String(answer.status)]?.content[type]?.schema;
      if (operation && !schema)
        throw new Error(`${operation.operationId} is not described to answer ${answer.status} ${type}: ${answer.text}`);
      if (operation && schema) {
        check(validatorOf(schema), answer);
        seen.add(`${operation.operationId} ${answer.status}`);
      }
      return answer;
    },
  };
}

/** Each schema is compiled once, however many services describe it. */
const compiled = new Map<string, (schema: object) => ValidateFunction>();

function validators({ components }: Description): (schema: object) => ValidateFunction {
  const text = JSON.stringify(components);
  const made = compiled.get(text) ?? newValidators(components);
  compiled.set(text, made);
  return made;
}

function newValidators(components: object): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  ajv.addSchema({ $id: 'api', components });
  const known = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema);
    const validate = known.get(text) ?? ajv.compile(absolute(schema));
    known.set(text, validate);
    return validate;
  };
}

function check(validate: ValidateFunction, answer: Answer): void {
  if (!validate(answer.body)) throw new Error(`${JSON.stringify(validate.errors)}\n${answer.text}`);
}

/** References point into the document, which the schema is not in any more. */
const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;

/** `/lanes/errors` before `/lanes/{…}`: names before parameters. */
function findOperation({ paths }: Description, method: string, path: string): Operation | undefined {
  const steps = (path.split('?')[0] ?? '').split('/');
  const fits = (template: string): boolean => {
    const wanted = template.split('/');
    return wanted.length === steps.length && wanted.every((step, at) => step.startsWith('{') || step === steps[at]);
  };
  const [found] = Object.keys(paths)
    .filter(fits)
    .sort((a, b) => a.split('{').length - b.split('{').length);
  return found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
}
