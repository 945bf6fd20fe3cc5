/**
 * A TypeName of the parse tree as the text that `format_type(atttypid, atttypmod)` gives for it (src/backend/utils/adt/format_type.c),
 * so that a guard can compare a column's type with what the migration asked for.
 */
import { quoteIdent } from '../quote.ts';
import { strings, type Node } from './ast.ts';

export interface TypeText {
  /** What format_type prints, without typmod when `exact` is false. */
  readonly text: string;
  /** False when the typmod's printed form can't be foretold (an extension's type, an interval's fields): compare without typmod. */
  readonly exact: boolean;
  /** The type's name when it is not one of pg_catalog's. */
  readonly user?: { readonly schema: string | undefined; readonly name: string; readonly array: string };
  /** 'smallint' | 'integer' | 'bigint' for serial pseudo-types. */
  readonly serial?: boolean;
}

const BUILTIN: Record<string, string> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  bit: 'bit',
  numeric: 'numeric',
  interval: 'interval',
};

const PLAIN = new Set(
  (
    'text uuid json jsonb xml bytea date inet cidr macaddr macaddr8 money point line lseg box path polygon circle tsvector tsquery ' +
    'name oid regclass regproc regprocedure regtype regrole regnamespace regoper regoperator regconfig regdictionary regcollation ' +
    'int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange ' +
    'tstzmultirange datemultirange pg_lsn txid_snapshot pg_snapshot xid xid8 cid tid jsonpath record void trigger event_trigger ' +
    'anyelement anyarray anynonarray anyenum anyrange anycompatible internal cstring refcursor aclitem int2vector oidvector unknown'
  ).split(' '),
);

const SERIAL: Record<string, string> = {
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
};

const integers = (typmods: Node): number[] | null => {
  const out: number[] = [];
  for (const item of typmods ?? []) {
    const constant = item?.A_Const?.ival;
    if (!constant) return null;
    out.push(constant.ival ?? 0);
  }
  return out;
};

/** Types whose typmod is written behind the first word: `timestamp(3) without time zone`. */
function withTypmod(base: string, mods: readonly number[]): string | null {
  const [first, second] = mods;
  switch (base) {
    case 'numeric':
      return mods.length === 2 ? `numeric(${first},${second})` : mods.length === 1 ? `numeric(${first},0)` : null;
    case 'character':
    case 'character varying':
    case 'bit':
    case 'bit varying':
      return mods.length === 1 ? `${base}(${first})` : null;
    case 'timestamp without time zone':
    case 'timestamp with time zone':
    case 'time without time zone':
    case 'time with time zone':
      return mods.length === 1 ? base.replace(/^(\w+)/, `$1(${first})`) : null;
    case 'interval':
      // 0x7FFF = all fields: `interval(3)`; named fields are printed in words
      return mods.length === 2 && first === 0x7fff ? `interval(${second})` : null;
    default:
      return null;
  }
}

export function typeText(typeName: Node): TypeText {
  const parts = strings(typeName?.names);
  const dimensions: number = typeName?.arrayBounds?.length ?? 0;
  const array = dimensions > 0 ? '[]' : '';
  const last = parts[parts.length - 1] ?? '';
  const inCatalog = parts.length === 2 && parts[0] === 'pg_catalog';
  if (parts.length === 1 && SERIAL[last]) return { text: SERIAL[last], exact: true, serial: true };
  if (typeName?.pct_type) return { text: '', exact: false };
  if (inCatalog || parts.length === 1) {
    // "char" in quotes is a type of its own; the keyword arrives as pg_catalog.bpchar
    if (last === 'char') return { text: `"char"${array}`, exact: true };
    const builtin = BUILTIN[last] ?? (PLAIN.has(last) ? last : undefined);
    if (builtin !== undefined) {
      const typmods = typeName?.typmods ?? [];
      if (typmods.length === 0) {
        // bpchar written by that name has no length and prints as bpchar; character(1) always has a typmod
        const text = builtin === 'character' ? 'bpchar' : builtin;
        return { text: text + array, exact: builtin !== 'interval' || true };
      }
      const mods = integers(typmods);
      const text = mods && withTypmod(builtin, mods);
      return text ? { text: text + array, exact: true } : { text: builtin + array, exact: false };
    }
  }
  const schema = parts.length > 1 ? parts[parts.length - 2] : undefined;
  return {
    text: quoteIdent(last) + array,
    exact: (typeName?.typmods ?? []).length === 0,
    user: { schema, name: last, array },
  };
}

/** What format_type prints for a type; undefined where it can't be foretold to the last word. */
export function exactType(typeName: Node): string | undefined {
  const type = typeText(typeName);
  return type.exact ? type.text : undefined;
}

/** A type as SQL that resolves to the same type: for `to_regprocedure` and `to_regtype`. */
export function typeSql(typeName: Node): string {
  const type = typeText(typeName);
  if (!type.user) return type.text;
  return (
    (type.user.schema === undefined ? '' : quoteIdent(type.user.schema) + '.') +
    quoteIdent(type.user.name) +
    type.user.array
  );
}
