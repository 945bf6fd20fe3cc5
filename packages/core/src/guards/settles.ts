/** Which UPDATEs may run twice: what is computed from a value must come out the same when it is computed from the result. */
import { conjuncts, constantText, fingerprint, walk, type Node } from '../model/ast.ts';
import { collectRefs } from './refs.ts';

const reads = (node: Node, column: string): boolean => collectRefs(node).columns.some((item) => item.name === column);

/** f(f(x)) = f(x): functions and operators that change nothing when they are applied to their own result. */
export function settles(expression: Node, column: string, where: Node): boolean {
  return settlesAlone(expression, column) || settlesAsJson(expression, column, where);
}

function settlesAlone(expression: Node, column: string): boolean {
  const isColumn = (node: Node): boolean => isColumnRef(node, column);
  const readsColumn = (node: Node): boolean => reads(node, column);
  if (isColumn(expression)) return true;
  if (expression?.TypeCast) return settlesAlone(expression.TypeCast.arg, column);
  const call = expression?.FuncCall;
  if (call) {
    const name: string = call.funcname?.[call.funcname.length - 1]?.String?.sval ?? '';
    const args: Node[] = call.args ?? [];
    const rest = args.slice(1).every((arg) => !readsColumn(arg));
    if (
      ['lower', 'upper', 'btrim', 'ltrim', 'rtrim', 'trim', 'jsonb_strip_nulls', 'array_remove', 'initcap'].includes(
        name,
      ) &&
      args[0] &&
      (isColumn(args[0]) || settlesAlone(args[0], column)) &&
      rest
    )
      return true;
    if (name === 'left' && args[0] && isColumn(args[0]) && rest) return true;
    if (
      (name === 'substring' || name === 'substr') &&
      args.length === 3 &&
      args[0] &&
      isColumn(args[0]) &&
      constantText(args[1]) === '1' &&
      rest
    )
      return true;
    if (
      name === 'array_replace' &&
      args[0] &&
      isColumn(args[0]) &&
      constantText(args[1]) !== undefined &&
      constantText(args[2]) !== undefined &&
      constantText(args[1]) !== constantText(args[2])
    )
      return true;
    if (name === 'date_trunc' && args[1] && isColumn(args[1])) return true;
    if (name === 'replace' && args[0] && isColumn(args[0])) {
      const from = constantText(args[1]);
      const to = constantText(args[2]);
      // the result must neither hold the pattern nor build a new one across the seam
      return from !== undefined && to !== undefined && from !== '' && !to.includes(from) && !seam(from, to);
    }
    return false;
  }
  if (expression?.CoalesceExpr) {
    const args: Node[] = expression.CoalesceExpr.args ?? [];
    return args[0] !== undefined && isColumn(args[0]) && args.slice(1).every((arg) => !readsColumn(arg));
  }
  // flags: c | 4, c & 3, c & ~4
  const flags = expression?.A_Expr;
  if (
    flags?.kind === 'AEXPR_OP' &&
    ['|', '&'].includes(flags.name?.[0]?.String?.sval) &&
    isColumn(flags.lexpr) &&
    collectRefs(flags.rexpr).columns.length === 0 &&
    collectRefs(flags.rexpr).functions.length === 0
  )
    return true;
  const branch = expression?.CaseExpr;
  if (branch) {
    const results = [
      ...(branch.args ?? []).map((item: Node) => item.CaseWhen?.result),
      ...(branch.defresult ? [branch.defresult] : []),
    ];
    const constants = results.map((result: Node) => (isColumn(result) ? undefined : constantText(result)));
    if (results.some((result: Node, index: number) => !isColumn(result) && constants[index] === undefined))
      return false;
    const compared: string[] = [];
    for (const item of branch.args ?? []) {
      const when = item.CaseWhen?.expr;
      const value = branch.arg
        ? constantText(when)
        : when?.A_Expr && isColumn(when.A_Expr.lexpr)
          ? constantText(when.A_Expr.rexpr)
          : undefined;
      if (value === undefined) return false;
      compared.push(value);
    }
    return (
      branch.defresult !== undefined &&
      constants.every(
        (value: string | undefined, index: number) =>
          value === undefined || !compared.includes(value) || compared[index] === value,
      )
    );
  }
  return false;
}

/** Could replace(x, from, to) leave a new `from` where a replacement meets its surroundings? */
function seam(from: string, to: string): boolean {
  if (to === '') return true;
  for (let length = 1; length < from.length; length++) {
    if (to.endsWith(from.slice(0, length)) || to.startsWith(from.slice(-length))) return true;
  }
  return false;
}

/** `SET c = c || 'x' WHERE c NOT LIKE '%x'`: the condition leaves out the rows that are done. */
export function excludesDone(column: string, expression: Node, where: Node): boolean {
  const parts = conjuncts(where);
  const isColumn = (node: Node): boolean =>
    node?.ColumnRef?.fields?.[node.ColumnRef.fields.length - 1]?.String?.sval === column;
  const operator = expression?.A_Expr;
  for (const part of parts) {
    const test = part?.A_Expr;
    if (test?.kind === 'AEXPR_LIKE' && test.name?.[0]?.String?.sval === '!~~' && isColumn(test.lexpr)) {
      const pattern = constantText(test.rexpr);
      if (pattern === undefined || operator?.name?.[0]?.String?.sval !== '||') continue;
      const literal = pattern.replace(/^%|%$/g, '');
      if (/[%_\\]/.test(literal)) continue;
      if (pattern.startsWith('%') && isColumn(operator.lexpr) && constantText(operator.rexpr)?.endsWith(literal))
        return true;
      if (pattern.endsWith('%') && isColumn(operator.rexpr) && constantText(operator.lexpr)?.startsWith(literal))
        return true;
    }
  }
  return false;
}

/** The assigned columns that are NULL in every row that meets the WHERE. */
export function filledColumns(where: Node, assigned: ReadonlySet<string>): Set<string> {
  const parts = conjuncts(where);
  return new Set(
    parts
      .filter((part) => part?.NullTest?.nulltesttype === 'IS_NULL')
      .map((part): string => part.NullTest.arg?.ColumnRef?.fields?.at(-1)?.String?.sval ?? '')
      .filter((column) => assigned.has(column)),
  );
}

/**
 * `SET position = s.n FROM (SELECT id, row_number() OVER (… ORDER BY position, …) n FROM t) s`: numbering rows by the number that they have
 * gives them the same numbers again.
 */
export function renumbers(node: Node, assignment: { column: string; value: Node }, target: string): boolean {
  const fields: string[] = (assignment.value?.ColumnRef?.fields ?? []).map((field: Node) => field?.String?.sval ?? '*');
  if (fields.length !== 2 || (node.fromClause ?? []).length !== 1) return false;
  const from = node.fromClause[0];
  const alias = from?.RangeSubselect?.alias?.aliasname ?? from?.RangeVar?.alias?.aliasname ?? from?.RangeVar?.relname;
  if (alias !== fields[0]) return false;
  const query = from?.RangeSubselect
    ? from.RangeSubselect.subquery?.SelectStmt
    : (node.withClause?.ctes ?? []).find((item: Node) => item.CommonTableExpr?.ctename === from?.RangeVar?.relname)
        ?.CommonTableExpr?.ctequery?.SelectStmt;
  if (
    !query ||
    query.whereClause ||
    query.groupClause ||
    query.fromClause?.[0]?.RangeVar?.relname !== target ||
    query.fromClause.length !== 1
  )
    return false;
  const column = (query.targetList ?? []).find((item: Node) => item.ResTarget?.name === fields[1])?.ResTarget?.val
    ?.FuncCall;
  const over = column?.over;
  if (!['row_number', 'rank', 'dense_rank'].includes(column?.funcname?.at(-1)?.String?.sval) || !over) return false;
  const first = over.orderClause?.[0]?.SortBy;
  if (first?.node?.ColumnRef?.fields?.at(-1)?.String?.sval !== assignment.column || first.sortby_dir === 'SORTBY_DESC')
    return false;
  return !collectRefs([over.partitionClause, over.orderClause.slice(1), node.whereClause]).columns.some(
    (item) => item.name === assignment.column,
  );
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One step of an expression over a jsonb column: sets or removes what a path leads to, whatever was there. */
interface JsonStep {
  readonly path: readonly string[];
  /** undefined: removes. */
  readonly value: { readonly node: Node; readonly constant: Json | undefined } | undefined;
}

interface JsonReading {
  readonly steps: readonly JsonStep[];
  /** What a branch gives in the place of NULL, as it is. */
  readonly instead: readonly Json[];
  /** What the steps start from where the column is NULL. */
  readonly starts: readonly Json[];
  /** It uses ||, which adds to an array instead of setting a key. */
  readonly joins: boolean;
}

/**
 * A jsonb value of which keys are set and removed, as in `jsonb_set(coalesce(c, '{}'), '{a}', '1') || jsonb_build_object('b', true) - 'c'`.
 * Each step leaves its key the same whatever it was before, so that all of them once more change nothing. Array positions are none of
 * those keys (jsonb_set appends behind the end, PostgreSQL docs 9.16), and || must not meet an array.
 */
function settlesAsJson(expression: Node, column: string, where: Node): boolean {
  const reading = readJson(expression, column);
  if (!reading) return false;
  // a branch that gives a constant must give what the other branch would make of it
  if (!reading.instead.every((start) => reading.steps.every((step) => holds(start, step)))) return false;
  return !reading.joins || reading.starts.some(isObject) || showsObject(where, column);
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readJson(node: Node, column: string): JsonReading | undefined {
  if (isColumnRef(node, column)) return { steps: [], instead: [], starts: [], joins: false };
  if (node?.TypeCast) return readJson(node.TypeCast.arg, column);
  const readsColumn = (part: Node): boolean => reads(part, column);
  if (node?.CoalesceExpr) {
    const [first, ...rest]: Node[] = node.CoalesceExpr.args ?? [];
    const inner = first?.A_Expr?.kind === 'AEXPR_NULLIF' ? first.A_Expr.lexpr : first;
    const start = rest.length === 1 && isColumnRef(inner, column) ? jsonOf(rest[0]) : undefined;
    return start === undefined ? undefined : { steps: [], instead: [], starts: [start], joins: false };
  }
  if (node?.CaseExpr) return readJsonCase(node.CaseExpr, column);
  const operator = node?.A_Expr;
  if (operator?.kind === 'AEXPR_OP') {
    const name = operator.name?.[0]?.String?.sval;
    const left = readJson(operator.lexpr, column);
    if (!left || readsColumn(operator.rexpr)) return undefined;
    if (name === '-') {
      // a text constant: a number would be an array's position, or arithmetic
      const key = operator.rexpr?.TypeCast ? operator.rexpr.TypeCast.arg : operator.rexpr;
      return key?.A_Const?.sval === undefined
        ? undefined
        : { ...left, steps: [...left.steps, { path: [constantText(key) ?? ''], value: undefined }] };
    }
    const set = name === '||' ? keysOf(operator.rexpr) : undefined;
    return set && { ...left, steps: [...left.steps, ...set], joins: true };
  }
  const call = node?.FuncCall;
  if (['jsonb_set', 'jsonb_set_lax'].includes(call?.funcname?.at(-1)?.String?.sval)) {
    const [first, place, value, ...rest]: Node[] = call.args ?? [];
    const inner = readJson(first, column);
    const path = pathOf(place);
    if (!inner || !path || readsColumn([value, ...rest])) return undefined;
    return { ...inner, steps: [...inner.steps, { path, value: { node: value, constant: jsonOf(value) } }] };
  }
  return undefined;
}

/** CASE with at most one way to change the value: every branch gives the column, the changed column, or a constant in the place of NULL. */
function readJsonCase(node: Node, column: string): JsonReading | undefined {
  if (node.arg || !node.defresult) return undefined;
  const instead: Json[] = [];
  let changed: JsonReading | undefined;
  const branches: { test: Node; result: Node }[] = [
    ...(node.args ?? []).map((item: Node) => ({ test: item.CaseWhen?.expr, result: item.CaseWhen?.result })),
    { test: undefined, result: node.defresult },
  ];
  for (const { test, result } of branches) {
    if (collectRefs(test).subquery) return undefined;
    const constant = jsonOf(result);
    if (constant !== undefined) {
      if (!test || !isNullTest(test, column)) return undefined;
      instead.push(constant);
      continue;
    }
    const reading = readJson(result, column);
    if (!reading) return undefined;
    if (reading.steps.length === 0) continue;
    if (changed && fingerprint(changed) !== fingerprint(reading)) return undefined;
    changed = reading;
  }
  if (!changed) return { steps: [], instead: [], starts: instead, joins: false };
  return { ...changed, instead: [...changed.instead, ...instead], starts: [...changed.starts, ...instead] };
}

/** `c IS NULL`, `c = 'null'`, or either of them. */
function isNullTest(test: Node, column: string): boolean {
  if (test?.BoolExpr?.boolop === 'OR_EXPR') return test.BoolExpr.args.every((part: Node) => isNullTest(part, column));
  if (test?.NullTest) return test.NullTest.nulltesttype === 'IS_NULL' && isColumnRef(test.NullTest.arg, column);
  return (
    test?.A_Expr?.name?.[0]?.String?.sval === '=' &&
    isColumnRef(test.A_Expr.lexpr, column) &&
    constantText(test.A_Expr.rexpr) === 'null'
  );
}

function isColumnRef(node: Node, column: string): boolean {
  let inner = node;
  while (inner?.TypeCast) inner = inner.TypeCast.arg;
  return inner?.ColumnRef?.fields?.at(-1)?.String?.sval === column;
}

/** A constant that reads as JSON. */
function jsonOf(node: Node): Json | undefined {
  const text = constantText(node);
  if (text === undefined || text === 'NULL') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The top-level keys that `|| …` sets: a constant object or jsonb_build_object with constant keys. */
function keysOf(node: Node): JsonStep[] | undefined {
  const constant = jsonOf(node);
  if (isObject(constant))
    return Object.entries(constant).map(([key, value]) => ({ path: [key], value: { node, constant: value } }));
  const inner = node?.TypeCast ? node.TypeCast.arg : node;
  const call = inner?.FuncCall;
  if (!['jsonb_build_object', 'json_build_object'].includes(call?.funcname?.at(-1)?.String?.sval)) return undefined;
  const args: Node[] = call.args ?? [];
  const steps: JsonStep[] = [];
  for (let index = 0; index + 1 < args.length; index += 2) {
    const key = args[index];
    if ((key?.TypeCast ? key.TypeCast.arg : key)?.A_Const?.sval === undefined) return undefined;
    steps.push({ path: [constantText(key) ?? ''], value: { node: args[index + 1], constant: undefined } });
  }
  return args.length % 2 === 0 ? steps : undefined;
}

/** A constant path of keys; undefined when it may lead to a position in an array. */
function pathOf(node: Node): string[] | undefined {
  const inner = node?.TypeCast ? node.TypeCast.arg : node;
  let path: (string | undefined)[];
  if (inner?.A_ArrayExpr) path = (inner.A_ArrayExpr.elements ?? []).map(constantText);
  else {
    const text = constantText(inner);
    if (text === undefined || !/^\{[^{}"\\]*\}$/.test(text)) return undefined;
    path = text
      .slice(1, -1)
      .split(',')
      .map((part) => part.trim());
  }
  return path.every((part): part is string => part !== undefined && part !== '' && !/^[+-]?\d+$/.test(part))
    ? path
    : undefined;
}

/** Has the value what the step would set? */
function holds(value: Json, step: JsonStep): boolean {
  let at: Json | undefined = value;
  for (const key of step.path) at = isObject(at) ? at[key] : undefined;
  if (!step.value) return at === undefined;
  return step.value.constant !== undefined && JSON.stringify(at) === JSON.stringify(step.value.constant);
}

/** Does the WHERE leave only rows in which the column is an object? `c ->> 'key' = …` and `c -> 'key' = …` are NULL for all else. */
function showsObject(where: Node, column: string): boolean {
  const parts = conjuncts(where);
  const byKey = (node: Node): boolean => {
    const inner = node?.TypeCast ? node.TypeCast.arg : node;
    const name = inner?.A_Expr?.name?.[0]?.String?.sval;
    return (
      (name === '->' || name === '->>') &&
      isColumnRef(inner.A_Expr.lexpr, column) &&
      inner.A_Expr.rexpr?.A_Const?.sval !== undefined
    );
  };
  return parts.some((part) => {
    if (part?.NullTest?.nulltesttype === 'IS_NOT_NULL') return byKey(part.NullTest.arg);
    const test = part?.A_Expr;
    if (test?.kind === 'AEXPR_OP' && test.name?.[0]?.String?.sval === '@>')
      return isColumnRef(test.lexpr, column) && isObject(jsonOf(test.rexpr));
    return (
      (test?.kind === 'AEXPR_OP' || test?.kind === 'AEXPR_IN' || test?.kind === 'AEXPR_LIKE') &&
      (byKey(test.lexpr) || (test.kind === 'AEXPR_OP' && byKey(test.rexpr)))
    );
  });
}

/**
 * Does it pick rows of another table by the value that it sets (`SET c = m.new FROM m WHERE c = m.old`)? Then the new value may pick
 * another row the next time: a becomes b, and b becomes c. Harmless where the compared value is the one that is set, or where the other
 * table is a list of constants of which none is both old and new.
 */
export function picksByOwnValue(
  node: Node,
  assignments: readonly { column: string; value: Node }[],
  own: ReadonlySet<string>,
): boolean {
  const qualifierOf = (column: Node): string | undefined => column.fields?.at(-2)?.String?.sval;
  const nameOf = (column: Node): string => column.fields?.at(-1)?.String?.sval ?? '*';
  const assigned = new Map(assignments.map((item) => [item.column, item.value]));
  const columnsOf = (part: Node): Node[] => {
    const out: Node[] = [];
    walk(part, (tag, value) => {
      if (tag === 'ColumnRef') out.push(value);
      return undefined;
    });
    return out;
  };
  const isOwn = (column: Node, bare: boolean): boolean => {
    const qualifier = qualifierOf(column);
    return assigned.has(nameOf(column)) && (qualifier === undefined ? bare : own.has(qualifier));
  };
  const isForeign = (column: Node): boolean => {
    const qualifier = qualifierOf(column);
    return qualifier !== undefined && !own.has(qualifier);
  };
  let picks = false;
  // a subquery that computes the value by the value that was there
  for (const { value } of assignments)
    walk(value, (tag, inner) => {
      if (tag === 'SubLink' && columnsOf(inner.subselect).some((column) => isOwn(column, false))) picks = true;
      return undefined;
    });
  if (picks || !node.fromClause) return picks;
  const dependent = assignments.filter(({ value }) => columnsOf(value).some(isForeign));
  if (dependent.length === 0) return false;
  walk([node.whereClause, node.fromClause], (tag, test) => {
    if (picks) return false;
    if (tag !== 'A_Expr') return undefined;
    const comparison = test.kind !== 'AEXPR_OP' || /^([<>=]|[<>!]=|<>)$/.test(test.name?.[0]?.String?.sval ?? '');
    if (!comparison) return undefined;
    const left: Node[] = test.lexpr?.RowExpr?.args ?? [test.lexpr];
    const right: Node[] = test.rexpr?.RowExpr?.args ?? [test.rexpr];
    const pairs: [Node, Node][] =
      left.length === right.length ? left.map((item, index) => [item, right[index]]) : [[test.lexpr, test.rexpr]];
    const sides = pairs.flatMap(([one, other]): [Node, Node][] => [
      [one, other],
      [other, one],
    ]);
    for (const [mine, theirs] of sides) {
      const read = columnsOf(mine).filter((column) => isOwn(column, true));
      if (read.length === 0 || !columnsOf(theirs).some(isForeign)) continue;
      if (read.every((column) => fingerprint(assigned.get(nameOf(column))) === fingerprint(theirs))) continue;
      if (listedApart(node, theirs, dependent)) continue;
      picks = true;
    }
    return undefined;
  });
  return picks;
}

/** FROM (VALUES …) m (old, new): is none of the values that are set one of those that are looked for? */
function listedApart(node: Node, looked: Node, assignments: readonly { value: Node }[]): boolean {
  const lists: Node[] = (node.fromClause ?? []).map((item: Node) => item.RangeSubselect).filter(Boolean);
  const valuesOf = (column: Node): (string | undefined)[] | undefined => {
    const fields: string[] = (column?.ColumnRef?.fields ?? []).map((field: Node) => field?.String?.sval ?? '*');
    const list = lists.find((item) => item.alias?.aliasname === fields.at(-2));
    const rows: Node[] | undefined = list?.subquery?.SelectStmt?.valuesLists;
    const names: string[] = (list?.alias?.colnames ?? []).map((name: Node) => name.String?.sval ?? '');
    const position = names.indexOf(fields.at(-1) ?? '');
    return rows && position >= 0 ? rows.map((row) => constantText(row.List?.items?.[position])) : undefined;
  };
  const old = valuesOf(looked);
  if (!old || old.includes(undefined)) return false;
  return assignments.every(({ value }) => {
    let inner = value;
    while (inner?.TypeCast) inner = inner.TypeCast.arg;
    return (
      valuesOf(inner)?.every((item, row) => item !== undefined && (item === old[row] || !old.includes(item))) ?? false
    );
  });
}
