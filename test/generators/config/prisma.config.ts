/**
 * Lets `prisma migrate diff` run from the WebAssembly engine in its own package: no engine binary, no server. Comparing two
 * schema files asks the database one thing, its version.
 */
import { defineConfig } from 'prisma/config';

const connection = {
  provider: 'postgres' as const,
  adapterName: 'none',
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  // the three columns that the engine reads when it connects: does the schema exist, and which server is it?
  queryRaw: async () => ({
    columnNames: ['exists', 'version', 'numeric_version'],
    columnTypes: [5, 7, 0] as [5, 7, 0], // boolean, text, int32
    rows: [[true, 'PostgreSQL 16.0', 160000]],
  }),
  executeRaw: async () => 0,
  executeScript: async () => {},
  startTransaction: (): Promise<never> => Promise.reject(new Error('there is no database behind `migrate diff`')),
  dispose: async () => {},
};

const connect = async (): Promise<typeof connection> => connection;

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => ({
    provider: 'postgres' as const,
    adapterName: 'none',
    connect,
    connectToShadowDb: connect,
  }),
});
