/**
 * Runs migrations in JavaScript and TypeScript through the tools that they are written for, on a real PostgreSQL: the
 * original, the rewritten one, the rewritten one again, and the rewritten one over everything that an interruption can
 * leave.
 *
 * Fixtures are folders `test/codemods/js/<tool>/NN_name/`: `input.ts` (or .js, .mjs), `output.ts` (what the rewriter makes
 * of it), `before.sql` (what earlier migrations left) and `refused.txt` (what the rewriter refuses, one line each).
 * `UPDATE_FIXTURES=1` writes outputs and refusals anew.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  compare,
  connectServer,
  describeDifference,
  look,
  masked,
  unstableColumns,
  within,
  type Server,
  type Snapshot,
  type State,
} from '@idempotify/database';
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { PastMigrations, toolByName } from '@idempotify/core';
import ts from 'typescript';
import { expect } from 'vitest';
import { startPostgres } from '../support/servers.ts';

/** What a tool's own tables have to be called in a run: every option of it that names one has to start so. */
export const ledger = 'js_ledger';

export interface JsMigrator {
  /** The folder of its fixtures. */
  readonly name: string;
  /** Where its `pg` is resolved from: a module that the tests can resolve, or a path. */
  readonly pgFrom: string;
  /**
   * The name of a fixture's file in the folder of migrations, without the extension. `20260101000000_migration` where
   * the tool does not ask for more.
   */
  fileName?(source: string): string;
  /**
   * Runs all migrations of the folder that were not run yet, as the tool's own command does, with its usual transaction,
   * and ends its connections.
   * @param files absolute paths of the migrations, in order: CommonJS (`.js`), or ES modules (`.mjs`) that were so before
   * @param call runs one call of the tool's API that sends several statements, which the tool's transaction keeps
   *   together: no run is stopped in the middle of it. Not for a migration that is run without a transaction.
   * @throws what the migration throws
   */
  run(folder: string, url: string, files: readonly string[], call: Call): Promise<void>;
}

export type Call = <T>(use: () => Promise<T>) => Promise<T>;

export interface JsFixture {
  readonly name: string;
  readonly folder: string;
  /** Of the input: `ts`, `js`, `mjs`, `cjs`. */
  readonly extension: string;
  readonly input: string;
  readonly output: string | undefined;
  /** SQL that earlier migrations and the application left. */
  readonly before: string;
  /** What the rewriter refuses. */
  readonly refused: readonly string[];
}

const fixturesFolder = fileURLToPath(new URL('./js/', import.meta.url));
const runsFolder = fileURLToPath(new URL('../../node_modules/.cache/idempotify-js/', import.meta.url));
/** It has little time: what is proved there is proved once. */
const inCI = process.env['CI'] !== undefined;
const updating = process.env['UPDATE_FIXTURES'] === '1';

export function jsFixtures(tool: string): JsFixture[] {
  const home = path.join(fixturesFolder, tool);
  return fs
    .readdirSync(home)
    .filter((name) => /^\d+_/.test(name))
    .sort()
    .map((name) => {
      const folder = path.join(home, name);
      const extension = fs.readdirSync(folder).flatMap((file) => /^input\.(\w+)$/.exec(file)?.[1] ?? [])[0];
      if (extension === undefined) throw new Error(`${folder} has no input`);
      const read = (file: string): string | undefined => {
        const place = path.join(folder, file);
        return fs.existsSync(place) ? fs.readFileSync(place, 'utf8') : undefined;
      };
      return {
        name,
        folder,
        extension,
        input: read(`input.${extension}`) ?? '',
        output: read(`output.${extension}`),
        before: read('before.sql') ?? '',
        refused: (read('refused.txt') ?? '').split('\n').filter((line) => line !== ''),
      };
    });
}

/** Writes what the rewriter makes of a fixture, with UPDATE_FIXTURES=1. An input that stays as it is has an output, too. */
function updateFixture(fixture: JsFixture, output: string, refused: readonly string[]): void {
  fs.writeFileSync(path.join(fixture.folder, `output.${fixture.extension}`), output);
  const list = path.join(fixture.folder, 'refused.txt');
  if (refused.length > 0) fs.writeFileSync(list, `${refused.join('\n')}\n`);
  else fs.rmSync(list, { force: true });
}

export interface Rewritten {
  readonly text: string;
  /** One line each: where, what and why. */
  readonly refused: readonly string[];
}

/** @param history SQL that earlier migrations left; undefined: the file stands alone, as for jscodeshift */
export function rewriteFixture(tool: string, fixture: JsFixture, history: string | undefined): Rewritten {
  const guards = guardsOf(tool);
  const known = toolByName(tool);
  const sql = toolByName('sql');
  if (!guards || !known || !sql) throw new Error(`there is no tool called ${tool}`);
  const past = new PastMigrations(14, sql);
  const path = `20260101000000_migration.${fixture.extension}`;
  const result = rewriteJavaScript(
    { path, text: fixture.input },
    {
      guards,
      tool: known,
      options: { guard: 'shape', pgVersion: 14 },
      history: () => (history === undefined ? undefined : past.upTo([{ path: '1.sql', read: () => history }])),
    },
  );
  const refused = result.statements.filter(({ outcome }) => outcome === 'refused' || outcome === 'broken');
  return {
    text: result.text,
    refused: [
      ...result.problems.map(({ line, message }) => `${line}: ${message}`),
      ...refused.map(({ line, kind, subject, message }) => `${line}: ${kind}${subject && ` ${subject}`}: ${message}`),
    ],
  };
}

/**
 * The whole of what a fixture has to show: it is rewritten as its files say, a second time nothing changes, and the tool
 * runs it.
 * @returns what is wrong
 */
export async function provedFixture(lab: JsLab, fixture: JsFixture): Promise<string[]> {
  const { text, refused } = rewriteFixture(lab.tool, fixture, fixture.before);
  if (updating) updateFixture(fixture, text, refused);
  else {
    expect(text).toBe(fixture.output);
    expect(refused).toEqual(fixture.refused);
  }
  const { input: original, extension, before } = fixture;
  const prove = ({ text: rewritten, refused: left }: Rewritten, whole: boolean): Promise<string[]> =>
    lab.prove({ original, rewritten, extension, before, refused: left.length > 0, whole });
  const complaints = await prove({ text, refused }, false);
  // whoever runs the transform on its own has no history
  const alone = rewriteFixture(lab.tool, fixture, undefined);
  if (alone.text !== text) complaints.push(...(await prove(alone, inCI)).map((complaint) => `alone: ${complaint}`));
  const again = rewriteFixture(lab.tool, { ...fixture, input: text }, fixture.before);
  if (again.text !== text) complaints.push(`rewritten twice, it is:\n${again.text}`);
  return complaints;
}

export interface JsLab {
  /** Its name. */
  readonly tool: string;
  readonly url: string;
  /**
   * @returns what is wrong with the rewritten text; an empty list is the proof
   * @throws when the original does not run
   */
  prove(proof: JsProof): Promise<string[]>;
  /**
   * What the tool sends for a migration, its own bookkeeping and transaction apart; to see what a call does.
   * @throws what the migration throws
   */
  sent(source: string, extension: string, before?: string): Promise<Sent[]>;
  close(): Promise<void>;
}

export interface JsProof {
  readonly original: string;
  readonly rewritten: string;
  readonly extension: string;
  /** SQL. */
  readonly before?: string;
  /** Something in it was refused: then it is only run once. */
  readonly refused?: boolean;
  /** Without what interruptions leave. */
  readonly whole?: boolean;
}

/** A statement as the tool gave it to `pg`. */
export interface Sent {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Which call of the API sent it, where that sends several statements. */
  readonly call?: number;
}

/** One real server for a test file: call in beforeAll(), and `close()` in afterAll(). */
export async function openJsLab(tool: JsMigrator): Promise<JsLab> {
  const postgres = await startPostgres(18);
  try {
    const server = await connectServer(postgres.url);
    return new Lab(tool, postgres.url, server, async () => {
      await server.close();
      await postgres.stop();
    });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

class Lab implements JsLab {
  readonly url: string;
  readonly tool: string;
  readonly #tool: JsMigrator;
  readonly #server: Server;
  readonly #stop: () => Promise<void>;
  readonly #files = new Map<string, { folder: string; file: string }>();
  readonly #home: string;

  constructor(tool: JsMigrator, url: string, server: Server, stop: () => Promise<void>) {
    this.url = url;
    this.tool = tool.name;
    this.#tool = tool;
    this.#server = server;
    this.#stop = stop;
    this.#home = path.join(runsFolder, `${tool.name}-${process.pid}`);
  }

  async close(): Promise<void> {
    fs.rmSync(this.#home, { recursive: true, force: true });
    await this.#stop();
  }

  async sent(source: string, extension: string, before = ''): Promise<Sent[]> {
    return this.#from(before, async (template) => {
      const sent: Sent[] = [];
      await this.#in(template, (database) => this.#run(database, source, extension, sent));
      return sent;
    });
  }

  async prove(proof: JsProof): Promise<string[]> {
    return this.#from(proof.before ?? '', async (template) => this.#prove(proof, template));
  }

  async #prove({ original, rewritten, extension, refused, whole }: JsProof, template: string): Promise<string[]> {
    const complaints: string[] = [];
    const first: Sent[] = [];
    const run = async (database: string, source: string, sent?: Sent[]): Promise<State> => {
      await this.#run(database, source, extension, sent);
      return within(this.#server, database, look);
    };
    const expected = await this.#in(template, (database) => run(database, original, first));
    // what comes out differently each time (random ids, the time) is told by a second run of the original
    let other: State | undefined;
    const judge = async (what: string, database: string, sent?: Sent[]): Promise<void> => {
      let found: State;
      try {
        found = await run(database, rewritten, sent);
      } catch (error) {
        complaints.push(`${what}: ${(error as Error).message}`);
        return;
      }
      if (differences(expected, found).length === 0) return;
      other ??= await this.#in(template, (again) => run(again, original));
      complaints.push(...differences(expected, found, other).map((text) => `${what}: ${text}`));
    };

    const second: Sent[] = [];
    await this.#in(template, async (database) => {
      await judge('rewritten', database, second);
      if (refused || complaints.length > 0) return;
      await this.#forget(database);
      await judge('once more', database);
    });
    if (refused || whole || complaints.length > 0) return complaints;

    const seen = new Set<string>();
    const keyOf = (sent: readonly Sent[]): string => JSON.stringify(sent.map(({ text, values }) => [text, values]));
    for (const [name, sent] of [
      ['the original', first],
      // mostly what the original leaves, too
      ...(inCI ? [] : ([['the rewritten one', second]] as const)),
    ] as const) {
      await this.#in(template, async (walk) => {
        // what only reads changes nothing
        const changes = sent.filter(writes);
        for (const [k, statement] of changes.entries()) {
          const state = keyOf(changes.slice(0, k + 1));
          await this.#send(walk, statement);
          if (statement.call !== undefined && statement.call === changes[k + 1]?.call) continue;
          // a prefix that both have in common
          if (seen.has(state)) continue;
          seen.add(state);
          await this.#in(walk, (database) =>
            judge(`after ${k + 1} of ${changes.length} of ${name} (${oneLine(statement.text)})`, database),
          );
        }
      });
    }
    return complaints;
  }

  async #from<T>(before: string, use: (template: string) => Promise<T>): Promise<T> {
    const template = await this.#server.createDatabase();
    try {
      if (before !== '') await within(this.#server, template, (session) => session.query(before));
      return await use(template);
    } finally {
      await this.#server.dropDatabase(template);
    }
  }

  async #in<T>(template: string, use: (database: string) => Promise<T>): Promise<T> {
    const database = await this.#server.createDatabase(template);
    try {
      return await use(database);
    } finally {
      await this.#server.dropDatabase(database);
    }
  }

  /** The tool shall take the migration for one that it has not run. */
  async #forget(database: string): Promise<void> {
    await within(this.#server, database, (session) =>
      session.query(`DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname LIKE '${ledger}%' AND relname NOT LIKE '%lock%'
  LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
END $$`),
    );
  }

  async #run(database: string, source: string, extension: string, sent: Sent[] = []): Promise<void> {
    const { folder, file } = this.#written(source, extension);
    const recording = record(this.#tool.pgFrom, database, sent);
    try {
      await this.#tool.run(folder, this.#address(database), [file], recording.call);
    } finally {
      recording.stop();
    }
  }

  /** Sends it as the tool did, and commits it. */
  async #send(database: string, { text, values }: Sent): Promise<void> {
    const client = new (driver(this.#tool.pgFrom).Client)({ connectionString: this.#address(database) });
    await client.connect();
    try {
      await client.query(values === undefined ? { text } : { text, values });
    } finally {
      await client.end();
    }
  }

  #address(database: string): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** Writes a migration into a folder of its own, in JavaScript: node remembers modules by their paths. */
  #written(source: string, extension: string): { folder: string; file: string } {
    const key = `${extension} ${source}`;
    let known = this.#files.get(key);
    if (!known) {
      const folder = path.join(this.#home, String(this.#files.size + 1));
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(this.#home, 'package.json'), '{ "type": "commonjs" }\n');
      const name = this.#tool.fileName?.(source) ?? '20260101000000_migration';
      const file = path.join(folder, `${name}.${extension === 'mjs' ? 'mjs' : 'js'}`);
      fs.writeFileSync(file, /^m?js$|^cjs$/.test(extension) ? source : compiled(source));
      known = { folder, file };
      this.#files.set(key, known);
    }
    return known;
  }
}

function compiled(source: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      experimentalDecorators: true,
    },
  });
  const [problem] = diagnostics;
  if (problem) throw new Error(`it does not compile: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
  return outputText;
}

/** Imports a file that was written for a run: what it exports, or the class that it is. */
export async function imported(file: string): Promise<object> {
  const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
  const inner = module['default'];
  return (typeof inner === 'object' && inner !== null) || typeof inner === 'function' ? inner : module;
}

interface Client {
  readonly database?: string;
  connect(): Promise<void>;
  query(this: unknown, config: unknown, ...rest: unknown[]): Promise<unknown>;
  end(): Promise<void>;
}
interface Driver {
  readonly Client: { new (config: { connectionString: string }): Client; prototype: Client };
}

function driver(from: string): Driver {
  return createRequire(createRequire(import.meta.url).resolve(from))('pg') as Driver;
}

/**
 * Notes what the migration sends to that database, until it is stopped. What the tool sends for itself is left out:
 * transactions and savepoints, its ledger, its locks.
 */
function record(pgFrom: string, database: string, sent: Sent[]): { readonly call: Call; stop(): void } {
  let calls = 0;
  let open: number | undefined;
  const prototype = driver(pgFrom).Client.prototype;
  const query = prototype.query;
  prototype.query = function (this: Client, config: unknown, ...rest: unknown[]) {
    const { text, values } = typeof config === 'string' ? { text: config, values: rest[0] } : (config as Sent);
    if (this.database === database && typeof text === 'string' && !ofTheTool(text, values)) {
      sent.push({
        text,
        ...(Array.isArray(values) && values.length > 0 ? { values: [...(values as unknown[])] } : {}),
        ...(open === undefined ? {} : { call: open }),
      });
    }
    return query.call(this, config, ...rest);
  };
  return {
    async call(use) {
      // a call that makes others is still one
      if (open !== undefined) return use();
      open = ++calls;
      try {
        return await use();
      } finally {
        open = undefined;
      }
    },
    stop() {
      prototype.query = query;
    },
  };
}

function ofTheTool(text: string, values: unknown): boolean {
  if (text.includes(ledger) || (Array.isArray(values) && values.some((value) => String(value).startsWith(ledger)))) {
    return true;
  }
  return /^\s*(begin|start transaction|commit|rollback|savepoint|release|select pg_(try_)?advisory|lock table|show|set names|set session_replication_role|select (\* from )?(version|current_database|current_schema)\(\))/i.test(
    text,
  );
}

/** Whether it may change something: what only looks into the catalogs does not. */
function writes({ text }: Sent): boolean {
  if (/\b(?:set|next)val\b/i.test(text)) return true;
  return !/^\s*select\b[^;]*\b(information_schema|pg_\w+|current_\w+)\b[^;]*;?\s*$/i.test(text);
}

function differences(expected: State, found: State, other?: State): string[] {
  const unstable = other && unstableColumns(without(expected).rows, without(other).rows);
  const [a, b] = [expected, found].map((state) => {
    const { catalog, rows } = without(state);
    return { catalog, rows: unstable ? masked(rows, unstable) : rows };
  });
  if (!a || !b) return [];
  const { differences: objects, rows } = compare(a, b, false);
  return [
    ...objects.map(describeDifference),
    ...rows.flatMap((row) =>
      row.kind === 'sequence'
        ? [`sequence ${row.sequence} goes on at ${row.after} instead of ${row.before}`]
        : [
            ...row.missing.map((text) => `${row.table} lacks ${text}`),
            ...row.extra.map((text) => `${row.table} has ${text}`),
          ],
    ),
  ];
}

/** Without the tool's ledger. */
function without({ catalog, rows }: State): State {
  const keep = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].filter(([name]) => !name.includes(ledger)));
  const objects = new Map([...catalog.objects].map(([kind, all]) => [kind, keep(all)]));
  const cleaned: Snapshot = { objects, columnOrder: keep(catalog.columnOrder) };
  return { catalog: cleaned, rows: { tables: keep(rows.tables), sequences: keep(rows.sequences) } };
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
