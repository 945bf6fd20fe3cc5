/** CREATE INDEX, REINDEX, CLUSTER. */
import { rangeVar, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { chooseName, columnsAddition } from '../model/names.ts';
import { quoteIdent } from '../quote.ts';
import { collectRefs, dependencies } from './refs.ts';
import { insertAfter, nameRange } from './source.ts';

/** The index as `concat(UNIQUE, split_part(pg_get_indexdef, ' USING ', 2))` prints it; undefined when the server normalises something we can't. */
function indexLineOf(node: Node): string | undefined {
  if (node.whereClause || node.options?.length || node.tableSpace) return undefined;
  const columns: string[] = [];
  for (const item of node.indexParams ?? []) {
    const element = item.IndexElem;
    if (!element?.name || element.collation || element.opclass || element.opclassopts) return undefined;
    let text = quoteIdent(truncateName(element.name));
    const descending = element.ordering === 'SORTBY_DESC';
    if (descending) text += ' DESC';
    if (element.nulls_ordering === 'SORTBY_NULLS_FIRST' && !descending) text += ' NULLS FIRST';
    if (element.nulls_ordering === 'SORTBY_NULLS_LAST' && descending) text += ' NULLS LAST';
    columns.push(text);
  }
  const including: string[] = (node.indexIncludingParams ?? []).map((item: Node) =>
    quoteIdent(truncateName(item.IndexElem?.name ?? '')),
  );
  return `${node.unique ? 'UNIQUE ' : ''}${node.accessMethod ?? 'btree'} (${columns.join(', ')})${including.length ? ` INCLUDE (${including.join(', ')})` : ''}${node.nulls_not_distinct ? ' NULLS NOT DISTINCT' : ''}`;
}

export const readCreateIndex: Reader = (input): Effect => {
  const node = input.node;
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const only = node.relation?.inh !== true;
  const columns: (string | undefined)[] = (node.indexParams ?? []).map((item: Node) =>
    item.IndexElem?.name ? truncateName(item.IndexElem.name) : undefined,
  );
  const def = indexLineOf(node);
  const refs = collectRefs([node.indexParams, node.whereClause]);
  const named: string | undefined = node.idxname ? truncateName(node.idxname) : undefined;
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const relation = catalog.need(table);
      for (const column of columns)
        if (column !== undefined && relation.complete) catalog.need({ cls: 'column', name: column, parent: table });
      const taken = (candidate: string): boolean =>
        catalog.find({ cls: 'relation', schema: relation.schema, name: candidate }) !== undefined;
      const name =
        named ?? chooseName(relation.name, columnsAddition(columns.map((column) => column ?? 'expr')), 'idx', taken);
      const spec: Spec = { cls: 'relation', kind: 'index', name, schema: relation.schema };
      const there = catalog.peek(spec);
      const names = [...columns.filter((column) => column !== undefined), ...refs.columns.map((column) => column.name)];
      if (quiet && there && (!catalog.world || there.kind === 'index')) {
        // even with IF NOT EXISTS, PostgreSQL looks for the columns first
        for (const column of there.auto.map((id) => catalog.get(id)))
          if (run.rerun && column?.cls === 'column' && !names.includes(column.name))
            throw new StepError(`a column of the index is called "${column.name}" by then`);
        return;
      }
      const auto = names
        .map((column) => catalog.child(relation, 'column', column)?.id)
        .filter((id): id is string => id !== undefined);
      const attrs: Record<string, string> = {
        unique: node.unique ? 'true' : 'false',
        only: only ? 'true' : 'false',
        auto: named ? '' : 'true',
      };
      if (columns.every((column) => column !== undefined)) attrs['columns'] = JSON.stringify(columns);
      const made = catalog.create(
        spec,
        run.id('index'),
        {
          kind: 'index',
          parent: relation.id,
          schema: relation.schema,
          auto: [...auto],
          deps: dependencies({ ...refs, relations: [], columns: [] }, catalog),
          def,
          attrs,
        },
        quiet,
      );
      if (table.schema === undefined && made.written !== undefined) catalog.put({ ...made, written: undefined });
    };
  const edits =
    node.if_not_exists || named === undefined
      ? undefined
      : insertAfter(input, node.concurrent ? ['index', 'concurrently'] : ['index'], 'IF NOT EXISTS');
  const range = nameRange(input, input.statement.offsetOf(node.relation?.location ?? 0));
  return {
    kind: `CREATE ${node.unique ? 'UNIQUE ' : ''}INDEX${node.concurrent ? ' CONCURRENTLY' : ''}`,
    subject: named === undefined ? `index on "${table.name}"` : `index "${named}"`,
    run: create(Boolean(node.if_not_exists)),
    native: edits && { edits, run: create(true) },
    creates:
      node.if_not_exists && !node.concurrent
        ? undefined
        : (after: Catalog, run: Run): Obj[] =>
            [after.get(run.id('index'))].filter((object): object is Obj => object !== undefined),
    twin: { relation: { start: range.start, end: range.end }, kind: 'index' },
    noDo: node.concurrent ? 'CREATE INDEX CONCURRENTLY can run neither in a transaction nor in a DO block' : undefined,
    concurrent: Boolean(node.concurrent),
    simple:
      named === undefined || node.concurrent || node.if_not_exists
        ? undefined
        : { adds: [`relation ${table.schema ?? ''}.${named}`], touches: [] },
  };
};

export const readReindex: Reader = (input) => {
  const node = input.node;
  const concurrently = (node.params ?? []).some((item: Node) => item.DefElem?.defname === 'concurrently');
  const spec: Spec | undefined = node.relation
    ? { cls: 'relation', kind: node.kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table', ...rangeVar(node.relation) }
    : undefined;
  return {
    kind: 'REINDEX',
    subject: spec ? `${spec.kind} "${spec.name}"` : 'database',
    run: (catalog) => {
      if (spec) catalog.need(spec);
    },
    noDo: concurrently || !spec ? 'REINDEX of this kind can run neither in a transaction nor in a DO block' : undefined,
  };
};

export const readCluster: Reader = (input) => {
  const node = input.node;
  return {
    kind: 'CLUSTER',
    subject: node.relation ? `table "${rangeVar(node.relation).name}"` : 'database',
    run: (catalog) => {
      if (!node.relation) return;
      const table = catalog.need({ cls: 'relation', kind: 'table', ...rangeVar(node.relation) });
      if (node.indexname) {
        catalog.need({ cls: 'relation', kind: 'index', name: truncateName(node.indexname), schema: table.schema });
        catalog.set(table, 'cluster', truncateName(node.indexname));
      }
    },
    noDo: 'CLUSTER can not always run in a DO block',
  };
};
