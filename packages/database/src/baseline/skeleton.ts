/**
 * Definitions that PostgreSQL has printed, in a form that can be compared. Some spellings do not survive one more round: `(ARRAY['a'::varchar])::text[]`
 * comes back with a cast at each element, `((a OR b) OR c)` as `(a OR b OR c)`, and versions differ in parentheses and qualifiers. So casts,
 * parentheses, quotes and white space are taken out.
 */
import { hash } from 'node:crypto';
import { quoteLiteral } from '@idempotify/core';

/** A cast, as a regular expression that JavaScript and PostgreSQL read alike: the longest alternatives stand first. */
const CAST =
  '::(time(stamp)?(\\([0-9]+\\))? with(out)? time zone|character varying|double precision|bit varying|interval( [a-z]+ to [a-z]+| [a-z]+)?|("[^"]*"|[A-Za-z_0-9$]+)(\\.("[^"]*"|[A-Za-z_0-9$]+))?)(\\([0-9, ]+\\))?(\\[\\])*';
/** A point of time with its zone: pg_dump prints it in the zone of its session. */
const INSTANT = '[0-9]+-[0-9][0-9]-[0-9][0-9] [0-9:.]+[+-][0-9:]+';
const LAYOUT = `[ \\t\\r\\n()"']|pg_catalog\\.`;
/** `users.id` or `id`: PostgreSQL 16 no longer writes what is not needed. */
const QUALIFIER = '("[^"]*"|[A-Za-z_][A-Za-z_0-9$]*)\\.';

export const md5 = (text: string): string => hash('md5', text);

/** @param query qualifiers go as well */
export function skeleton(text: string, query = false): string {
  const uncast = text.includes('::') ? text.replace(PATTERNS.cast, '') : text;
  const bare = uncast.includes(':') ? uncast.replace(PATTERNS.instant, '') : uncast;
  const rest = query ? bare.replace(PATTERNS.qualifier, '') : bare;
  return md5(rest.replace(PATTERNS.layout, ''));
}

const PATTERNS = {
  cast: new RegExp(CAST, 'g'),
  instant: new RegExp(INSTANT, 'g'),
  qualifier: new RegExp(QUALIFIER, 'g'),
  layout: new RegExp(LAYOUT, 'g'),
};

/** The patterns as variables of the block that compares, in which they stand many times. */
const VARIABLES = { a_cast: CAST, an_instant: INSTANT, a_qualifier: QUALIFIER, layout: LAYOUT };
export const declarations = Object.entries(VARIABLES).map(
  ([name, value]) => `  ${name} text := ${quoteLiteral(value)};`,
);

/** The same in SQL. @param text SQL of type text @param literal where the variables are not there */
export function skeletonSql(text: string, query = false, literal = false): string {
  const without = (inner: string, name: keyof typeof VARIABLES): string =>
    `pg_catalog.regexp_replace(${inner}, ${literal ? quoteLiteral(VARIABLES[name]) : name}, '', 'g')`;
  const bare = without(without(text, 'a_cast'), 'an_instant');
  return `pg_catalog.md5(${without(query ? without(bare, 'a_qualifier') : bare, 'layout')})`;
}
