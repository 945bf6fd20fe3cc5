/**
 * The block of a baseline that sees to owners and privileges. It is one for the whole file, and a list: a schema has
 * thousands of objects, most of them with the same owner and the usual privileges.
 */
import { quoteLiteral } from '@idempotify/core';
import { doBlock } from './emit.ts';
import type { CatalogName } from './types.ts';

/** What somebody should own or may do. */
export interface Holding {
  readonly catalog: CatalogName;
  /** The word for what it is: behind ALTER in ALTER … OWNER TO, or behind ON in ALTER DEFAULT PRIVILEGES. */
  readonly keyword: string;
  /** Qualified and quoted as its catalog's reg* type reads it; of a column or of default privileges: see `part`. */
  readonly name: string;
  /** SQL for the OID, where there is no reg* type that could read the name. */
  readonly oid?: string;
  /** A column of the relation; the schema of default privileges, '' for all. Not quoted. */
  readonly part?: string;
  /** Not quoted; undefined: whoever it is. */
  readonly owner?: string | undefined;
  /** As in Wish; undefined: whatever they are. */
  readonly grants?: readonly string[] | undefined;
}

/** Catalogs that have a type which reads and prints the names of their objects on all versions. */
const REG: Partial<Record<CatalogName, string>> = {
  pg_class: 'regclass',
  pg_attribute: 'regclass',
  pg_proc: 'regprocedure',
  pg_type: 'regtype',
  pg_namespace: 'regnamespace',
};

/** Where a catalog keeps owner and ACL. */
const ARMS: Partial<Record<CatalogName, { owner: string; acl?: string; letter?: string }>> = {
  pg_class: { owner: 'relowner', acl: 'relacl', letter: `CASE relkind WHEN 'S' THEN 's' ELSE 'r' END` },
  pg_proc: { owner: 'proowner', acl: 'proacl', letter: `'f'` },
  pg_type: { owner: 'typowner', acl: 'typacl', letter: `'T'` },
  pg_namespace: { owner: 'nspowner', acl: 'nspacl', letter: `'n'` },
  pg_language: { owner: 'lanowner', acl: 'lanacl', letter: `'l'` },
  pg_foreign_data_wrapper: { owner: 'fdwowner', acl: 'fdwacl', letter: `'F'` },
  pg_foreign_server: { owner: 'srvowner', acl: 'srvacl', letter: `'S'` },
  pg_operator: { owner: 'oprowner' },
  pg_opclass: { owner: 'opcowner' },
  pg_opfamily: { owner: 'opfowner' },
  pg_collation: { owner: 'collowner' },
  pg_conversion: { owner: 'conowner' },
  pg_statistic_ext: { owner: 'stxowner' },
  pg_ts_dict: { owner: 'dictowner' },
  pg_ts_config: { owner: 'cfgowner' },
  pg_event_trigger: { owner: 'evtowner' },
  pg_publication: { owner: 'pubowner' },
  pg_subscription: { owner: 'subowner' },
};

/** Whether the block knows how to see to objects of the catalog. */
export const canHold = (catalog: CatalogName): boolean => ARMS[catalog] !== undefined;

function arm(catalog: CatalogName): string {
  if (catalog === 'pg_attribute') {
    return `SELECT c.relowner, a.attacl, 'c', a.attnum, 'SELECT c.relowner, a.attacl FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attrelid = $1 AND a.attname = $2'
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE listed.catalog = 'pg_attribute' AND a.attrelid = object.oid AND a.attname = object.part AND NOT a.attisdropped`;
  }
  if (catalog === 'pg_default_acl') {
    const kept = `d.defaclnamespace = coalesce((SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $2), 0) AND d.defaclobjtype = $3`;
    const read = `SELECT r.oid, d.defaclacl FROM pg_catalog.pg_roles r LEFT JOIN pg_catalog.pg_default_acl d ON d.defaclrole = r.oid AND ${kept} WHERE r.oid = $1`;
    const here = kept.replace('$2', 'object.part').replace('$3', 'kind.kept');
    return `SELECT object.oid, d.defaclacl, kind.letter, 0, ${quoteLiteral(read)}
        FROM (VALUES ('TABLES', 'r', 'r'), ('SEQUENCES', 's', 'S'), ('FUNCTIONS', 'f', 'f'), ('TYPES', 'T', 'T'), ('SCHEMAS', 'n', 'n'), ('LARGE OBJECTS', 'L', 'L')) AS kind (word, letter, kept)
          LEFT JOIN pg_catalog.pg_default_acl d ON d.defaclrole = object.oid AND ${here.replace('kind.kept', 'kind.kept::pg_catalog."char"')}
        WHERE listed.catalog = 'pg_default_acl' AND object.oid IS NOT NULL AND kind.word = listed.keyword`;
  }
  const found = ARMS[catalog];
  if (!found) throw new Error(`who owns an object of ${catalog} is not known`);
  const { owner, acl, letter } = found;
  const read = acl === undefined ? 'NULL' : `'SELECT ${owner}, ${acl} FROM pg_catalog.${catalog} WHERE oid = $1'`;
  return `SELECT ${owner}, ${acl ?? 'NULL'}, ${letter ?? 'NULL'}, 0, ${read} FROM pg_catalog.${catalog} WHERE listed.catalog = '${catalog}' AND oid = object.oid`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Words side by side in lines that are not too long. */
function wrapped(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [index, word] of words.entries()) {
    const text = word + (index < words.length - 1 ? ',' : '');
    if (line !== '' && line.length + text.length > 110) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : ` ${text}`;
  }
  if (line !== '') lines.push(line);
  return lines.length > 1 ? `\n${indent}  ${lines.join(`\n${indent}  `)}\n${indent}` : lines.join('');
}

/** What has the same owner and the same privileges is one entry of the list. */
function entries(holdings: readonly Holding[]): string[] {
  const groups = new Map<string, Holding[]>();
  for (const holding of holdings) {
    const { catalog, keyword, owner, grants } = holding;
    const key = JSON.stringify([catalog, keyword, owner ?? null, grants ?? null, holding.oid !== undefined]);
    const group = groups.get(key);
    if (group) group.push(holding);
    else groups.set(key, [holding]);
  }
  return [...groups.values()].map((group) => {
    const sorted = [...group].sort((a, b) => compare(a.name, b.name) || compare(a.part ?? '', b.part ?? ''));
    const [{ catalog, keyword, owner, grants } = { catalog: 'pg_class', keyword: '' } as const] = sorted;
    const indent = '      ';
    const named = sorted.some(({ oid }) => oid !== undefined);
    const reg = named ? undefined : REG[catalog];
    const array = (words: readonly string[]): string => `ARRAY[${wrapped(words, indent)}]`;
    const oids =
      catalog === 'pg_default_acl'
        ? array(sorted.map(({ name }) => `(SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(name)})`))
        : array(sorted.map(({ name, oid }) => oid ?? quoteLiteral(name))) +
          (reg === undefined ? '' : `::pg_catalog.${reg}[]`);
    const names = named ? array(sorted.map(({ name }) => quoteLiteral(name))) : 'NULL';
    const parts = sorted.some(({ part }) => part !== undefined)
      ? array(sorted.map(({ part }) => quoteLiteral(part ?? '')))
      : 'NULL';
    const lines =
      grants === undefined
        ? 'NULL'
        : grants.length === 0
          ? `'{}'`
          : `ARRAY[${wrapped(grants.map(quoteLiteral), indent)}]`;
    return `('${catalog}', ${quoteLiteral(keyword)}, ${oids}::pg_catalog.oid[], ${names}, ${parts}, ${owner === undefined ? 'NULL' : quoteLiteral(owner)}, ${lines})`;
  });
}

/**
 * A complete DO block, or '' when there is nothing to see to. Over a database in which everything is as it should be it
 * only reads catalogs.
 * @param roles all that are named in it, not quoted
 */
export function privilegesBlock(holdings: readonly Holding[], roles: readonly string[]): string {
  if (holdings.length === 0) return '';
  const catalogs = [...new Set(holdings.map(({ catalog }) => catalog))];
  const list = entries(holdings);
  // the first row says what the columns are
  const rows = [
    `(NULL::pg_catalog.text, NULL::pg_catalog.text, NULL::pg_catalog.oid[], NULL::pg_catalog.text[], NULL::pg_catalog.text[], NULL::pg_catalog.text, NULL::pg_catalog.text[])`,
    ...list,
  ];
  const names = roles.length === 0 ? '' : [...roles].sort(compare).map(quoteLiteral).join(', ');
  const missing =
    names === ''
      ? ''
      : `  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name) INTO missing FROM pg_catalog.unnest(ARRAY[${names}]) AS name
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name);
  IF missing IS NOT NULL THEN
    RAISE WARNING 'there are no such roles: %', missing
      USING HINT = 'What they should own or may do is skipped. Create them and apply this again.';
  END IF;
`;
  const declare = [
    `  missing pg_catalog.text;`,
    `  thing pg_catalog.record;`,
    `  holder pg_catalog.oid;`,
    `  present pg_catalog.aclitem[];`,
    `  moved pg_catalog.bool := false;`,
    `  state pg_catalog.text := '';`,
    `  latest pg_catalog.text;`,
    `  givers pg_catalog.oid[];`,
    `  verbs pg_catalog.text[];`,
    `  endings pg_catalog.text[];`,
    `  command pg_catalog.text;`,
    `  target pg_catalog.text;`,
    `  before pg_catalog.text := pg_catalog.current_setting('role');`,
  ];
  const body = `${missing}  FOR thing IN
    SELECT listed.catalog, listed.keyword, listed.grants, object.oid, object.name, object.part, wish.oid AS owner, wish.rolname,
      held.owner AS holder, held.acl, held.letter, held.read, initial.initprivs
    FROM (VALUES
      ${rows.join(',\n      ')}
    ) AS listed (catalog, keyword, oids, names, parts, owner, grants)
      CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(listed.oids), pg_catalog.unnest(listed.names), pg_catalog.unnest(listed.parts)) AS object (oid, name, part)
      CROSS JOIN LATERAL (
        ${catalogs.map(arm).join('\n        UNION ALL ')}
      ) AS held (owner, acl, letter, number, read)
      LEFT JOIN pg_catalog.pg_roles wish ON wish.rolname = listed.owner
      LEFT JOIN pg_catalog.pg_init_privs initial ON initial.objoid = object.oid AND initial.objsubid = held.number
        AND initial.classoid = pg_catalog.to_regclass('pg_catalog.' || CASE listed.catalog WHEN 'pg_attribute' THEN 'pg_class' ELSE listed.catalog END)
    WHERE wish.oid <> held.owner OR listed.grants <> '{}' OR (listed.grants = '{}' AND held.acl IS NOT NULL
      AND (initial.initprivs IS NOT NULL OR NOT (held.acl @> pg_catalog.acldefault(held.letter::pg_catalog."char", held.owner) AND held.acl <@ pg_catalog.acldefault(held.letter::pg_catalog."char", held.owner))))
  LOOP
    target := CASE thing.catalog
      WHEN 'pg_class' THEN CASE thing.letter WHEN 's' THEN 'SEQUENCE ' ELSE 'TABLE ' END || thing.oid::pg_catalog.regclass
      WHEN 'pg_attribute' THEN 'TABLE ' || thing.oid::pg_catalog.regclass
      WHEN 'pg_proc' THEN (SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' || p.oid::pg_catalog.regproc || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' ELSE 'ROUTINE ' || p.oid::pg_catalog.regprocedure END
        FROM pg_catalog.pg_proc p WHERE p.oid = thing.oid)
      WHEN 'pg_type' THEN 'TYPE ' || coalesce(thing.name, thing.oid::pg_catalog.regtype::pg_catalog.text)
      WHEN 'pg_namespace' THEN 'SCHEMA ' || thing.oid::pg_catalog.regnamespace
      WHEN 'pg_default_acl' THEN thing.keyword
      ELSE thing.keyword || ' ' || thing.name END;
    IF thing.owner <> thing.holder THEN
      IF NOT pg_catalog.pg_has_role(thing.owner, 'MEMBER') THEN
        RAISE EXCEPTION '% should belong to %, in whose name % may not act', target, pg_catalog.quote_ident(thing.rolname), pg_catalog.quote_ident(current_user)
          USING ERRCODE = 'insufficient_privilege', HINT = 'Apply this as a member of that role or as a superuser, or make the baseline again with --no-owner.';
      END IF;
      EXECUTE pg_catalog.format('ALTER %s OWNER TO %I', target, thing.rolname);
      moved := true;
    END IF;
    IF thing.grants IS NULL THEN
      CONTINUE;
    END IF;
    IF thing.catalog = 'pg_foreign_server' THEN
      target := 'FOREIGN ' || target;
    END IF;
    holder := thing.holder;
    present := thing.acl;
    -- what is revoked may take with it what was passed on: then it is looked at once more
    FOR round IN 1..2 LOOP
      -- with the owner of a table that of its sequences changes
      IF moved OR round = 2 THEN
        EXECUTE thing.read INTO holder, present USING thing.oid, thing.part, CASE WHEN thing.catalog = 'pg_default_acl' THEN (CASE thing.letter WHEN 's' THEN 'S' ELSE thing.letter END)::pg_catalog."char" END;
      END IF;
      -- what has to be done is mostly the same for many objects
      latest := state;
      state := pg_catalog.jsonb_build_array(thing.letter, holder, present::pg_catalog.text, thing.initprivs::pg_catalog.text, thing.grants, thing.part)::pg_catalog.text;
      IF state <> latest THEN
        WITH known AS (
          SELECT e.privilege_type AS privilege, e.grantee, e.grantor, false AS passed
          FROM pg_catalog.aclexplode(pg_catalog.acldefault(thing.letter::pg_catalog."char", holder)) e
        ), usual AS (
          SELECT k.privilege, k.grantee, k.grantor, k.passed FROM known k WHERE thing.initprivs IS NULL AND coalesce(thing.part, '') = ''
          UNION ALL
          SELECT e.privilege_type, CASE WHEN e.grantee = e.grantor THEN holder ELSE e.grantee END, holder, e.is_grantable
          FROM pg_catalog.aclexplode(CASE WHEN pg_catalog.cardinality(thing.initprivs) > 0 THEN thing.initprivs END) e
        ), line AS (
          SELECT word[1] = 'GRANT' AS given, privilege, word[4] IS NOT NULL AS passed, coalesce(grantee.oid, CASE word[3] WHEN 'PUBLIC' THEN 0 WHEN 'OWNER' THEN holder END) AS grantee,
            CASE WHEN word[5] IS NULL THEN holder ELSE grantor.oid END AS grantor, number
          FROM pg_catalog.unnest(thing.grants) WITH ORDINALITY AS written (line, number)
            CROSS JOIN LATERAL pg_catalog.regexp_match(line, '^(GRANT|REVOKE) ([A-Z ,]+) (?:TO|FROM) ("(?:[^"]|"")+"|[^ ]+)( WITH GRANT OPTION)?(?: GRANTED BY (.+))?$') AS word
            CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(CASE word[2] WHEN 'ALL' THEN (SELECT pg_catalog.string_agg(DISTINCT k.privilege, ', ') FROM known k) ELSE word[2] END, ', ') AS privilege
            LEFT JOIN pg_catalog.pg_roles grantee ON word[3] NOT IN ('PUBLIC', 'OWNER') AND grantee.rolname = CASE WHEN word[3] LIKE '"%' THEN pg_catalog.replace(pg_catalog.substr(word[3], 2, pg_catalog.length(word[3]) - 2), '""', '"') ELSE word[3] END
            LEFT JOIN pg_catalog.pg_roles grantor ON grantor.rolname = CASE WHEN word[5] LIKE '"%' THEN pg_catalog.replace(pg_catalog.substr(word[5], 2, pg_catalog.length(word[5]) - 2), '""', '"') ELSE word[5] END
          WHERE thing.letter = 'c' OR privilege IN (SELECT k.privilege FROM known k)
        ), wanted AS (
          SELECT w.privilege, w.grantee, w.grantor, pg_catalog.bool_or(w.passed) AS passed, pg_catalog.min(w.number) AS number FROM (
            SELECT u.privilege, u.grantee, u.grantor, u.passed, 0::bigint AS number FROM usual u
            WHERE NOT EXISTS (SELECT FROM line l WHERE NOT l.given AND l.grantee = u.grantee AND l.privilege = u.privilege)
            UNION ALL SELECT l.privilege, l.grantee, l.grantor, l.passed, l.number FROM line l WHERE l.given AND l.grantee IS NOT NULL AND l.grantor IS NOT NULL
          ) w GROUP BY 1, 2, 3
        ), here AS (
          SELECT u.privilege, u.grantee, u.grantor, u.passed FROM usual u WHERE present IS NULL
          UNION ALL SELECT e.privilege_type, e.grantee, e.grantor, e.is_grantable
          FROM pg_catalog.aclexplode(CASE WHEN pg_catalog.cardinality(present) > 0 THEN present END) e
        ), todo AS (
          SELECT CASE WHEN w.privilege IS NULL THEN 'REVOKE ' ELSE 'REVOKE GRANT OPTION FOR ' END AS verb, h.privilege, ' FROM ' AS preposition, h.grantee, ' CASCADE' AS ending, h.grantor, 0::bigint AS number
          FROM here h LEFT JOIN wanted w USING (privilege, grantee, grantor) WHERE w.privilege IS NULL OR (h.passed AND NOT w.passed)
          UNION ALL
          SELECT 'GRANT ', w.privilege, ' TO ', w.grantee, CASE WHEN w.passed THEN ' WITH GRANT OPTION' ELSE '' END, w.grantor, w.number
          FROM wanted w LEFT JOIN here h USING (privilege, grantee, grantor) WHERE h.privilege IS NULL OR (w.passed AND NOT h.passed)
        )
        SELECT pg_catalog.array_agg(x.grantor ORDER BY x.number), pg_catalog.array_agg(x.verb ORDER BY x.number), pg_catalog.array_agg(x.ending ORDER BY x.number) INTO givers, verbs, endings
        FROM (
          SELECT t.grantor, pg_catalog.min(t.number) AS number,
            t.verb || pg_catalog.string_agg(t.privilege || CASE thing.letter WHEN 'c' THEN pg_catalog.format(' (%I)', thing.part) ELSE '' END, ', ' ORDER BY t.privilege) AS verb,
            t.preposition || CASE t.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(t.grantee)) END || t.ending AS ending
          FROM todo t GROUP BY t.verb, t.preposition, t.grantee, t.ending, t.grantor
        ) x;
      END IF;
      FOR n IN 1..coalesce(pg_catalog.cardinality(verbs), 0) LOOP
        IF thing.oid < 16384 AND thing.catalog <> 'pg_default_acl' AND NOT pg_catalog.pg_has_role(holder, 'USAGE') THEN
          RAISE WARNING 'the privileges on % stay as they are: only its owner may change them', target;
          EXIT;
        END IF;
        command := verbs[n] || ' ON ' || target || endings[n];
        IF thing.catalog = 'pg_default_acl' THEN
          command := pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', pg_catalog.pg_get_userbyid(thing.oid))
            || CASE thing.part WHEN '' THEN '' ELSE pg_catalog.format('IN SCHEMA %I ', thing.part) END || command;
        END IF;
        IF givers[n] <> holder THEN
          PERFORM pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(givers[n]), true);
          EXECUTE command;
          PERFORM pg_catalog.set_config('role', before, true);
        ELSE
          EXECUTE command;
        END IF;
      END LOOP;
      EXIT WHEN verbs IS NULL OR verbs[1] NOT LIKE 'REVOKE %';
    END LOOP;
  END LOOP;`;
  return `${HEAD}\n${doBlock([body], declare)}\n`;
}

const HEAD = `-- Owners and privileges: only what differs is changed. OWNER stands for whoever owns the object. What is listed with '{}' has the
-- privileges that PostgreSQL gives by default, the others what stands there beside them.`;
