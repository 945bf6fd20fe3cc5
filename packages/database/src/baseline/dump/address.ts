/** How an object that a statement names is found in the catalogs of the server where the baseline is applied. */
import {
  objectName,
  qualified,
  quoteIdent,
  quoteLiteral,
  rangeVar,
  strings,
  typeSql,
  type Node,
  type QualifiedName,
} from '@idempotify/core';
import type { Grants } from '../types.ts';

/** An object and what can be asked about it. */
export interface Target {
  /** For people: `table`, `function`. */
  readonly kind: string;
  /** For people, quoted as in SQL: `public.users`, `users_pkey on public.users`. */
  readonly name: string;
  readonly schema: string | undefined;
  /** The relation that it is, or is a part of. */
  readonly relation?: QualifiedName;
  /** Its catalog, without `pg_catalog.` */
  readonly catalog: string;
  /** SQL: its OID, or NULL. Works under any search_path. */
  readonly oid: string;
  /** Its own name, where it stands on the relation and is found by both. */
  readonly child?: string;
  /** SQL: the number of the column, where it is one. */
  readonly column?: string;
  readonly owner?: string;
  readonly acl?: { readonly column: string; readonly letter: Grants['letter'] };
}

export const nameSql = ({ schema, name }: QualifiedName): string =>
  (schema === undefined ? '' : `${quoteIdent(schema)}.`) + quoteIdent(name);

export const regclass = (name: QualifiedName): string => `pg_catalog.to_regclass(${quoteLiteral(nameSql(name))})`;
export const regnamespace = (name: string): string => `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdent(name))})`;

/** SQL: the number of a column. */
export const attnum = (relation: QualifiedName, column: string): string =>
  `(SELECT a.attnum FROM pg_catalog.pg_attribute a WHERE a.attrelid = ${regclass(relation)} AND a.attname = ${quoteLiteral(column)} AND NOT a.attisdropped)`;

const inSchema = (catalog: string, prefix: string, { schema, name }: QualifiedName, more = ''): string =>
  `(SELECT x.oid FROM pg_catalog.${catalog} x WHERE x.${prefix}name = ${quoteLiteral(name)} AND x.${prefix}namespace = ${regnamespace(schema ?? 'pg_catalog')}${more})`;
const byName = (catalog: string, column: string, name: string): string =>
  `(SELECT x.oid FROM pg_catalog.${catalog} x WHERE x.${column} = ${quoteLiteral(name)})`;

/** SQL: a type by its name. To_regtype raises for a type that is only a shell before 16. */
export const typeOid = (name: QualifiedName): string => inSchema('pg_type', 'typ', name);

/** Of which schema a TypeName says to be, when that is not pg_catalog. */
const isOwn = (type: Node): boolean => {
  const { schema } = qualified(strings(type.names));
  return schema !== undefined && schema !== 'pg_catalog';
};

/** SQL: the type that a TypeName means. */
export function typeRef(type: Node): string {
  if (!isOwn(type)) return `pg_catalog.to_regtype(${quoteLiteral(typeSql(type))})::pg_catalog.oid`;
  const name = qualified(strings(type.names));
  return type.arrayBounds === undefined ? typeOid(name) : typeOid(name).replace('SELECT x.oid', 'SELECT x.typarray');
}

export const amOid = (name: string): string => byName('pg_am', 'amname', name);

const INPUT = new Set(['FUNC_PARAM_IN', 'FUNC_PARAM_INOUT', 'FUNC_PARAM_VARIADIC', 'FUNC_PARAM_DEFAULT']);

/** A function, procedure or aggregate. @param parameters FunctionParameter nodes */
export function routine(name: QualifiedName, parameters: readonly Node[], kind: string): Target {
  const types: Node[] = parameters.filter(({ mode }) => INPUT.has(mode)).map(({ argType }) => argType);
  const signature = `${nameSql(name)}(${types.map(typeSql).join(', ')})`;
  // before 16 to_regprocedure raises where a type of the arguments is not there, or only a shell
  const oid = types.some(isOwn)
    ? `(SELECT x.oid FROM pg_catalog.pg_proc x WHERE x.proname = ${quoteLiteral(name.name)} AND x.pronamespace = ${regnamespace(name.schema ?? 'pg_catalog')} AND x.proargtypes::pg_catalog.text = pg_catalog.concat_ws(' ', ${types.map(typeRef).join(', ')}))`
    : `pg_catalog.to_regprocedure(${quoteLiteral(signature)})`;
  return {
    kind,
    name: signature,
    schema: name.schema,
    catalog: 'pg_proc',
    oid,
    owner: 'proowner',
    acl: { column: 'proacl', letter: 'f' },
  };
}

export function operator(name: QualifiedName, left: Node, right: Node): Target {
  const side = (type: Node): string => (type?.names ? typeRef(type) : '0');
  const word = (type: Node): string => (type?.names ? typeSql(type) : 'NONE');
  return {
    kind: 'operator',
    name: `${name.schema === undefined ? '' : `${quoteIdent(name.schema)}.`}${name.name} (${word(left)}, ${word(right)})`,
    schema: name.schema,
    catalog: 'pg_operator',
    oid: inSchema(
      'pg_operator',
      'opr',
      name,
      ` AND x.oprleft = ${side(left)} AND x.oprright = ${side(right)} AND x.oprcode <> 0`,
    ),
    owner: 'oprowner',
  };
}

export function operatorClass(kind: 'operator class' | 'operator family', name: QualifiedName, method: string): Target {
  const [catalog, prefix] = kind === 'operator class' ? ['pg_opclass', 'opc'] : ['pg_opfamily', 'opf'];
  return {
    kind,
    name: `${nameSql(name)} USING ${quoteIdent(method)}`,
    schema: name.schema,
    catalog,
    oid: inSchema(catalog, prefix, name, ` AND x.${prefix}method = ${amOid(method)}`),
    owner: `${prefix}owner`,
  };
}

export function relation(kind: string, name: QualifiedName): Target {
  return {
    kind,
    name: nameSql(name),
    schema: name.schema,
    relation: name,
    catalog: 'pg_class',
    oid: regclass(name),
    owner: 'relowner',
    acl: { column: 'relacl', letter: kind === 'sequence' ? 's' : 'r' },
  };
}

export function column(table: QualifiedName, name: string): Target {
  return {
    kind: 'column',
    name: `${nameSql(table)}.${quoteIdent(name)}`,
    schema: table.schema,
    relation: table,
    catalog: 'pg_class',
    oid: regclass(table),
    column: attnum(table, name),
  };
}

const CHILD = {
  constraint: ['pg_constraint', 'conrelid', 'conname', ''],
  trigger: ['pg_trigger', 'tgrelid', 'tgname', ' AND NOT x.tgisinternal'],
  rule: ['pg_rewrite', 'ev_class', 'rulename', ''],
  policy: ['pg_policy', 'polrelid', 'polname', ''],
} as const;

/** What stands on a relation under a name of its own. */
export function child(kind: keyof typeof CHILD, table: QualifiedName, name: string): Target {
  const [catalog, parent, names, more] = CHILD[kind];
  return {
    kind,
    name: `${quoteIdent(name)} on ${nameSql(table)}`,
    schema: table.schema,
    relation: table,
    child: name,
    catalog,
    oid: `(SELECT x.oid FROM pg_catalog.${catalog} x WHERE x.${parent} = ${regclass(table)} AND x.${names} = ${quoteLiteral(name)}${more})`,
  };
}

export function domainConstraint(domain: QualifiedName, name: string): Target {
  return {
    kind: 'constraint',
    name: `${quoteIdent(name)} on domain ${nameSql(domain)}`,
    schema: domain.schema,
    catalog: 'pg_constraint',
    oid: `(SELECT x.oid FROM pg_catalog.pg_constraint x WHERE x.contypid = ${typeOid(domain)} AND x.conname = ${quoteLiteral(name)})`,
  };
}

export function type(kind: string, name: QualifiedName): Target {
  return {
    kind,
    name: nameSql(name),
    schema: name.schema,
    catalog: 'pg_type',
    oid: typeOid(name),
    owner: 'typowner',
    acl: { column: 'typacl', letter: 'T' },
  };
}

export function castOf(source: Node, target: Node): Target {
  return {
    kind: 'cast',
    name: `(${typeSql(source)} AS ${typeSql(target)})`,
    schema: undefined,
    catalog: 'pg_cast',
    oid: `(SELECT x.oid FROM pg_catalog.pg_cast x WHERE x.castsource = ${typeRef(source)} AND x.casttarget = ${typeRef(target)})`,
  };
}

export function transformOf(typeName: Node, language: string): Target {
  return {
    kind: 'transform',
    name: `for ${typeSql(typeName)} language ${quoteIdent(language)}`,
    schema: undefined,
    catalog: 'pg_transform',
    oid: `(SELECT x.oid FROM pg_catalog.pg_transform x WHERE x.trftype = ${typeRef(typeName)} AND x.trflang = ${byName('pg_language', 'lanname', language)})`,
  };
}

/** Objects in a schema: kind, catalog, prefix of its columns. */
const SCHEMA_OBJECTS: Readonly<Record<string, readonly [kind: string, catalog: string, prefix: string]>> = {
  OBJECT_COLLATION: ['collation', 'pg_collation', 'coll'],
  OBJECT_CONVERSION: ['conversion', 'pg_conversion', 'con'],
  OBJECT_STATISTIC_EXT: ['statistics', 'pg_statistic_ext', 'stx'],
  OBJECT_TSPARSER: ['text search parser', 'pg_ts_parser', 'prs'],
  OBJECT_TSTEMPLATE: ['text search template', 'pg_ts_template', 'tmpl'],
  OBJECT_TSDICTIONARY: ['text search dictionary', 'pg_ts_dict', 'dict'],
  OBJECT_TSCONFIGURATION: ['text search configuration', 'pg_ts_config', 'cfg'],
};

/** Objects of the database: kind, catalog, column of the name, owner, ACL and its letter. */
const DATABASE_OBJECTS: Readonly<
  Record<string, readonly [kind: string, catalog: string, name: string, owner?: string, acl?: string, letter?: string]>
> = {
  OBJECT_SCHEMA: ['schema', 'pg_namespace', 'nspname', 'nspowner', 'nspacl', 'n'],
  OBJECT_EXTENSION: ['extension', 'pg_extension', 'extname'],
  OBJECT_LANGUAGE: ['language', 'pg_language', 'lanname', 'lanowner', 'lanacl', 'l'],
  OBJECT_ACCESS_METHOD: ['access method', 'pg_am', 'amname'],
  OBJECT_FDW: ['foreign-data wrapper', 'pg_foreign_data_wrapper', 'fdwname', 'fdwowner', 'fdwacl', 'F'],
  OBJECT_FOREIGN_SERVER: ['foreign server', 'pg_foreign_server', 'srvname', 'srvowner', 'srvacl', 'S'],
  OBJECT_PUBLICATION: ['publication', 'pg_publication', 'pubname', 'pubowner'],
  OBJECT_EVENT_TRIGGER: ['event trigger', 'pg_event_trigger', 'evtname', 'evtowner'],
};

const RELATIONS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

const ROUTINES: Readonly<Record<string, string>> = {
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_AGGREGATE: 'aggregate',
  OBJECT_ROUTINE: 'function',
};

/** An object in a schema or of the database, by the parser's word for its kind. */
export function named(objectType: string, name: QualifiedName): Target | undefined {
  const inner = SCHEMA_OBJECTS[objectType];
  if (inner) {
    const [kind, catalog, prefix] = inner;
    return {
      kind,
      name: nameSql(name),
      schema: name.schema,
      catalog,
      oid: inSchema(catalog, prefix, name),
      ...(kind.endsWith('parser') || kind.endsWith('template') ? {} : { owner: `${prefix}owner` }),
    };
  }
  const outer = DATABASE_OBJECTS[objectType];
  if (!outer) return undefined;
  const [kind, catalog, names, owner, acl, letter] = outer;
  return {
    kind,
    name: quoteIdent(name.name),
    schema: kind === 'schema' ? name.name : undefined,
    catalog,
    oid: kind === 'schema' ? regnamespace(name.name) : byName(catalog, names, name.name),
    ...(owner === undefined ? {} : { owner }),
    ...(acl === undefined || letter === undefined ? {} : { acl: { column: acl, letter } }),
  };
}

/** What COMMENT ON, OWNER TO, GRANT and SECURITY LABEL name; undefined for what no schema has (databases, roles, large objects). */
export function addressed(objectType: string, object: Node): Target | undefined {
  const items: Node[] = object?.List?.items ?? [];
  const texts = (): string[] => items.map((item) => (item?.String?.sval as string | undefined) ?? '');
  const split = (): [QualifiedName, string] => [qualified(texts().slice(0, -1)), texts().at(-1) ?? ''];
  const relationKind = RELATIONS[objectType];
  if (relationKind !== undefined)
    return relation(relationKind, object?.RangeVar ? rangeVar(object.RangeVar) : objectName(object));
  const routineKind = ROUTINES[objectType];
  if (routineKind !== undefined) {
    const { objargs, objfuncargs } = object.ObjectWithArgs;
    const parameters: Node[] =
      objfuncargs?.map((item: Node) => item.FunctionParameter) ??
      (objargs ?? []).map((item: Node) => ({ argType: item.TypeName, mode: 'FUNC_PARAM_IN' }));
    return routine(objectName(object), parameters, routineKind);
  }
  switch (objectType) {
    case 'OBJECT_COLUMN':
      return column(...split());
    case 'OBJECT_TABCONSTRAINT':
      return child('constraint', ...split());
    case 'OBJECT_TRIGGER':
      return child('trigger', ...split());
    case 'OBJECT_RULE':
      return child('rule', ...split());
    case 'OBJECT_POLICY':
      return child('policy', ...split());
    case 'OBJECT_DOMCONSTRAINT':
      return domainConstraint(
        qualified(strings(items[0]?.TypeName?.names)),
        (items[1]?.String?.sval as string | undefined) ?? '',
      );
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return type(objectType === 'OBJECT_TYPE' ? 'type' : 'domain', objectName(object));
    case 'OBJECT_OPERATOR': {
      const [left, right]: Node[] = object.ObjectWithArgs.objargs ?? [];
      return operator(objectName(object), left?.TypeName, right?.TypeName);
    }
    case 'OBJECT_OPCLASS':
    case 'OBJECT_OPFAMILY':
      return operatorClass(
        objectType === 'OBJECT_OPCLASS' ? 'operator class' : 'operator family',
        qualified(texts().slice(1)),
        texts()[0] ?? '',
      );
    case 'OBJECT_CAST':
      return castOf(items[0]?.TypeName, items[1]?.TypeName);
    case 'OBJECT_TRANSFORM':
      return transformOf(items[0]?.TypeName, (items[1]?.String?.sval as string | undefined) ?? '');
    default:
      return named(objectType, objectName(object));
  }
}
