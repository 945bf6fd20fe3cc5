// mutants: test/rules/rerun.test.ts
/**
 * What the rules about reruns share: to which of them a statement belongs, and how it is said. What can't be repeated is the business of
 * the guards (`file.rerun`); these rules only sort it by kinds of objects and say what PostgreSQL answers to a second run.
 */
import {
  qualified,
  rangeVar,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type RerunVerdict,
  type Severity,
  type SqlRule,
} from '@idempotify/core';

export type RerunRuleName =
  | 'rerun-column'
  | 'rerun-constraint'
  | 'rerun-delete'
  | 'rerun-do-block'
  | 'rerun-drop'
  | 'rerun-enum-value'
  | 'rerun-extension'
  | 'rerun-function'
  | 'rerun-index'
  | 'rerun-insert'
  | 'rerun-other'
  | 'rerun-policy'
  | 'rerun-publication'
  | 'rerun-rename'
  | 'rerun-role'
  | 'rerun-schema'
  | 'rerun-sequence'
  | 'rerun-table'
  | 'rerun-trigger'
  | 'rerun-type'
  | 'rerun-update'
  | 'rerun-view';

type Family = RerunRuleName | ((statement: LintStatement) => RerunRuleName);

const DEFINED: Readonly<Record<string, RerunRuleName>> = {
  OBJECT_AGGREGATE: 'rerun-function',
  OBJECT_TYPE: 'rerun-type',
};

/** By libpg-query's names of nodes; a statement that isn't here belongs to `rerun-other`. */
const FAMILIES: Readonly<Record<string, Family>> = {
  CreateStmt: 'rerun-table',
  CreateForeignTableStmt: 'rerun-table',
  CreateTableAsStmt: ({ node }) => (node.objtype === 'OBJECT_MATVIEW' ? 'rerun-view' : 'rerun-table'),
  AlterTableStmt: ({ node }) => (node.objtype === 'OBJECT_TYPE' ? 'rerun-type' : actionFamily(firstToFail(node))),
  IndexStmt: 'rerun-index',
  CreateEnumStmt: 'rerun-type',
  CompositeTypeStmt: 'rerun-type',
  CreateRangeStmt: 'rerun-type',
  CreateDomainStmt: 'rerun-type',
  AlterDomainStmt: ({ node }) => (node.subtype === 'X' ? 'rerun-drop' : 'rerun-type'),
  AlterEnumStmt: ({ node }) => (node.oldVal === undefined ? 'rerun-enum-value' : 'rerun-rename'),
  DefineStmt: ({ node }) => DEFINED[node.kind as string] ?? 'rerun-other',
  RenameStmt: 'rerun-rename',
  AlterObjectSchemaStmt: 'rerun-rename',
  DropStmt: 'rerun-drop',
  DropRoleStmt: 'rerun-drop',
  DropUserMappingStmt: 'rerun-drop',
  DropOwnedStmt: 'rerun-drop',
  DropdbStmt: 'rerun-drop',
  DropTableSpaceStmt: 'rerun-drop',
  DropSubscriptionStmt: 'rerun-drop',
  CreatePolicyStmt: 'rerun-policy',
  AlterPolicyStmt: 'rerun-policy',
  CreateTrigStmt: 'rerun-trigger',
  CreateEventTrigStmt: 'rerun-trigger',
  RuleStmt: 'rerun-trigger',
  ViewStmt: 'rerun-view',
  RefreshMatViewStmt: 'rerun-view',
  CreateFunctionStmt: 'rerun-function',
  AlterFunctionStmt: 'rerun-function',
  CreateSeqStmt: 'rerun-sequence',
  AlterSeqStmt: 'rerun-sequence',
  InsertStmt: 'rerun-insert',
  CopyStmt: 'rerun-insert',
  UpdateStmt: 'rerun-update',
  MergeStmt: 'rerun-update',
  DeleteStmt: 'rerun-delete',
  TruncateStmt: 'rerun-delete',
  DoStmt: 'rerun-do-block',
  CallStmt: 'rerun-do-block',
  SelectStmt: ({ node }) =>
    node.intoClause ? 'rerun-table' : callsSequence(node) ? 'rerun-sequence' : 'rerun-do-block',
  CreateSchemaStmt: 'rerun-schema',
  CreateExtensionStmt: 'rerun-extension',
  AlterExtensionStmt: 'rerun-extension',
  AlterExtensionContentsStmt: 'rerun-extension',
  CreateRoleStmt: 'rerun-role',
  AlterRoleStmt: 'rerun-role',
  CreatePublicationStmt: 'rerun-publication',
  AlterPublicationStmt: 'rerun-publication',
  CreateSubscriptionStmt: 'rerun-publication',
  AlterSubscriptionStmt: 'rerun-publication',
};

/** nextval() and setval() at the top of a SELECT. */
const callsSequence = (node: Node): boolean =>
  (node.targetList ?? []).some((item: Node) =>
    ['nextval', 'setval'].includes(item.ResTarget?.val?.FuncCall?.funcname?.at(-1)?.String?.sval),
  );

/** The one rule that a statement which can't be repeated belongs to. */
export function rerunFamily(statement: LintStatement): RerunRuleName {
  const family = FAMILIES[statement.tag] ?? 'rerun-other';
  return typeof family === 'string' ? family : family(statement);
}

const ACTIONS: Readonly<Record<string, RerunRuleName>> = {
  AT_AddColumn: 'rerun-column',
  AT_AlterColumnType: 'rerun-column',
  AT_ColumnDefault: 'rerun-column',
  AT_SetNotNull: 'rerun-column',
  AT_AddIdentity: 'rerun-column',
  AT_SetIdentity: 'rerun-column',
  AT_AddConstraint: 'rerun-constraint',
  AT_DropColumn: 'rerun-drop',
  AT_DropConstraint: 'rerun-drop',
  AT_DropIdentity: 'rerun-drop',
  AT_DropExpression: 'rerun-drop',
};

const actionFamily = (command: Node): RerunRuleName => ACTIONS[command?.subtype as string] ?? 'rerun-table';

/**
 * Actions that may fail when they are repeated, in the order in which PostgreSQL gets to them (AlterTablePass in
 * src/backend/commands/tablecmds.c). A change of type comes behind all of them: most change nothing the second time.
 */
const ORDER: Readonly<Record<string, number>> = {
  AT_DropColumn: 0,
  AT_DropConstraint: 0,
  AT_DropIdentity: 0,
  AT_DropExpression: 0,
  AT_AddColumn: 2,
  AT_AddConstraint: 4,
  AT_AddIdentity: 4,
  AT_SetIdentity: 7,
  AT_AddInherit: 7,
  AT_DropInherit: 7,
  AT_AttachPartition: 7,
  AT_DetachPartition: 7,
  AT_DetachPartitionFinalize: 7,
  AT_DropOf: 7,
  AT_GenericOptions: 7,
  AT_AlterColumnType: 8,
};
const HARMLESS = 9;

/** The action that a second run of the command stops at first. */
export function firstToFail(node: Node): Node {
  const commands: Node[] = (node.cmds ?? []).map((item: Node) => item.AlterTableCmd);
  const rank = (command: Node): number =>
    command.missing_ok ? HARMLESS : (ORDER[command.subtype as string] ?? HARMLESS);
  return [...commands].sort((a, b) => rank(a) - rank(b))[0];
}

/** An error as PostgreSQL words it. */
export interface PostgresError {
  readonly text: string;
  readonly code: string;
  /** How the guards word the same clash, where that shares no words with PostgreSQL. */
  readonly found?: RegExp;
}

export interface Words {
  /** What PostgreSQL says when the statement meets itself. */
  readonly error?: PostgresError | undefined;
  /** What a second run does, where it raises no error: 'adds the constraint once more, under another name'. */
  readonly repeats?: string | undefined;
  /** What can be done about it, unless the guards refuse with an advice of their own. */
  readonly help: string;
}

interface RerunRule {
  readonly name: RerunRuleName;
  readonly summary: string;
  readonly severity?: Severity;
  readonly words: (statement: LintStatement) => Words;
}

const HALF_WAY = 'so a migration that stopped half way can not simply be run again';

/** A relation, in PostgreSQL's messages and in those of the guards. */
const RELATION = /^(?:relation|table|foreign table|view|materialized view|sequence) "/;

/** The relation that a statement is about is gone by then: what PostgreSQL says, whatever the statement wants of it. */
const goneRelation = (why: string): string | undefined =>
  RELATION.test(why) ? /^[a-z ]+(".*") does not exist$/.exec(why)?.[1]?.replace('"."', '.') : undefined;

/** Do PostgreSQL's words for the usual case say what the guards have found out? They may know of another clash that comes first. */
function fits({ text, found }: PostgresError, why: string): boolean {
  if (goneRelation(why) !== undefined && !RELATION.test(text)) return false;
  if (found) return found.test(why);
  const phrase = /already exists|does not exist/.exec(text)?.[0];
  return phrase === undefined ? !/does not exist/.test(why) : why.endsWith(phrase);
}

/** What the guards call by the names of catalogs. */
const PLAIN: Readonly<Record<string, string>> = {
  fdw: 'foreign-data wrapper',
  tsconfig: 'text search configuration',
  tsdict: 'text search dictionary',
  tsparser: 'text search parser',
  tstemplate: 'text search template',
  tsmapping: 'mapping',
  opclass: 'operator class',
  opfamily: 'operator family',
  accessmethod: 'access method',
  eventtrigger: 'event trigger',
  statistics: 'statistics object',
  inherit: 'the link to',
  pubrel: 'member',
};

const plain = (why: string): string => why.replace(/^\w+(?= ")/, (word) => PLAIN[word] ?? word);

function messageOf({ error, repeats }: Words, { fails, why, within }: RerunVerdict): string {
  if (within !== undefined)
    return fails
      ? `A second run of this block fails at its ${within}: ${plain(why)}.`
      : `This block can not be run twice because of its ${within}: ${plain(why)}.`;
  if (fails) {
    if (error && fits(error, why)) return `A second run fails with ${error.text} (${error.code}), ${HALF_WAY}.`;
    const gone = goneRelation(why);
    return gone !== undefined
      ? `A second run fails with relation ${gone} does not exist (42P01), ${HALF_WAY}.`
      : `A second run fails because ${plain(why)}, ${HALF_WAY}.`;
  }
  if (repeats !== undefined) return `A second run ${repeats}.`;
  return why.startsWith('it would change')
    ? 'A second run changes something again.'
    : `This can not be run twice: ${why}.`;
}

function report(
  rule: RerunRule,
  statement: LintStatement,
  file: LintFile,
): Parameters<Parameters<NonNullable<SqlRule['file']>>[1]>[0] | undefined {
  const verdict = file.rerun(statement);
  if (!verdict || rerunFamily(statement) !== rule.name) return undefined;
  const words = rule.words(statement);
  return {
    at: statement,
    message: messageOf(words, verdict),
    // a plan of the whole file says whether there is a fix: where one is wanted, it is made anyway
    help: (file.fixing ? verdict.refusal?.advice : undefined) ?? words.help,
    fix: () => verdict.edits(),
  };
}

const tagsOf = (name: RerunRuleName): string[] =>
  Object.entries(FAMILIES)
    .filter(([tag, family]) => tag === 'AlterTableStmt' || typeof family !== 'string' || family === name)
    .map(([tag]) => tag);

/** A rule of the category `rerun`. */
export function rerunRule(rule: RerunRule): SqlRule {
  const { name, summary, severity = 'error' } = rule;
  const meta = {
    kind: 'sql',
    name,
    category: 'rerun',
    severity,
    presets: ['recommended', 'rerun', 'squawk'],
    summary,
    squawk: ['prefer-robust-stmts'],
    fixable: true,
  } as const;
  if (name === 'rerun-other')
    return {
      ...meta,
      file(file, tell) {
        for (const statement of file.statements) {
          const found = report(rule, statement, file);
          if (found) tell(found);
        }
      },
    };
  const visit: NonNullable<SqlRule['on']>[string] = (statement, file, tell) => {
    const found = report(rule, statement, file);
    if (found) tell(found);
  };
  return { ...meta, on: Object.fromEntries(tagsOf(name).map((tag) => [tag, visit])) };
}

/** What PostgreSQL says of a relation that is there already: tables, views, sequences and indexes share their names. */
export const relationExists = (name: string): PostgresError => ({
  text: `relation "${name}" already exists`,
  code: '42P07',
});

/** `kind "name" already exists`, with PostgreSQL's code for most kinds of objects. */
export const exists = (kind: string, name: string, code = '42710'): PostgresError => ({
  text: `${kind} "${name}" already exists`,
  code,
});

export const missing = (kind: string, name: string, code = '42704'): PostgresError => ({
  text: `${kind} "${name}" does not exist`,
  code,
});

/** The bare name of a relation, as PostgreSQL's messages give it. */
export const relationName = (node: Node): string => rangeVar(node).name;

/** With its schema, if that is written: how PostgreSQL names what it can not find. */
export const wholeName = (node: Node): string => {
  const { schema, name } = rangeVar(node);
  return schema === undefined ? name : `${schema}.${name}`;
};

/** The bare name of a list of strings. */
export const lastName = (list: Node): string =>
  qualified((list ?? []).map((item: Node) => truncateName(item?.String?.sval ?? ''))).name;
