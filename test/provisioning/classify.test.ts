/** Which class a fault is of. */
import { describe, expect, it } from '@jest/globals';
import { classifyFault } from '../../src/provisioning/policy/classify.ts';
import { faultOf, NETWORK, OAUTH, REST, type Row } from './classify.cases.ts';

const titled = (rows: readonly Row[]) =>
  rows.map((row) => {
    const { scope, status, code, message } = faultOf(row);
    return { title: `${row[0]}: ${status ?? 'no answer'} ${code} (${scope}) ${message}`, row };
  });

const check = ({ row }: { readonly row: Row }) => expect(classifyFault(faultOf(row))).toBe(row[0]);

describe('the REST API', () => it.each(titled(REST))('$title', check));
describe('the token endpoint', () => it.each(titled(OAUTH))('$title', check));
describe('the network', () => it.each(titled(NETWORK))('$title', check));
