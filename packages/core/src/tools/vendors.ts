/** Names of database systems, where a tool or a folder says which one its migrations are for. */

export const isPostgres = (name: string): boolean =>
  /^(postgres|postgresql|pg|cockroach|cockroachdb|gel|pglite)$/i.test(name);

/** Folders named like this hold migrations for another system. Names that also mean something else ("oracle") aren't listed. */
const others =
  /^(mysql\d*|mysqldb|mariadb|sqlite\d*|mssql|sqlserver|sql-server|h2|hsqldb|clickhouse|tidb|duckdb|bigquery|snowflake|redshift|spanner)$/i;

/** The part of a path that names a database system other than PostgreSQL, if any. */
export const otherVendor = (path: string): string | undefined => path.split('/').find((part) => others.test(part));
