/**
 * `INSERT … SELECT` into a table with a numbered column: ON CONFLICT DO NOTHING would draw a number for every row that it leaves out, and
 * the rows that are inserted later would get other numbers than at an undisturbed run. The query leaves them out instead.
 */
import { rangeVar, walk, type Node } from '../model/ast.ts';
import type { Catalog, Obj } from '../model/catalog.ts';
import type { ReaderInput } from '../model/effect.ts';
import { quoteIdent } from '../quote.ts';
import type { Edit } from '../text/edits.ts';
import { nameSql } from './probe.ts';
import { commaParts, tokenText } from './source.ts';

/** Functions of a select list that look at one row only; any other may be an aggregate, which a condition would change. */
const BY_ROW = new Set(['now', 'lower', 'upper', 'concat', 'trim', 'btrim', 'md5', 'to_jsonb', 'jsonb_build_object']);

/** Does a sequence fill a column of the table that the INSERT does not name? */
export function drawsNumbers(catalog: Catalog, table: Obj, written: readonly string[]): boolean {
  for (const column of catalog.children(table.id, 'column'))
    if (
      !written.includes(column.name) &&
      ((column.attrs['default'] ?? '').includes('nextval') || (column.attrs['identity'] ?? '') !== '')
    )
      return true;
  return false;
}

/**
 * The edits that add `(key) IN (SELECT key FROM table) IS NOT TRUE` to the query's condition; undefined when the query is not a plain one.
 * The key is compared outside of the subquery, where its names mean what they mean in the select list.
 */
export function leaveOutKnown(
  input: ReaderInput,
  key: readonly string[],
  written: readonly string[],
): Edit[] | undefined {
  const node = input.node;
  const select = node.selectStmt?.SelectStmt;
  const targets: Node[] = select?.targetList ?? [];
  if (
    !select?.fromClause ||
    targets.length !== written.length ||
    [
      select.valuesLists,
      select.distinctClause,
      select.groupClause,
      select.havingClause,
      select.windowClause,
      select.limitCount,
      select.limitOffset,
      select.lockingClause,
      select.withClause,
      select.larg,
      node.withClause,
      node.override === 'OVERRIDING_NOT_SET' ? undefined : node.override,
    ].some((clause) => clause !== undefined)
  )
    return undefined;
  let plain = true;
  walk(targets, (tag, value) => {
    if (tag === 'SubLink') return false;
    if (tag === 'FuncCall' && (value.over || !BY_ROW.has(value.funcname?.at(-1)?.String?.sval))) plain = false;
    return undefined;
  });
  const tokens = input.statement.tokens;
  const outer = new Map<string, number>();
  let depth = 0;
  tokens.forEach((token, index) => {
    const text = tokenText(input, token).toLowerCase();
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth--;
    else if (depth === 0 && token.kind === 'word' && tokenText(input, tokens[index - 1]).toLowerCase() !== 'distinct')
      if (!outer.has(text) || (text === 'select' && !outer.has('from'))) outer.set(text, index);
  });
  const begin = outer.get('select');
  const from = outer.get('from');
  if (!plain || begin === undefined || from === undefined || from < begin) return undefined;
  const items = commaParts(input, begin + 1, from);
  if (items.length !== targets.length) return undefined;
  const compared = key.map((column) => {
    const position = written.indexOf(column);
    const item = items[position];
    if (!item) return undefined;
    let count = item.tokens.length;
    // without its alias
    if (targets[position]?.ResTarget?.name !== undefined)
      count -= tokenText(input, item.tokens[count - 2]).toLowerCase() === 'as' ? 2 : 1;
    const last = item.tokens[count - 1];
    return last && input.text.slice(item.range.start, last.end);
  });
  if (compared.some((text) => text === undefined || /--|\/\*/.test(text))) return undefined;
  const relation = rangeVar(node.relation);
  const condition = `((${compared.join(', ')}) IN (SELECT ${key.map(quoteIdent).join(', ')} FROM ${nameSql(relation.schema, relation.name)})) IS NOT TRUE`;
  const behind = Math.min(...['order', 'returning'].map((word) => outer.get(word) ?? tokens.length));
  const last = tokens[behind - 1];
  const where = outer.get('where');
  if (!last || behind < from) return undefined;
  if (where === undefined || where > behind) return [{ start: last.end, end: last.end, text: ` WHERE ${condition}` }];
  const first = tokens[where + 1];
  if (!first) return undefined;
  return [
    { start: first.start, end: first.start, text: '(' },
    { start: last.end, end: last.end, text: `) AND ${condition}` },
  ];
}
