export { ConnectionError, SqlError, type SqlErrorFields } from './runners/errors.ts';
export { pgliteExtensions, startPGlite, type PGliteOptions } from './runners/pglite.ts';
export { connectServer, scratchPrefix, type PostgresServer } from './runners/server.ts';
export type { QueryResult, Server, Session } from './runners/types.ts';
