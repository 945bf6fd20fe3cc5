/** Looks at the catalogs again and again inside of one transaction, each time reading only what changed in it. */
import type { Session } from '../runners/types.ts';
import type { Reader } from './readers.ts';
import {
  catalogQuery,
  collect,
  columnOrder,
  detailedSnapshot,
  readOnly,
  readers,
  type Detailed,
  type Snapshot,
} from './snapshot.ts';

/**
 * Rows of the catalogs are never changed in place but written anew. So what the transaction wrote is known by `xmin`, and
 * that it removed something by the number of older rows that are still there. (What PostgreSQL does change in place,
 * such as `relpages`, is in no snapshot.)
 *
 * With a changed relation everything is read again that may print its name, by pg_depend. After a change of something
 * else that may stand in a definition (a type, a function, a schema, a role), everything is.
 */
export interface CatalogWatch {
  /** The same as `snapshot()`. */
  look(): Promise<Snapshot>;
}

/** The rows that describe relations: the relation, and whether this transaction wrote the row. Index and TOAST table count as their table. */
const relationRows = `
  SELECT oid AS relation, age(xmin) <= age($1) AS young FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT attrelid, true FROM pg_attribute WHERE age(xmin) <= age($1)
  UNION ALL SELECT adrelid, age(xmin) <= age($1) FROM pg_attrdef
  UNION ALL SELECT conrelid, age(xmin) <= age($1) FROM pg_constraint WHERE conrelid <> 0
  UNION ALL SELECT indrelid, age(xmin) <= age($1) FROM pg_index WHERE indexrelid >= 16384
  UNION ALL SELECT tgrelid, age(xmin) <= age($1) FROM pg_trigger
  UNION ALL SELECT ev_class, age(xmin) <= age($1) FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT polrelid, age(xmin) <= age($1) FROM pg_policy
  UNION ALL SELECT inhrelid, age(xmin) <= age($1) FROM pg_inherits
  UNION ALL SELECT ftrelid, age(xmin) <= age($1) FROM pg_foreign_table
  UNION ALL SELECT seqrelid, age(xmin) <= age($1) FROM pg_sequence
  UNION ALL SELECT objid, age(xmin) <= age($1) FROM pg_depend
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND objid >= 16384`;

/** Catalogs of what may stand in the definition of something else. Row types and array types go with what they are of. */
const named: readonly string[] = [
  `pg_type WHERE typcategory <> 'A' AND typtype <> 'c'`,
  'pg_enum',
  'pg_proc',
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_am',
  'pg_collation',
  'pg_namespace',
  'pg_authid',
  'pg_tablespace',
  'pg_language',
  'pg_foreign_server',
  'pg_foreign_data_wrapper',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_extension',
];

/** Which objects belong to extensions, and so are not shown. */
const memberships = `pg_depend WHERE deptype = 'e'`;

/** Catalogs of everything else that a snapshot shows: a change there only shows in itself. */
const others: readonly string[] = [
  'pg_description',
  'pg_shdescription',
  'pg_seclabel',
  'pg_shseclabel',
  'pg_default_acl',
  'pg_init_privs',
  'pg_db_role_setting',
  'pg_auth_members',
  'pg_database',
  'pg_publication',
  'pg_publication_rel',
  'pg_subscription',
  'pg_event_trigger',
  'pg_user_mapping',
  'pg_statistic_ext',
  'pg_cast',
  'pg_conversion',
  'pg_transform',
  'pg_aggregate',
  'pg_range',
  'pg_amop',
  'pg_amproc',
  'pg_ts_config_map',
  'pg_ts_parser',
  'pg_ts_template',
];

const touchedQuery = `
SELECT coalesce(i.indrelid, owner.oid, r.relation)::text AS relation, sum(r.old) AS old, bool_or(r.young) AS young, false AS updated
FROM (SELECT relation, count(*) FILTER (WHERE NOT young) AS old, bool_or(young) AS young FROM (${relationRows}) AS rows GROUP BY relation) AS r
LEFT JOIN pg_index i ON i.indexrelid = r.relation LEFT JOIN pg_class owner ON owner.reltoastrelid = r.relation
GROUP BY 1
UNION ALL
${[...named, memberships, ...others]
  .map((from) => {
    const updated = named.includes(from) ? 'coalesce(bool_or(age(xmin) <= age($1) AND oid <= $2), false)' : 'false';
    return `SELECT '${from.replaceAll("'", "''")}', count(*) FILTER (WHERE age(xmin) > age($1)), coalesce(bool_or(age(xmin) <= age($1)), false), ${updated} FROM ${from}`;
  })
  .join('\nUNION ALL ')}`;

interface Touched {
  /** OID of a relation, or one of `named` -> how many rows there are that were there before the transaction. */
  readonly old: ReadonlyMap<string, string>;
  /** Those with rows that the transaction wrote. */
  readonly young: ReadonlySet<string>;
  /** Whether something that may stand in a definition and was there before is another now. */
  readonly updated: boolean;
}

/** OIDs are given out in ascending order: what has a greater one was made later. (After a wraparound, more is read than needed.) */
const newestQuery = `SELECT greatest(${named.map((from) => `(SELECT max(oid) FROM ${from})`).join(', ')}) AS newest`;

/** The relations of the parameter, and those with something that may print the name of one of them or of its columns. */
const wanted = `touched AS MATERIALIZED (SELECT unnest($1) AS relation),
row_type AS MATERIALIZED (SELECT t.oid, t.typarray FROM pg_type t JOIN touched ON t.typrelid = touched.relation),
dependent AS MATERIALIZED (
  SELECT d.classid, d.objid FROM pg_depend d JOIN touched ON d.refclassid = 'pg_class'::regclass AND d.refobjid = touched.relation
  UNION ALL SELECT d.classid, d.objid FROM pg_depend d JOIN row_type t ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)),
wanted AS MATERIALIZED (
  SELECT relation FROM touched
  UNION SELECT coalesce(i.indrelid, d.objid) FROM dependent d LEFT JOIN pg_index i ON i.indexrelid = d.objid WHERE d.classid = 'pg_class'::regclass
  UNION SELECT k.conrelid FROM dependent d JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  UNION SELECT a.adrelid FROM dependent d JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  UNION SELECT r.ev_class FROM dependent d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  UNION SELECT t.tgrelid FROM dependent d JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  UNION SELECT p.polrelid FROM dependent d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid),
`;

/** Functions are many and slow to print. */
const functions = 'function';
/** Those with an SQL body or a row type print names. */
const functionsDepend = `SELECT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid >= 16384
  AND (refclassid = 'pg_class'::regclass OR refclassid = 'pg_type'::regclass AND refobjid IN (SELECT reltype FROM pg_class))) AS depend`;

/** Kinds that are shown with the name of the relation they are about. */
const about: readonly string[] = ['comment', 'security label', 'publication', 'statistics', 'subscription'];

/** The kind under which the query says which relations it has read again. */
const readAgain = 'read again';

/** What of the catalogs is read again: what belongs to relations, also what is about them, all but functions, everything. */
type Extent = 'relations' | 'about' | 'most' | 'all';

const kindsOf: Readonly<Record<Extent, (reader: Reader) => boolean>> = {
  relations: ({ ofRelation }) => ofRelation === true,
  about: ({ ofRelation, kind }) => ofRelation === true || about.includes(kind),
  most: ({ kind }) => kind !== functions,
  all: () => true,
};

/** What a watch knows; the next one may start from it. */
export interface Watched {
  readonly base: Detailed;
  /** Whether there are functions that may print the name of a relation. */
  readonly functionsDepend: boolean;
  readonly before: Touched;
  /** The transaction that wrote nothing of `base`, nor did any after it. */
  readonly transaction: string;
  /** The greatest OID in `named` at that time. */
  readonly newest: string;
}

/**
 * @param session in a transaction that has changed nothing in the catalogs yet; as superuser, since not everybody may
 *   read all catalogs. The watch is good until the transaction ends; going back to a savepoint is all right.
 * @param earlier of an earlier transaction in the same database: then not everything has to be read
 */
export async function watchCatalogs(session: Session, earlier?: Watched): Promise<CatalogWatch & { watched: Watched }> {
  // age() counts from the transaction's own number, which it only has once it has asked for one
  const [known] = await session.query(
    `SELECT txid_current()::bigint % 4294967296 AS transaction, current_setting('server_version_num') AS version,
      EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'idempotify_touched') AS prepared`,
  );
  const { transaction = '', version, prepared } = known?.rows[0] ?? {};
  if (prepared !== 't') {
    await readOnly(session, async () => {
      await session.query(`PREPARE idempotify_touched (xid, oid) AS ${touchedQuery}`);
      for (const [extent, wants] of Object.entries(kindsOf)) {
        const restricted = 'c.oid IN (SELECT relation FROM wanted)';
        const query = catalogQuery(Number(version), readers.filter(wants), restricted, wanted);
        const told = `SELECT '${readAgain}', relation::text, NULL, NULL FROM wanted`;
        await session.query(`PREPARE idempotify_changed_${extent} (oid[]) AS ${query}\nUNION ALL ${told}`);
      }
    });
  }
  const base = earlier ? await current(session, earlier) : await detailedSnapshot(session);
  const watched = await readOnly(session, async (): Promise<Watched> => {
    const [found] = base.objects.has(functions) ? await session.query(functionsDepend) : [];
    const [oid] = await session.query(newestQuery);
    const newest = oid?.rows[0]?.['newest'] ?? '0';
    return {
      base,
      newest,
      functionsDepend: found?.rows[0]?.['depend'] === 't',
      before: await touchedSince(session, transaction ?? '', newest),
      transaction: transaction ?? '',
    };
  });
  return { watched, look: () => current(session, watched) };
}

async function touchedSince(session: Session, transaction: string, newest: string): Promise<Touched> {
  const [result] = await session.query(`EXECUTE idempotify_touched ('${transaction}', '${newest}')`);
  return touchedFrom(result?.rows ?? []);
}

/** `base`, with what has changed since. */
async function current(session: Session, watched: Watched): Promise<Detailed> {
  const { base, before, transaction, newest } = watched;
  const seen = await readOnly(session, async () => {
    const now = await touchedSince(session, transaction, newest);
    const changed = (key: string): boolean => now.old.get(key) !== before.old.get(key);
    // what is gone can stand in no definition any more
    if (now.updated || changed(memberships)) return undefined;
    const touched = [...new Set([...before.old.keys(), ...now.old.keys()])].filter(
      (key) => /^\d/.test(key) && (now.young.has(key) || changed(key)),
    );
    const extent = extentOf(watched, now, touched, changed);
    const [result] = await session.query(`EXECUTE idempotify_changed_${extent} ('{${touched.join()}}')`);
    const rows = result?.rows ?? [];
    const again = new Set(rows.filter(({ kind }) => kind === readAgain).map(({ name }) => name ?? ''));
    const fresh = collect(rows.filter(({ kind }) => kind !== readAgain));
    return merged(base, fresh, (oid) => !again.has(oid) && now.old.has(oid), kindsOf[extent]);
  });
  return seen ?? detailedSnapshot(session);
}

function extentOf(
  { base, before, functionsDepend }: Watched,
  now: Touched,
  touched: readonly string[],
  changed: (key: string) => boolean,
): Extent {
  const altered = touched.some((oid) => before.old.has(oid));
  if (now.young.has('pg_proc') || changed('pg_proc') || (altered && functionsDepend)) return 'all';
  if ([...named, ...others].some((key) => now.young.has(key) || changed(key))) return 'most';
  return altered && about.some((kind) => base.objects.has(kind)) ? 'about' : 'relations';
}

function touchedFrom(rows: readonly Record<string, string | null>[]): Touched {
  const old = new Map<string, string>();
  const young = new Set<string>();
  let updated = false;
  for (const row of rows) {
    updated ||= row['updated'] === 't';
    const relation = row['relation'] ?? '';
    old.set(relation, row['old'] ?? '0');
    if (row['young'] === 't') young.add(relation);
  }
  return { old, young, updated };
}

/**
 * @param unchanged whether what belongs to a relation of `base` is as it was
 * @param read whether objects of a kind have been read again
 */
function merged(
  base: Detailed,
  fresh: Detailed,
  unchanged: (oid: string) => boolean,
  read: (reader: Reader) => boolean,
): Detailed {
  const objects = new Map<string, ReadonlyMap<string, string>>();
  const relations = new Map<string, ReadonlyMap<string, string>>();
  const keep = <V>(
    was: ReadonlyMap<string, V> | undefined,
    now: ReadonlyMap<string, V> | undefined,
    of: ReadonlyMap<string, string> | undefined,
  ): Map<string, V> => {
    const all = new Map(now);
    for (const [name, value] of was ?? []) if (unchanged(of?.get(name) ?? '')) all.set(name, value);
    return all;
  };
  for (const reader of readers) {
    const { kind } = reader;
    const was = base.objects.get(kind);
    if (reader.ofRelation) {
      const of = base.relations.get(kind);
      const all = keep(was, fresh.objects.get(kind), of);
      if (all.size === 0) continue;
      objects.set(kind, all);
      relations.set(kind, keep(of, fresh.relations.get(kind), of));
    } else {
      const now = read(reader) ? fresh.objects.get(kind) : was;
      if (now) objects.set(kind, now);
    }
  }
  const tables = base.relations.get(columnOrder);
  relations.set(columnOrder, keep(tables, fresh.relations.get(columnOrder), tables));
  return { objects, relations, columnOrder: keep(base.columnOrder, fresh.columnOrder, tables) };
}
