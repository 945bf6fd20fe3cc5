import { firstUserOid, grantList, grants, notMember, properties, roleName, routine, since, sorted } from './sql.ts';
import { present, type Reader } from './readers.ts';

/** A list of publication members: table, its row filter and its columns. */
const publishedTables = (newer: boolean): string =>
  newer
    ? `(SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT r.prrelid::regclass::text
        || coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')' FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)), '')
        || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '') AS x FROM pg_publication_rel r WHERE r.prpubid = p.oid) s)`
    : `(SELECT json_agg(r.prrelid::regclass::text ORDER BY r.prrelid::regclass::text COLLATE "C") FROM pg_publication_rel r WHERE r.prpubid = p.oid)`;

/** Objects that came with PostgreSQL or with an extension but whose privileges were changed since. */
const changedPrivileges = [
  // initdb grants on the information schema after it has noted the initial privileges
  {
    catalog: 'pg_class',
    acl: 'o.relacl',
    owner: 'o.relowner',
    but: `o.relnamespace <> 'information_schema'::regnamespace`,
  },
  { catalog: 'pg_proc', acl: 'o.proacl', owner: 'o.proowner' },
  {
    catalog: 'pg_namespace',
    acl: 'o.nspacl',
    owner: 'o.nspowner',
    but: `o.nspname NOT IN ('public', 'information_schema')`,
  },
  { catalog: 'pg_type', acl: 'o.typacl', owner: 'o.typowner' },
  { catalog: 'pg_language', acl: 'o.lanacl', owner: 'o.lanowner' },
]
  .map(
    ({
      catalog,
      acl,
      owner,
      but = 'true',
    }) => `SELECT i.type || ' ' || i.identity, ${properties({ grants: grantList(acl, owner) })}
      FROM ${catalog} o
        LEFT JOIN pg_init_privs p ON p.classoid = '${catalog}'::regclass AND p.objoid = o.oid AND p.objsubid = 0
        CROSS JOIN LATERAL pg_identify_object('${catalog}'::regclass, o.oid, 0) i
      WHERE ${acl} IS NOT NULL AND ${but} AND (o.oid < ${firstUserOid} OR NOT ${notMember(catalog, 'o.oid')})
        AND ${acl} IS DISTINCT FROM p.initprivs`,
  )
  .join('\nUNION ALL\n');

export const cluster: readonly Reader[] = [
  {
    kind: 'schema',
    sql: () =>
      `SELECT quote_ident(n.nspname), ${properties({
        owner: roleName('n.nspowner'),
        grants: grants('n.nspacl', 'n', 'n.nspowner'),
      })} FROM pg_namespace n JOIN ns ON ns.oid = n.oid WHERE ${notMember('pg_namespace', 'n.oid')}`,
  },
  {
    kind: 'extension',
    sql: () =>
      `SELECT quote_ident(e.extname), ${properties({
        version: 'e.extversion',
        schema: `(SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE n.oid = e.extnamespace)`,
      })} FROM pg_extension e`,
  },
  {
    kind: 'comment',
    present: `EXISTS (SELECT FROM pg_description WHERE objoid >= ${firstUserOid} OR classoid = 'pg_namespace'::regclass) OR EXISTS (SELECT FROM pg_shdescription)`,
    sql: () => `SELECT i.type || ' ' || i.identity, ${properties({ text: 'd.description' })}
      FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
      WHERE (d.objoid >= ${firstUserOid} OR (d.classoid = 'pg_namespace'::regclass AND d.objoid IN (SELECT oid FROM ns)))
        AND i.identity IS NOT NULL
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = d.classoid AND m.objid = d.objoid)
      UNION ALL
      SELECT CASE WHEN d.classoid = 'pg_database'::regclass THEN 'database' ELSE i.type || ' ' || i.identity END, ${properties({ text: 'd.description' })}
      FROM pg_shdescription d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, 0) i
      WHERE i.identity IS NOT NULL AND CASE WHEN d.classoid = 'pg_database'::regclass
        THEN d.objoid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()) ELSE d.objoid >= ${firstUserOid} END`,
  },
  {
    kind: 'security label',
    present: present.any('pg_seclabel'),
    sql: () => `SELECT i.type || ' ' || i.identity || ' FOR ' || l.provider, ${properties({ label: 'l.label' })}
      FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i`,
  },
  {
    kind: 'default privileges',
    present: present.any('pg_default_acl'),
    sql: () => `SELECT 'FOR ROLE ' || ${roleName('a.defaclrole')} || coalesce(' IN SCHEMA ' || (SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE n.oid = a.defaclnamespace), '')
        || ' ON ' || CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE a.defaclobjtype::text END,
      ${properties({ grants: grantList('a.defaclacl', 'a.defaclrole') })} FROM pg_default_acl a`,
  },
  { kind: 'changed privileges', sql: () => changedPrivileges },
  {
    kind: 'publication',
    present: present.any('pg_publication'),
    sql: (version) =>
      `SELECT quote_ident(p.pubname), ${properties({
        'all tables': `nullif(p.puballtables, false)`,
        tables: publishedTables(version >= 150000),
        schemas: since(
          15,
          version,
          `(SELECT json_agg(s.pnnspid::regnamespace::text ORDER BY s.pnnspid::regnamespace::text COLLATE "C") FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)`,
        ),
        publish: `concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)`,
        'via root': since(13, version, `nullif(p.pubviaroot, false)`),
        'generated columns': since(18, version, `nullif(p.pubgencols, 'n')`),
        owner: roleName('p.pubowner'),
      })} FROM pg_publication p WHERE ${notMember('pg_publication', 'p.oid')}`,
  },
  {
    // the connection string may hold a password and is not read
    kind: 'subscription',
    present: `EXISTS (SELECT FROM pg_subscription WHERE subdbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))`,
    sql: () =>
      `SELECT quote_ident(s.subname), ${properties({
        disabled: `nullif(NOT s.subenabled, false)`,
        publications: sorted('s.subpublications'),
        slot: 's.subslotname',
        owner: roleName('s.subowner'),
      })} FROM pg_subscription s WHERE s.subdbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())`,
  },
  {
    kind: 'event trigger',
    present: present.any('pg_event_trigger'),
    sql: () =>
      `SELECT quote_ident(e.evtname), ${properties({
        event: 'e.evtevent',
        function: routine('e.evtfoid'),
        tags: sorted('e.evttags'),
        enabled: `CASE e.evtenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END`,
        owner: roleName('e.evtowner'),
      })} FROM pg_event_trigger e WHERE ${notMember('pg_event_trigger', 'e.oid')}`,
  },
  {
    kind: 'foreign-data wrapper',
    present: present.any('pg_foreign_data_wrapper'),
    sql: () =>
      `SELECT quote_ident(f.fdwname), ${properties({
        handler: routine('f.fdwhandler'),
        validator: routine('f.fdwvalidator'),
        options: sorted('f.fdwoptions'),
        owner: roleName('f.fdwowner'),
        grants: grants('f.fdwacl', 'F', 'f.fdwowner'),
      })} FROM pg_foreign_data_wrapper f WHERE ${notMember('pg_foreign_data_wrapper', 'f.oid')}`,
  },
  {
    kind: 'foreign server',
    present: present.any('pg_foreign_server'),
    sql: () =>
      `SELECT quote_ident(s.srvname), ${properties({
        wrapper: `(SELECT quote_ident(f.fdwname) FROM pg_foreign_data_wrapper f WHERE f.oid = s.srvfdw)`,
        type: 's.srvtype',
        version: 's.srvversion',
        options: sorted('s.srvoptions'),
        owner: roleName('s.srvowner'),
        grants: grants('s.srvacl', 'S', 's.srvowner'),
      })} FROM pg_foreign_server s WHERE ${notMember('pg_foreign_server', 's.oid')}`,
  },
  {
    kind: 'user mapping',
    present: present.any('pg_foreign_server'),
    sql: () =>
      `SELECT quote_ident(u.usename) || ' ON ' || quote_ident(u.srvname), ${properties({ options: sorted('u.umoptions') })} FROM pg_user_mappings u`,
  },
  {
    // shared by all databases of the cluster
    kind: 'role',
    sql: (version) =>
      `SELECT quote_ident(r.rolname), ${properties({
        superuser: `nullif(r.rolsuper, false)`,
        'no inherit': `nullif(NOT r.rolinherit, false)`,
        'create role': `nullif(r.rolcreaterole, false)`,
        'create database': `nullif(r.rolcreatedb, false)`,
        login: `nullif(r.rolcanlogin, false)`,
        replication: `nullif(r.rolreplication, false)`,
        'bypass row security': `nullif(r.rolbypassrls, false)`,
        'connection limit': `nullif(r.rolconnlimit, -1)`,
        'valid until': 'r.rolvaliduntil',
        'member of': `(SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT ${roleName('m.roleid')}
        || CASE WHEN m.admin_option THEN ' WITH ADMIN' ELSE '' END${version >= 160000 ? ` || CASE WHEN m.inherit_option THEN '' ELSE ' WITHOUT INHERIT' END || CASE WHEN m.set_option THEN '' ELSE ' WITHOUT SET' END` : ''} AS x
        FROM pg_auth_members m WHERE m.member = r.oid) s)`,
      })} FROM pg_roles r WHERE r.rolname !~ '^pg_'`,
  },
  {
    kind: 'setting',
    present: present.any('pg_db_role_setting'),
    sql: () => `SELECT CASE s.setrole WHEN 0 THEN '' ELSE 'role ' || ${roleName('s.setrole')} END || CASE WHEN s.setrole <> 0 AND s.setdatabase <> 0 THEN ' in ' ELSE '' END
        || CASE s.setdatabase WHEN 0 THEN '' ELSE 'database' END, ${properties({ values: sorted('s.setconfig') })}
      FROM pg_db_role_setting s WHERE s.setdatabase = 0 OR s.setdatabase = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())`,
  },
  {
    // has no name here: every replay runs in a database of its own
    kind: 'database',
    sql: () =>
      `SELECT 'database', ${properties({
        owner: roleName('d.datdba'),
        grants: grants('d.datacl', 'd', 'd.datdba'),
      })} FROM pg_database d WHERE d.datname = current_database()`,
  },
];
