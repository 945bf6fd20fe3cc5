/**
 * INSERT, UPDATE, DELETE, MERGE, TRUNCATE: statements that write rows. A second run is harmless only when that can be shown; otherwise
 * the guard needs evidence from another statement of the file, or the statement is refused.
 */
import { conjuncts, constantText, rangeVar, truncateName, walk, type Node } from '../model/ast.ts';
import { DamageError, StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { DataStep, Effect, OnlyIf, Reader, Run } from '../model/effect.ts';
import { quoteIdent, quoteLiteral } from '../quote.ts';
import { collectRefs, needRelations, needsOf, type Refs } from './refs.ts';
import { drawsNumbers, leaveOutKnown } from './insert-select.ts';
import { nameSql } from './probe.ts';
import { excludesDone, filledColumns, picksByOwnValue, renumbers, settles } from './settles.ts';
import { tokenText } from './source.ts';

const ALL: ReadonlySet<string> = new Set(['*']);

const overlaps = (a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean => {
  if (!a || !b) return false;
  if (a.has('*') || b.has('*')) return true;
  for (const item of a) if (b.has(item)) return true;
  return false;
};

/** Do both pick rows by different constants of one column, which stays as it is? */
function apart(earlier: DataStep, later: DataStep, written: ReadonlySet<string>): boolean {
  for (const [column, picked] of earlier.filters) {
    const other = later.filters.get(column);
    if (other && !written.has(column) && ![...picked].some((value) => other.has(value))) return true;
  }
  return false;
}

/** Does what `later` wrote change what running `earlier` again sees? */
function sees(earlier: DataStep, later: DataStep): boolean {
  for (const [table, columns] of later.writes) {
    const reads = earlier.reads.get(table);
    const writes = earlier.writes.get(table);
    if (!reads && !writes) continue;
    if (writes && later.kind === 'update' && apart(earlier, later, columns)) continue;
    if (earlier.kind === 'insert') {
      // looked up by key: only rows that are gone and keys that are changed matter
      if (later.kind === 'insert') continue;
      if (later.kind === 'delete' || overlaps(reads, columns)) return true;
      continue;
    }
    if (later.kind === 'insert') return true;
    if (later.kind === 'delete') {
      // a join finds fewer rows and leaves the others as they are; a subquery's value may change
      if (earlier.looksAround && (!writes || earlier.mentionsTarget)) return true;
      continue;
    }
    if (!reads) continue;
    for (const column of columns) {
      if (!reads.has(column) && !reads.has('*')) continue;
      // both only fill what is NULL: the rows of the earlier one have been filled
      if (writes && earlier.fills.has(column) && later.fills.has(column) && !earlier.looksAround) continue;
      // a row that holds `later`'s constant is none of those that `earlier` picks
      const constant = later.constants.get(column);
      const picked = earlier.filters.get(column);
      if (writes && constant !== undefined && picked && !picked.has(constant)) continue;
      return true;
    }
  }
  return false;
}

/** How a table remembers a step: its position, and the first letter of what it did. The order matters among updates only. */
const tokenOf = (index: number, kind: DataStep['kind'], inner?: number): string =>
  `${index}${inner === undefined ? '' : `.${inner}`}${kind[0]}`;

interface Write {
  readonly idempotent: boolean;
  readonly why: string;
  readonly step: Omit<DataStep, 'token' | 'reads' | 'writes'>;
}

/** Runs a data step: remembers it on the tables that it writes, or throws when running it once more would do harm. */
function write(
  catalog: Catalog,
  run: Run,
  how: Write,
  targets: readonly Obj[],
  reads: ReadonlyMap<string, ReadonlySet<string>>,
  writes: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  if (catalog.replaying) return;
  const token = tokenOf(run.index, how.step.kind, run.inner);
  let step = run.steps.get(token);
  if (!step) {
    step = { token, reads, writes, ...how.step };
    run.steps.set(token, step);
  }
  for (const target of targets) {
    const current = catalog.get(target.id) ?? target;
    const at = current.rows.indexOf(token);
    if (at < 0) {
      catalog.update(current, { rows: [...current.rows, token] });
      continue;
    }
    if (!how.idempotent) throw new DamageError(how.why);
    for (const id of new Set([...reads.keys(), ...writes.keys()])) {
      for (const other of catalog.get(id)?.rows ?? []) {
        if (Number.parseInt(other) <= run.index) continue;
        const later = run.steps.get(other);
        if (later && sees(step, later))
          throw new DamageError(
            `it would run again over the rows that statement ${Number.parseInt(other) + 1} has written`,
          );
      }
    }
    // it writes over what later steps wrote into the same columns: right again once they have run again, too
    const mine = step;
    const over =
      mine.kind === 'update' &&
      current.rows
        .slice(at + 1)
        .some(
          (other) =>
            other !== token &&
            overlaps(
              mine.writes.get(target.id),
              run.steps.get(other)?.kind === 'update' ? run.steps.get(other)?.writes.get(target.id) : undefined,
            ),
        );
    if (over) catalog.update(current, { rows: [...current.rows.filter((other) => other !== token), token] });
  }
}

/** Conjuncts `c = constant` and `c IN (constants)` of a WHERE on the target itself. */
function filtersOf(where: Node, own: ReadonlySet<string>): Map<string, ReadonlySet<string>> {
  const out = new Map<string, ReadonlySet<string>>();
  for (const part of conjuncts(where)) {
    const test = part?.A_Expr;
    if (!test || (test.kind !== 'AEXPR_OP' && test.kind !== 'AEXPR_IN') || test.name?.[0]?.String?.sval !== '=')
      continue;
    const fields: string[] = (test.lexpr?.ColumnRef?.fields ?? []).map((field: Node) => field?.String?.sval ?? '*');
    const column = fields[fields.length - 1];
    if (column === undefined || (fields.length > 1 && !own.has(fields[fields.length - 2] as string))) continue;
    const values: (string | undefined)[] =
      test.kind === 'AEXPR_IN' ? (test.rexpr?.List?.items ?? []).map(constantText) : [constantText(test.rexpr)];
    if (values.length > 0 && values.every((value) => value !== undefined)) out.set(column, new Set(values));
  }
  return out;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- empty, so of every value type
const NOTHING: ReadonlyMap<string, any> = new Map();

const NONE: ReadonlySet<string> = new Set();

/** Which columns of which table a statement reads: a qualified column belongs to its table, an unqualified one may belong to any. */
function readsOf(
  refs: Refs,
  target: Obj,
  sources: readonly Obj[],
  spec: Spec,
  alias: string | undefined,
): Map<string, ReadonlySet<string>> {
  const aliases = new Map<string, string>();
  refs.relations.forEach((relation, index) => {
    const source = sources.find((object) => object.name === relation.name) ?? sources[index];
    if (source) aliases.set(relation.alias ?? relation.name, source.id);
  });
  const out = new Map<string, Set<string>>();
  for (const object of [target, ...sources]) out.set(object.id, new Set());
  const mentioned = refs.relations.some((relation) => relation.name === spec.name);
  for (const column of refs.columns) {
    const owner =
      column.qualifier === undefined
        ? undefined
        : column.qualifier === alias || (alias === undefined && column.qualifier === spec.name)
          ? target.id
          : aliases.get(column.qualifier);
    if (owner !== undefined) out.get(owner)?.add(column.name);
    else
      for (const object of [target, ...sources]) {
        // a star in a subquery stands for that subquery's tables
        if (object === target && column.name === '*' && !mentioned) continue;
        // an alias that we don't know names a subquery, not a table
        if (object === target && column.qualifier !== undefined && !mentioned) continue;
        out.get(object.id)?.add(column.name);
      }
  }
  return out;
}

/** Made by this file: nobody else has written to it yet. */
const isNew = (object: Obj): boolean => !object.id.startsWith('0:') && !object.id.startsWith('h');

const onTable = (table: Obj, columns: Iterable<string>): Map<string, ReadonlySet<string>> =>
  new Map([[table.id, new Set(columns)]]);

/** Unique keys of a table that ON CONFLICT can name: not deferrable, no predicate, no expression. */
function uniqueKeys(catalog: Catalog, table: Obj): string[][] {
  const out: string[][] = [];
  for (const child of catalog.children(table.id)) {
    const columns = child.attrs['columns'];
    if (columns === undefined) continue;
    if (
      child.cls === 'constraint' &&
      (child.kind === 'p' || child.kind === 'u') &&
      child.def !== undefined &&
      !child.def.includes('DEFERRABLE')
    ) {
      if (child.kind === 'p') out.unshift(JSON.parse(columns) as string[]);
      else out.push(JSON.parse(columns) as string[]);
    } else if (
      child.cls === 'relation' &&
      child.kind === 'index' &&
      child.attrs['unique'] === 'true' &&
      child.def !== undefined &&
      !child.attrs['owner']
    )
      out.push(JSON.parse(columns) as string[]);
  }
  return out;
}

/** Does the query leave out rows that the target already has (NOT EXISTS, NOT IN, IN … IS NOT TRUE, LEFT JOIN … IS NULL)? */
function antiJoins(query: Node, target: Spec): boolean {
  let found = false;
  walk(query, (tag, value) => {
    if (found) return false;
    const mentions = (node: Node): boolean =>
      collectRefs(node).relations.some((relation) => relation.name === target.name);
    if (
      tag === 'BoolExpr' &&
      value.boolop === 'NOT_EXPR' &&
      (value.args ?? []).some((arg: Node) => arg.SubLink && mentions(arg.SubLink.subselect))
    )
      found = true;
    if (
      tag === 'BooleanTest' &&
      value.booltesttype === 'IS_NOT_TRUE' &&
      value.arg?.SubLink?.subLinkType === 'ANY_SUBLINK' &&
      mentions(value.arg.SubLink.subselect)
    )
      found = true;
    if (
      tag === 'JoinExpr' &&
      value.jointype === 'JOIN_LEFT' &&
      mentions(value.rarg) &&
      JSON.stringify(query).includes('"IS_NULL"')
    )
      found = true;
    return undefined;
  });
  return found;
}

export const readInsert: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const select = node.selectStmt?.SelectStmt;
  const rows: Node[] | undefined = select?.valuesLists;
  const conflictClause = node.onConflictClause;
  const written: string[] = (node.cols ?? []).map((item: Node) => truncateName(item.ResTarget?.name ?? ''));
  const refs = collectRefs([node.selectStmt, node.withClause, conflictClause]);
  const needs = needsOf(refs, written, spec);
  const columnsOf = (catalog: Catalog, table: Obj): string[] =>
    written.length > 0
      ? written
      : table.complete
        ? [...catalog.children(table.id, 'column')].map((column) => column.name)
        : [];

  /** A key that every row gives in constants; its columns. */
  const literalKey = (catalog: Catalog, table: Obj): string[] | undefined => {
    if (!rows) return undefined;
    const columns = columnsOf(catalog, table);
    return uniqueKeys(catalog, table).find((key) =>
      key.every((column) => {
        const position = columns.indexOf(column);
        if (position < 0) return false;
        return rows.every((row) => {
          const value = constantText(row.List?.items?.[position]);
          return value !== undefined && value !== 'NULL';
        });
      }),
    );
  };
  /** A key that an INSERT … SELECT fills with something that a rerun would compute again. */
  const selectedKey = (catalog: Catalog, table: Obj): string[] | undefined => {
    if (rows || !select?.targetList) return undefined;
    const columns = columnsOf(catalog, table);
    const targets: Node[] = select.targetList;
    return uniqueKeys(catalog, table).find((key) =>
      key.every((column) => {
        const position = columns.indexOf(column);
        const value = position < 0 ? undefined : targets[position]?.ResTarget?.val;
        if (value === undefined) return false;
        const used = collectRefs(value);
        return (
          !used.volatile && !used.clock && !used.columns.some((item) => item.name === '*') && used.columns.length > 0
        );
      }),
    );
  };
  /** The columns of the (first) row that are given as constants: what tells it from the rows of other steps. */
  const signature = (): Map<string, string> => {
    const values: Node[] = rows
      ? (rows[0]?.List?.items ?? [])
      : (select?.targetList ?? []).map((item: Node) => item.ResTarget?.val);
    const out = new Map<string, string>();
    written.forEach((column, position) => {
      const value = constantText(values[position]);
      if (value !== undefined && value !== 'NULL') out.set(column, value);
    });
    return out;
  };
  const selfReading = ((): boolean => {
    if (conflictClause?.action !== 'ONCONFLICT_UPDATE') return false;
    const set = collectRefs(conflictClause.targetList);
    return set.columns.some((column) => column.qualifier !== 'excluded');
  })();
  /** SET c = constant where a row is inserted with another constant: the second run meets the row of the first, and changes it. */
  const contradicts = ((): boolean => {
    if (conflictClause?.action !== 'ONCONFLICT_UPDATE' || conflictClause.whereClause || !rows) return false;
    const targets: Node[] = conflictClause.targetList ?? [];
    return targets.some(({ ResTarget: target }) => {
      const position = written.indexOf(truncateName(target?.name ?? ''));
      const value = target?.indirection ? undefined : constantText(target?.val);
      if (position < 0 || value === undefined) return false;
      return rows.some((row) => {
        const given = constantText(row.List?.items?.[position]);
        return given !== undefined && given !== value;
      });
    });
  })();
  const why = rows ? 'the rows would be inserted twice' : 'the rows would be selected and inserted twice';
  const run =
    (keyed: boolean) =>
    (catalog: Catalog, context: Run): void => {
      const table = catalog.need(spec);
      needRelations(refs, catalog);
      needs.check(catalog);
      let idempotent = false;
      let key: string[] | undefined = literalKey(catalog, table);
      // a BEFORE trigger sees the row before ON CONFLICT does
      if ((conflictClause || keyed) && context.rerun && !catalog.world)
        for (const child of catalog.children(table.id, 'trigger'))
          if (isNew(child)) throw new StepError(`trigger "${child.name}" would fire for rows that are there already`);
      if (conflictClause) {
        const target: string[] = (conflictClause.infer?.indexElems ?? []).map(
          (item: Node) => item.IndexElem?.name ?? '',
        );
        key = target.length > 0 ? target : (key ?? uniqueKeys(catalog, table)[0]);
        // without a target any unique key counts, but one that a sequence or a random value fills never meets itself
        const columns = columnsOf(catalog, table);
        const given = (names: readonly string[]): boolean =>
          columns.length === 0 || names.every((name) => columns.includes(name));
        const usable =
          target.length > 0 || conflictClause.infer?.conname !== undefined
            ? given(target)
            : uniqueKeys(catalog, table).some(given) || (!table.complete && uniqueKeys(catalog, table).length === 0);
        idempotent =
          usable &&
          !selfReading &&
          !contradicts &&
          !(refs.volatile && !rows && target.length === 0 && !selectedKey(catalog, table));
      } else if (keyed) {
        key ??= selectedKey(catalog, table);
        idempotent = key !== undefined;
      } else if (!rows && antiJoins([node.selectStmt, node.withClause], spec)) {
        idempotent = true;
        key = [];
      }
      write(
        catalog,
        context,
        {
          step: {
            kind: 'insert',
            filters: NOTHING,
            constants: signature(),
            given: new Set(written),
            fills: NONE,
            looksAround: !rows,
            mentionsTarget: true,
          },
          idempotent,
          why: selfReading
            ? 'ON CONFLICT DO UPDATE adds to what is there: it would be added twice'
            : contradicts
              ? 'ON CONFLICT DO UPDATE sets another value than the one that was inserted'
              : why,
        },
        [table],
        onTable(table, key ?? ['*']),
        onTable(table, ALL),
      );
      for (const target of dmlTargets(node.withClause, catalog))
        write(
          catalog,
          context,
          {
            step: {
              kind: 'delete',
              filters: NOTHING,
              given: NONE,
              fills: NONE,
              constants: NOTHING,
              looksAround: false,
              mentionsTarget: false,
            },
            idempotent: true,
            why,
          },
          [target],
          new Map(),
          onTable(target, ALL),
        );
    };
  const keyEdit = (key: readonly string[]) => {
    const tokens = input.statement.tokens;
    const returning =
      node.returningList?.length || node.returningClause
        ? [...tokens].reverse().find((token) => tokenText(input, token).toLowerCase() === 'returning')
        : undefined;
    const clause = `ON CONFLICT (${key.map(quoteIdent).join(', ')}) DO NOTHING`;
    const at = returning ? returning.start : input.statement.range.end;
    return [{ start: at, end: at, text: returning ? `${clause} ` : ` ${clause}` }];
  };
  return {
    kind: rows ? 'INSERT' : node.withClause ? 'INSERT … WITH' : 'INSERT … SELECT',
    subject: `rows of "${spec.name}"`,
    run: run(false),
    // a WITH that deletes would lose the rows that ON CONFLICT skips
    keyed:
      conflictClause || node.withClause
        ? undefined
        : {
            key: (catalog: Catalog) => {
              const table = catalog.find(spec);
              return table && (literalKey(catalog, table) ?? selectedKey(catalog, table));
            },
            edits: (key: readonly string[], catalog: Catalog) => {
              const table = rows ? undefined : catalog.find(spec);
              return (
                (table && drawsNumbers(catalog, table, written) && leaveOutKnown(input, key, written)) || keyEdit(key)
              );
            },
            run: run(true),
          },
    onlyIf: conflictClause
      ? undefined
      : [
          emptyTable(spec),
          rowAbsent(spec, signature, tokenOf(input.statement.index, 'insert')),
          columnEmpty(spec, () => written, tokenOf(input.statement.index, 'insert')),
        ],
    execute: Boolean(node.returningList?.length || node.returningClause),
    data: {
      prefersEvidence: false,
      why: selfReading
        ? 'ON CONFLICT DO UPDATE reads the row that is there, so a second run adds once more'
        : contradicts
          ? 'ON CONFLICT DO UPDATE sets another value than the one that was inserted, so a second run changes the row'
          : 'nothing in the table tells rows that this statement inserted from others: no unique key is given in full by constants',
      advice: selfReading
        ? 'Compute the value from its source instead of adding to it.'
        : contradicts
          ? 'Set the value that is inserted: SET c = excluded.c.'
          : 'Give the rows a key and add ON CONFLICT (key) DO NOTHING, or add WHERE NOT EXISTS (…).',
    },
  };
};

/** Tables that data-modifying WITH clauses change. */
function dmlTargets(withClause: Node, catalog: Catalog): Obj[] {
  const out: Obj[] = [];
  walk(withClause, (tag, value) => {
    if (tag === 'DeleteStmt' || tag === 'UpdateStmt' || tag === 'InsertStmt')
      out.push(catalog.need({ cls: 'relation', kind: 'table', ...rangeVar(value.relation) }));
  });
  return out;
}

/** Only while the table, which this file has made, is empty. */
function emptyTable(spec: Spec): OnlyIf {
  return {
    sql: () => `NOT EXISTS (SELECT FROM ${nameSql(spec.schema, spec.name)})`,
    test: (catalog) => catalog.find(spec)?.rows.length === 0,
    // rows that were there before the file would be taken for its own
    usable: (catalog) => {
      const table = catalog.find(spec);
      return table !== undefined && isNew(table) && table.rows.length === 0;
    },
    needs: spec,
  };
}

/** Types whose constants can be compared as they are written. */
const COMPARABLE = /^(text|character|uuid|smallint|integer|bigint|boolean|date|numeric)/;

/** Only while a table that this file has made has no such row: no other step of the file writes one like it. */
function rowAbsent(spec: Spec, signature: () => ReadonlyMap<string, string>, token: string): OnlyIf {
  let chosen: string[] = [];
  const columns = (catalog: Catalog): string[] => {
    const table = catalog.find(spec);
    if (!table) return [];
    return [...signature().keys()].filter((name) => {
      const column = catalog.child(table, 'column', name);
      return (
        column !== undefined &&
        (column.attrs['typeName'] !== undefined || COMPARABLE.test(column.attrs['type'] ?? '')) &&
        !(column.attrs['type'] ?? '').endsWith('[]')
      );
    });
  };
  return {
    sql: () =>
      `NOT EXISTS (SELECT FROM ${nameSql(spec.schema, spec.name)} WHERE ${chosen.map((name) => `${quoteIdent(name)} = ${quoteLiteral(signature().get(name) ?? '')}`).join(' AND ')})`,
    test: (catalog, steps) => {
      const table = catalog.find(spec);
      if (!table || !table.rows.includes(token)) return true;
      // a later step may have changed or deleted the row
      return table.rows.some((other) => {
        // an insert's token ends in i: most are, and a table may have hundreds
        const later = other.endsWith('i') ? undefined : steps.get(other);
        return (
          later !== undefined &&
          Number.parseInt(other) > Number.parseInt(token) &&
          (later.kind === 'delete' ||
            (later.kind === 'update' && overlaps(new Set(chosen), later.writes.get(table.id))))
        );
      });
    },
    usable: (catalog, steps) => {
      const table = catalog.find(spec);
      if (!table || !isNew(table)) return false;
      chosen = columns(catalog);
      if (chosen.length === 0) return false;
      const mine = signature();
      const others = [...steps.values()].filter((step) => step.token !== token && step.writes.has(table.id));
      return others.every(
        (step) =>
          step.kind === 'delete' ||
          (step.kind === 'insert'
            ? chosen.some(
                (name) => step.constants.get(name) !== undefined && step.constants.get(name) !== mine.get(name),
              )
            : !overlaps(new Set(chosen), step.writes.get(table.id))),
      );
    },
    needs: spec,
  };
}

/** Only while a column that this file has added (without a default) is empty. */
function columnEmpty(spec: Spec, written: () => readonly string[], token: string): OnlyIf {
  let chosen: string | undefined;
  return {
    sql: () =>
      `NOT EXISTS (SELECT FROM ${nameSql(spec.schema, spec.name)} WHERE ${quoteIdent(chosen ?? '')} IS NOT NULL)`,
    test: (catalog) => {
      const table = catalog.find(spec);
      return table === undefined || !table.rows.includes(token);
    },
    usable: (catalog, steps) => {
      const table = catalog.find(spec);
      if (!table) return false;
      chosen = written().find((name) => {
        const column = catalog.child(table, 'column', name);
        if (
          !column ||
          !isNew(column) ||
          column.attrs['default'] !== '' ||
          column.attrs['identity'] !== '' ||
          column.attrs['generated'] !== ''
        )
          return false;
        // no earlier step of the file has filled it
        return !table.rows.some((other) => {
          const step = steps.get(other);
          return (
            step !== undefined &&
            Number.parseInt(other) < Number.parseInt(token) &&
            step.kind !== 'delete' &&
            (step.kind === 'insert' && step.given.size > 0
              ? step.writes.has(table.id) && step.given.has(name)
              : overlaps(step.writes.get(table.id), new Set([name])))
          );
        });
      });
      return chosen !== undefined;
    },
    needs: spec,
  };
}

interface UpdateReading {
  readonly idempotent: boolean;
  readonly why: string;
  readonly limited: boolean;
}

/** Can the UPDATE be run once more without changing anything? */
function readUpdateHarm(
  node: Node,
  assignments: readonly { column: string; value: Node }[],
  target: string,
  alias: string | undefined,
): UpdateReading {
  const assigned = new Set(assignments.map((item) => item.column));
  const own = new Set([target, alias].filter((name): name is string => name !== undefined));
  const everything = collectRefs([node.targetList, node.fromClause, node.whereClause, node.withClause]);
  const limited = filledColumns(node.whereClause, assigned).size > 0;
  if (everything.volatile)
    return {
      idempotent: limited,
      why: 'it computes random or sequence values, which a second run computes anew',
      limited,
    };
  const mentionsTarget = (refs: Refs): boolean => refs.relations.some((relation) => relation.name === target);
  const readsAssigned = (part: Node): boolean => {
    const refs = collectRefs(part);
    return mentionsTarget(refs) && refs.columns.some((column) => assigned.has(column.name) || column.name === '*');
  };
  if (assignments.length === 1 && renumbers(node, assignments[0] as { column: string; value: Node }, target))
    return { idempotent: true, why: '', limited };
  // other rows of the same table, through a subquery, a join or WITH
  if ([node.fromClause, node.withClause].some((part) => part && readsAssigned(part)))
    return { idempotent: limited, why: 'it reads the column that it sets from other rows of the same table', limited };
  let subqueryReads = false;
  walk([node.whereClause, node.targetList], (tag, value) => {
    if (tag === 'SubLink') {
      if (readsAssigned(value.subselect)) subqueryReads = true;
      return false;
    }
    return undefined;
  });
  if (subqueryReads) return { idempotent: limited, why: 'a subquery reads the column that it sets', limited };
  if (picksByOwnValue(node, assignments, own))
    return {
      idempotent: limited,
      why: 'it looks up the new value by the old one, so a second run may look up the new one',
      limited,
    };
  for (const { column, value } of assignments) {
    let selfRead = false;
    walk(value, (tag, inner) => {
      if (tag === 'SubLink') return false;
      if (tag === 'ColumnRef') {
        const names: string[] = (inner.fields ?? []).map((field: Node) => field?.String?.sval ?? '*');
        const name = names[names.length - 1] as string;
        const qualifier = names[names.length - 2];
        if (assigned.has(name) && (qualifier === undefined || own.has(qualifier))) selfRead = true;
      }
      return undefined;
    });
    if (!selfRead) continue;
    const readsOthers = collectRefs(value).columns.some((item) => item.name !== column && assigned.has(item.name));
    if (!readsOthers && (settles(value, column, node.whereClause) || excludesDone(column, value, node.whereClause)))
      continue;
    if (limited) continue;
    return {
      idempotent: false,
      why: `it computes "${column}" from its own value, so a second run changes it again`,
      limited,
    };
  }
  return { idempotent: true, why: '', limited };
}

export const readUpdate: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const alias: string | undefined = node.relation?.alias?.aliasname;
  const assignments: { column: string; value: Node }[] = (node.targetList ?? []).map((item: Node) => ({
    column: truncateName(item.ResTarget?.name ?? ''),
    value: item.ResTarget?.val?.MultiAssignRef ? item.ResTarget.val.MultiAssignRef.source : item.ResTarget?.val,
  }));
  const columns = assignments.map((item) => item.column);
  const refs = collectRefs([node.targetList, node.fromClause, node.whereClause, node.withClause]);
  const needs = needsOf(refs, columns, spec);
  const harm = readUpdateHarm(node, assignments, spec.name, alias);
  const step = {
    kind: 'update' as const,
    filters: filtersOf(node.whereClause, new Set([spec.name, ...(alias === undefined ? [] : [alias])])),
    constants: new Map(
      assignments.flatMap((item): [string, string][] => {
        const value = constantText(item.value);
        return value === undefined ? [] : [[item.column, value]];
      }),
    ),
    given: NONE,
    fills: filledColumns(node.whereClause, new Set(columns)),
    looksAround: refs.subquery,
    mentionsTarget: refs.relations.some((relation) => relation.name === spec.name),
  };
  const run = (catalog: Catalog, context: Run): void => {
    const table = catalog.need(spec);
    const sources = needRelations(refs, catalog);
    needs.check(catalog);
    const reads = readsOf(refs, table, sources, spec, alias);
    write(
      catalog,
      context,
      { step, idempotent: harm.idempotent, why: harm.why },
      [table],
      reads,
      onTable(table, columns),
    );
  };
  return {
    kind: 'UPDATE',
    subject: `rows of "${spec.name}"`,
    run,
    data: {
      prefersEvidence: !harm.limited,
      why: harm.why || 'a later statement of the file changes what it reads or writes',
      advice:
        'Restrict it to rows that are not done yet (WHERE new_column IS NULL), or let it fill a new column and drop the old one in the same migration.',
    },
    onlyIf: [
      columnEmpty(
        spec,
        () => assignments.filter((item) => constantText(item.value) !== 'NULL').map((item) => item.column),
        tokenOf(input.statement.index, 'update'),
      ),
    ],
    execute: Boolean(node.returningList?.length || node.returningClause),
  };
};

export const readDelete: Reader = (input): Effect => {
  const node = input.node;
  const truncate = input.statement.tag === 'TruncateStmt';
  const specs: Spec[] = truncate
    ? (node.relations ?? []).map((item: Node): Spec => ({ cls: 'relation', kind: 'table', ...rangeVar(item.RangeVar) }))
    : [{ cls: 'relation', kind: 'table', ...rangeVar(node.relation) }];
  const refs = collectRefs([node.usingClause, node.whereClause, node.withClause]);
  const needs = needsOf(refs, [], specs[0]);
  const where = collectRefs(node.whereClause);
  // WHERE true is no condition either
  const everything = truncate || (where.columns.length === 0 && where.relations.length === 0);
  const step = {
    kind: 'delete' as const,
    filters: filtersOf(node.whereClause, new Set(specs.map((spec) => spec.name))),
    constants: NOTHING,
    given: NONE,
    fills: NONE,
    looksAround: refs.subquery,
    mentionsTarget: refs.relations.some((relation) => specs.some((spec) => spec.name === relation.name)),
  };
  return {
    kind: truncate ? 'TRUNCATE' : 'DELETE',
    subject: `rows of ${specs.map((spec) => `"${spec.name}"`).join(', ')}`,
    run: (catalog, context) => {
      const tables = specs.map((spec) => catalog.need(spec));
      const sources = needRelations(refs, catalog);
      needs.check(catalog);
      const reads = new Map(
        tables.flatMap((table, index) => [
          ...readsOf(refs, table, sources, specs[index] as Spec, node.relation?.alias?.aliasname),
        ]),
      );
      for (const table of tables)
        write(
          catalog,
          context,
          { step, idempotent: !refs.volatile, why: 'it would delete other rows' },
          [table],
          reads,
          onTable(table, ALL),
        );
      const lasting = tables.filter((table) => table.schema !== 'pg_temp');
      if (everything && lasting.length > 0 && context.rerun && !catalog.world && catalog.hasNewRows())
        throw new DamageError(`all rows of ${lasting.map((table) => `"${table.name}"`).join(', ')} would be deleted`);
    },
    data: {
      prefersEvidence: true,
      why: 'a second run deletes what has been written since',
      advice:
        'Restrict it to the rows that are meant (by a date or by keys), or do it in the same migration as a schema change that shows that it has been done.',
    },
    note: 'deletes again on a rerun',
    execute: Boolean(node.returningList?.length || node.returningClause),
  };
};

export const readMerge: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const refs = collectRefs([node.sourceRelation, node.joinCondition, node.mergeWhenClauses]);
  return {
    kind: 'MERGE',
    subject: `rows of "${spec.name}"`,
    run: (catalog, context) => {
      const table = catalog.need(spec);
      needRelations(refs, catalog);
      write(
        catalog,
        context,
        {
          step: {
            kind: 'update',
            filters: NOTHING,
            given: NONE,
            fills: NONE,
            constants: NOTHING,
            looksAround: true,
            mentionsTarget: true,
          },
          idempotent: false,
          why: 'the rows would be merged twice',
        },
        [table],
        onTable(table, ALL),
        onTable(table, ALL),
      );
    },
    data: {
      prefersEvidence: true,
      why: 'whether a second MERGE changes anything depends on the data',
      advice: 'Use INSERT … ON CONFLICT DO NOTHING and an UPDATE … WHERE … IS NULL instead.',
    },
  };
};
