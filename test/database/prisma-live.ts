/**
 * A settings file with which real Prisma Migrate works on a server without its engine binary: the engine in its package is
 * WebAssembly, and what it says to a database goes through this adapter to `pg`. As its native engine does, it sends a migration as one
 * string (schema-engine/connectors/sql-schema-connector, flavour/postgres, raw_cmd).
 */
import pg from 'pg';
import { defineConfig } from 'prisma/config';

// Prisma leaves a timer of ten seconds behind, which would keep each of its commands alive for so long.
const { setTimeout: original } = globalThis;
globalThis.setTimeout = ((run: () => void, milliseconds?: number, ...rest: []) => {
  const timer = original(run, milliseconds, ...rest);
  if ((milliseconds ?? 0) >= 5000) timer.unref();
  return timer;
}) as typeof setTimeout;

/** How Prisma calls a column's type (ColumnTypeEnum of @prisma/driver-adapter-utils), by PostgreSQL's OID. */
const types: Readonly<Record<number, number>> = {
  16: 5, // boolean
  18: 6, // "char"
  20: 1, // bigint
  21: 0, // smallint
  23: 0, // integer
  26: 1, // oid
  1003: 71, // name[]
  1009: 71, // text[]
  1114: 10, // timestamp
  1184: 10, // timestamptz
};
const text = 7;

/** PostgreSQL's text, but for what the engine wants as something else. */
const parsers: Readonly<Record<number, (value: string) => unknown>> = {
  16: (value) => value === 't',
  21: Number,
  23: Number,
  1003: (value) => (value === '{}' ? [] : value.slice(1, -1).split(',')),
  1009: (value) => (value === '{}' ? [] : value.slice(1, -1).split(',')),
  1114: (value) => `${value.replace(' ', 'T')}+00:00`,
  1184: (value) => `${value.replace(' ', 'T').replace(/\+00$/, '')}+00:00`,
};

interface Query {
  readonly sql: string;
  readonly args: unknown[];
}

async function connect(): Promise<object> {
  // one connection, which holds the lock, and which lets the program end when nobody uses it
  const client = new pg.Pool({
    connectionString: process.env['DATABASE_URL']!,
    max: 1,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
    types: { getTypeParser: ((oid: number) => parsers[oid] ?? ((value: string) => value)) as never },
  });
  const send = async ({ sql, args }: Query): Promise<pg.QueryArrayResult> => {
    try {
      return await client.query({ text: sql, values: args, rowMode: 'array' });
    } catch (error) {
      throw known(error);
    }
  };
  const queryRaw = async (query: Query): Promise<object> => {
    const { fields, rows } = await send(query);
    return {
      columnNames: fields.map((field) => field.name),
      columnTypes: fields.map((field) => types[field.dataTypeID] ?? text),
      rows,
    };
  };
  const executeRaw = async (query: Query): Promise<number> => (await send(query)).rowCount ?? 0;
  return {
    provider: 'postgres',
    adapterName: 'pg',
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    queryRaw,
    executeRaw,
    executeScript: async (script: string) => {
      try {
        await client.query(script);
      } catch (error) {
        throw known(error);
      }
    },
    startTransaction: async () => {
      await client.query('BEGIN');
      return {
        provider: 'postgres',
        adapterName: 'pg',
        options: { usePhantomQuery: false },
        queryRaw,
        executeRaw,
        commit: () => client.query('COMMIT'),
        rollback: () => client.query('ROLLBACK'),
      };
    },
    dispose: () => client.end(),
  };
}

/** DriverAdapterError: the engine looks at `cause`. */
function known(error: unknown): Error {
  const { code = 'XX000', message = '', severity = 'ERROR' } = error as pg.DatabaseError;
  const cause = { kind: 'postgres', code, message, severity, originalCode: code, originalMessage: message };
  return Object.assign(new Error(message), { name: 'DriverAdapterError', cause });
}

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => ({ provider: 'postgres', adapterName: 'pg', connect, connectToShadowDb: connect }),
} as never);
