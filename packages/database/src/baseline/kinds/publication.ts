/** Publications and what they publish. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { regclass } from '../relations.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { regnamespace } from './schema.ts';

/** A table or schema that is published is a part of its own. `excluded`: OIDs of relations that are not read. */
export async function readPublications(catalog: CatalogReader, excluded: ReadonlySet<string>): Promise<Part[]> {
  const { version } = catalog;
  const rows = await catalog.rows(`
    SELECT p.oid, p.pubname, pg_catalog.pg_get_userbyid(p.pubowner), p.puballtables,
      pg_catalog.concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
      ${version >= 130000 ? 'p.pubviaroot' : 'false'}, ${version >= 180000 ? 'p.pubgencols' : `'n'`}
    FROM pg_catalog.pg_publication p WHERE ${catalog.notMember('pg_publication', 'p.oid')}`);
  if (rows.length === 0) return [];
  const names = new Map<string, string>();
  const parts: Part[] = [];
  for (const [oid, publication, owner, allTables, publish, viaRoot, generated] of rows) {
    if (oid == null || publication == null || owner == null) continue;
    const name = quoteIdent(publication);
    // Supabase has this one for messages of its own; supabase_realtime is there for tables of the user's
    if (/^supabase_realtime_/.test(publication)) {
      catalog.leaveOut('publication', name, 'Supabase makes it');
      continue;
    }
    names.set(oid, publication);
    const settings = [
      publish === 'insert, update, delete, truncate' ? '' : `publish = ${quoteLiteral(publish ?? '')}`,
      viaRoot === 't' ? 'publish_via_partition_root = true' : '',
      generated === 's' ? 'publish_generated_columns = stored' : '',
    ].filter((setting) => setting !== '');
    parts.push({
      key: keyOf('pg_publication', oid),
      kind: 'publication',
      schema: undefined,
      name,
      oid: oidOf(publication),
      sql: [
        `CREATE PUBLICATION ${name}${allTables === 't' ? ' FOR ALL TABLES' : ''}${settings.length > 0 ? ` WITH (${settings.join(', ')})` : ''}`,
      ],
      address: `PUBLICATION ${name}`,
      owner,
    });
  }
  const tables = await catalog.rows(`
    SELECT r.oid, r.prpubid, r.prrelid, n.nspname, c.relname, ${catalog.inScope('c.relnamespace')},
      ${
        version >= 150000
          ? `(SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)), pg_catalog.pg_get_expr(r.prqual, r.prrelid)`
          : 'NULL, NULL'
      }
    FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`);
  for (const [oid, of, table, schema, relname, inScope, columns, filter] of tables) {
    const publication = names.get(of ?? '');
    if (oid == null || of == null || table == null || schema == null || relname == null || publication === undefined)
      continue;
    const name = `${quoteIdent(schema)}.${quoteIdent(relname)}`;
    const inside = `${name} in ${quoteIdent(publication)}`;
    if (inScope !== 't' || excluded.has(table)) {
      catalog.leaveOut('published table', inside, 'the table is left out');
      continue;
    }
    const where = `FROM pg_catalog.pg_publication_rel WHERE prpubid = ${oidOf(publication)} AND prrelid = ${regclass(name)}`;
    parts.push({
      key: keyOf('pg_publication_rel', oid),
      kind: 'publication',
      schema,
      name: inside,
      of: keyOf('pg_publication', of),
      oid: `(SELECT oid ${where})`,
      sql: [
        `ALTER PUBLICATION ${quoteIdent(publication)} ADD TABLE ONLY ${name}${columns == null ? '' : ` (${columns})`}${filter == null ? '' : ` WHERE (${filter})`}`,
      ],
      requires: [keyOf('pg_publication', of), keyOf('pg_class', table)],
    });
  }
  if (version < 150000) return parts;
  const schemas = await catalog.rows(`
    SELECT s.oid, s.pnpubid, s.pnnspid, n.nspname, ${catalog.inScope('n.oid')}
    FROM pg_catalog.pg_publication_namespace s JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid`);
  for (const [oid, of, namespace, schema, inScope] of schemas) {
    const publication = names.get(of ?? '');
    if (oid == null || of == null || namespace == null || schema == null || publication === undefined) continue;
    const inside = `all of ${quoteIdent(schema)} in ${quoteIdent(publication)}`;
    if (inScope !== 't') {
      catalog.leaveOut('published schema', inside, 'the schema is left out');
      continue;
    }
    const where = `FROM pg_catalog.pg_publication_namespace WHERE pnpubid = ${oidOf(publication)} AND pnnspid = ${regnamespace(schema)}`;
    parts.push({
      key: keyOf('pg_publication_namespace', oid),
      kind: 'publication',
      schema,
      name: inside,
      of: keyOf('pg_publication', of),
      oid: `(SELECT oid ${where})`,
      sql: [`ALTER PUBLICATION ${quoteIdent(publication)} ADD TABLES IN SCHEMA ${quoteIdent(schema)}`],
      requires: [keyOf('pg_publication', of), keyOf('pg_namespace', namespace)],
    });
  }
  return parts;
}

const oidOf = (publication: string): string =>
  `(SELECT oid FROM pg_catalog.pg_publication WHERE pubname = ${quoteLiteral(publication)})`;
