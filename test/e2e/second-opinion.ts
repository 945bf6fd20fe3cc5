/**
 * What two parsers say about the same statement, in the same words: PostgreSQL's own grammar, which the product stands on, and
 * pgsql-ast-parser, which was written by other people from the documentation and shares no line with it.
 */
import type { Statement } from '@idempotify/core';
import {
  parse,
  type ColumnConstraint,
  type CreateColumnDef,
  type Expr,
  type QName,
  type Statement as Second,
  type TableAlteration,
  type TableConstraint,
} from 'pgsql-ast-parser';

/** One statement in a form that can be compared. */
export interface Claim {
  /** 'create table', 'alter table', … */
  readonly kind: string;
  /** The object, qualified where the statement qualifies it. */
  readonly names: readonly string[];
  /** 'if not exists', 'unique', 'concurrently', … sorted */
  readonly flags: readonly string[];
  /** Columns, constraints, actions, in the order of the statement. */
  readonly parts: readonly string[];
}

/** undefined: the second parser does not know this syntax (it knows some three quarters of what is written) */
export function secondOpinion(sql: string): Claim | undefined {
  let statements: Second[];
  try {
    statements = parse(sql);
  } catch {
    return undefined;
  }
  const [statement, more] = statements;
  if (statement === undefined || more !== undefined) throw new Error(`${statements.length} statements: ${sql}`);
  return ofSecond(statement);
}

const named = (name: { name: string; schema?: string | undefined }): string =>
  name.schema === undefined ? JSON.stringify(name.name) : `${JSON.stringify(name.schema)}.${JSON.stringify(name.name)}`;
const quoted = (name: string): string => JSON.stringify(name);
const list = (names: readonly { name: string }[]): string => `(${names.map(({ name }) => quoted(name)).join(', ')})`;

function claim(
  kind: string,
  names: readonly string[],
  flags: Readonly<Record<string, unknown>> = {},
  parts: readonly string[] = [],
): Claim {
  const set = Object.keys(flags)
    .filter((flag) => flags[flag] !== undefined && flags[flag] !== false && flags[flag] !== null)
    .sort();
  return { kind, names, flags: set, parts };
}

// ---------------------------------------------------------------------------------------------------- pgsql-ast-parser

function ofSecond(statement: Second): Claim | undefined {
  switch (statement.type) {
    case 'create table':
      return claim(
        'create table',
        [named(statement.name)],
        { 'if not exists': statement.ifNotExists, temporary: statement.temporary, unlogged: statement.unlogged },
        [
          ...statement.columns.flatMap((column) =>
            column.kind === 'column' ? secondColumn(column) : [`like ${named(column.like)}`],
          ),
          ...(statement.constraints ?? []).map(secondConstraint),
          ...(statement.inherits ?? []).map((parent) => `inherits ${named(parent)}`),
        ],
      );
    case 'create index':
      return claim(
        'create index',
        [statement.indexName ? quoted(statement.indexName.name) : '', named(statement.table)],
        {
          unique: statement.unique,
          concurrently: statement.concurrently,
          'if not exists': statement.ifNotExists,
          where: statement.where,
          [`using ${statement.using?.name ?? 'btree'}`]: true,
        },
        statement.expressions.map((item) =>
          [
            secondExpression(item.expression),
            item.opclass ? `opclass ${named(item.opclass)}` : '',
            item.order === 'desc' ? 'desc' : '',
            item.nulls ? `nulls ${item.nulls}` : '',
          ]
            .filter((word) => word !== '')
            .join(' '),
        ),
      );
    case 'alter table':
      return claim(
        'alter table',
        [named(statement.table)],
        { only: statement.only, 'if exists': statement.ifExists },
        statement.changes.flatMap(secondChange),
      );
    case 'alter index':
      return statement.change.type === 'rename'
        ? claim('alter index', [named(statement.index)], { 'if exists': statement.ifExists }, [
            `rename to ${quoted(statement.change.to.name)}`,
          ])
        : claim('alter index', [named(statement.index)], { 'if exists': statement.ifExists }, [
            `tablespace ${quoted(statement.change.tablespace.name)}`,
          ]);
    case 'alter enum':
      return statement.change.type === 'rename'
        ? claim('alter type', [named(statement.name)], {}, [`rename to ${quoted(statement.change.to.name)}`])
        : claim('alter type', [named(statement.name)], {}, [`add value ${quoted(statement.change.add.value)}`]);
    case 'create enum':
      return claim(
        'create enum',
        [named(statement.name)],
        {},
        statement.values.map(({ value }) => quoted(value)),
      );
    case 'create composite type':
      return claim(
        'create composite type',
        [named(statement.name)],
        {},
        statement.attributes.map(({ name }) => quoted(name.name)),
      );
    case 'drop table':
    case 'drop sequence':
    case 'drop index':
    case 'drop type':
      return claim(statement.type, statement.names.map(named), {
        'if exists': statement.ifExists,
        cascade: statement.cascade === 'cascade',
        concurrently: statement.concurrently,
      });
    case 'drop function':
      return claim(
        'drop function',
        [named(statement.name)],
        { 'if exists': statement.ifExists },
        statement.arguments ? [`${statement.arguments.length} arguments`] : [],
      );
    case 'create schema':
      return claim('create schema', [quoted(statement.name.name)], { 'if not exists': statement.ifNotExists });
    case 'create extension':
      return claim('create extension', [quoted(statement.extension.name)], { 'if not exists': statement.ifNotExists });
    case 'create sequence':
      return claim('create sequence', [named(statement.name)], {
        'if not exists': statement.ifNotExists,
        temporary: statement.temp,
      });
    case 'alter sequence':
      return claim('alter sequence', [named(statement.name)], { 'if exists': statement.ifExists }, [
        statement.change.type,
      ]);
    case 'create view':
      return claim(
        'create view',
        [named(statement.name)],
        { 'or replace': statement.orReplace, temporary: statement.temp },
        (statement.columnNames ?? []).map(({ name }) => quoted(name)),
      );
    case 'create materialized view':
      return claim(
        'create materialized view',
        [named(statement.name)],
        { 'if not exists': statement.ifNotExists },
        (statement.columnNames ?? []).map(({ name }) => quoted(name)),
      );
    case 'refresh materialized view':
      return claim('refresh materialized view', [named(statement.name)], { concurrently: statement.concurrently });
    case 'create function':
      return claim('create function', [named(statement.name)], { 'or replace': statement.orReplace }, [
        ...statement.arguments.map((argument) => argument.name?.name ?? '').map(quoted),
        `language ${statement.language?.name ?? ''}`,
        `code ${quoted((statement.code ?? '').trim())}`, // it has trimmed the text itself
      ]);
    case 'do':
      return claim('do', [], {}, [
        `language ${statement.language?.name ?? 'plpgsql'}`,
        `code ${quoted(statement.code.trim())}`,
      ]);
    case 'comment':
      return statement.on.type === 'column'
        ? claim(
            'comment on column',
            [
              named({ name: statement.on.column.table, schema: statement.on.column.schema }),
              quoted(statement.on.column.column),
            ],
            {},
            [quoted(statement.comment)],
          )
        : claim(`comment on ${statement.on.type}`, [named(statement.on.name)], {}, [quoted(statement.comment)]);
    case 'truncate table':
      return claim('truncate', statement.tables.map(named), {
        'restart identity': statement.identity === 'restart',
        cascade: statement.cascade === 'cascade',
      });
    case 'insert':
      return claim(
        'insert',
        [named(statement.into)],
        {
          'on conflict': statement.onConflict,
          'do nothing': statement.onConflict?.do === 'do nothing',
          returning: statement.returning && statement.returning.length > 0,
        },
        (statement.columns ?? []).map(({ name }) => quoted(name)),
      );
    case 'update':
      return claim(
        'update',
        [named(statement.table)],
        { where: statement.where, from: statement.from },
        statement.sets.map(({ column }) => quoted(column.name)),
      );
    case 'delete':
      return claim('delete', [named(statement.from)], { where: statement.where });
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
      return claim('select', []);
    case 'set':
      // a variable's own name has a dot, too
      return claim('set', [statement.variable.name.toLowerCase()], {
        local: statement.scope?.toLowerCase() === 'local',
      });
    case 'begin':
    case 'start transaction':
      return claim('begin', []);
    case 'commit':
      return claim('commit', []);
    case 'rollback':
      return claim('rollback', []);
    default:
      return undefined;
  }
}

/** The name of a column, or '()' for every other expression. */
function secondExpression(expression: Expr): string {
  return expression.type === 'ref' && expression.table === undefined ? quoted(expression.name) : '()';
}

function secondColumn(column: CreateColumnDef): string[] {
  return [
    `column ${quoted(column.name.name)}`,
    ...(column.constraints ?? []).flatMap((constraint) => secondColumnConstraint(constraint)),
  ];
}

function secondColumnConstraint(constraint: ColumnConstraint): string[] {
  const name =
    'constraintName' in constraint && constraint.constraintName ? ` ${quoted(constraint.constraintName.name)}` : '';
  switch (constraint.type) {
    case 'null':
      return [];
    case 'not null':
    case 'primary key':
    case 'unique':
    case 'default':
    case 'check':
      return [`${constraint.type}${name}`];
    case 'add generated':
      return [constraint.expression ? `generated${name}` : `identity${name}`];
    case 'reference':
      return [`references${name} ${secondReference(constraint)}`];
  }
}

function secondReference(reference: {
  foreignTable: QName;
  foreignColumns: { name: string }[];
  onDelete?: string;
  onUpdate?: string;
}): string {
  return `${named(reference.foreignTable)} ${list(reference.foreignColumns)} delete ${reference.onDelete ?? 'no action'} update ${reference.onUpdate ?? 'no action'}`;
}

function secondConstraint(constraint: TableConstraint): string {
  const name = constraint.constraintName ? ` ${quoted(constraint.constraintName.name)}` : '';
  switch (constraint.type) {
    case 'primary key':
    case 'unique':
      return `constraint${name} ${constraint.type} ${list(constraint.columns)}`;
    case 'foreign key':
      return `constraint${name} foreign key ${list(constraint.localColumns)} ${secondReference(constraint)}`;
    case 'check':
      return `constraint${name} check`;
  }
}

function secondChange(change: TableAlteration): string[] {
  const cascade = 'behaviour' in change && change.behaviour === 'cascade' ? ' cascade' : '';
  switch (change.type) {
    case 'rename':
      return [`rename to ${quoted(change.to.name)}`];
    case 'rename column':
      return [`rename column ${quoted(change.column.name)} to ${quoted(change.to.name)}`];
    case 'rename constraint':
      return [`rename constraint ${quoted(change.constraint.name)} to ${quoted(change.to.name)}`];
    case 'add column': {
      const [first, ...rest] = secondColumn(change.column);
      return [`add ${first}${change.ifNotExists ? ' if not exists' : ''}`, ...rest];
    }
    case 'drop column':
      return [`drop column ${quoted(change.column.name)}${change.ifExists ? ' if exists' : ''}${cascade}`];
    case 'drop constraint':
      return [`drop constraint ${quoted(change.constraint.name)}${change.ifExists ? ' if exists' : ''}${cascade}`];
    case 'add constraint':
      return [`add ${secondConstraint(change.constraint)}`];
    case 'alter column':
      return [`alter column ${quoted(change.column.name)} ${change.alter.type}`];
    case 'owner':
      return [`owner ${quoted(change.to.name)}`];
  }
}

// ------------------------------------------------------------------------------------------------------------- our own

/* eslint-disable @typescript-eslint/no-explicit-any -- libpg-query's trees are JSON */

const relation = (node: any): string => named({ name: node.relname, schema: node.schemaname });
const text = (node: any): string => node.String.sval;
const parts = (nodes: any[]): { name: string; schema?: string } => {
  const names = nodes.map(text);
  const name = names.pop() ?? '';
  const schema = names.pop();
  return schema === undefined ? { name } : { name, schema };
};
const columns = (nodes: any[] | undefined): string => `(${(nodes ?? []).map((node) => quoted(text(node))).join(', ')})`;

const objectKinds: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_INDEX: 'index',
  OBJECT_TYPE: 'type',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FUNCTION: 'function',
  OBJECT_COLUMN: 'column',
  OBJECT_DATABASE: 'database',
  OBJECT_TRIGGER: 'trigger',
};

/** What our parser says, from the tag and the tree of the statement. */
export function ourOpinion({ tag, node }: Statement): Claim | undefined {
  switch (tag) {
    case 'CreateStmt':
      return claim(
        'create table',
        [relation(node.relation)],
        {
          'if not exists': node.if_not_exists,
          temporary: node.relation.relpersistence === 't',
          unlogged: node.relation.relpersistence === 'u',
        },
        [
          ...(node.tableElts ?? []).flatMap((element: any): string[] => {
            if (element.ColumnDef) return ourColumn(element.ColumnDef);
            if (element.TableLikeClause) return [`like ${relation(element.TableLikeClause.relation)}`];
            return [];
          }),
          ...(node.tableElts ?? []).flatMap((element: any) =>
            element.Constraint ? [ourConstraint(element.Constraint)] : [],
          ),
          ...(node.inhRelations ?? []).map((parent: any) => `inherits ${relation(parent.RangeVar)}`),
        ],
      );
    case 'IndexStmt':
      return claim(
        'create index',
        [node.idxname ? quoted(node.idxname) : '', relation(node.relation)],
        {
          unique: node.unique,
          concurrently: node.concurrent,
          'if not exists': node.if_not_exists,
          where: node.whereClause,
          [`using ${node.accessMethod ?? 'btree'}`]: true,
        },
        node.indexParams.map(({ IndexElem: item }: any) =>
          [
            item.name === undefined ? '()' : quoted(item.name),
            item.opclass ? `opclass ${named(parts(item.opclass))}` : '',
            item.ordering === 'SORTBY_DESC' ? 'desc' : '',
            item.nulls_ordering === 'SORTBY_NULLS_FIRST' ? 'nulls first' : '',
            item.nulls_ordering === 'SORTBY_NULLS_LAST' ? 'nulls last' : '',
          ]
            .filter((word) => word !== '')
            .join(' '),
        ),
      );
    case 'AlterTableStmt':
      return claim(
        `alter ${objectKinds[node.objtype]}`,
        [relation(node.relation)],
        { only: node.relation.inh !== true, 'if exists': node.missing_ok },
        node.cmds.flatMap(({ AlterTableCmd }: any) => ourChange(AlterTableCmd)),
      );
    case 'RenameStmt':
      return ourRename(node);
    case 'AlterEnumStmt':
      return claim('alter type', [named(parts(node.typeName))], {}, [`add value ${quoted(node.newVal)}`]);
    case 'CreateEnumStmt':
      return claim(
        'create enum',
        [named(parts(node.typeName))],
        {},
        (node.vals ?? []).map((label: any) => quoted(text(label))),
      );
    case 'CompositeTypeStmt':
      return claim(
        'create composite type',
        [relation(node.typevar)],
        {},
        (node.coldeflist ?? []).map(({ ColumnDef }: any) => quoted(ColumnDef.colname)),
      );
    case 'DropStmt':
      return ourDrop(node);
    case 'CreateSchemaStmt':
      return claim('create schema', [quoted(node.schemaname)], { 'if not exists': node.if_not_exists });
    case 'CreateExtensionStmt':
      return claim('create extension', [quoted(node.extname)], { 'if not exists': node.if_not_exists });
    case 'CreateSeqStmt':
      return claim('create sequence', [relation(node.sequence)], {
        'if not exists': node.if_not_exists,
        temporary: node.sequence.relpersistence === 't',
      });
    case 'AlterSeqStmt':
      return claim('alter sequence', [relation(node.sequence)], { 'if exists': node.missing_ok }, ['set options']);
    case 'AlterObjectSchemaStmt':
      if (node.objectType !== 'OBJECT_SEQUENCE') return undefined;
      return claim('alter sequence', [relation(node.relation)], { 'if exists': node.missing_ok }, ['set schema']);
    case 'ViewStmt':
      return claim(
        'create view',
        [relation(node.view)],
        { 'or replace': node.replace, temporary: node.view.relpersistence === 't' },
        (node.aliases ?? []).map((alias: any) => quoted(text(alias))),
      );
    case 'CreateTableAsStmt':
      if (node.objtype !== 'OBJECT_MATVIEW') return undefined;
      return claim(
        'create materialized view',
        [relation(node.into.rel)],
        { 'if not exists': node.if_not_exists },
        (node.into.colNames ?? []).map((name: any) => quoted(text(name))),
      );
    case 'RefreshMatViewStmt':
      return claim('refresh materialized view', [relation(node.relation)], { concurrently: node.concurrent });
    case 'CreateFunctionStmt': {
      const options = new Map<string, any>(
        (node.options ?? []).map(({ DefElem }: any) => [DefElem.defname, DefElem.arg] as const),
      );
      return claim('create function', [named(parts(node.funcname))], { 'or replace': node.replace }, [
        ...(node.parameters ?? [])
          .filter(({ FunctionParameter }: any) => FunctionParameter.mode !== 'FUNC_PARAM_TABLE')
          .map(({ FunctionParameter }: any) => quoted(FunctionParameter.name ?? '')),
        `language ${options.has('language') ? text(options.get('language')) : ''}`,
        `code ${quoted(options.has('as') ? text(options.get('as').List.items[0]).trim() : '')}`,
      ]);
    }
    case 'DoStmt': {
      const argument = (name: string): string | undefined => {
        const found = node.args.find(({ DefElem }: any) => DefElem.defname === name);
        return found === undefined ? undefined : text(found.DefElem.arg);
      };
      return claim('do', [], {}, [
        `language ${argument('language') ?? 'plpgsql'}`,
        `code ${quoted((argument('as') ?? '').trim())}`,
      ]);
    }
    case 'CommentStmt': {
      const kind = objectKinds[node.objtype];
      const object = node.object.List?.items ?? node.object.TypeName?.names ?? [node.object];
      const comment = quoted(node.comment ?? '');
      if (kind !== 'column') return claim(`comment on ${kind}`, [named(parts(object))], {}, [comment]);
      return claim('comment on column', [named(parts(object.slice(0, -1))), quoted(text(object.at(-1)))], {}, [
        comment,
      ]);
    }
    case 'TruncateStmt':
      return claim(
        'truncate',
        node.relations.map(({ RangeVar }: any) => relation(RangeVar)),
        { 'restart identity': node.restart_seqs, cascade: node.behavior === 'DROP_CASCADE' },
      );
    case 'InsertStmt':
      return claim(
        'insert',
        [relation(node.relation)],
        {
          'on conflict': node.onConflictClause,
          'do nothing': node.onConflictClause?.action === 'ONCONFLICT_NOTHING',
          returning: node.returningList ?? node.returningClause,
        },
        (node.cols ?? []).map(({ ResTarget }: any) => quoted(ResTarget.name)),
      );
    case 'UpdateStmt':
      return claim(
        'update',
        [relation(node.relation)],
        { where: node.whereClause, from: node.fromClause },
        node.targetList.map(({ ResTarget }: any) => quoted(ResTarget.name)),
      );
    case 'DeleteStmt':
      return claim('delete', [relation(node.relation)], { where: node.whereClause });
    case 'SelectStmt':
      return claim('select', []);
    case 'VariableSetStmt':
      return claim('set', [String(node.name).toLowerCase()], { local: node.is_local });
    case 'TransactionStmt':
      switch (node.kind) {
        case 'TRANS_STMT_BEGIN':
        case 'TRANS_STMT_START':
          return claim('begin', []);
        case 'TRANS_STMT_COMMIT':
          return claim('commit', []);
        case 'TRANS_STMT_ROLLBACK':
          return claim('rollback', []);
        default:
          return undefined;
      }
    default:
      return undefined;
  }
}

function ourRename(node: any): Claim | undefined {
  const to = quoted(node.newname);
  const flags = { 'if exists': node.missing_ok };
  const on = (node.relation ? { ...flags, only: node.relation.inh !== true } : flags) as Record<string, unknown>;
  switch (node.renameType) {
    case 'OBJECT_TABLE':
      return claim('alter table', [relation(node.relation)], on, [`rename to ${to}`]);
    case 'OBJECT_COLUMN':
      return claim('alter table', [relation(node.relation)], on, [`rename column ${quoted(node.subname)} to ${to}`]);
    case 'OBJECT_TABCONSTRAINT':
      return claim('alter table', [relation(node.relation)], on, [
        `rename constraint ${quoted(node.subname)} to ${to}`,
      ]);
    case 'OBJECT_INDEX':
      return claim('alter index', [relation(node.relation)], flags, [`rename to ${to}`]);
    case 'OBJECT_TYPE':
      return claim('alter type', [named(parts(node.object.List.items))], {}, [`rename to ${to}`]);
    case 'OBJECT_SEQUENCE':
      return claim('alter sequence', [relation(node.relation)], flags, ['rename']);
    default:
      return undefined;
  }
}

function ourDrop(node: any): Claim | undefined {
  const kind = objectKinds[node.removeType];
  if (kind === undefined) return undefined;
  const flags = {
    'if exists': node.missing_ok,
    cascade: node.behavior === 'DROP_CASCADE',
    concurrently: node.concurrent,
  };
  if (kind === 'function') {
    const { objname, objargs, args_unspecified: unspecified } = node.objects[0].ObjectWithArgs;
    return claim(
      'drop function',
      [named(parts(objname))],
      { 'if exists': node.missing_ok },
      unspecified ? [] : [`${(objargs ?? []).length} arguments`],
    );
  }
  const names = node.objects.map((object: any) =>
    named(parts(object.List?.items ?? object.TypeName?.names ?? [object])),
  );
  return claim(`drop ${kind}`, names, flags);
}

function ourColumn(column: any): string[] {
  return [
    `column ${quoted(column.colname)}`,
    ...(column.constraints ?? []).flatMap(({ Constraint }: any) => ourColumnConstraint(Constraint)),
  ];
}

function ourColumnConstraint(constraint: any): string[] {
  const name = constraint.conname ? ` ${quoted(constraint.conname)}` : '';
  switch (constraint.contype) {
    case 'CONSTR_NOTNULL':
      return [`not null${name}`];
    case 'CONSTR_PRIMARY':
      return [`primary key${name}`];
    case 'CONSTR_UNIQUE':
      return [`unique${name}`];
    case 'CONSTR_DEFAULT':
      return [`default${name}`];
    case 'CONSTR_CHECK':
      return [`check${name}`];
    case 'CONSTR_GENERATED':
      return [`generated${name}`];
    case 'CONSTR_IDENTITY':
      return [`identity${name}`];
    case 'CONSTR_FOREIGN':
      return [`references${name} ${ourReference(constraint)}`];
    default:
      return [];
  }
}

const actions: Readonly<Record<string, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

function ourReference(constraint: any): string {
  return `${relation(constraint.pktable)} ${columns(constraint.pk_attrs)} delete ${actions[constraint.fk_del_action]} update ${actions[constraint.fk_upd_action]}`;
}

function ourConstraint(constraint: any): string {
  const name = constraint.conname ? ` ${quoted(constraint.conname)}` : '';
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
      return `constraint${name} primary key ${columns(constraint.keys)}`;
    case 'CONSTR_UNIQUE':
      return `constraint${name} unique ${columns(constraint.keys)}`;
    case 'CONSTR_FOREIGN':
      return `constraint${name} foreign key ${columns(constraint.fk_attrs)} ${ourReference(constraint)}`;
    case 'CONSTR_CHECK':
      return `constraint${name} check`;
    default:
      return `constraint${name} ${constraint.contype}`;
  }
}

function ourChange(command: any): string[] {
  const ifExists = command.missing_ok ? ' if exists' : '';
  const cascade = command.behavior === 'DROP_CASCADE' ? ' cascade' : '';
  switch (command.subtype) {
    case 'AT_AddColumn': {
      const [first, ...rest] = ourColumn(command.def.ColumnDef);
      return [`add ${first}${command.missing_ok ? ' if not exists' : ''}`, ...rest];
    }
    case 'AT_DropColumn':
      return [`drop column ${quoted(command.name)}${ifExists}${cascade}`];
    case 'AT_DropConstraint':
      return [`drop constraint ${quoted(command.name)}${ifExists}${cascade}`];
    case 'AT_AddConstraint':
      return [`add ${ourConstraint(command.def.Constraint)}`];
    case 'AT_AlterColumnType':
      return [`alter column ${quoted(command.name)} set type`];
    case 'AT_ColumnDefault':
      return [`alter column ${quoted(command.name)} ${command.def ? 'set default' : 'drop default'}`];
    case 'AT_SetNotNull':
      return [`alter column ${quoted(command.name)} set not null`];
    case 'AT_DropNotNull':
      return [`alter column ${quoted(command.name)} drop not null`];
    case 'AT_AddIdentity':
      return [`alter column ${quoted(command.name)} add generated`];
    case 'AT_ChangeOwner':
      return [`owner ${quoted(command.newowner.rolename ?? '')}`];
    default:
      return [`${command.subtype}`];
  }
}
