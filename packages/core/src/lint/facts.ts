/**
 * What a statement makes, drops, renames and uses, by name only. This is what a whole history is replayed with: cheap to read, small
 * enough to be kept in a cache and to be sent between threads. What a statement means exactly is the business of `Effect`.
 */
import {
  constantText,
  objectName,
  qualified,
  rangeVar,
  strings,
  truncateName,
  walk,
  type Node,
  type QualifiedName,
} from '../model/ast.ts';
import type { Range, Statement } from '../parse/index.ts';

export type FactClass =
  /** Everything in pg_class with a name of its own: tables, views, sequences, indexes. */
  | 'relation'
  | 'type'
  | 'function'
  | 'schema'
  | 'extension'
  | 'role'
  | 'publication'
  | 'column'
  | 'constraint'
  | 'trigger'
  | 'policy'
  | 'rule'
  /** A value of an enum. */
  | 'label';

export interface Fact {
  /**
   * - `create`, `drop`: also ADD and DROP of columns, constraints and values.
   * - `rename`: `to` is the new name. `move`: `to` is the new schema.
   * - `use`: the object has to be there. `alter`: it has to be there and is changed.
   */
  readonly op: 'create' | 'drop' | 'rename' | 'move' | 'alter' | 'use';
  readonly cls: FactClass;
  /** 'table', 'view', 'materialized view', 'index', 'sequence', 'foreign table', 'enum', 'domain', 'function', 'procedure', … */
  readonly kind: string;
  readonly schema?: string | undefined;
  /**
   * Of a function: with the types of its arguments where they are known, `f(integer)`. '' for a constraint whose name is left to
   * PostgreSQL.
   */
  readonly name: string;
  /** The relation (of a label: the type) that it belongs to. */
  readonly on?: QualifiedName;
  readonly to?: string;
  /** IF EXISTS, IF NOT EXISTS, OR REPLACE: a miss (a second time) is no error. */
  readonly lenient?: boolean;
  readonly cascade?: boolean;
  /** Under a condition in the body of a DO block, or in a transaction that is rolled back: it may or may not happen. */
  readonly maybe?: boolean;
  /**
   * Of a created index: what people have to know to see whether it comes back (`UNIQUE`, the columns).
   * Of a created column, and of one that gets another type: its type.
   * Of a created constraint: 'primary key', 'unique', 'exclusion', 'foreign key', 'check'.
   */
  readonly detail?: string;
  /** Of a created index or constraint: the columns that it dies with; missing when they can't be told. */
  readonly columns?: readonly string[];
  /** Position of its statement among all statements of the file. */
  readonly statement: number;
  /** UTF-16 range in the file. */
  readonly start: number;
  readonly end: number;
}

type Draft = Omit<Fact, 'statement' | 'start' | 'end'>;

const DROPPED: Readonly<Record<string, readonly [FactClass, string]>> = {
  OBJECT_TABLE: ['relation', 'table'],
  OBJECT_FOREIGN_TABLE: ['relation', 'foreign table'],
  OBJECT_VIEW: ['relation', 'view'],
  OBJECT_MATVIEW: ['relation', 'materialized view'],
  OBJECT_INDEX: ['relation', 'index'],
  OBJECT_SEQUENCE: ['relation', 'sequence'],
  OBJECT_TYPE: ['type', 'type'],
  OBJECT_DOMAIN: ['type', 'domain'],
  OBJECT_FUNCTION: ['function', 'function'],
  OBJECT_PROCEDURE: ['function', 'procedure'],
  OBJECT_ROUTINE: ['function', 'routine'],
  OBJECT_AGGREGATE: ['function', 'aggregate'],
  OBJECT_SCHEMA: ['schema', 'schema'],
  OBJECT_EXTENSION: ['extension', 'extension'],
  OBJECT_PUBLICATION: ['publication', 'publication'],
};
const DROPPED_ON: Readonly<Record<string, FactClass>> = {
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
};
const RENAMED: Readonly<Record<string, readonly [FactClass, string]>> = {
  ...DROPPED,
  OBJECT_ROLE: ['role', 'role'],
};
const RENAMED_ON: Readonly<Record<string, FactClass>> = {
  ...DROPPED_ON,
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_COLUMN: 'column',
};

/** Types that every database has: not worth a fact. */
const isBuiltIn = (names: readonly string[]): boolean =>
  names[0] === 'pg_catalog' || (names.length === 1 && BUILT_IN.has(names[0] as string));

const BUILT_IN = new Set(
  `text uuid json jsonb timestamptz timetz date bytea inet cidr macaddr macaddr8 xml money oid regclass regproc regtype name point line lseg
  box path polygon circle tsvector tsquery int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange
  nummultirange tsmultirange tstzmultirange datemultirange serial serial2 serial4 serial8 bigserial smallserial int2 int4 int8 float4 float8
  bool varchar bpchar char numeric timestamp time interval bit varbit record void trigger event_trigger anyelement anyarray jsonpath
  pg_lsn txid_snapshot pg_snapshot`.split(/\s+/),
);

const typeText = (node: Node): string => {
  const names = strings(node?.names);
  return `${names[names.length - 1] ?? ''}${node?.arrayBounds ? '[]' : ''}`;
};

/** Tables and views that every database has. */
const isSystem = (relation: Node): boolean =>
  relation.schemaname === undefined
    ? String(relation.relname).startsWith('pg_')
    : relation.schemaname === 'pg_catalog' || relation.schemaname === 'information_schema';

const CONSTRAINTS: Readonly<Record<string, string>> = {
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_EXCLUSION: 'exclusion',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_CHECK: 'check',
};

/** Columns that a constraint of a table dies with; undefined when an expression may name others. */
function constraintColumns(node: Node, column: string | undefined): readonly string[] | undefined {
  if (node.contype === 'CONSTR_CHECK' || node.contype === 'CONSTR_EXCLUSION' || node.indexname !== undefined)
    return undefined;
  const columns = strings(node.contype === 'CONSTR_FOREIGN' ? node.fk_attrs : node.keys);
  return columns.length > 0 ? columns : column === undefined ? undefined : [column];
}

/** `varchar(20)`, `numeric(10,2)[]`. */
const typeDetail = (node: Node): string => {
  const limits = (node?.typmods ?? []).map(constantText);
  return limits.length === 0 ? typeText(node) : typeText(node).replace(/(\[\])?$/, `(${limits.join(',')})$1`);
};

class Reader {
  readonly facts: Fact[] = [];
  readonly statement: Statement;
  readonly maybe: boolean;
  readonly number: number;

  constructor(statement: Statement, number: number, maybe: boolean) {
    this.statement = statement;
    this.number = number;
    this.maybe = maybe;
  }

  /** @param draft is kept: there are tens of thousands of them in a large history, and copies cost more than all the rest */
  add(draft: Draft, location?: number): void {
    const { range } = this.statement;
    const fact = draft as { -readonly [Key in keyof Fact]: Fact[Key] };
    if (this.maybe) fact.maybe = true;
    fact.statement = this.number;
    fact.start = location === undefined || location < 0 ? range.start : this.statement.offsetOf(location);
    fact.end = range.end;
    this.facts.push(fact);
  }

  relation(op: Fact['op'], kind: string, node: Node, more?: Partial<Draft>): QualifiedName {
    const { schema, name } = rangeVar(node);
    const draft: Draft = { op, cls: 'relation', kind, schema, name };
    this.add(more ? Object.assign(draft, more) : draft, node?.location);
    return { schema, name };
  }

  /** A type that a column or a domain is of. */
  type(node: Node): void {
    const names = strings(node?.names);
    if (names.length === 0 || isBuiltIn(names)) return;
    this.add({ op: 'use', cls: 'type', kind: 'type', ...qualified(names) }, node.location);
  }

  column(table: QualifiedName, def: Node, more: Partial<Draft> = {}): void {
    this.add(
      {
        op: 'create',
        cls: 'column',
        kind: 'column',
        name: truncateName(def?.colname ?? ''),
        on: table,
        detail: typeDetail(def?.typeName),
        ...more,
      },
      def?.location,
    );
    this.type(def?.typeName);
    for (const item of def?.constraints ?? [])
      this.constraint(table, item.Constraint, truncateName(def?.colname ?? ''));
  }

  constraint(table: QualifiedName, node: Node, column?: string): void {
    const what = CONSTRAINTS[node?.contype];
    if (what === undefined) return;
    // an index that becomes a constraint takes its name
    const name = node.conname ?? node.indexname;
    const columns = constraintColumns(node, column);
    if (node.indexname !== undefined && node.conname !== undefined && node.conname !== node.indexname)
      this.add({
        op: 'rename',
        cls: 'relation',
        kind: 'index',
        schema: table.schema,
        name: truncateName(node.indexname),
        to: truncateName(node.conname),
      });
    this.add(
      {
        op: 'create',
        cls: 'constraint',
        kind: 'constraint',
        name: truncateName(name ?? ''),
        on: table,
        detail: node.indexname === undefined ? what : 'index',
        ...(columns ? { columns } : {}),
      },
      node.location,
    );
    if (node.pktable) this.relation('use', 'table', node.pktable);
  }

  /** Relations that a query reads or writes, without its WITH queries. */
  query(node: Node): void {
    const own = new Set<string>();
    // a query names the same table over and over
    const used = new Map<string, Node>();
    walk(node, (tag, inner) => {
      if (tag === 'CommonTableExpr') own.add(inner.ctename);
      else if (tag === 'RangeVar') {
        const name = `${inner.schemaname ?? ''} ${inner.relname}`;
        if (!used.has(name)) used.set(name, inner);
      }
    });
    for (const relation of used.values())
      if (!(relation.schemaname === undefined && own.has(relation.relname)) && !isSystem(relation))
        this.relation('use', 'relation', relation);
  }
}

const DROPS: ReadonlySet<string> = new Set(['AT_DropColumn', 'AT_DropConstraint']);

type Read = (reader: Reader, node: Node) => void;

const KINDS: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

const READERS: Readonly<Record<string, Read>> = {
  CreateStmt(reader, node) {
    if (node.relation?.relpersistence === 't') return;
    const table = reader.relation('create', 'table', node.relation, {
      ...(node.if_not_exists ? { lenient: true } : {}),
    });
    for (const parent of node.inhRelations ?? []) reader.relation('use', 'table', parent.RangeVar);
    for (const item of node.tableElts ?? []) {
      if (item.ColumnDef) reader.column(table, item.ColumnDef);
      else if (item.Constraint) reader.constraint(table, item.Constraint);
      else if (item.TableLikeClause) reader.relation('use', 'table', item.TableLikeClause.relation);
    }
  },
  CreateForeignTableStmt(reader, node) {
    const base = node.base ?? node.base_stmt ?? {};
    const table = reader.relation(
      'create',
      'foreign table',
      base.relation,
      base.if_not_exists ? { lenient: true } : {},
    );
    for (const item of base.tableElts ?? []) if (item.ColumnDef) reader.column(table, item.ColumnDef);
  },
  CreateTableAsStmt(reader, node) {
    reader.query(node.query);
    if (node.into?.rel?.relpersistence === 't') return;
    reader.relation(
      'create',
      KINDS[node.objtype] ?? 'table',
      node.into?.rel,
      node.if_not_exists ? { lenient: true } : {},
    );
  },
  SelectStmt(reader, node) {
    const { intoClause, ...query } = node;
    reader.query(query);
    if (intoClause && intoClause.rel?.relpersistence !== 't') reader.relation('create', 'table', intoClause.rel);
  },
  ViewStmt(reader, node) {
    reader.query(node.query);
    if (node.view?.relpersistence !== 't')
      reader.relation('create', 'view', node.view, node.replace ? { lenient: true } : {});
  },
  RefreshMatViewStmt: (reader, node) => void reader.relation('use', 'materialized view', node.relation),
  IndexStmt(reader, node) {
    const table = reader.relation('use', 'table', node.relation);
    if (node.idxname === undefined) return;
    const params: Node[] = [...(node.indexParams ?? []), ...(node.indexIncludingParams ?? [])];
    const plain = !node.whereClause && params.every((item) => item.IndexElem?.name !== undefined);
    const columns = (node.indexParams ?? []).map((item: Node) => item.IndexElem?.name ?? '(…)').join(', ');
    reader.add({
      op: 'create',
      cls: 'relation',
      kind: 'index',
      schema: table.schema,
      name: truncateName(node.idxname),
      on: table,
      detail: `${node.unique ? 'UNIQUE ' : ''}${node.accessMethod ?? 'btree'} (${columns})${node.whereClause ? ' WHERE …' : ''}`,
      ...(plain ? { columns: params.map((item) => truncateName(item.IndexElem.name)) } : {}),
      ...(node.if_not_exists ? { lenient: true } : {}),
    });
  },
  CreateSeqStmt(reader, node) {
    if (node.sequence?.relpersistence !== 't')
      reader.relation('create', 'sequence', node.sequence, node.if_not_exists ? { lenient: true } : {});
  },
  AlterSeqStmt: (reader, node) =>
    void reader.relation('alter', 'sequence', node.sequence, node.missing_ok ? { lenient: true } : {}),
  AlterTableStmt(reader, node) {
    const lenient = node.missing_ok ? { lenient: true } : {};
    const table = reader.relation('alter', KINDS[node.objtype] ?? 'table', node.relation, lenient);
    // PostgreSQL does what an ALTER TABLE drops before what it adds, however it is written (tablecmds.c: AlterTablePass)
    const drops = (item: Node): boolean => DROPS.has(item.AlterTableCmd?.subtype);
    const cmds: Node[] = node.cmds ?? [];
    for (const item of cmds.some(drops) ? [...cmds.filter(drops), ...cmds.filter((one) => !drops(one))] : cmds) {
      const cmd = item.AlterTableCmd ?? {};
      const own = cmd.missing_ok ? { lenient: true } : lenient;
      const child = (op: Fact['op'], cls: FactClass, detail?: string): void =>
        reader.add(
          {
            op,
            cls,
            kind: cls,
            name: truncateName(cmd.name ?? ''),
            on: table,
            ...(detail === undefined ? {} : { detail }),
            ...own,
            ...(cmd.behavior === 'DROP_CASCADE' ? { cascade: true } : {}),
          },
          detail === undefined ? undefined : cmd.def?.ColumnDef?.location,
        );
      switch (cmd.subtype) {
        case 'AT_AddColumn':
          reader.column(table, cmd.def?.ColumnDef, own);
          break;
        case 'AT_DropColumn':
          child('drop', 'column');
          break;
        case 'AT_AddConstraint':
          reader.constraint(table, cmd.def?.Constraint);
          break;
        case 'AT_DropConstraint':
          child('drop', 'constraint');
          break;
        case 'AT_ValidateConstraint':
        case 'AT_AlterConstraint':
          child('alter', 'constraint');
          break;
        case 'AT_ColumnDefault':
        case 'AT_SetNotNull':
        case 'AT_DropNotNull':
        case 'AT_SetStorage':
        case 'AT_AddIdentity':
        case 'AT_DropIdentity':
          child('alter', 'column');
          break;
        case 'AT_AlterColumnType':
          child('alter', 'column', typeDetail(cmd.def?.ColumnDef?.typeName));
          reader.type(cmd.def?.ColumnDef?.typeName);
          break;
        case 'AT_AttachPartition':
          reader.relation('use', 'table', cmd.def?.PartitionCmd?.name);
          break;
        default:
      }
    }
  },
  CreateEnumStmt(reader, node) {
    const type = qualified(strings(node.typeName));
    reader.add({ op: 'create', cls: 'type', kind: 'enum', ...type });
    for (const item of node.vals ?? [])
      reader.add({ op: 'create', cls: 'label', kind: 'value', name: item.String?.sval ?? '', on: type });
  },
  AlterEnumStmt(reader, node) {
    const type = qualified(strings(node.typeName));
    reader.add({ op: 'alter', cls: 'type', kind: 'enum', ...type });
    if (node.oldVal !== undefined)
      reader.add({ op: 'rename', cls: 'label', kind: 'value', name: node.oldVal, on: type, to: node.newVal ?? '' });
    else
      reader.add({
        op: 'create',
        cls: 'label',
        kind: 'value',
        name: node.newVal ?? '',
        on: type,
        ...(node.skipIfNewValExists ? { lenient: true } : {}),
      });
  },
  CompositeTypeStmt(reader, node) {
    reader.add(
      { op: 'create', cls: 'type', kind: 'composite type', ...rangeVar(node.typevar) },
      node.typevar?.location,
    );
  },
  CreateRangeStmt(reader, node) {
    reader.add({ op: 'create', cls: 'type', kind: 'range type', ...qualified(strings(node.typeName)) });
  },
  CreateDomainStmt(reader, node) {
    reader.add({ op: 'create', cls: 'type', kind: 'domain', ...qualified(strings(node.domainname)) });
    reader.type(node.typeName);
  },
  AlterDomainStmt(reader, node) {
    reader.add({ op: 'alter', cls: 'type', kind: 'domain', ...qualified(strings(node.typeName)) });
  },
  DefineStmt(reader, node) {
    if (node.kind !== 'OBJECT_TYPE') return;
    reader.add({ op: 'create', cls: 'type', kind: 'type', ...qualified(strings(node.defnames)) });
  },
  CreateFunctionStmt(reader, node) {
    const name = qualified(strings(node.funcname));
    const args = (node.parameters ?? [])
      .map((item: Node) => item.FunctionParameter)
      .filter((item: Node) => item && item.mode !== 'FUNC_PARAM_OUT' && item.mode !== 'FUNC_PARAM_TABLE')
      .map((item: Node) => typeText(item.argType));
    reader.add({
      op: 'create',
      cls: 'function',
      kind: node.is_procedure ? 'procedure' : 'function',
      schema: name.schema,
      name: `${name.name}(${args.join(', ')})`,
      ...(node.replace ? { lenient: true } : {}),
    });
  },
  CreateTrigStmt(reader, node) {
    const table = reader.relation('use', 'table', node.relation);
    reader.add({
      op: 'create',
      cls: 'trigger',
      kind: 'trigger',
      name: truncateName(node.trigname ?? ''),
      on: table,
      ...(node.replace ? { lenient: true } : {}),
    });
  },
  CreatePolicyStmt(reader, node) {
    const table = reader.relation('use', 'table', node.table);
    reader.add({ op: 'create', cls: 'policy', kind: 'policy', name: truncateName(node.policy_name ?? ''), on: table });
  },
  AlterPolicyStmt(reader, node) {
    const table = reader.relation('use', 'table', node.table);
    reader.add({ op: 'alter', cls: 'policy', kind: 'policy', name: truncateName(node.policy_name ?? ''), on: table });
  },
  RuleStmt(reader, node) {
    const table = reader.relation('use', 'relation', node.relation);
    reader.add({
      op: 'create',
      cls: 'rule',
      kind: 'rule',
      name: truncateName(node.rulename ?? ''),
      on: table,
      ...(node.replace ? { lenient: true } : {}),
    });
  },
  CreateSchemaStmt(reader, node) {
    if (node.schemaname !== undefined)
      reader.add({
        op: 'create',
        cls: 'schema',
        kind: 'schema',
        name: truncateName(node.schemaname),
        ...(node.if_not_exists ? { lenient: true } : {}),
      });
  },
  CreateExtensionStmt(reader, node) {
    reader.add({
      op: 'create',
      cls: 'extension',
      kind: 'extension',
      name: truncateName(node.extname ?? ''),
      ...(node.if_not_exists ? { lenient: true } : {}),
    });
  },
  CreateRoleStmt(reader, node) {
    reader.add({ op: 'create', cls: 'role', kind: 'role', name: truncateName(node.role ?? '') });
  },
  DropRoleStmt(reader, node) {
    for (const item of node.roles ?? [])
      reader.add({
        op: 'drop',
        cls: 'role',
        kind: 'role',
        name: truncateName(item.RoleSpec?.rolename ?? ''),
        ...(node.missing_ok ? { lenient: true } : {}),
      });
  },
  CreatePublicationStmt(reader, node) {
    reader.add({ op: 'create', cls: 'publication', kind: 'publication', name: truncateName(node.pubname ?? '') });
  },
  DropStmt(reader, node) {
    const more = {
      ...(node.missing_ok ? { lenient: true } : {}),
      ...(node.behavior === 'DROP_CASCADE' ? { cascade: true } : {}),
    };
    const direct = DROPPED[node.removeType];
    const child = DROPPED_ON[node.removeType];
    for (const item of node.objects ?? []) {
      if (direct) {
        const [cls, kind] = direct;
        const name = objectName(item);
        const args =
          item.ObjectWithArgs && !item.ObjectWithArgs.args_unspecified
            ? `(${(item.ObjectWithArgs.objargs ?? []).map((arg: Node) => typeText(arg.TypeName)).join(', ')})`
            : '';
        reader.add({ op: 'drop', cls, kind, ...name, name: `${name.name}${args}`, ...more });
      } else if (child) {
        const parts = strings(item.List?.items);
        const name = parts.pop() ?? '';
        reader.add({ op: 'drop', cls: child, kind: child, name, on: qualified(parts), ...more });
      }
    }
  },
  RenameStmt(reader, node) {
    const lenient = node.missing_ok ? { lenient: true } : {};
    const to = truncateName(node.newname ?? '');
    const child = RENAMED_ON[node.renameType];
    if (child) {
      const table = reader.relation('alter', 'relation', node.relation, lenient);
      reader.add({
        op: 'rename',
        cls: child,
        kind: child,
        name: truncateName(node.subname ?? ''),
        on: table,
        to,
        ...lenient,
      });
      return;
    }
    const direct = RENAMED[node.renameType];
    if (!direct) return;
    const [cls, kind] = direct;
    if (node.relation) reader.relation('rename', kind, node.relation, { to, ...lenient });
    else {
      const name = node.object
        ? objectName(node.object)
        : { schema: undefined, name: truncateName(node.subname ?? '') };
      reader.add({ op: 'rename', cls, kind, ...name, to, ...lenient });
    }
  },
  AlterObjectSchemaStmt(reader, node) {
    const direct = RENAMED[node.objectType];
    if (!direct) return;
    const [cls, kind] = direct;
    const more = { to: truncateName(node.newschema ?? ''), ...(node.missing_ok ? { lenient: true } : {}) };
    if (node.relation) reader.relation('move', kind, node.relation, more);
    else reader.add({ op: 'move', cls, kind, ...objectName(node.object), ...more });
  },
  InsertStmt(reader, node) {
    reader.relation('use', 'table', node.relation);
    const { relation: _relation, ...query } = node;
    const values: Node[] | undefined = query.selectStmt?.SelectStmt?.valuesLists;
    // seeds have thousands of constants, and no table in them
    const plain = (item: Node): boolean => item.A_Const !== undefined || item.SetToDefault !== undefined;
    if (values?.every((row) => (row.List?.items ?? []).every(plain))) delete query.selectStmt;
    reader.query(query);
  },
  UpdateStmt(reader, node) {
    reader.relation('use', 'table', node.relation);
    const { relation: _relation, ...query } = node;
    reader.query(query);
  },
  DeleteStmt(reader, node) {
    reader.relation('use', 'table', node.relation);
    const { relation: _relation, ...query } = node;
    reader.query(query);
  },
  TruncateStmt(reader, node) {
    for (const item of node.relations ?? []) reader.relation('use', 'table', item.RangeVar);
  },
  MergeStmt: (reader, node) => reader.query(node),
  CommentStmt(reader, node) {
    const known = DROPPED[node.objtype];
    if (known?.[0] === 'relation')
      reader.add({ op: 'use', cls: 'relation', kind: known[1], ...objectName(node.object) });
    else if (node.objtype === 'OBJECT_COLUMN') {
      const parts = strings(node.object?.List?.items);
      const name = parts.pop() ?? '';
      reader.add({ op: 'use', cls: 'column', kind: 'column', name, on: qualified(parts) });
    }
  },
  GrantStmt(reader, node) {
    if (node.objtype !== 'OBJECT_TABLE' || node.targtype !== 'ACL_TARGET_OBJECT') return;
    for (const item of node.objects ?? []) if (item.RangeVar) reader.relation('use', 'relation', item.RangeVar);
  },
};

/**
 * @param number of the statement among all statements of its file; for one in a DO block, that of the block
 * @param maybe it stands in a DO block
 */
export function factsOf(statement: Statement, number = statement.index, maybe = false): readonly Fact[] {
  const read = READERS[statement.tag];
  if (!read) return [];
  const reader = new Reader(statement, number, maybe);
  read(reader, statement.node);
  return reader.facts;
}

/** The kind of a fact that says only this: from here on nothing that was known is certain. */
export const ANYTHING = 'anything';
/** The schema that PostgreSQL lets one call the temporary tables of the session by. */
export const TEMPORARY = 'pg_temp';
/** Classes whose names stand in a schema. */
const IN_SCHEMA: ReadonlySet<FactClass> = new Set(['relation', 'type', 'function']);

/**
 * What a whole file does, in order. What `SET search_path` makes of names without a schema is put into them; temporary tables are in
 * the schema `pg_temp`.
 */
export function fileFacts(
  statements: readonly (Statement & { readonly outer?: Statement; readonly conditional: boolean })[],
): readonly Fact[] {
  const facts: Fact[] = [];
  const temporary = new Set<string>();
  const made = new Map<string, string>();
  let path: readonly string[] = [];
  let rolledBack = false;
  for (const statement of statements) {
    path = searchPathOf(statement) ?? path;
    const temp = temporaryOf(statement);
    if (temp !== undefined) temporary.add(temp);
    if (statement.tag === 'TransactionStmt' && statement.node.kind === 'TRANS_STMT_ROLLBACK') rolledBack = true;
    if (isOpaque(statement)) facts.push(anythingHappens(statement.range, statement.index));
    for (const fact of factsOf(statement, (statement.outer ?? statement).index, statement.conditional)) {
      const own = temporary.size > 0 ? temporaryFact(fact, temporary) : fact;
      facts.push(path.length === 0 ? own : resolved(own, path, made));
    }
  }
  return rolledBack ? facts.map((fact) => ({ ...fact, maybe: true })) : facts;
}

/** Something runs here that may make or drop whatever it likes. */
export const anythingHappens = ({ start, end }: Range, statement = 0): Fact => ({
  op: 'alter',
  cls: 'schema',
  kind: ANYTHING,
  name: '',
  maybe: true,
  statement,
  start,
  end,
});

/** EXECUTE of a text that is put together while it runs. */
const DYNAMIC = /\bexecute\s+(?!function\b|procedure\b|\$|'(?:[^']|'')*'\s*(?:;|using\b))/i;

/** A DO block that may do anything to anything. */
function isOpaque({ tag, node }: Statement): boolean {
  if (tag !== 'DoStmt') return false;
  const body: unknown = (node.args ?? []).find((item: Node) => item.DefElem?.defname === 'as')?.DefElem.arg?.String
    ?.sval;
  return typeof body === 'string' && DYNAMIC.test(body);
}

/** What is said of a temporary table goes to a schema of its own, and so do its indexes. */
function temporaryFact(fact: Fact, temporary: Set<string>): Fact {
  const hidden = (name: QualifiedName | Fact): boolean => name.schema === undefined && temporary.has(name.name);
  const on = fact.on && fact.cls !== 'label' && hidden(fact.on) ? { schema: TEMPORARY, name: fact.on.name } : undefined;
  if (fact.cls !== 'relation') return on ? { ...fact, on } : fact;
  if (on && fact.op === 'create') temporary.add(fact.name);
  return on || hidden(fact) ? { ...fact, ...(on ? { on } : {}), schema: TEMPORARY } : fact;
}

/**
 * What is made goes to the first schema of the path; what is asked for may be in any of them, so only a path of one says where, or that
 * the file has just made it there.
 *
 * @param made names that the file has made without a schema, and where
 */
function resolved(fact: Fact, path: readonly string[], made: Map<string, string>): Fact {
  const first = path[0] as string;
  const place = (name: string): string | undefined => made.get(name) ?? (path.length === 1 ? first : undefined);
  let out = fact;
  if (fact.on && fact.on.schema === undefined) {
    const schema = place(fact.on.name);
    if (schema !== undefined) out = { ...out, on: { schema, name: fact.on.name } };
  }
  if (IN_SCHEMA.has(fact.cls) && fact.schema === undefined) {
    // an index lies where its table lies
    const schema = fact.on ? out.on?.schema : fact.op === 'create' ? first : place(fact.name);
    if (schema !== undefined) out = { ...out, schema };
    if (fact.op === 'create') made.set(fact.name, first);
  }
  return out;
}

/** The schemas that `SET search_path` names, undefined for any other statement; `[]` for RESET and for what can't be told. */
export function searchPathOf(statement: Statement): readonly string[] | undefined {
  const { node } = statement;
  if (statement.tag !== 'VariableSetStmt' || node.name !== 'search_path') return undefined;
  return (node.args ?? []).flatMap((arg: Node) => {
    const text = constantText(arg);
    return text === undefined || text === '' || text === '$user' ? [] : [text];
  });
}

/** The temporary table, view or sequence that a statement makes, by name. */
export function temporaryOf({ tag, node }: Statement): string | undefined {
  const made: Node =
    tag === 'CreateStmt'
      ? node.relation
      : tag === 'CreateTableAsStmt'
        ? node.into?.rel
        : tag === 'SelectStmt'
          ? node.intoClause?.rel
          : tag === 'ViewStmt'
            ? node.view
            : tag === 'CreateSeqStmt'
              ? node.sequence
              : undefined;
  return made?.relpersistence === 't' || made?.schemaname === 'pg_temp' ? truncateName(made.relname ?? '') : undefined;
}
