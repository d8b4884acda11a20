/** Whether our constructors of schemas make what typebox makes, whose types they have. */
import { describe, expect, it } from '@jest/globals';
import Typebox from 'typebox';
import { Type } from '../../../src/admin/api/schema.ts';

/** Each as it is used, with options and without. */
const SCHEMAS: readonly ((type: typeof Type) => unknown)[] = [
  (type) => type.String(),
  (type) => type.String({ minLength: 1, description: 'A text.' }),
  (type) => type.Integer({ minimum: 0 }),
  (type) => type.Number(),
  (type) => type.Boolean({ description: 'Whether.' }),
  (type) => type.Null(),
  (type) => type.Unknown(),
  (type) => type.Unknown({ description: 'Anything.' }),
  (type) => type.Literal('change'),
  (type) => type.Literal(true, { description: 'All of them.' }),
  (type) => type.Enum(['full', 'delta'], { description: 'How much.' }),
  (type) => type.Array(type.Integer(), { maxItems: 3 }),
  (type) => type.Union([type.String(), type.Null()], { title: 'Name' }),
  (type) => type.Record(type.String(), type.Unknown(), { description: 'By name.' }),
  (type) => type.Object({}),
  (type) => type.Object({ a: type.Optional(type.Integer()) }, { additionalProperties: false }),
  (type) =>
    type.Object(
      { b: type.String(), a: type.Optional(type.Array(type.Object({ c: type.Boolean() }))), d: type.Null() },
      { title: 'Thing', description: 'One.' },
    ),
  (type) => type.Optional(type.Optional(type.String({ format: 'date-time' }))),
];

describe('a schema of the admin API', () => {
  it.each(SCHEMAS.map((make) => ({ text: JSON.stringify(make(Type)), make })))(
    'is $text, as typebox says',
    ({ make }) => {
      expect(JSON.parse(JSON.stringify(make(Type)))).toEqual(JSON.parse(JSON.stringify(make(Typebox))));
    },
  );
});
