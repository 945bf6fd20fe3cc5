/** Text search: parsers, templates, dictionaries, configurations. */
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { functionName, has, inParentheses, oidByName, qualifiedName, select, settings } from './query.ts';

export async function readTextSearch(catalog: CatalogReader): Promise<Part[]> {
  return [
    ...(await readParsers(catalog)),
    ...(await readTemplates(catalog)),
    ...(await readDictionaries(catalog)),
    ...(await readConfigurations(catalog)),
  ];
}

async function readParsers(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'parser'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'p.oid',
        schema: 'n.nspname',
        plain: 'p.prsname',
        name: qualifiedName('n.nspname', 'p.prsname'),
        start: functionName('p.prsstart::pg_catalog.oid'),
        token: functionName('p.prstoken::pg_catalog.oid'),
        end: functionName('p.prsend::pg_catalog.oid'),
        types: functionName('p.prslextype::pg_catalog.oid'),
      },
      maybe: { headline: functionName('p.prsheadline::pg_catalog.oid') },
    },
    `FROM pg_catalog.pg_ts_parser p JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
     WHERE ${catalog.inScope('p.prsnamespace')} AND ${catalog.notMember('pg_ts_parser', 'p.oid')}`,
  );
  return rows.map((row): Part => {
    const lines = settings({
      START: row.start,
      GETTOKEN: row.token,
      END: row.end,
      LEXTYPES: row.types,
      HEADLINE: row.headline,
    });
    return {
      key: keyOf('pg_ts_parser', row.oid),
      kind: 'text search parser',
      schema: row.schema,
      name: row.name,
      oid: oidByName('pg_ts_parser', 'prs', row.schema, row.plain),
      sql: [`CREATE TEXT SEARCH PARSER ${row.name} ${inParentheses(lines)}`],
      address: `TEXT SEARCH PARSER ${row.name}`,
    };
  });
}

async function readTemplates(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'template'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 't.oid',
        schema: 'n.nspname',
        plain: 't.tmplname',
        name: qualifiedName('n.nspname', 't.tmplname'),
        lexize: functionName('t.tmpllexize::pg_catalog.oid'),
      },
      maybe: { init: functionName('t.tmplinit::pg_catalog.oid') },
    },
    `FROM pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
     WHERE ${catalog.inScope('t.tmplnamespace')} AND ${catalog.notMember('pg_ts_template', 't.oid')}`,
  );
  return rows.map((row): Part => ({
    key: keyOf('pg_ts_template', row.oid),
    kind: 'text search template',
    schema: row.schema,
    name: row.name,
    oid: oidByName('pg_ts_template', 'tmpl', row.schema, row.plain),
    sql: [`CREATE TEXT SEARCH TEMPLATE ${row.name} ${inParentheses(settings({ INIT: row.init, LEXIZE: row.lexize }))}`],
    address: `TEXT SEARCH TEMPLATE ${row.name}`,
  }));
}

async function readDictionaries(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'dictionary'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'd.oid',
        schema: 'n.nspname',
        plain: 'd.dictname',
        name: qualifiedName('n.nspname', 'd.dictname'),
        owner: 'pg_catalog.pg_get_userbyid(d.dictowner)',
        template: qualifiedName('tn.nspname', 't.tmplname'),
      },
      // as SQL already (serialize_deflist in tsearchcmds.c)
      maybe: { options: `nullif(d.dictinitoption, '')` },
    },
    `FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
     JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace
     WHERE ${catalog.inScope('d.dictnamespace')} AND ${catalog.notMember('pg_ts_dict', 'd.oid')}`,
  );
  return rows.map((row): Part => {
    // 12 keeps numbers as strings, which options of yes and no don't take
    const options = catalog.version < 130000 ? row.options?.replace(/( = )'(\d+)'/g, '$1$2') : row.options;
    const lines = [`TEMPLATE = ${row.template}`, ...(options == null ? [] : [options])];
    return {
      key: keyOf('pg_ts_dict', row.oid),
      kind: 'text search dictionary',
      schema: row.schema,
      name: row.name,
      oid: oidByName('pg_ts_dict', 'dict', row.schema, row.plain),
      sql: [`CREATE TEXT SEARCH DICTIONARY ${row.name} ${inParentheses(lines)}`],
      address: `TEXT SEARCH DICTIONARY ${row.name}`,
      owner: row.owner,
    };
  });
}

async function readConfigurations(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'configuration'))) return [];
  const mine = `${catalog.inScope('c.cfgnamespace')} AND ${catalog.notMember('pg_ts_config', 'c.oid')}`;
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        schema: 'n.nspname',
        plain: 'c.cfgname',
        name: qualifiedName('n.nspname', 'c.cfgname'),
        owner: 'pg_catalog.pg_get_userbyid(c.cfgowner)',
        parser: qualifiedName('pn.nspname', 'p.prsname'),
      },
      maybe: { mappings: 'm.mappings' },
    },
    // a parser is asked once for its tokens, however many configurations use it
    `FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
     JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
     LEFT JOIN (
       SELECT w.mapcfg, pg_catalog.json_agg(pg_catalog.json_build_array(w.token, w.dictionaries) ORDER BY w.tokid) AS mappings FROM (
         SELECT m.mapcfg, k.tokid, pg_catalog.quote_ident(k.alias) AS token, pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
         FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.pg_ts_config c ON c.oid = m.mapcfg
         JOIN (SELECT q.oid AS parser, y.tokid, y.alias FROM (SELECT DISTINCT c.cfgparser AS oid FROM pg_catalog.pg_ts_config c WHERE ${mine}) q, LATERAL pg_catalog.ts_token_type(q.oid) y) k
           ON k.parser = c.cfgparser AND k.tokid = m.maptokentype
         WHERE ${mine} GROUP BY m.mapcfg, k.tokid, k.alias) w
       GROUP BY w.mapcfg) m ON m.mapcfg = c.oid
     WHERE ${mine}`,
  );
  return rows.map((row): Part => {
    const tokens = new Map<string, string[]>();
    for (const [token, dictionaries] of JSON.parse(row.mappings ?? '[]') as [string, string][]) {
      const same = tokens.get(dictionaries);
      if (same) same.push(token);
      else tokens.set(dictionaries, [token]);
    }
    return {
      key: keyOf('pg_ts_config', row.oid),
      kind: 'text search configuration',
      schema: row.schema,
      name: row.name,
      oid: oidByName('pg_ts_config', 'cfg', row.schema, row.plain),
      sql: [
        `CREATE TEXT SEARCH CONFIGURATION ${row.name} (PARSER = ${row.parser})`,
        ...[...tokens].map(
          ([dictionaries, names]) =>
            `ALTER TEXT SEARCH CONFIGURATION ${row.name} ADD MAPPING FOR ${names.join(', ')} WITH ${dictionaries}`,
        ),
      ],
      address: `TEXT SEARCH CONFIGURATION ${row.name}`,
      owner: row.owner,
    };
  });
}
