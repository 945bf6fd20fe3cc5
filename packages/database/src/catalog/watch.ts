/** Looks at the catalogs again and again inside of one transaction, each time reading only what changed in it. */
import type { Session } from '../runners/types.ts';
import type { Reader } from './readers.ts';
import { firstUserOid, inOneRow, rowsOf } from './sql.ts';
import {
  catalogQuery,
  collect,
  columnOrder,
  detailedSnapshot,
  objectColumns,
  readOnly,
  readers,
  type Detailed,
} from './snapshot.ts';

/**
 * Rows of the catalogs are never changed in place but written anew. So what the transaction wrote is known by `xmin`, and
 * that it removed something by the number of older rows that are still there. (What PostgreSQL does change in place,
 * such as `relpages`, is in no snapshot.) Which catalogs it wrote to at all is known by PostgreSQL's own statistics of the
 * transaction: they count every row that was written, and never go back, not even with a savepoint.
 *
 * With a changed relation everything is read again that may print its name, by pg_depend; of the other kinds, those whose
 * catalogs were written to. After a change of something older that may stand in a definition (a type, a function, a
 * schema, a role), everything is.
 */
export interface CatalogWatch {
  /** The same as `snapshot()`. */
  look(): Promise<Detailed>;
  /**
   * To be called before a savepoint is set.
   * @returns to be called after going back to it: spares looking again at what was looked at just before
   */
  mark(): Promise<() => Promise<void>>;
}

/** Catalogs with rows that belong to relations. */
const relationCatalogs: readonly string[] = [
  'pg_class',
  'pg_attribute',
  'pg_attrdef',
  'pg_constraint',
  'pg_index',
  'pg_trigger',
  'pg_rewrite',
  'pg_policy',
  'pg_inherits',
  'pg_foreign_table',
  'pg_sequence',
  'pg_type',
  'pg_depend',
];

/** The rows that describe relations: the relation, and whether this transaction wrote the row. Index and TOAST table count as their table. */
const relationRows = `
  SELECT oid AS relation, age(xmin) <= age($1) AS young FROM pg_class WHERE oid >= 16384 OR age(xmin) <= age($1)
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
  UNION ALL SELECT typrelid, age(xmin) <= age($1) FROM pg_type WHERE typrelid <> 0 AND oid >= 16384
  UNION ALL SELECT objid, age(xmin) <= age($1) FROM pg_depend
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND objid >= 16384`;

/** @param rows which to look at: all of them tell also what is gone, the young ones what is new */
const touchedRelations = (rows: string): string => `
SELECT coalesce(owner.oid, i.indrelid, r.relation)::text AS key, sum(r.old) AS old, bool_or(r.young) AS young, false AS updated
FROM (SELECT relation, count(*) FILTER (WHERE NOT young) AS old, bool_or(young) AS young FROM (${relationRows}) AS rows WHERE ${rows} GROUP BY relation) AS r
LEFT JOIN pg_index i ON i.indexrelid = r.relation
LEFT JOIN pg_class owner ON owner.reltoastrelid <> 0 AND owner.reltoastrelid = coalesce(i.indrelid, r.relation)
GROUP BY 1`;

/** Catalogs of what may stand in the definition of something else. */
const named: readonly string[] = [
  'pg_type',
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

/** Where it is shown which objects belong to extensions, and so are not themselves shown. */
const memberships = 'pg_depend';

/** Catalogs of everything else that a snapshot shows. */
const others: readonly string[] = [
  'pg_constraint',
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
  'pg_publication_namespace',
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

/** What of these catalogs is not the business of relations. Row types and array types go with what they are of. */
const only: Readonly<Record<string, string>> = {
  pg_type: `typcategory <> 'A' AND typtype <> 'c'`,
  pg_constraint: 'conrelid = 0',
  [memberships]: `deptype = 'e'`,
};

/** How many rows a catalog has that are older than the transaction, whether it has younger ones, whether one of these took an older one's place. */
function touchedCatalog(catalog: string): string {
  const updated = named.includes(catalog) ? 'coalesce(bool_or(age(xmin) <= age($1) AND oid <= $2), false)' : 'false';
  return `SELECT '${catalog}' AS key, count(*) FILTER (WHERE age(xmin) > age($1)) AS old, coalesce(bool_or(age(xmin) <= age($1)), false) AS young, ${updated} AS updated
    FROM ${catalog} WHERE ${only[catalog] ?? 'true'}`;
}

interface Touched {
  /** OID of a relation, or name of a catalog -> how many rows there are that were there before the transaction. */
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

/** Functions with an SQL body or a row type print names. */
const functionsDepend = `SELECT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid >= 16384
  AND (refclassid = 'pg_class'::regclass OR refclassid = 'pg_type'::regclass AND refobjid IN (SELECT reltype FROM pg_class))) AS depend`;

/** Kinds that are shown with the name of what they are about. */
const about: readonly string[] = ['comment', 'security label', 'publication', 'statistics', 'subscription'];

/** The kind under which the query says which relations it has read again. */
const readAgain = 'read again';

/** Views over catalogs that readers use. */
export const views: Readonly<Record<string, readonly string[]>> = {
  pg_roles: ['pg_authid'],
  pg_user_mappings: ['pg_user_mapping', 'pg_foreign_server', 'pg_authid'],
};

/** The catalogs that a reader takes its objects from, without those of relations and those that it only takes names from. */
export function catalogsOf(reader: Reader, version: number): string[] {
  const words = new Set(reader.sql(version).match(/\bpg_\w+/g));
  return [...words].flatMap((word) => views[word] ?? [word]).filter((word) => [...named, ...others].includes(word));
}

/** What a watch knows; the next one may start from it. */
export interface Watched {
  readonly base: Detailed;
  /** OID of a relation -> what of `base` belongs to it. */
  readonly belongings: ReadonlyMap<string, readonly Belonging[]>;
  /** Whether there are functions that may print the name of a relation. */
  readonly functionsDepend: boolean;
  readonly before: Touched;
  /** The transaction that wrote nothing of `base`, nor did any after it. */
  readonly transaction: string;
  /** The greatest OID in `named` at that time. */
  readonly newest: string;
}

interface Written {
  /** The catalogs that rows were written to or removed from. */
  readonly catalogs: readonly string[];
  /** Whether rows of relations may have been removed, other than by writing them anew. */
  readonly removed: boolean;
}

interface Belonging {
  readonly kind: string;
  readonly name: string;
}

/** What is prepared in the session. */
const statement = {
  writes: 'idempotify_writes',
  relations: 'idempotify_touched_relations',
  newRelations: 'idempotify_touched_new_relations',
  touched: (catalog: string) => `idempotify_touched_${catalog}`,
  changed: 'idempotify_changed_relations',
  kind: (at: number) => `idempotify_changed_${at}`,
};

/**
 * @param session in a transaction that has changed nothing in the catalogs yet; as superuser, since not everybody may
 *   read all catalogs. The watch is good until the transaction ends; going back to a savepoint is all right.
 * @param earlier of an earlier transaction in the same database: then not everything has to be read
 * @param known what there is, where somebody has just looked and nobody else changes anything: then nothing has to be read
 */
export async function watchCatalogs(
  session: Session,
  earlier?: Watched,
  known?: Detailed,
): Promise<CatalogWatch & { watched: Watched }> {
  const watch = new Watch(session);
  await watch.start(earlier, known);
  return watch;
}

/**
 * The same as `snapshot()`, in a database that has been watched before, or in a copy of it.
 * @param session as for `watchCatalogs`; it need not be in a transaction
 */
export async function lookSince(session: Session, earlier: Watched): Promise<Detailed> {
  return new Watch(session).since(earlier);
}

class Watch implements CatalogWatch {
  watched!: Watched;
  readonly #session: Session;
  readonly #catalogs: string[] = [];
  readonly #prepared = new Set<string>();
  #version = 0;
  #readers: readonly { readonly reader: Reader; readonly at: number; readonly catalogs: readonly string[] }[] = [];
  /** Whether PostgreSQL counts what is written. */
  #counts = false;
  /** How often each of the catalogs had been written to in the beginning. */
  #first: readonly string[] = [];
  /** What the last look saw, and how often the catalogs had been written to by then. */
  #seen: { readonly snapshot: Detailed; readonly writes: string } | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async start(earlier: Watched | undefined, known: Detailed | undefined): Promise<void> {
    await this.#open();
    // age() counts from the transaction's own number, which it only has once it has asked for one
    const [number] = await this.#session.query('SELECT txid_current()::bigint % 4294967296 AS transaction');
    const transaction = number?.rows[0]?.['transaction'] ?? '';
    const base =
      known ?? (earlier ? await this.#current(earlier, this.#everything()) : await detailedSnapshot(this.#session));
    this.watched = await readOnly(this.#session, async (): Promise<Watched> => {
      const [found] = base.objects.has('function') ? await this.#session.query(functionsDepend) : [];
      const [oid] = await this.#session.query(newestQuery);
      const since = { transaction, newest: oid?.rows[0]?.['newest'] ?? '0' };
      return {
        base,
        belongings: belongingsOf(base),
        functionsDepend: found?.rows[0]?.['depend'] === 't',
        before: await this.#touched(since, this.#everything()),
        ...since,
      };
    });
    const writes = await this.#writes();
    this.#first = writes.split(' ');
    this.#seen = { snapshot: base, writes };
  }

  /** Learns what the server is and what is prepared in the session. */
  async #open(): Promise<void> {
    const all = [...new Set([...relationCatalogs, ...named, ...others])].map((name) => `'${name}'`).join();
    const [known, there] = await this.#session.query(
      `SELECT current_setting('server_version_num') AS version, current_setting('track_counts') AS counts,
        (SELECT string_agg(name, ' ') FROM pg_prepared_statements WHERE name LIKE 'idempotify\\_%') AS prepared;
      SELECT relname AS name FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relname IN (${all}) ORDER BY 1`,
    );
    const { version, counts, prepared } = known?.rows[0] ?? {};
    this.#version = Number(version);
    this.#counts = counts === 'on';
    for (const name of prepared?.split(' ') ?? []) this.#prepared.add(name);
    this.#catalogs.push(...(there?.rows ?? []).flatMap((row) => row['name'] ?? []));
    this.#readers = readers.flatMap((reader, at) =>
      reader.ofRelation ? [] : [{ reader, at, catalogs: catalogsOf(reader, this.#version) }],
    );
  }

  /** What there is now, in whatever transaction, when it was once as `earlier` says. */
  async since(earlier: Watched): Promise<Detailed> {
    await this.#open();
    return this.#current(earlier, this.#everything());
  }

  async look(): Promise<Detailed> {
    const writes = await this.#writes();
    if (this.#counts && this.#seen?.writes === writes) return this.#seen.snapshot;
    const snapshot = await this.#current(this.watched, this.#counts ? this.#since(writes) : this.#everything());
    this.#seen = { snapshot, writes };
    return snapshot;
  }

  /** What has been written to since the beginning. */
  #since(writes: string): Written {
    const now = writes.split(' ');
    const catalogs = this.#catalogs.filter((_, at) => now[at] !== this.#first[at]);
    const removals = (counts: readonly string[], name: string): string | undefined =>
      counts[this.#catalogs.indexOf(name)]?.split('/')[1];
    const removed = relationCatalogs.some((name) => removals(now, name) !== removals(this.#first, name));
    return { catalogs, removed };
  }

  /** What may have been written to where nothing was counted. */
  #everything(): Written {
    return { catalogs: this.#catalogs, removed: true };
  }

  async mark(): Promise<() => Promise<void>> {
    const known = this.#counts && this.#seen?.writes === (await this.#writes()) ? this.#seen.snapshot : undefined;
    return async () => {
      this.#seen = known && { snapshot: known, writes: await this.#writes() };
    };
  }

  /** How often the transaction has written to each of the catalogs so far, in their order: `rows written/rows removed`. */
  async #writes(): Promise<string> {
    if (!this.#counts) return '';
    await this.#prepare(statement.writes, () => {
      const [inserted, updated, deleted] = ['inserted', 'updated', 'deleted'].map(
        (what) => `pg_stat_get_xact_tuples_${what}(c.oid)`,
      );
      const list = this.#catalogs.map((name) => `'${name}'::regclass`).join();
      return ` AS SELECT string_agg(${inserted} + ${updated} || '/' || ${deleted}, ' ' ORDER BY c.at) AS writes FROM unnest(ARRAY[${list}]) WITH ORDINALITY AS c (oid, at)`;
    });
    const [result] = await this.#session.query(`EXECUTE ${statement.writes}`);
    return result?.rows[0]?.['writes'] ?? '';
  }

  /** Planning takes longer than running. Prepared under fixed settings, whatever they are when it is run. */
  async #prepare(name: string, sql: () => string): Promise<void> {
    if (this.#prepared.has(name)) return;
    await readOnly(this.#session, () => this.#session.query(`PREPARE ${name}${sql()}`));
    this.#prepared.add(name);
  }

  /** @param written of other catalogs nothing is in the result */
  async #touched(since: Pick<Watched, 'transaction' | 'newest'>, { catalogs, removed }: Written): Promise<Touched> {
    const queries: string[] = [];
    if (catalogs.some((name) => relationCatalogs.includes(name))) {
      const name = removed ? statement.relations : statement.newRelations;
      const rows = touchedRelations(removed ? 'true' : 'young');
      await this.#prepare(name, () => ` (xid) AS ${inOneRow(rows, touchedColumns)}`);
      queries.push(`EXECUTE ${name} ('${since.transaction}')`);
    }
    for (const name of catalogs) {
      if (![...named, ...others, memberships].includes(name)) continue;
      await this.#prepare(
        statement.touched(name),
        () => ` (xid, oid) AS ${inOneRow(touchedCatalog(name), touchedColumns)}`,
      );
      queries.push(`EXECUTE ${statement.touched(name)} ('${since.transaction}', '${since.newest}')`);
    }
    const results = queries.length > 0 ? await this.#session.query(queries.join('; ')) : [];
    return touchedFrom(results.flatMap(rowsOf));
  }

  /** `base`, with what has changed since. */
  async #current(watched: Watched, written: Written): Promise<Detailed> {
    const { base, before } = watched;
    const seen = await readOnly(this.#session, async () => {
      const now = await this.#touched(watched, written);
      const changed = (key: string): boolean =>
        now.young.has(key) || (now.old.has(key) && now.old.get(key) !== before.old.get(key));
      // what is gone can stand in no definition any more
      if (now.updated || (now.old.has(memberships) && now.old.get(memberships) !== before.old.get(memberships)))
        return undefined;
      if (now.young.has(memberships)) return undefined;
      const ofRelations = written.catalogs.some((name) => relationCatalogs.includes(name));
      const gone = (oid: string): boolean => written.removed && now.old.get(oid) !== before.old.get(oid);
      const touched = (ofRelations ? [...new Set([...before.old.keys(), ...now.old.keys()])] : []).filter(
        (key) => /^\d/.test(key) && (now.young.has(key) || gone(key)),
      );
      // PostgreSQL's own relations, and those of extensions
      if (touched.some((oid) => (before.old.has(oid) ? !watched.belongings.has(oid) : Number(oid) < firstUserOid)))
        return undefined;
      const altered = touched.some((oid) => before.old.has(oid));
      const renamed = altered || [...now.old.keys()].some((key) => !/^\d/.test(key) && changed(key));
      const again = this.#readers.filter(
        ({ reader: { kind }, catalogs }) =>
          catalogs.some(changed) ||
          (renamed && about.includes(kind) && base.objects.has(kind)) ||
          (altered && kind === 'function' && watched.functionsDepend),
      );
      const queries: string[] = [];
      if (touched.length > 0) {
        await this.#prepare(statement.changed, () => {
          const ofRelation = readers.filter((reader) => reader.ofRelation);
          const query = catalogQuery(this.#version, ofRelation, 'c.oid IN (SELECT relation FROM wanted)', wanted);
          const told = `SELECT '${readAgain}', relation::text, NULL, NULL FROM wanted`;
          return ` (oid[]) AS ${inOneRow(`${query}\nUNION ALL ${told}`, objectColumns)}`;
        });
        queries.push(`EXECUTE ${statement.changed} ('{${touched.join()}}')`);
      }
      for (const { reader, at } of again) {
        await this.#prepare(
          statement.kind(at),
          () => ` AS ${inOneRow(catalogQuery(this.#version, [reader]), objectColumns)}`,
        );
        queries.push(`EXECUTE ${statement.kind(at)}`);
      }
      const results = queries.length > 0 ? await this.#session.query(queries.join('; ')) : [];
      const rows = results.flatMap(rowsOf);
      const instead = new Set(rows.filter(([kind]) => kind === readAgain).map(([, name]) => name ?? ''));
      for (const oid of touched) instead.add(oid);
      const fresh = collect(rows.filter(([kind]) => kind !== readAgain));
      return merged(watched, fresh, instead, new Set(again.map(({ reader: { kind } }) => kind)));
    });
    return seen ?? detailedSnapshot(this.#session);
  }
}

const touchedColumns: readonly string[] = ['key', 'old', 'young', 'updated'];

function touchedFrom(rows: readonly (readonly (string | null)[])[]): Touched {
  const old = new Map<string, string>();
  const young = new Set<string>();
  let updated = false;
  for (const [key, count, isYoung, isUpdated] of rows) {
    updated ||= isUpdated === 'true';
    old.set(key ?? '', count ?? '0');
    if (isYoung === 'true') young.add(key ?? '');
  }
  return { old, young, updated };
}

function belongingsOf({ relations }: Detailed): Map<string, Belonging[]> {
  const all = new Map<string, Belonging[]>();
  for (const [kind, names] of relations) {
    for (const [name, oid] of names) {
      const those = all.get(oid);
      if (those) those.push({ kind, name });
      else all.set(oid, [{ kind, name }]);
    }
  }
  return all;
}

/**
 * `base` without what belongs to the relations that were `gone` over, with what was read instead; what has not changed is
 * shared with it.
 * @param again the other kinds that were read
 */
function merged(
  { base, belongings }: Watched,
  fresh: Detailed,
  gone: ReadonlySet<string>,
  again: ReadonlySet<string>,
): Detailed {
  const objects = new Map(base.objects);
  const relations = new Map(base.relations);
  const order = new Map(base.columnOrder);
  /** A map of its own, in which there may be changes. */
  const own = <V>(
    maps: Map<string, ReadonlyMap<string, V>>,
    mine: Map<string, Map<string, V>>,
    kind: string,
  ): Map<string, V> => {
    let map = mine.get(kind);
    if (!map) {
      mine.set(kind, (map = new Map(maps.get(kind))));
      maps.set(kind, map);
    }
    return map;
  };
  const mine = { objects: new Map<string, Map<string, string>>(), relations: new Map<string, Map<string, string>>() };
  for (const oid of gone) {
    for (const { kind, name } of belongings.get(oid) ?? []) {
      own(relations, mine.relations, kind).delete(name);
      if (kind === columnOrder) order.delete(name);
      else own(objects, mine.objects, kind).delete(name);
    }
  }
  for (const [kind, names] of fresh.relations) {
    const into = own(relations, mine.relations, kind);
    for (const [name, oid] of names) into.set(name, oid);
  }
  for (const [name, columns] of fresh.columnOrder) order.set(name, columns);
  for (const { kind, ofRelation } of readers) {
    const now = fresh.objects.get(kind);
    if (ofRelation) {
      if (!now) continue;
      const into = own(objects, mine.objects, kind);
      for (const [name, text] of now) into.set(name, text);
    } else if (again.has(kind)) {
      if (now) objects.set(kind, now);
      else objects.delete(kind);
    }
  }
  return { objects, relations, columnOrder: order };
}
