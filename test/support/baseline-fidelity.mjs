/**
 * How good a baseline is: made over an empty database it must give the source's schema, over the source (and over its own
 * result) it must do nothing, over something in between it must converge, and over something else refuse. Plain JavaScript,
 * because scripts/baseline-fidelity.mjs uses it too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSql, quoteIdent, quoteLiteral } from '@idempotify/core';
import { diffSnapshots, snapshot, snapshotKinds } from '@idempotify/database';
import pg from 'pg';
import { pgDump, tocEntries } from './pg-dump.mjs';

/** A database on a server where we may make others. */
export class Database {
  /** @type {string[]} */
  notices = [];
  /** @param {string} url @param {pg.Client} client */
  constructor(url, client) {
    this.url = url;
    this.client = client;
    client.on('notice', (notice) => this.notices.push(String(notice.message)));
    client.on('error', () => undefined);
  }

  /** @param {string} url */
  static async open(url) {
    const client = new pg.Client({
      connectionString: url,
      types: /** @type {any} */ ({ getTypeParser: () => (/** @type {string} */ value) => value }),
    });
    await client.connect();
    return new Database(url, client);
  }

  /** As a Session of @idempotify/database. @param {string} sql @returns {Promise<{ rows: Record<string, string | null>[] }[]>} */
  async query(sql) {
    const results = /** @type {any} */ (await this.client.query(sql));
    return Array.isArray(results) ? results : [results];
  }

  get inTransaction() {
    return ![null, 'I'].includes(this.client.getTransactionStatus());
  }

  async shrink() {}

  /** @param {string} sql @returns {Promise<string[]>} the first column */
  async column(sql) {
    const { rows } = await this.client.query({ text: sql, rowMode: 'array' });
    return rows.map((row) => String(row[0]));
  }

  async close() {
    await this.client.end();
  }
}

/** Makes databases beside the one of a URL, and drops them in the end. */
export class Scratch {
  #made = new Set();
  #admin;
  /** @param {string} url @param {Database} admin */
  constructor(url, admin) {
    this.url = url;
    this.#admin = admin;
  }

  /** @param {string} url of a database in which nobody works */
  static async open(url) {
    return new Scratch(url, await Database.open(url));
  }

  /** server_version_num */
  async version() {
    return Number((await this.#admin.column('SHOW server_version_num'))[0]);
  }

  /** @param {string} [template] @returns {Promise<string>} the URL of the new database */
  async create(template = 'template0') {
    const name = `fidelity_${process.pid}_${this.#made.size + 1}`;
    await this.#admin.query(`DROP DATABASE IF EXISTS ${name}`);
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE ${quoteIdent(template)}`);
        break;
      } catch (error) {
        // a backend is around for a moment after its client has gone
        if (/** @type {any} */ (error).code !== '55006' || attempt > 50) throw error;
        await sleep(100);
      }
    }
    this.#made.add(name);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    // subscriptions belong to the whole server and are not copied, but their comments are
    await within(url.href, (database) =>
      database.query(`DELETE FROM pg_description WHERE classoid = 'pg_subscription'::regclass`),
    );
    return url.href;
  }

  /** @param {string} url */
  async drop(url) {
    const name = nameOf(url);
    const there = await this.#admin.column(
      `SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = ${quoteLiteral(name)}`,
    );
    if (there.length > 0) {
      const inside = await Database.open(url);
      for (const subscription of await inside.column(
        'SELECT quote_ident(subname) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
      )) {
        await inside.query(`ALTER SUBSCRIPTION ${subscription} DISABLE`);
        await inside.query(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
        await inside.query(`DROP SUBSCRIPTION ${subscription}`);
      }
      await inside.close();
    }
    await this.#admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${quoteLiteral(name)}`,
    );
    await this.#admin.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`);
    this.#made.delete(name);
  }

  async close() {
    for (const name of [...this.#made]) {
      const url = new URL(this.url);
      url.pathname = `/${name}`;
      await this.drop(url.href);
    }
    await this.#admin.close();
  }
}

/** @param {string} url */
export const nameOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1));

/** @template T @param {string} url @param {(database: Database) => Promise<T>} work */
export async function within(url, work) {
  const database = await Database.open(url);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * @typedef {'query' | 'transaction' | 'statements'} Mode how the text is sent
 * @typedef {{ message: string, detail: string, statement?: string }} Failure
 * @typedef {{ errors: Failure[], notices: string[], ms: number }} Run
 */

/** @param {string} text @returns {string[]} */
export const statementsOf = (text) => parseSql(text).statements.map(({ range }) => text.slice(range.start, range.end));

/**
 * @param {string} url @param {string} text @param {Mode} [mode]
 * @returns {Promise<Run>} of `statements` all that fail, else the first
 */
export async function apply(url, text, mode = 'query') {
  return within(url, async (database) => {
    const start = performance.now();
    /** @type {Failure[]} */
    const errors = [];
    const send = async (/** @type {string} */ sql) => {
      try {
        await database.query(sql);
      } catch (error) {
        errors.push(failureOf(error, sql));
      }
    };
    if (mode === 'statements') for (const sql of statementsOf(text)) await send(sql);
    else if (mode === 'query') await send(text);
    else {
      await database.query('BEGIN');
      await send(text);
      await database.query(errors.length > 0 ? 'ROLLBACK' : 'COMMIT');
    }
    return { errors, notices: database.notices, ms: performance.now() - start };
  });
}

/** @param {unknown} error @param {string} sql @returns {Failure} */
function failureOf(error, sql) {
  const { message, detail, hint, where } = /** @type {Record<string, string | undefined>} */ (
    /** @type {unknown} */ (error)
  );
  return {
    message: String(message),
    detail: [detail, hint, where].filter(Boolean).join('\n'),
    ...(sql.length < 100_000 ? { statement: sql } : {}),
  };
}

/**
 * @typedef {{ of: number, identical: number }} Score
 * @typedef {{ kinds: Map<string, Score>, total: Score, extra: number, differences: import('@idempotify/database').Difference[] }} Snapshots
 * @typedef {{ name: string, source: string | undefined, copy: string | undefined }} EntryDifference
 * @typedef {{ kinds: Map<string, Score>, total: Score, differences: EntryDifference[] }} Dumps
 */

/** By what we read of the catalogs. @param {string} source @param {string} copy @returns {Promise<Snapshots>} */
export async function compareSnapshots(source, copy) {
  const expected = await within(source, snapshot);
  const got = await within(copy, snapshot);
  const differences = diffSnapshots(expected, got, { columnOrder: true });
  /** @type {Map<string, Score>} */
  const kinds = new Map();
  for (const kind of snapshotKinds) {
    const of = expected.objects.get(kind)?.size ?? 0;
    if (of > 0) kinds.set(kind, { of, identical: of });
  }
  kinds.set('column order', { of: expected.columnOrder.size, identical: expected.columnOrder.size });
  for (const { kind, change } of differences) {
    const score = kinds.get(kind);
    if (score && change !== 'extra') score.identical--;
  }
  return {
    kinds,
    total: sum(kinds),
    extra: differences.filter(({ change }) => change === 'extra').length,
    differences,
  };
}

/** By what pg_dump reads of them. @param {string} source @param {string} copy @returns {Promise<Dumps>} */
export async function compareDumps(source, copy) {
  const expected = tocEntries(await pgDump(source));
  const got = tocEntries(await pgDump(copy));
  /** @type {Map<string, Score>} */
  const kinds = new Map();
  const differences = [];
  for (const [name, text] of expected) {
    const kind = /^[A-Z ]+(?= )/.exec(name)?.[0] ?? '';
    const score = kinds.get(kind) ?? { of: 0, identical: 0 };
    kinds.set(kind, score);
    score.of++;
    if (got.get(name) === text) score.identical++;
    else differences.push({ name, source: text, copy: got.get(name) });
  }
  for (const [name, text] of got) {
    if (!expected.has(name)) differences.push({ name, source: undefined, copy: text });
  }
  return { kinds, total: sum(kinds), differences };
}

/** @param {Map<string, Score>} kinds @returns {Score} */
const sum = (kinds) => {
  const total = { of: 0, identical: 0 };
  for (const { of, identical } of kinds.values()) {
    total.of += of;
    total.identical += identical;
  }
  return total;
};

/**
 * Where every row of the catalogs stands and which transaction wrote it: catalog -> fingerprint. Statistics are left out,
 * which the server writes by itself, and so is what all databases have in common except for comments and dependencies.
 * @param {string} url @returns {Promise<Map<string, string>>}
 */
export async function catalogRows(url) {
  return within(url, async (database) => {
    const catalogs = await database.column(
      `SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
        AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject') AND (NOT relisshared OR relname IN ('pg_authid', 'pg_auth_members', 'pg_db_role_setting'))
        ORDER BY 1`,
    );
    const texts = await database.column(
      catalogs
        .map(
          (name) =>
            `SELECT ${quoteLiteral(name)} || ' ' || count(*) || ' ' || coalesce(sum(hashtext(ctid::text || ' ' || xmin::text)), 0) FROM ${name}`,
        )
        .join(' UNION ALL '),
    );
    return new Map(texts.map((text) => [text.slice(0, text.indexOf(' ')), text]));
  });
}

/**
 * @typedef {{ errors: Failure[], notices: string[], changed: string[], wrote: boolean, locks: string[], ms: number }} Again
 */

/**
 * Runs the text where everything is there already: nothing may happen.
 * @param {string} url @param {string} text @param {Mode} [mode] @returns {Promise<Again>}
 */
export async function runAgain(url, text, mode = 'query') {
  const before = await catalogRows(url);
  // first in a transaction that can be looked into: whether it has written anything, and what it has locked
  const inside = await within(url, async (database) => {
    await database.query('BEGIN');
    try {
      await database.query(text);
      const [wrote] = await database.column('SELECT txid_current_if_assigned() IS NOT NULL');
      const locks = await database.column(
        `SELECT DISTINCT l.mode || ' on ' || l.relation::regclass FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
          WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND c.relnamespace <> 'pg_catalog'::regnamespace`,
      );
      return { wrote: wrote === 't', locks };
    } catch {
      // it is reported by the run below
      return { wrote: false, locks: [] };
    } finally {
      await database.query('ROLLBACK');
    }
  });
  const run = await apply(url, text, mode);
  const after = await catalogRows(url);
  const changed = [...after].filter(([name, rows]) => before.get(name) !== rows).map(([name]) => name);
  return { ...run, ...inside, changed };
}

/**
 * Runs the text while another session keeps every table from being looked at.
 * @param {string} url @param {string} text @param {number} [patience] ms
 * @returns {Promise<Run>} an error when it waits
 */
export async function runLocked(url, text, patience = 10_000) {
  return within(url, async (other) => {
    await other.query('BEGIN');
    for (const relation of await other.column(
      `SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
    )) {
      // no views: LOCK TABLE goes on to what they read, which may be the catalogs
      await other.query(`LOCK TABLE ONLY ${relation} IN ACCESS EXCLUSIVE MODE`);
    }
    return apply(url, `SET lock_timeout = '${patience}ms';\n${text}`);
  });
}

/** Numbers that look random and are the same in each run. @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @template T @param {readonly T[]} items @param {() => number} next @returns {T[]} */
export function shuffled(items, next) {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [all[at], all[other]] = /** @type {[T, T]} */ ([all[other], all[at]]);
  }
  return all;
}

/** Everything that can be dropped by itself, as the statement that does it. What belongs to an extension stays. */
const droppable = `
  WITH object AS (
    SELECT DISTINCT d.classid, d.objid FROM pg_depend d WHERE d.classid <> 0 AND d.objsubid = 0 AND d.deptype IN ('n', 'a')
    UNION SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'S', 'p', 'f', 'i')
    UNION SELECT 'pg_proc'::regclass, oid FROM pg_proc
    UNION SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typtype IN ('e', 'd', 'r', 'b'))
  SELECT i.type, i.identity FROM object o, LATERAL pg_identify_object(o.classid, o.objid, 0) i
  WHERE o.objid >= 16384 AND i.identity IS NOT NULL AND coalesce(i.schema, '') !~ '^(pg_|information_schema)'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.classid AND e.objid = o.objid AND e.deptype IN ('e', 'i', 'P', 'S'))
  ORDER BY 1, 2`;

/** @param {string} type @param {string} identity @returns {string | undefined} */
function dropStatement(type, identity) {
  const on = /^(.*) on (.*)$/s.exec(identity);
  switch (type) {
    case 'table constraint':
      return on ? `ALTER TABLE ${on[2]} DROP CONSTRAINT ${on[1]} CASCADE` : undefined;
    case 'domain constraint':
      return on ? `ALTER DOMAIN ${on[2]} DROP CONSTRAINT ${on[1]} CASCADE` : undefined;
    case 'statistics object':
      return `DROP STATISTICS ${identity} CASCADE`;
    case 'transform':
      return on ? `DROP TRANSFORM ${on[1]} LANGUAGE ${on[2]} CASCADE` : undefined;
    // what is a piece of something else, or has no name
    case 'default value':
    case 'user mapping':
    case 'default acl':
    case 'publication relation':
    case 'publication namespace':
    case 'operator of access method':
    case 'function of access method':
    case 'column':
    case 'role':
      return undefined;
    default:
      return `DROP ${type.toUpperCase()} ${identity} CASCADE`;
  }
}

/** What makes a relation or a type another one when it goes away with something else. */
const pieces = `
  SELECT concat_ws(' ', a.attrelid, a.attnum, a.attnotnull, a.atthasdef, a.attidentity) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'c')`;

/**
 * Drops objects at random with what depends on them. Drops that would take a column from a table that stays, its default or its NOT NULL are undone:
 * then the table would be another, which a baseline must refuse.
 * @param {string} url @param {number} count @param {() => number} next @returns {Promise<string[]>} the statements
 */
export async function dropSome(url, count, next) {
  return within(url, async (database) => {
    const done = [];
    const [found] = await database.query(droppable);
    await database.query(`SET search_path = ''; SET client_min_messages = error`);
    for (const { type, identity } of shuffled(found?.rows ?? [], next)) {
      if (done.length === count) break;
      const sql = dropStatement(String(type), String(identity));
      if (sql === undefined) continue;
      const before = await database.column(pieces);
      await database.query('BEGIN');
      try {
        await database.query(sql);
        const relations = new Set(
          await database.column('SELECT attrelid FROM pg_catalog.pg_attribute WHERE attnum = -6'),
        );
        const composite = new Set(await database.column(`SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'c'`));
        const after = new Set(await database.column(pieces));
        const torn = before.some((piece) => {
          const [relation] = piece.split(' ');
          return !after.has(piece) && (relations.has(String(relation)) || composite.has(String(relation)));
        });
        await database.query(torn ? 'ROLLBACK' : 'COMMIT');
        if (!torn) done.push(sql);
      } catch {
        // it went with another, or can't be dropped
        await database.query('ROLLBACK');
      }
    }
    return done;
  });
}

/**
 * Ways in which an object can be another one than it should: name, and a query that gives for each candidate what must be
 * named in the refusal, and the SQL that changes it.
 * @type {readonly { what: string, candidates: string }[]}
 */
export const changes = [
  {
    what: 'column: type',
    candidates: `SELECT c.relname, format('ALTER TABLE %s ALTER COLUMN %I TYPE varchar(77)', c.oid::regclass, a.attname)
      FROM pg_attribute a JOIN rel c ON c.oid = a.attrelid
      WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype`,
  },
  {
    what: 'column: default',
    candidates: `SELECT c.relname, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT 77', c.oid::regclass, a.attname)
      FROM pg_attribute a JOIN rel c ON c.oid = a.attrelid
      WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'integer'::regtype AND a.attidentity = '' AND a.attgenerated = ''`,
  },
  {
    what: 'column: not null',
    candidates: `SELECT c.relname, format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.oid::regclass, a.attname)
      FROM pg_attribute a JOIN rel c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND a.attnum > 0 AND a.attnotnull`,
  },
  {
    what: 'column: one more',
    candidates: `SELECT c.relname, format('ALTER TABLE %s ADD COLUMN one_more integer', c.oid::regclass) FROM rel c WHERE c.relkind = 'r'`,
  },
  {
    what: 'column: one less',
    candidates: `SELECT c.relname, format('ALTER TABLE %s DROP COLUMN %I', c.oid::regclass, a.attname)
      FROM pg_attribute a JOIN rel c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`,
  },
  {
    what: 'table: row security',
    candidates: `SELECT c.relname, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.oid::regclass) FROM rel c WHERE c.relkind = 'r' AND NOT c.relforcerowsecurity`,
  },
  {
    what: 'index: definition',
    candidates: `SELECT x.relname, format('DROP INDEX %s; CREATE INDEX %I ON %s (%I) WHERE %4$I IS NULL', i.indexrelid::regclass, x.relname, c.oid::regclass, a.attname)
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN rel c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1 AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'm') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`,
  },
  {
    what: 'check: expression',
    candidates: `SELECT k.conname, format('ALTER TABLE %s DROP CONSTRAINT %I; ALTER TABLE %1$s ADD CONSTRAINT %2$I CHECK (77 > 7)', c.oid::regclass, k.conname)
      FROM pg_constraint k JOIN rel c ON c.oid = k.conrelid WHERE k.contype = 'c' AND c.relkind = 'r' AND k.coninhcount = 0`,
  },
  {
    what: 'foreign key: action',
    candidates: `SELECT k.conname, format('ALTER TABLE %s DROP CONSTRAINT %I; ALTER TABLE %1$s ADD CONSTRAINT %2$I %s', c.oid::regclass, k.conname,
        CASE WHEN k.confdeltype = 'c' THEN replace(pg_get_constraintdef(k.oid), ' ON DELETE CASCADE', '') ELSE regexp_replace(pg_get_constraintdef(k.oid), '( ON DELETE \\w+( NULL)?)?( DEFERR.*| NOT VALID)?$', ' ON DELETE CASCADE') END)
      FROM pg_constraint k JOIN rel c ON c.oid = k.conrelid WHERE k.contype = 'f' AND c.relkind = 'r' AND k.conparentid = 0`,
  },
  {
    what: 'function: body',
    candidates: `SELECT p.proname, format('UPDATE pg_catalog.pg_proc SET prosrc = prosrc || chr(32) WHERE oid = %s', p.oid)
      FROM proc p JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname IN ('sql', 'plpgsql') AND p.prosrc <> ''`,
  },
  {
    what: 'function: volatility',
    candidates: `SELECT p.proname, format('ALTER FUNCTION %s %s', p.oid::regprocedure, CASE p.provolatile WHEN 'v' THEN 'STABLE' ELSE 'VOLATILE' END)
      FROM proc p WHERE p.prokind = 'f'`,
  },
  {
    what: 'view: query',
    candidates: `SELECT c.relname, format('CREATE OR REPLACE VIEW %s AS SELECT * FROM (%s) AS another', c.oid::regclass, rtrim(pg_get_viewdef(c.oid), ';')) FROM rel c WHERE c.relkind = 'v'`,
  },
  {
    what: 'materialized view: query',
    candidates: `SELECT c.relname, format('DROP MATERIALIZED VIEW %s; CREATE MATERIALIZED VIEW %1$s AS SELECT * FROM (%s) AS another', c.oid::regclass, rtrim(pg_get_viewdef(c.oid), ';')) FROM rel c WHERE c.relkind = 'm'`,
  },
  {
    what: 'trigger: definition',
    candidates: `SELECT t.tgname, format('DROP TRIGGER %I ON %s; %s', t.tgname, c.oid::regclass, regexp_replace(pg_get_triggerdef(t.oid), ' (BEFORE|AFTER) ', CASE WHEN t.tgtype & 2 = 2 THEN ' AFTER ' ELSE ' BEFORE ' END))
      FROM pg_trigger t JOIN rel c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal`,
  },
  {
    what: 'trigger: disabled',
    candidates: `SELECT t.tgname, format('ALTER TABLE %s DISABLE TRIGGER %I', c.oid::regclass, t.tgname)
      FROM pg_trigger t JOIN rel c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relkind = 'r'`,
  },
  {
    what: 'rule: definition',
    candidates: `SELECT r.rulename, format('DROP RULE %I ON %s; CREATE RULE %1$I AS ON %3$s TO %2$s DO INSTEAD NOTHING', r.rulename, c.oid::regclass, CASE r.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END)
      FROM pg_rewrite r JOIN rel c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'`,
  },
  {
    what: 'policy: condition',
    candidates: `SELECT p.polname, format('ALTER POLICY %I ON %s USING (77 > 7)', p.polname, c.oid::regclass) FROM pg_policy p JOIN rel c ON c.oid = p.polrelid WHERE p.polcmd <> 'a'`,
  },
  {
    what: 'enum: one label more',
    candidates: `SELECT t.typname, format('ALTER TYPE %s ADD VALUE ''one more''', t.oid::regtype) FROM typ t WHERE t.typtype = 'e'`,
  },
  {
    what: 'domain: one check more',
    candidates: `SELECT t.typname, format('ALTER DOMAIN %s ADD CONSTRAINT one_more CHECK (77 > 7)', t.oid::regtype) FROM typ t WHERE t.typtype = 'd'`,
  },
  {
    what: 'domain: default',
    candidates: `SELECT t.typname, format('ALTER DOMAIN %s SET DEFAULT NULL', t.oid::regtype) FROM typ t WHERE t.typtype = 'd' AND t.typdefault IS NOT NULL`,
  },
  {
    what: 'composite type: one attribute more',
    candidates: `SELECT t.typname, format('ALTER TYPE %s ADD ATTRIBUTE one_more integer', t.oid::regtype) FROM typ t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c'`,
  },
  {
    what: 'sequence: increment',
    candidates: `SELECT c.relname, format('ALTER SEQUENCE %s INCREMENT 77', c.oid::regclass) FROM rel c WHERE c.relkind = 'S'`,
  },
  {
    what: 'statistics: columns',
    candidates: `SELECT s.stxname, format('DROP STATISTICS %I.%I; CREATE STATISTICS %1$I.%2$I (mcv) ON %s FROM %s', ns.nspname, s.stxname,
        (SELECT string_agg(quote_ident(a.attname), ', ') FROM (SELECT attname FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum > 0 AND NOT a.attisdropped LIMIT 2) a), s.stxrelid::regclass)
      FROM pg_statistic_ext s JOIN pg_namespace ns ON ns.oid = s.stxnamespace`,
  },
  {
    what: 'aggregate: initial value',
    candidates: `SELECT p.proname, format('UPDATE pg_catalog.pg_aggregate SET agginitval = ''77'' WHERE aggfnoid = %s', p.oid) FROM proc p WHERE p.prokind = 'a'`,
  },
  {
    what: 'operator: commutator',
    candidates: `SELECT o.oprname, format('UPDATE pg_catalog.pg_operator SET oprcanhash = NOT oprcanhash WHERE oid = %s', o.oid) FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace WHERE NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_operator'::regclass AND member.objid = o.oid)`,
  },
  {
    what: 'publication: options',
    candidates: `SELECT p.pubname, format('UPDATE pg_catalog.pg_publication SET pubdelete = NOT pubdelete WHERE oid = %s', p.oid) FROM pg_publication p`,
  },
  {
    what: 'foreign server: options',
    candidates: `SELECT s.srvname, format('ALTER SERVER %I OPTIONS (ADD one_more ''1'')', s.srvname) FROM pg_foreign_server s`,
  },
  {
    what: 'event trigger: event',
    candidates: `SELECT e.evtname, format('UPDATE pg_catalog.pg_event_trigger SET evtevent = CASE evtevent WHEN ''sql_drop'' THEN ''ddl_command_end'' ELSE ''sql_drop'' END WHERE oid = %s', e.oid) FROM pg_event_trigger e`,
  },
  {
    what: 'text search configuration: mapping',
    candidates: `SELECT c.cfgname, format('ALTER TEXT SEARCH CONFIGURATION %I.%I DROP MAPPING FOR asciiword', ns.nspname, c.cfgname) FROM pg_ts_config c JOIN pg_namespace ns ON ns.oid = c.cfgnamespace WHERE c.oid >= 16384`,
  },
];

const scope = `WITH ns AS (SELECT * FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
  member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  rel AS (SELECT c.* FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_class'::regclass AND member.objid = c.oid)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')),
  proc AS (SELECT p.* FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_proc'::regclass AND member.objid = p.oid)),
  typ AS (SELECT t.* FROM pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_type'::regclass AND member.objid = t.oid))
  `;

/**
 * @typedef {{ what: string, sql: string, name: string, outcome: 'named' | 'not named' | 'silent' | 'put right', message: string }} Refusal
 */

/**
 * Changes one object after the other and runs the text over each. Everything is done in a transaction that is rolled back.
 * @param {string} url a copy of the source @param {string} text @param {number} each how many objects of each kind
 * @param {() => number} next @returns {Promise<Refusal[]>}
 */
export async function refusals(url, text, each, next) {
  return within(url, async (database) => {
    /** @type {Refusal[]} */
    const found = [];
    const expected = await snapshot(database);
    for (const { what, candidates } of changes) {
      const { rows } = await database.client.query({ text: scope + candidates, rowMode: 'array' });
      let done = 0;
      for (const row of shuffled(rows, next)) {
        if (done === each) break;
        const [name, sql] = row.map(String);
        await database.query('BEGIN');
        try {
          await database.query(`SET LOCAL client_min_messages = error; ${sql}`);
        } catch {
          // others depend on it
          await database.query('ROLLBACK');
          continue;
        }
        if (diffSnapshots(expected, await snapshot(database)).length === 0) {
          await database.query('ROLLBACK');
          continue;
        }
        done++;
        /** @type {Refusal} */
        const refusal = { what, sql: String(sql), name: String(name), outcome: 'silent', message: '' };
        try {
          await database.query(text);
          if (diffSnapshots(expected, await snapshot(database)).length === 0) refusal.outcome = 'put right';
        } catch (error) {
          const { message, detail } = failureOf(error, '');
          refusal.message = `${message}\n${detail}`;
          refusal.outcome = refusal.message.replaceAll('""', '"').includes(String(name)) ? 'named' : 'not named';
        }
        await database.query('ROLLBACK');
        found.push(refusal);
      }
    }
    return found;
  });
}
