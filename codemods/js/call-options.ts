/** Options of a call: the object at a position among its arguments. */
import type { Edit } from '@idempotify/core';
import { propertyName, unwrap, type Node } from '@idempotify/javascript';
import type { Writer } from './writer.ts';

/** Sets a property of the options at a position; undefined where they are not written down there. */
export function setOption(
  call: Node,
  position: number,
  name: string,
  value: string,
  write: Writer,
  filler = 'undefined',
): Edit[] | undefined {
  const args = call['arguments'] as readonly Node[];
  if (args.slice(0, position + 1).some(({ type }) => type === 'SpreadElement')) return undefined;
  const given = args[position];
  if (!given) return write.argument(call, position, `{ ${name}: ${value} }`, filler);
  const options = unwrap(given);
  if (options.type === 'ObjectExpression') return write.property(options, name, value);
  if (isNothing(options)) return [{ start: given.range[0], end: given.range[1], text: `{ ${name}: ${value} }` }];
  // what it holds stays
  if (options.type !== 'Identifier' && options.type !== 'MemberExpression') return undefined;
  const text = `{ ...${write.text(options)}, ${name}: ${value} }`;
  return [{ start: given.range[0], end: given.range[1], text }];
}

const isNothing = (node: Node): boolean =>
  (node.type === 'Identifier' && node['name'] === 'undefined') || (node.type === 'Literal' && node['value'] === null);

/** How an option is handed on: `{ transaction }`, `{ transaction: t }`; '' where the call has none. */
export function handedOn(options: Node | undefined, name: string, write: Writer): string {
  if (!options) return '';
  const object = unwrap(options);
  if (object.type !== 'ObjectExpression')
    return object.type === 'Identifier' && !isNothing(object) ? `{ ${name}: ${write.text(object)}?.${name} }` : '';
  for (const property of object['properties'] as readonly Node[]) {
    if (property.type === 'Property' && propertyName(property) === name) return `{ ${write.text(property)} }`;
    if (property.type === 'SpreadElement' && unwrap(property['argument']).type === 'Identifier')
      return `{ ${name}: ${write.text(property['argument'])}?.${name} }`;
  }
  return '';
}
