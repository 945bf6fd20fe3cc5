/**
 * How a guard asks a live server about an object: one SQL expression per kind of object, quoted, in the right schema, by relation and
 * not by name alone. Everything that ends in SQL text goes through quoteIdent and quoteLiteral.
 */
import type { Catalog, Obj } from '../model/catalog.ts';
import { quoteIdent, quoteLiteral } from '../quote.ts';

/** Was it there before the file (assumed or known from history)? */
export const isInitial = (object: Obj): boolean => object.id.startsWith('0:') || object.id.startsWith('h');

/** `"s"."x"` or `"x"`, quoted as an identifier. */
export function nameSql(schema: string | undefined, name: string): string {
  return (schema === undefined ? '' : `${quoteIdent(schema)}.`) + quoteIdent(name);
}

/**
 * The argument of to_regclass and its like. A name that the file itself creates without a schema is looked for where CREATE puts it
 * (current_schema()), not along the whole search_path, as long as it isn't sure to be there (`at` is the state the guard meets).
 */
export function nameText(
  object: Obj,
  at: Catalog,
  name: (schema: string | undefined) => string = (schema) => nameSql(schema, object.name),
): string {
  if (object.schema === 'pg_temp') return quoteLiteral(name('pg_temp'));
  if (object.written !== undefined) return quoteLiteral(name(object.written));
  if (isInitial(object) || at.objects.has(object.id)) return quoteLiteral(name(undefined));
  if (at.pathSet && at.path[0] !== undefined) return quoteLiteral(name(at.path[0]));
  return `format('%I.%s', current_schema(), ${quoteLiteral(name(undefined))})`;
}

export const regclass = (object: Obj, at: Catalog): string => `to_regclass(${nameText(object, at)})`;
export const regtype = (object: Obj, at: Catalog): string => `to_regtype(${nameText(object, at)})`;

/** Functions carry their argument types in the name: `f(integer, text)`; quoteIdent applies to the bare name only. */
export function regprocedure(object: Obj, at: Catalog): string {
  const open = object.name.indexOf('(');
  const bare = object.name.slice(0, open);
  const args = object.name.slice(open);
  return `to_regprocedure(${nameText(object, at, (schema) => nameSql(schema, bare) + args)})`;
}

/** A namespace condition for catalogs that have no to_reg… function. */
function inNamespace(column: string, object: Obj, at: Catalog, visible: string): string {
  if (object.written !== undefined) return `${column} = to_regnamespace(${quoteLiteral(quoteIdent(object.written))})`;
  if (isInitial(object) || at.objects.has(object.id)) return `${visible}(oid)`;
  if (at.pathSet && at.path[0] !== undefined)
    return `${column} = to_regnamespace(${quoteLiteral(quoteIdent(at.path[0]))})`;
  return `${column} = to_regnamespace(quote_ident(current_schema()))`;
}

const BY_NAME: Partial<Record<Obj['cls'], readonly [catalog: string, name: string]>> = {
  extension: ['pg_extension', 'extname'],
  role: ['pg_roles', 'rolname'],
  publication: ['pg_publication', 'pubname'],
  server: ['pg_foreign_server', 'srvname'],
  fdw: ['pg_foreign_data_wrapper', 'fdwname'],
  eventtrigger: ['pg_event_trigger', 'evtname'],
  accessmethod: ['pg_am', 'amname'],
  language: ['pg_language', 'lanname'],
};

const BY_NAMESPACE: Partial<Record<Obj['cls'], readonly [catalog: string, prefix: string, visible: string]>> = {
  collation: ['pg_collation', 'coll', 'pg_collation_is_visible'],
  conversion: ['pg_conversion', 'con', 'pg_conversion_is_visible'],
  tsconfig: ['pg_ts_config', 'cfg', 'pg_ts_config_is_visible'],
  tsdict: ['pg_ts_dict', 'dict', 'pg_ts_dict_is_visible'],
  tsparser: ['pg_ts_parser', 'prs', 'pg_ts_parser_is_visible'],
  tstemplate: ['pg_ts_template', 'tmpl', 'pg_ts_template_is_visible'],
  statistics: ['pg_statistic_ext', 'stx', 'pg_statistics_obj_is_visible'],
};

const RELKIND: Record<string, string> = {
  table: `relkind IN ('r', 'p')`,
  view: `relkind = 'v'`,
  'materialized view': `relkind = 'm'`,
  sequence: `relkind = 'S'`,
  'foreign table': `relkind = 'f'`,
};

/** `SELECT FROM pg_attribute …` of one column, or undefined when the parent isn't known. */
export function columnWhere(column: string, relation: string): string {
  return `pg_attribute WHERE attrelid = ${relation} AND attname = ${quoteLiteral(column)} AND NOT attisdropped`;
}

const indexFrom = `pg_index JOIN pg_class ON pg_class.oid = indexrelid`;

export function indexWhere(name: string, relation: string): string {
  return `${indexFrom} WHERE indrelid = ${relation} AND relname = ${quoteLiteral(name)}`;
}

/** True on the server when the object is there; undefined when no such question can be asked. */
export function presentSql(object: Obj, from: Catalog, at: Catalog): string | undefined {
  const parent = from.get(object.parent);
  const name = quoteLiteral(object.name);
  switch (object.cls) {
    case 'relation':
      if (object.kind === 'index' && parent?.cls === 'relation') {
        const valid = object.attrs['only'] === 'true' ? '' : ' AND indisvalid';
        return `EXISTS (SELECT FROM ${indexWhere(object.name, regclass(parent, at))}${valid})`;
      }
      return `${regclass(object, at)} IS NOT NULL`;
    case 'column':
      if (!parent) return undefined;
      if (parent.cls === 'type')
        return `EXISTS (SELECT FROM ${columnWhere(object.name, `to_regclass(${nameText(parent, at)})`)})`;
      return `EXISTS (SELECT FROM ${columnWhere(object.name, regclass(parent, at))})`;
    case 'constraint':
      if (!parent) return undefined;
      if (parent.cls === 'type')
        return `EXISTS (SELECT FROM pg_constraint WHERE contypid = ${regtype(parent, at)} AND conname = ${name})`;
      return `EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${regclass(parent, at)} AND conname = ${name})`;
    case 'trigger':
      return (
        parent &&
        `EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ${regclass(parent, at)} AND tgname = ${name} AND NOT tgisinternal)`
      );
    case 'policy':
      return parent && `EXISTS (SELECT FROM pg_policy WHERE polrelid = ${regclass(parent, at)} AND polname = ${name})`;
    case 'rule':
      return (
        parent && `EXISTS (SELECT FROM pg_rewrite WHERE ev_class = ${regclass(parent, at)} AND rulename = ${name})`
      );
    case 'label':
      return parent && `EXISTS (SELECT FROM pg_enum WHERE enumtypid = ${regtype(parent, at)} AND enumlabel = ${name})`;
    case 'inherit': {
      const other = from.get(object.attrs['parentId']);
      return (
        parent &&
        other &&
        `EXISTS (SELECT FROM pg_inherits WHERE inhrelid = ${regclass(parent, at)} AND inhparent = ${regclass(other, at)})`
      );
    }
    case 'pubrel': {
      const relation = from.get(object.attrs['relationId']);
      if (!parent) return undefined;
      const publication = `(SELECT oid FROM pg_publication WHERE pubname = ${quoteLiteral(parent.name)})`;
      if (object.kind === 'schema')
        return `EXISTS (SELECT FROM pg_publication_namespace WHERE pnpubid = ${publication} AND pnnspid = to_regnamespace(${quoteLiteral(quoteIdent(object.name))}))`;
      return (
        relation &&
        `EXISTS (SELECT FROM pg_publication_rel WHERE prpubid = ${publication} AND prrelid = ${regclass(relation, at)})`
      );
    }
    case 'option': {
      if (!parent) return undefined;
      const catalog =
        parent.cls === 'server'
          ? ['pg_foreign_server', 'srv']
          : parent.cls === 'fdw'
            ? ['pg_foreign_data_wrapper', 'fdw']
            : undefined;
      if (!catalog) return undefined;
      return `EXISTS (SELECT FROM ${catalog[0]}, pg_options_to_table(${catalog[1]}options) WHERE ${catalog[1]}name = ${quoteLiteral(parent.name)} AND option_name = ${name})`;
    }
    case 'mapping':
      return (
        parent &&
        `EXISTS (SELECT FROM pg_user_mappings WHERE srvname = ${quoteLiteral(parent.name)} AND usename = ${object.name === 'CURRENT_USER' ? 'current_user' : name})`
      );
    case 'type':
      return `${regtype(object, at)} IS NOT NULL`;
    case 'function':
      return `${regprocedure(object, at)} IS NOT NULL`;
    case 'operator':
      return object.attrs['sql'] === undefined
        ? undefined
        : `to_regoperator(${quoteLiteral(object.attrs['sql'])}) IS NOT NULL`;
    case 'cast':
      return `EXISTS (SELECT FROM pg_cast WHERE castsource = to_regtype(${quoteLiteral(object.attrs['source'] ?? '')}) AND casttarget = to_regtype(${quoteLiteral(object.attrs['target'] ?? '')}))`;
    case 'transform':
      return `EXISTS (SELECT FROM pg_transform WHERE trftype = to_regtype(${quoteLiteral(object.attrs['type'] ?? '')}) AND trflang = (SELECT oid FROM pg_language WHERE lanname = ${quoteLiteral(object.attrs['lang'] ?? '')}))`;
    case 'opclass':
    case 'opfamily': {
      const [catalog, prefix, visible] =
        object.cls === 'opclass'
          ? ['pg_opclass', 'opc', 'pg_opclass_is_visible']
          : ['pg_opfamily', 'opf', 'pg_opfamily_is_visible'];
      const bare = object.attrs['bare'] ?? object.name;
      return `EXISTS (SELECT FROM ${catalog} WHERE ${prefix}name = ${quoteLiteral(bare)} AND ${prefix}method = (SELECT oid FROM pg_am WHERE amname = ${quoteLiteral(object.attrs['method'] ?? '')}) AND ${inNamespace(`${prefix}namespace`, object, at, visible)})`;
    }
    case 'schema':
      return `to_regnamespace(${quoteLiteral(quoteIdent(object.name))}) IS NOT NULL`;
    default: {
      const byName = BY_NAME[object.cls];
      if (byName) return `EXISTS (SELECT FROM ${byName[0]} WHERE ${byName[1]} = ${name})`;
      const byNamespace = BY_NAMESPACE[object.cls];
      if (byNamespace) {
        const [catalog, prefix, visible] = byNamespace;
        return `EXISTS (SELECT FROM ${catalog} WHERE ${prefix}name = ${name} AND ${inNamespace(`${prefix}namespace`, object, at, visible)})`;
      }
      return undefined;
    }
  }
}

/** True on the server when the relation is there and of this kind. */
export function kindSql(object: Obj, at: Catalog): string | undefined {
  const kind = RELKIND[object.kind];
  return kind && `EXISTS (SELECT FROM pg_class WHERE oid = ${regclass(object, at)} AND ${kind})`;
}

/** The labels of an enum in order, as SQL. */
export function labelsSql(object: Obj, at: Catalog): string {
  return `ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = ${regtype(object, at)} ORDER BY enumsortorder)`;
}

export function textArray(values: readonly string[]): string {
  return values.length === 0 ? `'{}'::text[]` : `ARRAY[${values.join(', ')}]`;
}

/** The labels of an enum as the definition holds them: a JSON array. */
export function labelsOf(object: Obj): string[] | undefined {
  return object.kind === 'enum' && object.def !== undefined ? (JSON.parse(object.def) as string[]) : undefined;
}

/** True on the server when the object is there with this definition; undefined when that can't be asked in short. */
export function definedSql(object: Obj, from: Catalog, at: Catalog): string | undefined {
  if (object.def === undefined) return undefined;
  const parent = from.get(object.parent);
  switch (object.cls) {
    case 'type': {
      const labels = labelsOf(object);
      return labels && `${labelsSql(object, at)} = ${textArray(labels.map(quoteLiteral))}`;
    }
    case 'constraint': {
      const want = constraintText(object, from, at);
      if (!parent || parent.cls !== 'relation' || want === undefined) return undefined;
      return `EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${regclass(parent, at)} AND conname = ${quoteLiteral(object.name)} AND pg_get_constraintdef(oid) = ${want})`;
    }
    case 'relation':
      if (object.kind === 'index' && parent?.cls === 'relation')
        return `EXISTS (SELECT FROM ${indexWhere(object.name, regclass(parent, at))} AND indisvalid AND ${indexLine} = ${quoteLiteral(object.def)})`;
      return undefined;
    case 'function':
      return `(SELECT ${functionLine} FROM pg_proc WHERE oid = ${regprocedure(object, at)}) = ${quoteLiteral(object.def)}`;
    case 'inherit':
      return (
        parent &&
        `EXISTS (SELECT FROM pg_class WHERE oid = ${regclass(parent, at)} AND replace(pg_get_expr(relpartbound, oid), '''', '') = ${quoteLiteral(object.def)})`
      );
    default:
      return undefined;
  }
}

/** An index in one line that does not depend on names: `UNIQUE btree (a, b DESC)`. */
export const indexLine = `concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2))`;

/** A function in one line: what it returns, its argument names, its body's md5 (the body itself would stand in the file twice). */
export const functionLine = `concat_ws(' ', CASE WHEN proretset THEN 'SETOF' END, format_type(prorettype, NULL), proargnames, md5(prosrc))`;

/**
 * The constraint's definition as pg_get_constraintdef prints it, as a SQL expression; undefined when it can't be foretold. `%s` in the
 * definition stands for the referenced table, printed as PostgreSQL prints it under the session's search_path.
 */
export function constraintText(object: Obj, from: Catalog, at: Catalog, extra = ''): string | undefined {
  if (object.def === undefined) return undefined;
  const def = object.def + (object.attrs['valid'] === 'false' ? ' NOT VALID' : '');
  const other = from.get(object.attrs['refId']);
  if (!object.attrs['refId']) return quoteLiteral(extra + def);
  if (!other) return undefined;
  return `format(${quoteLiteral(extra.replaceAll('%', '%%') + def)}, ${regclass(other, at)})`;
}
