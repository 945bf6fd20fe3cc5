/** Languages and access methods: they belong to the whole database. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { functionName, has, select } from './query.ts';

export async function readLanguages(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'language'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'l.oid',
        plain: 'l.lanname',
        name: 'pg_catalog.quote_ident(l.lanname)',
        owner: 'pg_catalog.pg_get_userbyid(l.lanowner)',
        trusted: 'l.lanpltrusted',
        handler: functionName('l.lanplcallfoid'),
      },
      maybe: {
        acl: 'l.lanacl',
        inline: functionName('l.laninline'),
        validator: functionName('l.lanvalidator'),
      },
    },
    `FROM pg_catalog.pg_language l WHERE l.oid >= 16384 AND ${catalog.notMember('pg_language', 'l.oid')} AND ${used(
      catalog,
      `SELECT FROM pg_catalog.pg_proc p WHERE p.prolang = l.oid AND ${catalog.inScope('p.pronamespace')}`,
    )}`,
  );
  return rows.map((row): Part => {
    const functions = [
      `HANDLER ${row.handler}`,
      row.inline !== null && `INLINE ${row.inline}`,
      row.validator !== null && `VALIDATOR ${row.validator}`,
    ].filter((text) => text !== false);
    return {
      key: keyOf('pg_language', row.oid),
      kind: 'language',
      schema: undefined,
      name: row.name,
      oid: `(SELECT o.oid FROM pg_catalog.pg_language o WHERE o.lanname = ${quoteLiteral(row.plain)})`,
      sql: [`CREATE ${row.trusted === 't' ? 'TRUSTED ' : ''}LANGUAGE ${row.name} ${functions.join(' ')}`],
      address: `LANGUAGE ${row.name}`,
      owner: row.owner,
      grants: { letter: 'l', acl: row.acl },
    };
  });
}

export async function readAccessMethods(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'am'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'm.oid',
        plain: 'm.amname',
        name: 'pg_catalog.quote_ident(m.amname)',
        type: 'm.amtype',
        handler: functionName('m.amhandler::pg_catalog.oid'),
      },
    },
    `FROM pg_catalog.pg_am m WHERE m.oid >= 16384 AND ${catalog.notMember('pg_am', 'm.oid')} AND ${used(
      catalog,
      `SELECT FROM pg_catalog.pg_class c WHERE c.relam = m.oid AND ${catalog.inScope('c.relnamespace')}
       UNION ALL SELECT FROM pg_catalog.pg_opfamily f WHERE f.opfmethod = m.oid AND ${catalog.inScope('f.opfnamespace')}`,
    )}`,
  );
  return rows.map((row): Part => ({
    key: keyOf('pg_am', row.oid),
    kind: 'access method',
    schema: undefined,
    name: row.name,
    oid: `(SELECT o.oid FROM pg_catalog.pg_am o WHERE o.amname = ${quoteLiteral(row.plain)})`,
    sql: [`CREATE ACCESS METHOD ${row.name} TYPE ${row.type === 't' ? 'TABLE' : 'INDEX'} HANDLER ${row.handler}`],
    address: `ACCESS METHOD ${row.name}`,
  }));
}

/** Where only some schemas are wanted, what they use comes along. */
const used = (catalog: CatalogReader, by: string): string =>
  catalog.options.schemas === undefined ? 'true' : `EXISTS (${by})`;
