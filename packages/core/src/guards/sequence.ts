/** CREATE and ALTER SEQUENCE. */
import { defElemText, fingerprint, rangeVar, strings, type Node } from '../model/ast.ts';
import { DamageError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { typeText } from '../model/types.ts';
import { insertAfter } from './source.ts';

/** `bigint START 1 INCREMENT 1` as the shape query prints it; undefined for what it can't foretell. */
function sequenceLine(options: readonly Node[]): string | undefined {
  const value = (name: string): Node => options.find((item) => item.DefElem?.defname === name)?.DefElem;
  const as = value('as');
  const type = as ? typeText(as.arg.TypeName).text : 'bigint';
  const increment = defElemText(value('increment')) ?? '1';
  const start =
    defElemText(value('start')) ??
    (value('minvalue')?.arg ? defElemText(value('minvalue')) : increment.startsWith('-') ? undefined : '1');
  return start === undefined ? undefined : `${type} START ${start} INCREMENT ${increment}`;
}

function own(catalog: Catalog, sequence: Obj, options: readonly Node[]): void {
  const owner = options.find((item) => item.DefElem?.defname === 'owned_by')?.DefElem;
  if (!owner) return;
  const parts = strings(owner.arg?.List?.items);
  if (parts.length < 2) return; // OWNED BY NONE
  const column = parts[parts.length - 1] as string;
  const table: Spec = {
    cls: 'relation',
    kind: 'table',
    name: parts[parts.length - 2] as string,
    schema: parts[parts.length - 3],
  };
  const found = catalog.need({ cls: 'column', name: column, parent: table });
  catalog.update(sequence, { auto: [...new Set([...sequence.auto, found.id])] });
}

export const readCreateSequence: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'sequence', ...rangeVar(node.sequence) };
  const options: Node[] = node.options ?? [];
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      if (quiet && catalog.peek(spec)) return;
      own(
        catalog,
        catalog.create(spec, run.id('sequence'), { kind: 'sequence', def: sequenceLine(options) }, quiet),
        options,
      );
    };
  const edits = node.if_not_exists ? undefined : insertAfter(input, ['sequence'], 'IF NOT EXISTS');
  return {
    kind: 'CREATE SEQUENCE',
    subject: `sequence "${spec.name}"`,
    run: create(Boolean(node.if_not_exists)),
    native: edits && { edits, run: create(true) },
    creates: node.if_not_exists
      ? undefined
      : (after: Catalog, run: Run): Obj[] =>
          [after.get(run.id('sequence'))].filter((object): object is Obj => object !== undefined),
  };
};

export const readAlterSequence: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'sequence', ...rangeVar(node.sequence) };
  const options: Node[] = node.options ?? [];
  const restart = options.some((item) => item.DefElem?.defname === 'restart');
  return {
    kind: 'ALTER SEQUENCE',
    subject: `sequence "${spec.name}"`,
    run: (catalog, run) => {
      if (node.missing_ok && !catalog.world && !catalog.find(spec)) return;
      const sequence = catalog.need(spec);
      if (restart && run.rerun && !catalog.world)
        throw new DamageError(`sequence "${spec.name}" would be restarted and hand out used numbers`);
      own(catalog, sequence, options);
      const others = options.filter((item) => item.DefElem?.defname !== 'owned_by');
      for (const item of others)
        catalog.set(catalog.need(spec), item.DefElem.defname, fingerprint(item.DefElem.arg ?? null));
    },
  };
};
