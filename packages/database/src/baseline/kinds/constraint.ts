/** Constraints of tables, but for NOT NULL (table.ts) and constraint triggers (trigger.ts). */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { childrenOf, option, partitionsOf, type Relation, type Relations } from '../relations.ts';
import { alsoRequires, append, keyOf, type CatalogReader, type Key, type Part, type Step } from '../types.ts';
import { formOf } from './form.ts';
import { cameWithParent, indexStateColumns, indexSteps, readIndexState, replicaIdentity } from './index.ts';
import { linkKey } from './inheritance.ts';
import { earlyKey } from './late-columns.ts';
import { enabledWord } from './trigger.ts';

/**
 * CHECK, PRIMARY KEY, UNIQUE, EXCLUDE and FOREIGN KEY, each a part of its own.
 * @param indexes with table -> the parts that attach indexes to those of the table
 */
export async function readConstraints(
  catalog: CatalogReader,
  reading: Promise<Relations>,
  indexes: Promise<{ readonly attached: ReadonlyMap<Key, readonly Key[]> }>,
): Promise<{
  readonly parts: Part[];
  /** A part of a table, or one that makes it a partition or an heir -> the constraints that have to be there before. */
  readonly before: ReadonlyMap<Key, readonly Key[]>;
}> {
  const asking = catalog.rows(`
    SELECT k.oid, k.conrelid, k.conname, k.contype, pg_catalog.pg_get_constraintdef(k.oid), k.conislocal, k.coninhcount, k.conindid,
      x.relname, pg_catalog.to_json(x.reloptions), k.confrelid, k.conparentid, p.conrelid, p.conname,
      disabled.triggers, k.connoinherit, pi.indisvalid,
      ${indexStateColumns('i', 'x')}
    FROM pg_catalog.pg_constraint k LEFT JOIN pg_catalog.pg_constraint p ON p.oid = k.conparentid AND k.conparentid <> 0
      LEFT JOIN pg_catalog.pg_class x ON x.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
      LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = x.oid LEFT JOIN pg_catalog.pg_index pi ON pi.indexrelid = p.conindid AND p.contype IN ('p', 'u', 'x')
      LEFT JOIN (SELECT t.tgconstraint, pg_catalog.json_object_agg(t.tgrelid, t.tgenabled) FROM pg_catalog.pg_trigger t
        WHERE t.tgenabled <> 'O' AND t.tgisinternal GROUP BY t.tgconstraint) disabled (oid, triggers) ON disabled.oid = k.oid AND k.contype = 'f'
    WHERE k.conrelid <> 0 AND k.contype IN ('c', 'p', 'u', 'x', 'f') AND ${catalog.inScope('k.connamespace')}
      AND ${catalog.notMember('pg_constraint', 'k.oid')}`);
  const [rows, relations, { attached }] = await Promise.all([asking, reading, indexes]);
  const parts: Part[] = [];
  const first = new Map<Key, Key[]>();
  const before = new Map<Key, Key[]>();
  const states = new Map(
    rows.flatMap((row) =>
      row[3] === 'c'
        ? [[`${row[1]} ${row[2]}`, { local: row[5] === 't', valid: !/ NOT VALID$/.test(row[4] ?? '') }] as const]
        : [],
    ),
  );
  for (const row of rows) {
    const table = relations.get(row[1] ?? '');
    const [oid, , name, type, definition] = row as string[];
    if (!table || oid === undefined || name === undefined || definition === undefined) continue;
    if (type !== 'f' || row[11] === '0') catalog.fact('constraint', table.schema, table.relname, name, definition);
    const base = {
      oid,
      name,
      table,
      definition,
      local: row[5] === 't',
      inherited: Number(row[6] ?? 0) > 0,
    };
    if (type === 'c') {
      parts.push(
        ...check(base, {
          relations,
          version: catalog.version,
          states,
          put: (key, earlier) => append(before, key, earlier),
        }),
      );
    } else if (type === 'f') parts.push(...foreignKey(base, row, relations, attached));
    else parts.push(...keyConstraint(base, row, relations, attached));
    // what a partition has of its own comes first: the parent's takes it up instead of making another
    const own = type === 'f' ? row[13] !== name : type !== 'c' && !cameWithParent(row[15] ?? null, row[16] ?? null);
    if (own && row[11] !== '0' && row[11] != null && row[12] !== table.oid) {
      append(first, keyOf('pg_constraint', row[11]), keyOf('pg_constraint', oid));
    }
  }
  return { parts: parts.map((part) => alsoRequires(part, first)), before };
}

interface Base {
  readonly oid: string;
  readonly name: string;
  readonly table: Relation;
  readonly definition: string;
  readonly local: boolean;
  readonly inherited: boolean;
}

function constraintPart(
  base: Base,
  kind: Part['kind'],
  sql: readonly string[],
): Part & { readonly requires: readonly Key[]; readonly missing: string } {
  const { table } = base;
  const where = `conrelid = ${table.regclass} AND conname = ${quoteLiteral(base.name)}`;
  return {
    key: keyOf('pg_constraint', base.oid),
    kind,
    schema: table.schema,
    name: `${quoteIdent(base.name)} on ${table.name}`,
    of: keyOf('pg_class', table.oid),
    oid: `(SELECT oid FROM pg_catalog.pg_constraint WHERE ${where})`,
    missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE ${where})`,
    sql,
    address: `CONSTRAINT ${quoteIdent(base.name)} ON ${table.name}`,
    requires: [keyOf('pg_class', table.oid)],
  };
}

const added = ({ table, name, definition }: Base, only = true): string =>
  `ALTER TABLE ${only ? 'ONLY ' : ''}${table.name} ADD CONSTRAINT ${quoteIdent(name)} ${definition}`;

/** What a CHECK constraint is in a table: said by the table itself, not yet proven. */
interface CheckState {
  readonly local: boolean;
  readonly valid: boolean;
}

/** What the parts of CHECK constraints have to know of each other. */
interface Checks {
  readonly relations: Relations;
  readonly version: number;
  /** `table name` */
  readonly states: ReadonlyMap<string, CheckState>;
  /** Notes that the part `key` comes after another one. */
  put(key: Key, before: Key): void;
}

function check(base: Base, { relations, version, states, put }: Checks): Part[] {
  const { table } = base;
  const partition = table.partitionBound !== null;
  const alone = formOf(table, relations, version).type === 'alone';
  // what an heir does not say itself comes with its parent's; a partition that is made alone has to have it before it is attached
  if (base.inherited && !base.local && !partition) return [];
  const key = keyOf('pg_constraint', base.oid);
  if (alone && base.inherited) for (const parent of table.parents) put(linkKey(table.oid, parent), key);
  const requires: Key[] = [];
  const valid = states.get(`${table.oid} ${base.name}`)?.valid;
  const below = (above: Relation): void => {
    for (const heir of childrenOf(above, relations)) {
      const state = states.get(`${heir.oid} ${base.name}`);
      if (!state || heir.partitionBound !== null) continue;
      const linked = formOf(heir, relations, version).type === 'alone';
      // who is an heir when the constraint comes has it as it is, NOT VALID; who becomes one later has it as valid
      if ((!valid && !state.valid) || (linked && !state.local))
        requires.push(linked ? linkKey(heir.oid, above.oid) : keyOf('pg_class', heir.oid));
      else if (!valid && !linked) for (const part of [keyOf('pg_class', heir.oid), earlyKey(heir.oid)]) put(part, key);
      below(heir);
    }
  };
  below(table);
  const word = table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE';
  // without ONLY: children that are there already get it, too
  const sql = `ALTER ${word} ${table.name} ADD CONSTRAINT ${quoteIdent(base.name)} ${base.definition}`;
  const part = constraintPart(base, 'check', [sql]);
  // an heir that also says it itself: PostgreSQL joins both (MergeWithExistingConstraint in src/backend/catalog/heap.c)
  const missing =
    base.local && base.inherited && !alone ? { missing: part.missing.replace(/\)$/, ' AND conislocal)') } : undefined;
  return [{ ...part, ...missing, requires: [...part.requires, ...requires] }];
}

/** pg_get_constraintdef() leaves out the storage parameters of the index: they stand in front of WHERE and of what can be deferred. */
function withOptions(definition: string, options: readonly string[]): string {
  if (options.length === 0) return definition;
  const text = ` WITH (${options.map((each) => option(each)).join(', ')})`;
  const at = outermostWhere(definition);
  return at === -1 ? definition + text : definition.slice(0, at) + text + definition.slice(at);
}

/** Offset of ` WHERE (` outside of parentheses and quotes, or that of DEFERRABLE; -1: neither. */
function outermostWhere(definition: string): number {
  let depth = 0;
  for (let index = 0; index < definition.length; index++) {
    const char = definition[index];
    if (char === "'" || char === '"') {
      index = definition.indexOf(char, index + 1);
      if (index === -1) return -1;
    } else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (depth === 0 && /^ (WHERE \(|DEFERRABLE|INITIALLY )/.test(definition.slice(index, index + 12)))
      return index;
  }
  return -1;
}

function keyConstraint(
  base: Base,
  row: readonly (string | null)[],
  relations: Relations,
  attached: ReadonlyMap<Key, readonly Key[]>,
): Part[] {
  const { table } = base;
  const index = row[7] ?? '0';
  const indexName = `${quoteIdent(table.schema)}.${quoteIdent(row[8] ?? base.name)}`;
  // of exclusion constraints they are in the definition
  const options = row[9] == null || row[3] === 'x' ? [] : (JSON.parse(row[9]) as string[]);
  const state = readIndexState(row.slice(17));
  const above = row[11] ?? '0';
  const made = constraintPart(base, 'constraint', [
    // without ONLY: partitions that have no such key get one, those that have one give it
    added({ ...base, definition: withOptions(base.definition, options) }, !(table.kind === 'p' && state.valid)),
  ]);
  const part =
    above !== '0' && cameWithParent(row[15] ?? null, row[16] ?? null)
      ? renamed(base, made, above, state.parent, relations)
      : {
          ...made,
          ignores: [
            ...(above === '0' ? [] : [keyOf('pg_constraint', above)]),
            ...(state.parent === null ? [] : [keyOf('pg_class', state.parent)]),
          ],
        };
  return [
    {
      ...part,
      also: [keyOf('pg_class', index)],
      steps: indexSteps(table, indexName, state),
      requires: [...part.requires, ...partitionsOf(table, relations).map((child) => linkKey(child.oid, table.oid))],
    },
    ...replicaIdentity(table, indexName, index, state, attached),
  ];
}

/** The key is there when that of the parent is; its name may be another than PostgreSQL chose. */
function renamed(
  base: Base,
  part: ReturnType<typeof constraintPart>,
  above: string,
  parentIndex: string | null,
  relations: Relations,
): ReturnType<typeof constraintPart> {
  const { table } = base;
  const requires = [...part.requires, keyOf('pg_constraint', above)];
  const parent = relations.get(table.parents[0] ?? '');
  // what ChooseIndexName() in src/backend/commands/indexcmds.c chooses
  const columns = /^\w[\w ]*\(([^()"]*)\)/.exec(base.definition)?.[1]?.replaceAll(', ', '_') ?? '';
  const usual = base.definition.startsWith('PRIMARY KEY') ? `${table.relname}_pkey` : `${table.relname}_${columns}_key`;
  if ((base.name === usual && Buffer.byteLength(usual) <= 63) || !parent || parentIndex === null)
    return { ...part, missing: 'false', sql: [], requires };
  const found = `FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_constraint p ON p.oid = k.conparentid
        WHERE k.conrelid = ${table.regclass} AND p.conrelid = ${parent.regclass} AND pg_catalog.pg_get_constraintdef(k.oid) = ${quoteLiteral(base.definition)}`;
  return {
    ...part,
    sql: [
      `EXECUTE (SELECT pg_catalog.format(${quoteLiteral(`ALTER TABLE ${table.name.replaceAll('%', '%%')} RENAME CONSTRAINT %I TO ${quoteIdent(base.name).replaceAll('%', '%%')}`)}, k.conname)\n        ${found} LIMIT 1)`,
    ],
    requires,
  };
}

function foreignKey(
  base: Base,
  row: readonly (string | null)[],
  relations: Relations,
  attached: ReadonlyMap<Key, readonly Key[]>,
): Part[] {
  const { table } = base;
  const parent = row[11] === '0' ? undefined : (row[11] ?? undefined);
  const steps = disabledTriggers(base, row[14] ?? null, relations);
  const requires: Key[] = [keyOf('pg_class', table.oid)];
  if (parent !== undefined) {
    // PostgreSQL makes it with that of the parent; the clones for the partitions of the other side are on the same table
    if (row[12] === table.oid) return [];
    if (row[13] === base.name) {
      if (steps.length === 0) return [];
      const part = constraintPart(base, 'foreign key', []);
      return [{ ...part, missing: 'false', steps, requires: [...requires, keyOf('pg_constraint', parent)] }];
    }
  }
  // the whole tree of partitions stands, so that the key reaches all of them and finds its indexes
  for (const relation of [table, relations.get(row[10] ?? '')])
    if (relation) requires.push(...below(relation, relations, attached));
  // without ONLY where the table is partitioned: the key of the partitions comes with it, or takes up theirs
  const part = constraintPart(base, 'foreign key', [added(base, table.kind !== 'p')]);
  return [
    {
      ...part,
      steps,
      requires,
      ...(parent === undefined ? {} : { ignores: [keyOf('pg_constraint', parent)] }),
    },
  ];
}

/** What links the partitions below a table to it, tables and indexes. */
function below(table: Relation, relations: Relations, attached: ReadonlyMap<Key, readonly Key[]>): Key[] {
  return partitionsOf(table, relations).flatMap((child) => [
    linkKey(child.oid, table.oid),
    ...(attached.get(keyOf('pg_class', table.oid)) ?? []),
    ...below(child, relations, attached),
  ]);
}

/**
 * DISABLE TRIGGER ALL also switches off the triggers that check a foreign key, on its table or on the other one: they have no names to be
 * called by.
 * @param states JSON: OID of the relation -> tgenabled of its triggers, where that is not 'O'
 */
function disabledTriggers(base: Base, states: string | null, relations: Relations): Step[] {
  if (states === null) return [];
  const constraint = `(SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = ${base.table.regclass} AND conname = ${quoteLiteral(base.name)})`;
  return Object.entries(JSON.parse(states) as Record<string, string>).flatMap(([oid, enabled]): Step[] => {
    const table = relations.get(oid);
    if (!table) return [];
    const others = `FROM pg_catalog.pg_trigger WHERE tgrelid = ${table.regclass} AND tgconstraint = ${constraint} AND tgenabled <> '${enabled}'`;
    const alter = `ALTER TABLE ${table.name.replaceAll('%', '%%')} ${enabledWord(enabled)} TRIGGER %I`;
    return [
      {
        needed: `EXISTS (SELECT ${others})`,
        sql: [
          `EXECUTE (SELECT pg_catalog.string_agg(pg_catalog.format(${quoteLiteral(alter)}, tgname), '; ') ${others})`,
        ],
      },
    ];
  });
}
