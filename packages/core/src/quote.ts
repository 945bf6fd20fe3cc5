/** The one place where names and literals are quoted for SQL. */

/**
 * The keywords of PostgreSQL 18 that are not UNRESERVED_KEYWORD (src/include/parser/kwlist.h; the same list is
 * `SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'`). quote_identifier() quotes exactly these. Older versions
 * know fewer; a needlessly quoted name means the same.
 */
const KEYWORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
  char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
  desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
  grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
  json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
  lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
  notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
  real references returning right row select session_user setof similar smallint some substring symmetric system_user
  table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
  verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
  xmlroot xmlserialize xmltable`.split(/\s+/),
);

/**
 * `name` as an identifier, quoted exactly when PostgreSQL 18's quote_ident() quotes it.
 * @throws RangeError on a NUL character, which no name can contain
 */
export function quoteIdent(name: string): string {
  noNul(name);
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * `text` as a string literal, as PostgreSQL's quote_literal() writes it: with a backslash inside it becomes E'…', so
 * that it means the same whatever standard_conforming_strings is.
 * @throws RangeError on a NUL character, which no text of PostgreSQL can contain
 */
export function quoteLiteral(text: string): string {
  noNul(text);
  const quoted = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/**
 * `body` in dollar quotes, with the first of `$preferredTag$`, `$preferredTag_1$`, `$preferredTag_2$`, … that occurs
 * neither in `body` nor in any of `mustNotOccurIn` (e.g. the rest of a text that the result will be nested in).
 * @throws RangeError on a NUL character, or on a tag that is not an identifier without `$`
 */
export function dollarQuote(body: string, preferredTag: string, ...mustNotOccurIn: readonly string[]): string {
  noNul(body);
  if (!/^(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?$/.test(preferredTag)) {
    throw new RangeError(`not a tag for dollar quotes: ${preferredTag}`);
  }
  for (let attempt = 0; ; attempt++) {
    const quote = `$${attempt === 0 ? preferredTag : `${preferredTag}_${attempt}`}$`;
    // a body like `a$` must not close `$$` one character early
    const closes = (body + quote).indexOf(quote);
    if (closes === body.length && !mustNotOccurIn.some((other) => other.includes(quote))) return quote + body + quote;
  }
}

function noNul(text: string): void {
  if (text.includes('\0')) throw new RangeError('a NUL character cannot be part of SQL');
}
