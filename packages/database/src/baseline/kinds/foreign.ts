/** Foreign-data wrappers, servers and user mappings. Foreign tables are tables. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { foreignOption } from '../relations.ts';
import { openOptions } from '../secrets.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

/**
 * Options as they stand behind OPTIONS, with the brackets and a space in front; '' without any. Secrets are reported
 * and left out, unless `options.secrets`.
 * @param json array of `name=value`
 */
function optionsClause(catalog: CatalogReader, of: string, json: string | null): string {
  const open = openOptions(catalog, of, json === null ? [] : (JSON.parse(json) as string[]));
  return open.length === 0 ? '' : ` OPTIONS (${open.map(foreignOption).join(', ')})`;
}

export async function readForeign(catalog: CatalogReader): Promise<Part[]> {
  const wrappers = await catalog.rows(`
    SELECT f.oid, f.fdwname, pg_catalog.pg_get_userbyid(f.fdwowner), f.fdwacl, pg_catalog.to_json(f.fdwoptions),
      NULLIF(f.fdwhandler, 0)::pg_catalog.regproc, NULLIF(f.fdwvalidator, 0)::pg_catalog.regproc
    FROM pg_catalog.pg_foreign_data_wrapper f WHERE ${catalog.notMember('pg_foreign_data_wrapper', 'f.oid')}`);
  const servers = await catalog.rows(`
    SELECT s.oid, s.srvname, pg_catalog.pg_get_userbyid(s.srvowner), s.srvacl, pg_catalog.to_json(s.srvoptions), s.srvtype, s.srvversion, f.fdwname
    FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw
    WHERE ${catalog.notMember('pg_foreign_server', 's.oid')}`);
  const mappings = await catalog.rows(`
    SELECT m.umid, m.srvid, m.srvname, m.umuser, m.usename, pg_catalog.to_json(m.umoptions) FROM pg_catalog.pg_user_mappings m
    WHERE ${catalog.notMember('pg_user_mapping', 'm.umid')}`);
  const parts: Part[] = [];
  for (const [oid, wrapper, owner, acl, options, handler, validator] of wrappers) {
    if (oid == null || wrapper == null || owner == null) continue;
    const name = quoteIdent(wrapper);
    const address = `FOREIGN DATA WRAPPER ${name}`;
    parts.push({
      key: keyOf('pg_foreign_data_wrapper', oid),
      kind: 'foreign-data wrapper',
      schema: undefined,
      name,
      oid: `(SELECT oid FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwname = ${quoteLiteral(wrapper)})`,
      sql: [
        `CREATE ${address}` +
          (handler == null ? '' : ` HANDLER ${handler}`) +
          (validator == null ? '' : ` VALIDATOR ${validator}`) +
          optionsClause(catalog, `the foreign-data wrapper ${name}`, options ?? null),
      ],
      address,
      owner,
      grants: { letter: 'F', acl: acl ?? null },
    });
  }
  for (const [oid, server, owner, acl, options, type, version, wrapper] of servers) {
    if (oid == null || server == null || owner == null || wrapper == null) continue;
    const name = quoteIdent(server);
    parts.push({
      key: keyOf('pg_foreign_server', oid),
      kind: 'foreign server',
      schema: undefined,
      name,
      oid: serverOid(server),
      sql: [
        `CREATE SERVER ${name}` +
          (type == null ? '' : ` TYPE ${quoteLiteral(type)}`) +
          (version == null ? '' : ` VERSION ${quoteLiteral(version)}`) +
          ` FOREIGN DATA WRAPPER ${quoteIdent(wrapper)}` +
          optionsClause(catalog, `the server ${name}`, options ?? null),
      ],
      address: `SERVER ${name}`,
      owner,
      grants: { letter: 'S', acl: acl ?? null, address: `FOREIGN SERVER ${name}` },
    });
  }
  for (const [oid, serverOidThere, server, user, role, options] of mappings) {
    if (oid == null || serverOidThere == null || server == null || role == null) continue;
    const everybody = user === '0';
    const who = everybody ? 'PUBLIC' : quoteIdent(role);
    const name = `${who} on ${quoteIdent(server)}`;
    const where = `FROM pg_catalog.pg_user_mappings WHERE srvname = ${quoteLiteral(server)} AND ${
      everybody ? 'umuser = 0' : `umuser <> 0 AND usename = ${quoteLiteral(role)}`
    }`;
    parts.push({
      key: keyOf('pg_user_mapping', oid),
      kind: 'user mapping',
      schema: undefined,
      name,
      of: keyOf('pg_foreign_server', serverOidThere),
      oid: `(SELECT umid ${where})`,
      missing: everybody
        ? `NOT EXISTS (SELECT ${where})`
        : `NOT EXISTS (SELECT ${where}) AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(role)})`,
      sql: [
        `CREATE USER MAPPING FOR ${who} SERVER ${quoteIdent(server)}${optionsClause(catalog, `the user mapping of ${name}`, options ?? null)}`,
      ],
      // has no owner, but can only be made where the role is
      ...(everybody ? {} : { owner: role }),
      requires: [keyOf('pg_foreign_server', serverOidThere)],
    });
  }
  return parts;
}

const serverOid = (server: string): string =>
  `(SELECT oid FROM pg_catalog.pg_foreign_server WHERE srvname = ${quoteLiteral(server)})`;
