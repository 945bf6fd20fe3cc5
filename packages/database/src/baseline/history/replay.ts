/** Runs a history in a scratch database, and notes after each statement what has become of the catalogs. */
import { folderView, quoteIdent, type Statement } from '@idempotify/core';
import { columnOrder, detailedSnapshot, snapshotKinds, type Detailed, type Snapshot } from '../../catalog/snapshot.ts';
import { tidyCatalogs } from '../../catalog/tidy.ts';
import { lookSince, watchCatalogs, type Watched } from '../../catalog/watch.ts';
import { SqlError } from '../../runners/errors.ts';
import type { Session } from '../../runners/types.ts';
import { missing } from '../../verify/environment.ts';
import { PreludeError } from '../../verify/history.ts';
import { noTransaction } from '../../verify/lab.ts';
import { blockedStatements, firstError, leavesTraces, scriptOf, type ScriptFile } from '../../verify/script.ts';
import type { Place } from '../../verify/types.ts';
import type { ReplayOptions, StatementPlace } from './types.ts';

/** What an object was from a step on, as the snapshot has it; null: it was not there. */
export interface Version {
  /** 0: before the history; k: after the k-th of all statements. */
  readonly step: number;
  readonly text: string | null;
}

export interface ReplayedStatement extends Place {
  readonly step: number;
  readonly writes: 'yes' | 'maybe' | 'no';
  /** Why it did not run. */
  reason?: string;
  advice?: string;
}

export interface ReplayedMigration {
  readonly path: string;
  readonly statements: readonly ReplayedStatement[];
  /** Its tool commits it as a whole. */
  readonly atomic: boolean;
  /** Why it could not be replayed at all. */
  readonly problem?: string;
  /** What the last of its statements, and of all before it, is called; the one of the migration before it when it has none. */
  readonly end: number;
}

export interface Replayed {
  /** `server_version_num` */
  readonly version: number;
  readonly migrations: readonly ReplayedMigration[];
  /** places[k - 1] is the k-th statement. */
  readonly places: readonly StatementPlace[];
  /** kind -> name -> what became of it, in the order of steps, beginning with step 0; only what a statement has changed. */
  readonly changes: ReadonlyMap<string, ReadonlyMap<string, readonly Version[]>>;
  /** What was there before the history, and after it. */
  readonly first: Snapshot;
  readonly last: Snapshot;
  /** Who ran it. */
  readonly role: string;
}

const beyondAdvice =
  'leave the server out, so that it is replayed on PGlite, or say that the server is there for nothing else';

/** After so many migrations it takes less time to tidy up than not to. */
const untidyMigrations = 50;

/** @throws PreludeError, ConnectionError; the signal's reason */
export async function replayHistory(options: ReplayOptions): Promise<Replayed> {
  const replay = new Replay(options);
  try {
    return await replay.run();
  } finally {
    await replay.close();
  }
}

class Replay {
  readonly #options: ReplayOptions;
  #database = '';
  #session: Session | undefined;
  #superuser = false;
  #role = '';
  #watched: Watched | undefined;
  #last!: Detailed;
  readonly #changes = new Map<string, Map<string, Version[]>>();
  readonly #places: StatementPlace[] = [];

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  async run(): Promise<Replayed> {
    const { server, migrations, progress, signal } = this.#options;
    this.#database = await server.createDatabase();
    await this.#prepare();
    const first = (this.#last = await this.#snapshot());
    const replayed: ReplayedMigration[] = [];
    for (const index of migrations.keys()) {
      signal?.throwIfAborted();
      replayed.push(await this.#migration(index));
      progress?.(index + 1, migrations.length);
      if ((index + 1) % untidyMigrations === 0 && this.#superuser) await tidyCatalogs(await this.#open());
    }
    return {
      version: server.versionNumber,
      migrations: replayed,
      places: this.#places,
      changes: this.#changes,
      first,
      last: this.#last,
      role: this.#role,
    };
  }

  async close(): Promise<void> {
    // with the connection gone there is nothing to tidy up
    await this.#end().catch(() => undefined);
    if (this.#database !== '') await this.#options.server.dropDatabase(this.#database).catch(() => undefined);
  }

  async #prepare(): Promise<void> {
    const { prelude, schema } = this.#options;
    const session = await this.#open();
    const [result] = await session.query(
      'SELECT pg_catalog.quote_ident(r.rolname) AS name, r.rolsuper AS super FROM pg_catalog.pg_roles r WHERE r.rolname = session_user',
    );
    this.#role = result?.rows[0]?.['name'] ?? '';
    this.#superuser = result?.rows[0]?.['super'] === 't';
    if (schema !== undefined) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`);
    if (prelude === undefined || prelude === '') return;
    await this.#end();
    const failure = await this.#withRoles(async () => firstError(await this.#open(), [prelude]));
    if (failure) {
      throw new PreludeError(`the prelude does not run: ${missing(failure.error)?.reason ?? failure.error.message}`, {
        cause: failure.error,
      });
    }
    await this.#end();
  }

  async #open(): Promise<Session> {
    if (this.#session) return this.#session;
    const session = (this.#session = await this.#options.server.connect(this.#database));
    const { schema } = this.#options;
    // as a connection with that schema in its search_path has it
    if (schema !== undefined && schema !== 'public') await session.query(`SET search_path = ${quoteIdent(schema)}`);
    return session;
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #migration(index: number): Promise<ReplayedMigration> {
    const { tool, confined, migrations } = this.#options;
    const { path, text } = migrations[index]!;
    const script = scriptOf(text.call(migrations[index]), path, tool);
    const statements = script.statements.map((place, at): ReplayedStatement => {
      const step = this.#places.push({ migration: index, statement: at });
      return { ...place, step, writes: writesRows(script.parsed[at], script.sql[at] ?? '') };
    });
    const blocked = blockedStatements(script, confined);
    for (const { statement, reason } of blocked) {
      statements[statement]!.reason = reason;
      if (confined) statements[statement]!.advice = beyondAdvice;
    }
    const folder = this.#options.folder ?? folderView('', [path], { read: () => '', exists: () => false });
    const { scope } = tool.transactions(script.text, path, folder);
    const controlled = script.parsed.some(({ tag }) => tag === 'TransactionStmt');
    const common = {
      path,
      statements,
      atomic: (scope === 'file' || scope === 'all-pending') && !controlled,
      end: this.#places.length,
    };
    const [problem] = script.problems;
    if (problem) {
      const why = `line ${problem.line}, column ${problem.column}: ${problem.reason}`;
      for (const statement of statements) statement.reason ??= why;
      return { ...common, problem: why };
    }
    const alone = controlled || blocked.length > 0 || script.parsed.some(({ tag, node }) => isAlone(tag, node));
    if (statements.length > 0 && (alone || !(await this.#together(script, statements))))
      await this.#apart(script, statements);
    if (leavesTraces(script)) await this.#end();
    return common;
  }

  /** In one transaction, looking at what has changed in it: fast. @returns whether it could be committed; else it has left nothing */
  async #together(script: ScriptFile, statements: readonly ReplayedStatement[]): Promise<boolean> {
    const seen: Detailed[] = [];
    const failure = await this.#withRoles(async () => {
      seen.length = 0;
      const session = await this.#open();
      try {
        await session.query('BEGIN');
        const watch = this.#superuser ? await watchCatalogs(session, this.#watched, this.#last) : undefined;
        // the earlier one stays good when this transaction is rolled back
        const watched = watch?.watched;
        for (const sql of script.sql) {
          await session.query(sql);
          seen.push(await (watch ? watch.look() : detailedSnapshot(session)));
        }
        await session.query('COMMIT');
        this.#watched = watched;
        return undefined;
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        if (session.inTransaction) await session.query('ROLLBACK');
        return { error };
      }
    });
    if (failure) {
      // settings that were made inside of it are gone, and others may be left
      await this.#end();
      return false;
    }
    for (const [at, { step }] of statements.entries()) this.#note(step, seen[at]!);
    return true;
  }

  /** Each statement by itself, looking at everything after it. What fails is passed over. */
  async #apart(script: ScriptFile, statements: readonly ReplayedStatement[]): Promise<void> {
    for (const [at, statement] of statements.entries()) {
      if (statement.reason !== undefined) continue;
      const sql = script.sql[at] ?? '';
      const failure = await this.#withRoles(async () => {
        const session = await this.#open();
        try {
          await session.query(sql);
          return undefined;
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          // LOCK TABLE and its like: statement by statement, they do nothing
          return error.code === noTransaction ? undefined : { error };
        }
      });
      if (failure) {
        const lack = missing(failure.error);
        statement.reason = lack?.reason ?? failure.error.message;
        if (lack) statement.advice = lack.advice;
      }
      // a transaction that has failed can't be looked at: what it did is undone
      // and what only sets something can stay the first statement of its transaction
      if (!failure && !onlySets(script.parsed[at])) this.#note(statement.step, await this.#snapshot());
    }
    const last = statements.at(-1);
    if (!this.#session?.inTransaction || !last) return;
    await this.#session.query('ROLLBACK');
    this.#note(last.step, await this.#snapshot());
  }

  /** As a role of the live database that is not there: it is made, and tried once more. */
  async #withRoles<T extends { readonly error: SqlError }>(run: () => Promise<T | undefined>): Promise<T | undefined> {
    const { confined, roles } = this.#options;
    for (const made = new Set<string>(); ;) {
      const failure = await run();
      const role = /^role "(.+)" does not exist$/.exec(failure?.error.message ?? '')?.[1];
      const session = await this.#open();
      if (!failure || confined || session.inTransaction || role === undefined || !roles?.has(role) || made.has(role))
        return failure;
      made.add(role);
      await session.query(`CREATE ROLE ${quoteIdent(role)}`);
    }
  }

  async #snapshot(): Promise<Detailed> {
    const session = await this.#open();
    return this.#watched ? lookSince(session, this.#watched) : detailedSnapshot(session);
  }

  #note(step: number, now: Detailed): void {
    const before = this.#last;
    if (before === now) return;
    this.#last = now;
    const note = (kind: string, name: string, was: string | null, is: string | null): void => {
      let ofKind = this.#changes.get(kind);
      if (!ofKind) this.#changes.set(kind, (ofKind = new Map<string, Version[]>()));
      const versions = ofKind.get(name);
      if (versions) versions.push({ step, text: is });
      else
        ofKind.set(name, [
          { step: 0, text: was },
          { step, text: is },
        ]);
    };
    const nothing: ReadonlyMap<string, string> = new Map();
    for (const kind of snapshotKinds) {
      const old = before.objects.get(kind) ?? nothing;
      const young = now.objects.get(kind) ?? nothing;
      if (old === young) continue;
      for (const [name, text] of old) {
        const found = young.get(name);
        if (found !== text) note(kind, name, text, found ?? null);
      }
      for (const [name, text] of young) if (!old.has(name)) note(kind, name, null, text);
    }
    for (const [name, columns] of now.columnOrder) {
      const old = before.columnOrder.get(name);
      if (old === columns) continue;
      const [was, is] = [old ? JSON.stringify(old) : null, JSON.stringify(columns)];
      if (was !== is) note(columnOrder, name, was, is);
    }
  }
}

/** SET and BEGIN. COMMIT may change something, by what it makes happen. */
function onlySets(parsed: Statement | undefined): boolean {
  if (parsed?.tag === 'VariableSetStmt') return true;
  const { kind } = (parsed?.node ?? {}) as { kind?: string };
  return parsed?.tag === 'TransactionStmt' && (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START');
}

/** Can't be run in a transaction with others. */
function isAlone(tag: string, node: unknown): boolean {
  if (tag === 'VacuumStmt' || tag === 'ReindexStmt' || tag === 'AlterSystemStmt') return true;
  return (node as { concurrent?: boolean } | null)?.concurrent === true;
}

const writing = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'TruncateStmt',
  'CallStmt',
  'ExecuteStmt',
]);

const rowWords = /\b(insert\s+into|update\s+[^;]*\bset\b|delete\s+from|merge\s+into|truncate|copy)\b/i;

/**
 * Whether a statement writes rows. `maybe`: what it calls may do so, which only matters where it does nothing else (a SELECT
 * that calls a function, a DO block with dynamic SQL).
 */
export function writesRows(parsed: Statement | undefined, sql: string): 'yes' | 'maybe' | 'no' {
  const tag = parsed?.tag ?? '';
  if (writing.has(tag)) return 'yes';
  if (tag === 'SelectStmt') {
    if (rowWords.test(sql)) return 'yes';
    // settings and locks are the session's
    const calls = [...sql.matchAll(/([\w.]+)\s*\(/g)].map(([, name]) =>
      name!.toLowerCase().replace(/^pg_catalog\./, ''),
    );
    return calls.some((name) => name !== 'set_config' && !/^pg_(try_)?advisory_/.test(name)) ? 'maybe' : 'no';
  }
  if (tag !== 'DoStmt') return 'no';
  if (rowWords.test(sql)) return 'yes';
  return /\b(perform|call)\s|\bexecute\b(?!\s+(function|procedure)\b)/i.test(sql) ? 'maybe' : 'no';
}
