/** A filter as text, in canonical form: `parseFilter` reads it back to the same tree (RFC 7644 §3.4.2.2). */
import type { AttributePath } from '../schema/resource-type.ts';
import type { Filter, LogicalFilter } from './filter.ts';

export function printFilter(filter: Filter): string {
  return print(filter, absolutePath);
}

type PrintPath = (path: AttributePath) => string;

function print(filter: Filter, printPath: PrintPath): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map((operand) => printOperand(operand, filter.kind, printPath)).join(` ${filter.kind} `);
    case 'not':
      return `not (${print(filter.operand, printPath)})`;
    case 'present':
      return `${printPath(filter.path)} pr`;
    case 'compare':
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'valuePath':
      return `${printPath(filter.path)}[${print(filter.filter, relativePath)}]`;
  }
}

/** Only an `and` within an `or` needs no brackets: it binds tighter, and what had brackets keeps its own node. */
function printOperand(operand: Filter, parent: LogicalFilter['kind'], printPath: PrintPath): string {
  const text = print(operand, printPath);
  const isLogical = operand.kind === 'and' || operand.kind === 'or';
  const bindsTighter = operand.kind === 'and' && parent === 'or';
  return isLogical && !bindsTighter ? `(${text})` : text;
}

function absolutePath({ unknown, extension, attribute, subAttribute }: AttributePath): string {
  return unknown ?? (subAttribute ?? attribute)?.path ?? extension ?? '';
}

function relativePath({ unknown, attribute }: AttributePath): string {
  return unknown ?? attribute?.name ?? '';
}
