/** Which defaults PostgreSQL works out once, and which anew for every row. */
import { qualified, strings, walk, type LintFile, type Node } from '@idempotify/core';

/**
 * Functions of PostgreSQL that are stable or immutable in all their forms (pg_proc.provolatile) and that people use in defaults. Whatever
 * is missing counts as volatile, as PostgreSQL itself takes a function unless its definition says otherwise.
 */
const STEADY: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp date_trunc date_part date_bin extract timezone age to_char to_date to_timestamp to_number
  make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours justify_interval
  current_setting current_database current_schema current_schemas current_user session_user pg_backend_pid inet_client_addr
  inet_client_port inet_server_addr inet_server_port txid_current pg_current_xact_id txid_current_if_assigned version
  lower upper initcap concat concat_ws format length char_length character_length octet_length bit_length left right substr substring
  replace regexp_replace regexp_match regexp_split_to_array split_part string_to_array array_to_string translate reverse repeat lpad rpad
  btrim ltrim rtrim overlay position strpos starts_with ascii chr quote_ident quote_literal quote_nullable to_hex normalize
  md5 sha224 sha256 sha384 sha512 encode decode convert convert_from convert_to get_byte set_byte
  abs ceil ceiling floor round trunc sign mod div power sqrt cbrt exp ln log log10 pi degrees radians gcd lcm factorial width_bucket
  int2 int4 int8 float4 float8 numeric text varchar bool date time timestamp timestamptz interval
  array_append array_prepend array_cat array_fill array_remove array_replace array_length cardinality array_upper array_lower
  array_ndims array_positions array_position
  json_build_object json_build_array json_object to_json row_to_json array_to_json jsonb_build_object jsonb_build_array jsonb_object
  to_jsonb jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls
  int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange
  datemultirange isempty
  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery setweight strip array_to_tsvector
  point box lseg path polygon circle line host network netmask broadcast masklen set_masklen family inet_merge
  hashtext hashint4 hashint8 num_nulls num_nonnulls`.split(/\s+/),
);

/** A function whose volatility this file has declared itself. */
function declaredSteady(name: Node, file: LintFile): boolean {
  const wanted = qualified(strings(name));
  return file.all.some(({ node }) => {
    // only CREATE FUNCTION has one
    const made = qualified(strings(node.funcname));
    if (made.name !== wanted.name || (made.schema ?? wanted.schema) !== (wanted.schema ?? made.schema)) return false;
    return (node.options ?? []).some(
      ({ DefElem: option }: Node) => option?.defname === 'volatility' && option.arg?.String?.sval !== 'volatile',
    );
  });
}

/** The first function of an expression that is called anew for every row, as it is written; undefined when there is none. */
export function volatileCall(expression: Node, file: LintFile): string | undefined {
  let found: string | undefined;
  walk([expression], (tag, node) => {
    if (tag !== 'FuncCall' || found !== undefined) return;
    const { schema, name } = qualified(strings(node.funcname));
    if ((schema === undefined || schema === 'pg_catalog') && STEADY.has(name)) return;
    if (!declaredSteady(node.funcname, file)) found = `${strings(node.funcname).join('.')}()`;
  });
  return found;
}

/** NULL, however it is cast: no value at all. */
export function isNull(expression: Node): boolean {
  return expression?.TypeCast ? isNull(expression.TypeCast.arg) : expression?.A_Const?.isnull === true;
}
