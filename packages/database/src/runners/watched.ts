import { ConnectionError, SqlError } from './errors.ts';
import type { Server, Session } from './types.ts';

export interface QueryWatch {
  begin(sql: string): void;
  end(): void;
}

/**
 * What is the server's trouble and not the statement's: out of disk or memory, given up after `statement_timeout`, an
 * input/output error (PostgreSQL docs, appendix A).
 */
const troubles = /^(53|58030|57014)/;

/**
 * The same server; `watch` is told about every query, so that somebody can see which one does not come back. What is the
 * server's trouble becomes a ConnectionError, so that nobody takes it for an answer.
 */
export function watchedServer(server: Server, watch: QueryWatch): Server {
  return {
    versionNumber: server.versionNumber,
    createDatabase: (template) => server.createDatabase(template),
    dropDatabase: (name) => server.dropDatabase(name),
    connect: async (name): Promise<Session> => {
      const session = await server.connect(name);
      return {
        get inTransaction() {
          return session.inTransaction;
        },
        query: async (sql) => {
          watch.begin(sql);
          try {
            return await session.query(sql);
          } catch (error) {
            if (!(error instanceof SqlError) || !troubles.test(error.code)) throw error;
            const said = error.code === '57014' ? 'a statement was given up' : 'the server is in trouble';
            const text = sql.replace(/\s+/g, ' ').trim().slice(0, 80);
            throw new ConnectionError(`${said} (${error.code} ${error.message}): ${text}`, { cause: error });
          } finally {
            watch.end();
          }
        },
        shrink: () => session.shrink(),
        close: () => session.close(),
      };
    },
    close: () => server.close(),
  };
}
