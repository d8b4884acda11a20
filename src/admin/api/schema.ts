/**
 * How the admin API describes what it takes and answers: typebox's types, with constructors of our own.
 * Those of typebox load 373 modules, which was a quarter of the start of every command.
 */
import type Typebox from 'typebox';

type Name =
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown';
type JsonSchema = Readonly<Record<string, unknown>>;

/** Members of an object that may be absent. Kept beside the schema: JSON Schema says so in the object around it. */
const optional = new WeakSet<JsonSchema>();

const ofType =
  (type: string) =>
  (options?: JsonSchema): JsonSchema => ({ type, ...options });

const constructors: Readonly<Record<Name, (...given: never[]) => JsonSchema>> = {
  Array: (items: JsonSchema, options?: JsonSchema) => ({ type: 'array', items, ...options }),
  Boolean: ofType('boolean'),
  Enum: (values: readonly unknown[], options?: JsonSchema) => ({ enum: values, ...options }),
  Integer: ofType('integer'),
  Literal: (value: unknown, options?: JsonSchema) => ({ type: typeof value, const: value, ...options }),
  Null: ofType('null'),
  Number: ofType('number'),
  Object: (properties: Readonly<Record<string, JsonSchema>>, options?: JsonSchema) => {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name] ?? {}));
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
  },
  Optional: (schema: JsonSchema) => {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  Record: (_names: JsonSchema, values: JsonSchema, options?: JsonSchema) => ({
    type: 'object',
    patternProperties: { '^.*$': values },
    ...options,
  }),
  String: ofType('string'),
  Union: (anyOf: readonly JsonSchema[], options?: JsonSchema) => ({ anyOf, ...options }),
  Unknown: (options?: JsonSchema) => ({ ...options }),
};

/** @see typebox, whose schemas and static types these are */
export const Type = constructors as unknown as Pick<typeof Typebox, Name>;
