/** What error PostgreSQL raises when a statement is run a second time. Measured on PostgreSQL 13, 15 and 18. */
import type { Fact, LintFile, LintStatement, Node } from '@idempotify/core';

type Code =
  | '42P07'
  | '42710'
  | '42701'
  | '42P06'
  | '42723'
  | '42P16'
  | '42P01'
  | '42703'
  | '42704'
  | '42883'
  | '3F000'
  | '22023'
  | '55000';

/** PL/pgSQL's name for each (docs: appendix A). */
const CONDITION: Readonly<Record<Code, string>> = {
  '42P07': 'duplicate_table',
  '42710': 'duplicate_object',
  '42701': 'duplicate_column',
  '42P06': 'duplicate_schema',
  '42723': 'duplicate_function',
  '42P16': 'invalid_table_definition',
  '42P01': 'undefined_table',
  '42703': 'undefined_column',
  '42704': 'undefined_object',
  '42883': 'undefined_function',
  '3F000': 'invalid_schema_name',
  '22023': 'invalid_parameter_value',
  '55000': 'object_not_in_prerequisite_state',
};
const NAMED = new Set(Object.values(CONDITION));

export interface SecondRunError {
  readonly code: string;
  /** As PL/pgSQL calls it. */
  readonly condition: string;
}

type Read = (node: Node) => Code | undefined;

const unless =
  (flag: string, code: Code): Read =>
  (node) =>
    node[flag] ? undefined : code;
const always =
  (code: Code): Read =>
  () =>
    code;

const CONSTRAINTS: Readonly<Record<string, Code>> = {
  CONSTR_UNIQUE: '42P07',
  CONSTR_EXCLUSION: '42P07',
  CONSTR_PRIMARY: '42P16',
  CONSTR_CHECK: '42710',
  CONSTR_FOREIGN: '42710',
};

function constraint(node: Node): Code | undefined {
  if (node.indexname !== undefined) return '42704';
  // a second one without a name gets another name; only a primary key is the only one of its table
  if (node.conname === undefined && node.contype !== 'CONSTR_PRIMARY') return undefined;
  return CONSTRAINTS[node.contype as string];
}

const ACTIONS: Readonly<Record<string, Read>> = {
  AT_AddColumn: unless('missing_ok', '42701'),
  AT_DropColumn: unless('missing_ok', '42703'),
  AT_AddConstraint: (cmd) => constraint(cmd.def.Constraint),
  AT_DropConstraint: unless('missing_ok', '42704'),
  AT_AddIdentity: always('55000'),
};

const DROPPED: Readonly<Record<string, Code>> = {
  OBJECT_TABLE: '42P01',
  OBJECT_VIEW: '42P01',
  OBJECT_MATVIEW: '42P01',
  OBJECT_SEQUENCE: '42P01',
  OBJECT_INDEX: '42704',
  OBJECT_TYPE: '42704',
  OBJECT_DOMAIN: '42704',
  OBJECT_TRIGGER: '42704',
  OBJECT_POLICY: '42704',
  OBJECT_RULE: '42704',
  OBJECT_EXTENSION: '42704',
  OBJECT_PUBLICATION: '42704',
  OBJECT_FUNCTION: '42883',
  OBJECT_SCHEMA: '3F000',
};
const RENAMED: Readonly<Record<string, Code>> = {
  OBJECT_TABLE: '42P01',
  OBJECT_INDEX: '42P01',
  OBJECT_SEQUENCE: '42P01',
  OBJECT_VIEW: '42P01',
  OBJECT_COLUMN: '42703',
  OBJECT_TABCONSTRAINT: '42704',
  OBJECT_TYPE: '42704',
  OBJECT_FUNCTION: '42883',
  OBJECT_SCHEMA: '3F000',
};

const STATEMENTS: Readonly<Record<string, Read>> = {
  CreateStmt: unless('if_not_exists', '42P07'),
  CreateTableAsStmt: unless('if_not_exists', '42P07'),
  CreateSeqStmt: unless('if_not_exists', '42P07'),
  ViewStmt: unless('replace', '42P07'),
  IndexStmt: (node) => (node.idxname === undefined || node.if_not_exists ? undefined : '42P07'),
  CreateSchemaStmt: unless('if_not_exists', '42P06'),
  CreateFunctionStmt: unless('replace', '42723'),
  CreateEnumStmt: always('42710'),
  CompositeTypeStmt: always('42710'),
  CreateRangeStmt: always('42710'),
  CreateDomainStmt: always('42710'),
  CreatePolicyStmt: always('42710'),
  CreateRoleStmt: always('42710'),
  CreatePublicationStmt: always('42710'),
  CreateTrigStmt: unless('replace', '42710'),
  RuleStmt: unless('replace', '42710'),
  CreateExtensionStmt: unless('if_not_exists', '42710'),
  AlterEnumStmt: (node) => (node.oldVal !== undefined ? '22023' : node.skipIfNewValExists ? undefined : '42710'),
  // PostgreSQL stops at the first action that fails
  AlterTableStmt(node) {
    for (const item of node.cmds) {
      const code = ACTIONS[item.AlterTableCmd.subtype as string]?.(item.AlterTableCmd);
      if (code !== undefined) return code;
    }
    return undefined;
  },
  DropStmt: (node) => (node.missing_ok ? undefined : DROPPED[node.removeType as string]),
  RenameStmt: (node) => RENAMED[node.renameType as string],
};

/** The error of a second run; undefined when there is none, or none that is known. */
export function secondRunError(statement: Pick<LintStatement, 'tag' | 'node'>): SecondRunError | undefined {
  const code = STATEMENTS[statement.tag]?.(statement.node);
  return code === undefined ? undefined : { code, condition: CONDITION[code] };
}

const keyOf = ({ cls, on, name }: Fact): string => `${cls} ${on?.name} ${name}`;

/** The file itself takes away in front of the statement what the statement makes. */
export function clearsTheWay({ range }: Pick<LintStatement, 'range'>, file: LintFile): boolean {
  const made = file.facts.filter(({ op, start, end }) => op === 'create' && start >= range.start && end <= range.end);
  const dropped = new Set(file.facts.filter(({ op, start }) => op === 'drop' && start <= range.start).map(keyOf));
  return made.some((fact) => dropped.has(keyOf(fact)));
}

/** A handler's condition that stands for "it is there already" or "it is gone already". */
export const isAboutSecondRun = (condition: string): boolean =>
  NAMED.has(condition) || Object.hasOwn(CONDITION, condition.toUpperCase());

/** Does one of the conditions of the handlers catch the error? Codes that end in 000 stand for their class. */
export const catches = (conditions: readonly string[], { code, condition }: SecondRunError): boolean =>
  conditions.some(
    (one) =>
      one === 'others' ||
      one === condition ||
      one.toUpperCase() === code ||
      (code.startsWith('42') && (one === 'syntax_error_or_access_rule_violation' || one === '42000')),
  );
