/** Names as the catalogs print them, and as they stand in statements. */

/** The identifiers of a qualified name as PostgreSQL has quoted them. */
export const parts = (name: string): string[] => name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];

/** An identifier without its quotes. */
export const bare = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** The source of a pattern for a bare name in a statement, up to its end. PostgreSQL cuts longer names to 63 bytes. */
export const inStatement = (name: string): string =>
  `${name.replace(/\W/g, '\\$&')}${Buffer.byteLength(name) < 63 ? '(?!\\w)' : ''}`;
