/**
 * Which lock a statement takes on which relation (docs: 13.3.1 Table-Level Locks, ALTER TABLE; AlterTableGetLockLevel in
 * src/backend/commands/tablecmds.c). test/rules/locks.test.ts compares the table with pg_locks. What a statement only reads
 * (ACCESS SHARE) isn't listed, nor what its names don't show: children, referenced tables of a dropped constraint.
 */
import {
  objectName,
  qualified,
  rangeVar,
  strings,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type Statement,
} from '@idempotify/core';
import { isOn } from './options.ts';

/** From the weakest to the strongest. */
export const LOCK_LEVELS = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockLevel = (typeof LOCK_LEVELS)[number];

export interface Lock {
  readonly relation: QualifiedName;
  readonly level: LockLevel;
  /** `relation` is an index: locked is it, or its table, or both. */
  readonly ofIndex?: boolean;
}

export const atLeast = (level: LockLevel, least: LockLevel): boolean =>
  LOCK_LEVELS.indexOf(level) >= LOCK_LEVELS.indexOf(least);

/** What a lock of at least SHARE does to others, as a clause. */
export const heldUp = (level: LockLevel): string =>
  level === 'ACCESS EXCLUSIVE' ? 'reads and writes wait' : 'writes wait';

/** Actions of ALTER TABLE that take less than ACCESS EXCLUSIVE. */
const ACTIONS: Readonly<Record<string, LockLevel>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_DetachPartitionFinalize: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
};

/** Storage parameters that need ACCESS EXCLUSIVE (src/backend/access/common/reloptions.c); the others can be set during writes. */
const STRICT_OPTIONS: ReadonlySet<string> = new Set([
  'user_catalog_table',
  'security_barrier',
  'security_invoker',
  'check_option',
  'fastupdate',
  'gin_pending_list_limit',
  'autosummarize',
  'pages_per_range',
  'buffering',
]);

/** The lock that one action of an ALTER TABLE takes on the table itself. */
function actionLevel(command: Node, pgVersion: number): LockLevel {
  switch (command.subtype) {
    case 'AT_AddConstraint':
      return command.def.Constraint.contype === 'CONSTR_FOREIGN' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
      return command.def.List.items.some((item: Node) => STRICT_OPTIONS.has(item.DefElem.defname))
        ? 'ACCESS EXCLUSIVE'
        : 'SHARE UPDATE EXCLUSIVE';
    case 'AT_AttachPartition':
      return pgVersion >= 12 ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    case 'AT_DetachPartition':
      return command.def.PartitionCmd.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    default:
      return ACTIONS[command.subtype] ?? 'ACCESS EXCLUSIVE';
  }
}

const lock = (node: Node, level: LockLevel): Lock => ({ relation: rangeVar(node), level });
const lockIndex = (relation: QualifiedName, level: LockLevel): Lock => ({ relation, level, ofIndex: true });

/** A foreign key gets triggers on the table that it points to. */
const referenced = (constraints: readonly Node[] = []): Lock[] =>
  constraints.flatMap(({ Constraint }) =>
    Constraint?.pktable ? [lock(Constraint.pktable, 'SHARE ROW EXCLUSIVE')] : [],
  );

/** Tables that an action names beside the one that is altered. */
function otherTables({ subtype, def }: Node): Lock[] {
  switch (subtype) {
    case 'AT_AddColumn':
      return referenced(def.ColumnDef.constraints);
    case 'AT_AddConstraint':
      return referenced([def]);
    // mutant: only test/rules/locks.test.ts asks for locks that weak
    case 'AT_AddInherit':
      return [lock(def.RangeVar, 'SHARE UPDATE EXCLUSIVE')];
    case 'AT_AttachPartition':
      return [lock(def.PartitionCmd.name, 'ACCESS EXCLUSIVE')];
    case 'AT_DetachPartition':
      return [lock(def.PartitionCmd.name, def.PartitionCmd.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE')];
    default:
      return [];
  }
}

function altered(node: Node, pgVersion: number): Lock[] {
  if (node.objtype === 'OBJECT_TYPE') return [];
  const commands: Node[] = node.cmds.map((item: Node) => item.AlterTableCmd);
  // one lock for all actions: the strongest
  const level = LOCK_LEVELS[
    Math.max(...commands.map((command) => LOCK_LEVELS.indexOf(actionLevel(command, pgVersion))))
  ] as LockLevel;
  const own = node.objtype === 'OBJECT_INDEX' ? lockIndex(rangeVar(node.relation), level) : lock(node.relation, level);
  return [own, ...commands.flatMap(otherTables)];
}

const DROPPED: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
]);
const DROPPED_ON: ReadonlySet<string> = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

function dropped(node: Node): Lock[] {
  const { removeType } = node;
  return node.objects.flatMap((object: Node): Lock[] => {
    if (removeType === 'OBJECT_INDEX')
      return [lockIndex(objectName(object), node.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE')];
    if (DROPPED.has(removeType)) return [{ relation: objectName(object), level: 'ACCESS EXCLUSIVE' }];
    if (DROPPED_ON.has(removeType))
      return [{ relation: qualified(strings(object.List.items).slice(0, -1)), level: 'ACCESS EXCLUSIVE' }];
    return [];
  });
}

/** The words FULL and CONCURRENTLY without parentheses arrive as the same. */
const hasOption = (options: readonly Node[] = [], name: string): boolean =>
  options.some(({ DefElem }) => DefElem.defname === name && isOn(DefElem));

const LOCKS: Readonly<Record<string, (node: Node, pgVersion: number) => readonly Lock[]>> = {
  AlterTableStmt: altered,
  RenameStmt(node, pgVersion) {
    if (!node.relation || node.renameType === 'OBJECT_ATTRIBUTE') return [];
    if (node.renameType === 'OBJECT_INDEX')
      return [lockIndex(rangeVar(node.relation), pgVersion >= 12 ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE')];
    return [lock(node.relation, 'ACCESS EXCLUSIVE')];
  },
  AlterObjectSchemaStmt: (node) => (node.relation ? [lock(node.relation, 'ACCESS EXCLUSIVE')] : []),
  DropStmt: dropped,
  IndexStmt: (node) => [lock(node.relation, node.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')],
  ReindexStmt(node) {
    const level = hasOption(node.params, 'concurrently') ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
    if (!node.relation) return [];
    return [
      node.kind === 'REINDEX_OBJECT_INDEX' ? lockIndex(rangeVar(node.relation), level) : lock(node.relation, level),
    ];
  },
  CreateStmt: (node) => [
    ...(node.inhRelations ?? []).map((item: Node) =>
      lock(item.RangeVar, node.partbound ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'),
    ),
    ...(node.tableElts ?? []).flatMap((item: Node) => referenced(item.ColumnDef ? item.ColumnDef.constraints : [item])),
  ],
  ViewStmt: (node) => (node.replace ? [lock(node.view, 'ACCESS EXCLUSIVE')] : []),
  CreateTrigStmt: (node) => [lock(node.relation, 'SHARE ROW EXCLUSIVE')],
  RuleStmt: (node) => [lock(node.relation, 'ACCESS EXCLUSIVE')],
  CreatePolicyStmt: (node) => [lock(node.table, 'ACCESS EXCLUSIVE')],
  AlterPolicyStmt: (node) => [lock(node.table, 'ACCESS EXCLUSIVE')],
  CreateStatsStmt: (node) => node.relations.map((item: Node) => lock(item.RangeVar, 'SHARE UPDATE EXCLUSIVE')),
  TruncateStmt: (node) => node.relations.map((item: Node) => lock(item.RangeVar, 'ACCESS EXCLUSIVE')),
  LockStmt: (node) => node.relations.map((item: Node) => lock(item.RangeVar, LOCK_LEVELS[node.mode - 1] as LockLevel)),
  // CLUSTER alone is about all tables that have been clustered before
  ClusterStmt: (node) => (node.relation ? [lock(node.relation, 'ACCESS EXCLUSIVE')] : []),
  VacuumStmt: (node) =>
    (node.rels ?? []).map(({ VacuumRelation }: Node) =>
      lock(VacuumRelation.relation, hasOption(node.options, 'full') ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'),
    ),
  RefreshMatViewStmt: (node) => [lock(node.relation, node.concurrent ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE')],
  AlterSeqStmt: (node) => [lock(node.sequence, 'SHARE ROW EXCLUSIVE')],
  InsertStmt: (node) => [lock(node.relation, 'ROW EXCLUSIVE')],
  UpdateStmt: (node) => [lock(node.relation, 'ROW EXCLUSIVE')],
  DeleteStmt: (node) => [lock(node.relation, 'ROW EXCLUSIVE')],
  MergeStmt: (node) => [lock(node.relation, 'ROW EXCLUSIVE')],
};

/** The locks of one statement, whether its relations are new or old. */
export const locksOf = ({ tag, node }: Pick<Statement, 'tag' | 'node'>, pgVersion: number): readonly Lock[] =>
  LOCKS[tag]?.(node, pgVersion) ?? [];

/** The table of an index that the file has made; that of an older one can't be told. */
function tableOfIndex(index: QualifiedName, before: LintStatement, file: LintFile): QualifiedName | undefined {
  return file.facts.find(
    ({ op, kind, name, schema, end }) =>
      // mutant: no statement ends where the next one begins
      end <= before.range.start &&
      op === 'create' &&
      kind === 'index' &&
      name === index.name &&
      (!index.schema || schema === index.schema),
  )?.on;
}

/**
 * The locks of at least this level on relations that were there before the file: others may use them meanwhile.
 * Of an index that the file has made, `relation` is the table.
 */
export function locksOnOld(statement: LintStatement, file: LintFile, least: LockLevel): readonly Lock[] {
  return locksOf(statement, file.pgVersion).flatMap((each): Lock[] => {
    if (!atLeast(each.level, least)) return [];
    const table = each.ofIndex ? tableOfIndex(each.relation, statement, file) : undefined;
    const held = table ? { relation: table, level: each.level } : each;
    return file.isNew(held.relation, statement) ? [] : [held];
  });
}
