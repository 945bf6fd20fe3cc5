/** CREATE TRIGGER, POLICY, RULE, EVENT TRIGGER: what hangs on a table by name. */
import { fingerprint, rangeVar, strings, qualified, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { collectRefs, dependencies, findFunction } from './refs.ts';
import { insertAfter, nameRange } from './source.ts';

const byId =
  (key: string) =>
  (after: Catalog, run: Run): Obj[] =>
    [after.get(run.id(key))].filter((object): object is Obj => object !== undefined);

export const readCreateTrigger: Reader = (input): Effect => {
  const node = input.node;
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const name = truncateName(node.trigname);
  const spec: Spec = { cls: 'trigger', name, parent: table };
  // the bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h), which the grammar uses as they are
  const type = (node.row ? 1 : 0) | (node.timing ?? 0) | (node.events ?? 0);
  const create =
    (replace: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const relation = catalog.need(table);
      const called = findFunction(catalog, qualified(strings(node.funcname)));
      const there = catalog.peek(spec);
      const def = fingerprint({ ...node, relation: undefined, replace: undefined });
      const deps = [
        ...(called ? [called.id] : []),
        ...dependencies({ ...collectRefs(node.whenClause), functions: [] }, catalog),
      ];
      const named = new Set([
        ...strings(node.columns),
        ...collectRefs(node.whenClause ?? null).columns.map((column) => column.name),
      ]);
      const columns = [...named]
        .map((column) => catalog.child(relation, 'column', column)?.id)
        .filter((id): id is string => id !== undefined);
      if (there && replace) {
        for (const column of (there.attrs['columns'] ?? '').split('\n').map((id) => catalog.get(id)))
          if (run.rerun && !catalog.world && there.def === def && column && !named.has(column.name))
            throw new StepError(`a column of the trigger is called "${column.name}" by then`);
        catalog.update(there, { def, deps });
        return;
      }
      catalog.create(
        spec,
        run.id('trigger'),
        {
          parent: relation.id,
          def,
          deps,
          attrs: {
            tgtype: String(type),
            arguments: String(node.args?.length ?? 0),
            function: strings(node.funcname).join('.'),
            columns: columns.join('\n'),
          },
        },
        replace,
      );
    };
  const canReplace = input.pgVersion >= 14 && !node.isconstraint;
  const range = nameRange(input, input.statement.offsetOf(node.relation?.location ?? 0));
  const edits = node.replace || !canReplace ? undefined : insertAfter(input, ['create'], 'OR REPLACE');
  return {
    kind: node.isconstraint ? 'CREATE CONSTRAINT TRIGGER' : 'CREATE TRIGGER',
    subject: `trigger "${name}" on "${table.name}"`,
    run: create(Boolean(node.replace)),
    native: edits && { edits, run: create(true) },
    creates: node.replace ? undefined : byId('trigger'),
    // the text of a WHEN is the server's
    twin:
      node.whenClause || node.isconstraint
        ? { relation: { start: range.start, end: range.end }, kind: 'trigger' }
        : undefined,
    trigger: {
      type,
      function: qualified(strings(node.funcname)),
      arguments: (node.args ?? []).map((item: Node) => item.String?.sval ?? ''),
      columns: strings(node.columns).map(truncateName),
    },
  };
};

export const readCreatePolicy: Reader = (input): Effect => {
  const node = input.node;
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.table) };
  const name = truncateName(node.policy_name);
  const refs = collectRefs([node.qual, node.with_check]);
  const range = nameRange(input, input.statement.offsetOf(node.table?.location ?? 0));
  return {
    kind: 'CREATE POLICY',
    subject: `policy "${name}" on "${table.name}"`,
    run: (catalog, run) => {
      const relation = catalog.need(table);
      const columns = refs.columns
        .map((column) => catalog.child(relation, 'column', column.name)?.id)
        .filter((id): id is string => id !== undefined);
      catalog.create({ cls: 'policy', name, parent: table }, run.id('policy'), {
        parent: relation.id,
        deps: [...columns, ...dependencies(refs, catalog)],
        attrs: {
          source: fingerprint([node.qual ?? null, node.with_check ?? null, node.roles ?? null, node.cmd_name ?? null]),
        },
      });
    },
    creates: byId('policy'),
    twin: { relation: { start: range.start, end: range.end }, kind: 'policy' },
  };
};

export const readAlterPolicy: Reader = (input): Effect => {
  const node = input.node;
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.table) };
  const name = truncateName(node.policy_name);
  return {
    kind: 'ALTER POLICY',
    subject: `policy "${name}" on "${table.name}"`,
    run: (catalog) =>
      void catalog.set(
        catalog.need({ cls: 'policy', name, parent: table }),
        'source',
        fingerprint([node.qual ?? null, node.with_check ?? null, node.roles ?? null]),
      ),
  };
};

export const readRule: Reader = (input): Effect => {
  const node = input.node;
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(node.relation) };
  const name = truncateName(node.rulename);
  const create =
    (replace: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const relation = catalog.need(table);
      const there = catalog.peek({ cls: 'rule', name, parent: table });
      const source = fingerprint([
        node.actions ?? null,
        node.whereClause ?? null,
        node.instead ?? null,
        node.event ?? null,
      ]);
      if (there && replace) catalog.set(there, 'source', source);
      else
        catalog.create({ cls: 'rule', name, parent: table }, run.id('rule'), {
          parent: relation.id,
          attrs: { source },
          deps: dependencies(collectRefs(node.actions), catalog),
        });
    };
  const edits = node.replace ? undefined : insertAfter(input, ['create'], 'OR REPLACE');
  const range = nameRange(input, input.statement.offsetOf(node.relation?.location ?? 0));
  return {
    kind: 'CREATE RULE',
    subject: `rule "${name}" on "${table.name}"`,
    run: create(Boolean(node.replace)),
    native: edits && { edits, run: create(true) },
    creates: node.replace ? undefined : byId('rule'),
    twin: { relation: { start: range.start, end: range.end }, kind: 'rule' },
    execute: true,
  };
};

export const readEventTrigger: Reader = (input): Effect => {
  const name = truncateName(input.node.trigname);
  return {
    kind: 'CREATE EVENT TRIGGER',
    subject: `event trigger "${name}"`,
    run: (catalog, run) =>
      void catalog.create({ cls: 'eventtrigger', name }, run.id('eventtrigger'), {
        deps: [findFunction(catalog, qualified(strings(input.node.funcname)))?.id ?? ''].filter(Boolean),
      }),
  };
};
