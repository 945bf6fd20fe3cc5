import type { HistoryRule } from '@idempotify/core';

const LOCK = 'migration_lock.toml';

/** The provider of the datasource: the only block whose provider names a database system. */
function schemaProvider(schema: string): string | undefined {
  const block = /^\s*datasource\s+\w+\s*\{([^}]*)\}/m.exec(schema)?.[1];
  return /^\s*provider\s*=\s*"([^"]+)"/m.exec(block ?? '')?.[1];
}

/** Prisma takes both for one. */
const sameName = (provider: string): string => (provider === 'postgres' ? 'postgresql' : provider);

export const rule: HistoryRule = {
  kind: 'history',
  name: 'lock-file-provider',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: "Prisma's migration_lock.toml names no database system, or another one than the schema",
  check({ tool, folder }, report) {
    if (tool.name !== 'prisma' || !folder.exists(LOCK)) return;
    const text = folder.read(LOCK);
    const line = /^[ \t]*provider\s*=\s*"([^"]+)"/m.exec(text);
    if (!line) {
      report(
        { path: LOCK },
        {
          message:
            'migration_lock.toml names no provider: Prisma can not tell which database system the migrations are for.',
          help: 'Write provider = "postgresql" into it.',
        },
      );
      return;
    }
    const provider = line[1] as string;
    const wanted = schemaProvider(folder.parentRead('schema.prisma') ?? '');
    if (wanted === undefined || sameName(wanted) === sameName(provider)) return;
    report(
      { path: LOCK },
      {
        at: { start: line.index, end: line.index + line[0].length },
        message: `The migrations are for "${provider}", but the datasource in schema.prisma is "${wanted}": Prisma refuses to run them (P3019).`,
        help: `Correct the one that is wrong. Migrations that were made for another system don't become right by changing this line: start a new folder for them.`,
      },
    );
  },
};
