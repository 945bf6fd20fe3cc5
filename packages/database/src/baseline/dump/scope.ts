/** Which of a dump's statements belong to the baseline: the rules of left-out.ts, by what the text itself shows. */
import { qualified, quoteIdent, rangeVar, strings, truncateName, type Node } from '@idempotify/core';
import { LEDGERS, patternOf, providersAmong, ScopeError, TOOL_SCHEMAS } from '../left-out.ts';
import type { BaselineOptions, LeftOut } from '../types.ts';
import { nameSql } from './address.ts';
import type { Piece } from './statements.ts';

export interface DumpScope {
  readonly pieces: readonly Piece[];
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
}

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  /** Sorted, joined by commas. */
  readonly columns: string;
}

/** @throws ScopeError when a pattern of `options.schemas` selects nothing */
export function scopeOfDump(pieces: readonly Piece[], roles: ReadonlySet<string>, options: BaselineOptions): DumpScope {
  const wanted = options.schemas?.map((text) => patternOf(text, false));
  const unwanted = (options.exclude ?? []).map((text) => patternOf(text, true));
  const used = new Set<unknown>();
  const leftOut: LeftOut[] = [];
  const warnings: string[] = [];
  const relations = relationsOf(pieces);
  const own = (options.ledger ?? []).map((text) => {
    const parts = [...text.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)].map(
      ([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole,
    );
    return { schema: parts.length > 1 ? parts[0] : undefined, table: parts.at(-1) ?? text };
  });
  const ledgerOf = (table: Table): string | undefined => {
    const tool = LEDGERS.find(
      (ledger) => ledger.table === table.name && (ledger.columns?.includes(table.columns) ?? true),
    )?.tool;
    const mine = own.some((ledger) => ledger.table === table.name && (ledger.schema ?? table.schema) === table.schema);
    if (tool === undefined && !mine) return undefined;
    return `the history of applied migrations${tool === undefined ? '' : ` (${tool})`}, which the tool makes`;
  };
  const there = new Set([
    ...roles,
    ...pieces.flatMap(({ statement: { tag, node } }) =>
      tag === 'CreateExtensionStmt' ? [`extension ${String(node.extname)}`] : [],
    ),
  ]);
  const providers = providersAmong(there);

  const names = new Set(pieces.flatMap(({ target }) => target.schema ?? []));
  // what belongs to the system is no schema of anybody's
  const all = [...names].filter((name) => !name.startsWith('pg_') && name !== 'information_schema').sort();
  const schemas = new Set<string>();
  for (const name of all) {
    const asked = wanted?.find((pattern) => pattern.schema.test(name));
    if (asked) used.add(asked);
    const leave = (reason: string): void => void leftOut.push({ kind: 'schema', name: quoteIdent(name), reason });
    const excluding = unwanted.find((pattern) => pattern.relation === undefined && pattern.schema.test(name));
    if (excluding) {
      used.add(excluding);
      leave(`excluded by "${excluding.text}"`);
      continue;
    }
    if (wanted && !asked) {
      leave('not among the schemas that were asked for');
      continue;
    }
    if (asked?.plain !== true) {
      const provider = providers.find((candidate) => candidate.schemas.test(name));
      if (provider) {
        leave(`${provider.name} makes it and what is in it`);
        continue;
      }
      const tool = TOOL_SCHEMAS.find(
        (candidate) =>
          candidate.schema === name &&
          relations.some((table) => table.schema === name && table.name === candidate.table),
      );
      if (tool) {
        leave(`${tool.tool} makes it and what is in it`);
        continue;
      }
      const inside = relations.filter((table) => table.schema === name && table.kind !== 'sequence');
      const others = pieces.some(
        ({ target }) => target.schema === name && target.relation === undefined && target.kind !== 'schema',
      );
      if (name !== 'public' && inside.length > 0 && !others && inside.every((table) => ledgerOf(table) !== undefined)) {
        leave('there is only the history of a migration tool in it, which makes it');
        continue;
      }
    }
    schemas.add(name);
  }
  for (const pattern of wanted ?? [])
    if (!used.has(pattern))
      throw new ScopeError(`There is no schema that "${pattern.text}" stands for. Capitals count.`);

  const excluded = new Set<string>();
  for (const table of relations) {
    if (!schemas.has(table.schema)) continue;
    const ledger = table.kind === 'table' ? ledgerOf(table) : undefined;
    const pattern = unwanted.find(
      (candidate) => candidate.relation?.test(table.name) && candidate.schema.test(table.schema),
    );
    if (pattern) used.add(pattern);
    if (ledger === undefined && !pattern) continue;
    excluded.add(nameSql(table));
    leftOut.push({ kind: table.kind, name: nameSql(table), reason: ledger ?? `excluded by "${pattern?.text}"` });
  }
  for (const pattern of unwanted)
    if (!used.has(pattern))
      warnings.push(
        `"${pattern.text}" excludes nothing: there is no such schema, nor, with a dot, such a relation in a schema.`,
      );
  withTheirOwn(pieces, excluded);

  /** What a piece names and is not there: SQL makes it impossible. */
  const lacks = ({ uses }: Piece): string | undefined => uses.map(nameSql).find((name) => excluded.has(name));
  // views on what is left out, and views on these
  for (let before = -1; before < excluded.size;) {
    before = excluded.size;
    for (const piece of pieces) {
      const { target, statement } = piece;
      const needed = KINDS[statement.tag] === undefined ? undefined : lacks(piece);
      if (needed === undefined || !target.relation || excluded.has(nameSql(target.relation))) continue;
      excluded.add(nameSql(target.relation));
      leftOut.push({ kind: target.kind, name: target.name, reason: `it needs ${needed}, which is left out` });
    }
  }

  const kept: Piece[] = [];
  for (const piece of pieces) {
    const { target, uses } = piece;
    if (target.schema !== undefined && !schemas.has(target.schema)) {
      if (all.includes(target.schema)) continue;
      // a privilege on a system catalog belongs to the database
    }
    if (target.relation && excluded.has(nameSql(target.relation))) continue;
    const needed = lacks(piece);
    if (needed !== undefined) {
      leftOut.push({ kind: target.kind, name: target.name, reason: `it needs ${needed}, which is left out` });
      continue;
    }
    const elsewhere = uses.find(({ schema }) => schema !== undefined && all.includes(schema) && !schemas.has(schema));
    if (elsewhere)
      warnings.push(
        `${nameSql(elsewhere)} is left out, but is needed by ${target.name}: it must be there before the baseline is applied.`,
      );
    kept.push(piece);
  }
  return { pieces: kept, leftOut, warnings };
}

const KINDS: Readonly<Record<string, string>> = {
  CreateStmt: 'table',
  CreateForeignTableStmt: 'foreign table',
  ViewStmt: 'view',
  CreateTableAsStmt: 'materialized view',
  CreateSeqStmt: 'sequence',
};

function relationsOf(pieces: readonly Piece[]): Table[] {
  const found = new Map<string, Table>();
  for (const { statement, target } of pieces) {
    const kind = KINDS[statement.tag];
    if (kind === undefined || !target.relation) continue;
    const { schema, name } = target.relation;
    const key = nameSql(target.relation);
    if (schema === undefined || found.has(key)) continue;
    const elements: Node[] = (statement.node.base ?? statement.node).tableElts ?? [];
    const columns = elements
      .flatMap((item) => (item.ColumnDef ? [truncateName(item.ColumnDef.colname)] : []))
      .sort()
      .join(',');
    found.set(key, { schema, name, kind, columns });
  }
  return [...found.values()];
}

/** Adds the indexes and sequences of the relations. */
function withTheirOwn(pieces: readonly Piece[], excluded: Set<string>): void {
  if (excluded.size === 0) return;
  for (const { statement } of pieces) {
    const { tag, node } = statement;
    if (tag === 'IndexStmt' && excluded.has(nameSql(rangeVar(node.relation))))
      excluded.add(nameSql({ schema: rangeVar(node.relation).schema, name: node.idxname }));
    if (tag === 'AlterSeqStmt') {
      const owned = node.options?.[0]?.DefElem?.arg?.List?.items;
      if (owned && excluded.has(nameSql(qualified(strings(owned).slice(0, -1)))))
        excluded.add(nameSql(rangeVar(node.sequence)));
    }
    const constraint = tag === 'AlterTableStmt' ? node.cmds?.[0]?.AlterTableCmd?.def?.Constraint : undefined;
    if (constraint?.conname && excluded.has(nameSql(rangeVar(node.relation))))
      excluded.add(nameSql({ schema: rangeVar(node.relation).schema, name: constraint.conname }));
    const sequence = (constraint?.options ?? []).find((item: Node) => item.DefElem?.defname === 'sequence_name');
    if (sequence && excluded.has(nameSql(rangeVar(node.relation))))
      excluded.add(nameSql(qualified(strings(sequence.DefElem.arg.List.items))));
  }
}
