/** CREATE TYPE … AS ENUM, ALTER TYPE … ADD VALUE, RENAME VALUE. */
import { qualified, strings, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { insertAfter } from './source.ts';

const labelsOf = (object: Obj): string[] | undefined =>
  object.def === undefined ? undefined : (JSON.parse(object.def) as string[]);

export const readCreateEnum: Reader = (input): Effect => {
  const spec: Spec = { cls: 'type', kind: 'enum', ...qualified(strings(input.node.typeName)) };
  const labels: string[] = (input.node.vals ?? []).map((item: Node) => item.String?.sval ?? '');
  return {
    kind: 'CREATE TYPE ENUM',
    subject: `enum "${spec.name}"`,
    run: (catalog, run) => {
      const type = catalog.create(spec, run.id('type'), { kind: 'enum', def: JSON.stringify(labels), complete: true });
      for (const label of labels)
        catalog.create({ cls: 'label', name: label, parent: spec }, run.id(`label ${type.id}.${label}`), {
          parent: type.id,
        });
    },
    creates: (after: Catalog, run: Run) =>
      [after.get(run.id('type'))].filter((object): object is Obj => object !== undefined),
    simple: { adds: [`type ${spec.schema ?? ''}.${spec.name}`], touches: [] },
  };
};

export const readAlterEnum: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'type', kind: 'enum', ...qualified(strings(node.typeName)) };
  const value: string = node.newVal ?? '';
  if (node.oldVal !== undefined) {
    const old: string = node.oldVal;
    return {
      kind: 'ALTER TYPE RENAME VALUE',
      subject: `enum "${spec.name}"`,
      run: (catalog) => {
        const type = catalog.need(spec);
        const label = catalog.need({ cls: 'label', name: old, parent: spec });
        catalog.rename(label, value);
        const labels = labelsOf(type);
        if (labels) catalog.update(type, { def: JSON.stringify(labels.map((item) => (item === old ? value : item))) });
      },
    };
  }
  const add =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const type = catalog.need(spec);
      const there = catalog.peek({ cls: 'label', name: value, parent: spec });
      if (there && quiet) return;
      if (there && !catalog.world) throw new StepError(`enum label "${value}" already exists`);
      catalog.create(
        { cls: 'label', name: value, parent: spec },
        run.id(`label ${type.id}.${value}`),
        { parent: type.id },
        quiet,
      );
      const labels = labelsOf(type);
      if (!labels) return;
      const neighbour =
        node.newValNeighbor === undefined
          ? labels.length
          : labels.indexOf(node.newValNeighbor) + (node.newValIsAfter ? 1 : 0);
      if (!labels.includes(value))
        labels.splice(node.newValNeighbor === undefined ? labels.length : Math.max(0, neighbour), 0, value);
      catalog.update(type, { def: JSON.stringify(labels) });
    };
  const edits = node.skipIfNewValExists ? undefined : insertAfter(input, ['add', 'value'], 'IF NOT EXISTS');
  return {
    kind: 'ALTER TYPE ADD VALUE',
    subject: `enum "${spec.name}"`,
    run: add(Boolean(node.skipIfNewValExists)),
    native: edits && { edits, run: add(true) },
    simple:
      edits || node.skipIfNewValExists
        ? { adds: [`label ${spec.schema ?? ''}.${spec.name}.${value}`], touches: [value] }
        : undefined,
    noDo:
      input.pgVersion < 12
        ? 'ALTER TYPE … ADD VALUE can not run in a transaction block before PostgreSQL 12'
        : undefined,
  };
};
