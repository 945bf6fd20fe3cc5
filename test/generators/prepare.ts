/**
 * The histories that real generators write: each folder here with a `history.json` is one. Its schemas, in the order of
 * their names, go one after the other through real Prisma or drizzle-kit, and what these write lands in `.out/<name>/`, in
 * the tool's own layout. Nothing of that is committed; it is made once and kept until a schema or a generator changes.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const home = dirname(fileURLToPath(import.meta.url));
const out = join(home, '.out');

export interface GeneratedMigration {
  /** The name of the schema step, '03_returns'. */
  readonly step: string;
  /** Absolute path of the file that the generator wrote. */
  readonly path: string;
  /** Rows to put in after this migration, where the history has some for it. */
  readonly seed?: string;
}

export interface GeneratedHistory {
  readonly name: string;
  readonly tool: 'prisma' | 'drizzle';
  /** Absolute path of the migrations folder. */
  readonly folder: string;
  /** The first server version that takes all of it, as in server_version_num. */
  readonly minVersion: number;
  /** In the order in which the tool applies them. */
  readonly migrations: readonly GeneratedMigration[];
}

/** history.json */
interface Recipe {
  readonly tool: 'prisma' | 'drizzle';
  readonly minVersion?: number;
  /** step -> answers to drizzle-kit's questions, "old › new" */
  readonly renames?: Readonly<Record<string, readonly string[]>>;
  /**
   * step -> [written, wanted]: what everybody corrects by hand, because PostgreSQL does not take what the generator wrote. Prisma
   * changes a key's type to SERIAL, which only CREATE TABLE and ADD COLUMN know.
   */
  readonly edits?: Readonly<Record<string, readonly (readonly [string, string])[]>>;
}

let histories: Promise<readonly GeneratedHistory[]> | undefined;

/**
 * Generates what is not there yet (half a minute the first time) and says where everything is. Safe to call from several test
 * processes at once.
 * @throws Error with the generator's output when it fails, asks something unexpected, or writes nothing for a step
 */
export function generatedHistories(): Promise<readonly GeneratedHistory[]> {
  return (histories ??= prepareAll());
}

async function prepareAll(): Promise<readonly GeneratedHistory[]> {
  const names = (await readdir(home)).filter((name) => existsSync(join(home, name, 'history.json'))).sort();
  await mkdir(out, { recursive: true });
  const done = new Map<string, GeneratedHistory>();
  const todo = [...names];
  // two at a time: each generator run is one busy process
  const worker = async (): Promise<void> => {
    for (let name = todo.shift(); name !== undefined; name = todo.shift()) done.set(name, await prepare(name));
  };
  await Promise.all([worker(), worker()]);
  return names.flatMap((name) => done.get(name) ?? []);
}

async function prepare(name: string): Promise<GeneratedHistory> {
  const recipe = JSON.parse(await readFile(join(home, name, 'history.json'), 'utf8')) as Recipe;
  const schemas = (await readdir(join(home, name, 'schemas'))).sort().map((file) => join(home, name, 'schemas', file));
  const key = await keyOf(name, schemas);
  const target = join(out, name);
  await locked(`${target}.lock`, async () => {
    const made = await readFile(join(target, '.key'), 'utf8').catch(() => '');
    if (made === key) return;
    const draft = `${target}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await (recipe.tool === 'prisma' ? runPrisma(draft, schemas, recipe) : runDrizzle(draft, schemas, recipe));
    await writeFile(join(draft, '.key'), key);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  });
  const folder = recipe.tool === 'prisma' ? join(target, 'prisma', 'migrations') : join(target, 'drizzle');
  const paths = await migrationPaths(recipe.tool, folder);
  if (paths.length !== schemas.length)
    throw new Error(`${name}: ${schemas.length} steps gave ${paths.length} migrations`);
  const migrations = await Promise.all(
    paths.map(async (path, at): Promise<GeneratedMigration> => {
      const step = stepOf(schemas[at] ?? '');
      const seed = join(home, name, 'seeds', `${step}.sql`);
      return existsSync(seed) ? { step, path, seed: await readFile(seed, 'utf8') } : { step, path };
    }),
  );
  return { name, tool: recipe.tool, folder, minVersion: recipe.minVersion ?? 140000, migrations };
}

/** '…/03_returns.prisma' -> '03_returns' */
function stepOf(schema: string): string {
  return basename(schema, extname(schema));
}

async function migrationPaths(tool: Recipe['tool'], folder: string): Promise<string[]> {
  if (tool === 'prisma') {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    return names
      .map((entry) => entry.name)
      .sort()
      .map((name) => join(folder, name, 'migration.sql'));
  }
  const journal = JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { tag: string }[];
  };
  return journal.entries.map((entry) => join(folder, `${entry.tag}.sql`));
}

/** Of everything that the result depends on. */
async function keyOf(name: string, schemas: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const tool of ['prisma', 'drizzle-kit', 'drizzle-orm'])
    hash.update(`${tool} ${(await manifest(tool)).version}\n`);
  const config = (await readdir(join(home, 'config'))).sort().map((file) => join(home, 'config', file));
  for (const path of [fileURLToPath(import.meta.url), ...config, join(home, name, 'history.json'), ...schemas]) {
    hash.update(`${basename(path)}\n`).update(await readFile(path));
  }
  return hash.digest('hex');
}

async function manifest(tool: string): Promise<{ root: string; version: string; bin: string }> {
  // not every package lets its package.json be required
  const root = require.resolve
    .paths(tool)
    ?.map((modules) => join(modules, tool))
    .find((path) => existsSync(join(path, 'package.json')));
  if (root === undefined) throw new Error(`${tool} is not installed; run npm install`);
  const found = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
    bin?: Record<string, string>;
  };
  return { root, version: found.version, bin: join(root, found.bin?.[tool] ?? '') };
}

async function runPrisma(root: string, schemas: readonly string[], recipe: Recipe): Promise<void> {
  const { bin } = await manifest('prisma');
  // Prisma would download its native engine if it saw none; the WebAssembly engine that it uses here never runs this one.
  const engine = join(root, '.no-engine');
  await writeFile(engine, '');
  await chmod(engine, 0o755);
  const migrations = join(root, 'prisma', 'migrations');
  await mkdir(migrations, { recursive: true });
  await writeFile(
    join(migrations, 'migration_lock.toml'),
    `# Please do not edit this file manually\n# It should be added in your version-control system (e.g., Git)\nprovider = "postgresql"\n`,
  );
  for (const [at, schema] of schemas.entries()) {
    const step = stepOf(schema);
    const before = schemas[at - 1];
    const { stdout } = await generator(
      bin,
      [
        ...['migrate', 'diff', '--script', '--config', join(home, 'config', 'prisma.config.ts')],
        ...(before === undefined ? ['--from-empty'] : ['--from-schema-datamodel', before]),
        ...['--to-schema-datamodel', schema],
      ],
      root,
      {
        DATABASE_URL: 'postgresql://nobody@localhost:1/none',
        PRISMA_QUERY_ENGINE_LIBRARY: engine,
        PRISMA_SCHEMA_ENGINE_BINARY: engine,
        PRISMA_ENGINES_CHECKSUM_IGNORE_MISSING: '1',
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    );
    if (!/^[A-Z]/m.test(stdout)) throw new Error(`Prisma found nothing to do for ${schema}:\n${stdout}`);
    // Prisma names the folder by the time of day; one each month here, so that the result is always the same
    const folder = join(migrations, `2024${String(at + 1).padStart(2, '0')}15093000_${step.slice(3)}`);
    await mkdir(folder);
    await writeFile(join(folder, 'migration.sql'), correct(stdout, step, recipe));
  }
  await writeFile(join(root, 'prisma', 'schema.prisma'), await readFile(schemas.at(-1) ?? ''));
}

async function runDrizzle(root: string, schemas: readonly string[], recipe: Recipe): Promise<void> {
  const { bin } = await manifest('drizzle-kit');
  for (const [at, schema] of schemas.entries()) {
    const step = stepOf(schema);
    const { stdout } = await generator(
      bin,
      ['generate', '--dialect=postgresql', `--schema=${schema}`, '--out=drizzle', `--name=${step.slice(3)}`],
      root,
      {
        NODE_OPTIONS: `--import ${pathToFileURL(join(home, 'config', 'terminal.mjs')).href}`,
        DRIZZLE_RENAMES: JSON.stringify(recipe.renames?.[step] ?? []),
      },
    );
    const written = (await migrationPaths('drizzle', join(root, 'drizzle')))[at];
    if (written === undefined) throw new Error(`drizzle-kit wrote nothing for ${schema}:\n${stdout}`);
    const text = await readFile(written, 'utf8');
    const wanted = correct(text, step, recipe);
    if (wanted !== text) await writeFile(written, wanted);
  }
}

function correct(text: string, step: string, recipe: Recipe): string {
  for (const [written, wanted] of recipe.edits?.[step] ?? []) {
    // the generator got better, or the schema changed
    if (!text.includes(written))
      throw new Error(`${step}: there is no ${JSON.stringify(written)} to correct in:\n${text}`);
    text = text.replaceAll(written, wanted);
  }
  return text;
}

async function generator(
  bin: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ stdout: string }> {
  // a test runner's own NODE_OPTIONS and CI switches are not meant for the generator
  const { NODE_OPTIONS: _, CI: __, ...inherited } = process.env;
  try {
    return await run(process.execPath, [bin, ...args], { cwd, env: { ...inherited, ...env }, timeout: 120_000 });
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error([message, stdout, stderr].join('\n'), { cause: error });
  }
}

/** Holds `path` while `work` runs. A lock whose process is gone (the run was interrupted) is taken over. */
async function locked(path: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(await readFile(path, 'utf8').catch(() => ''));
      if (owner > 0 && !isRunning(owner)) await rm(path, { force: true });
      else await sleep(200);
    }
  }
  try {
    await work();
  } finally {
    await rm(path, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
