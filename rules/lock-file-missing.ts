import type { HistoryRule } from '@idempotify/core';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'lock-file-missing',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: "Prisma's migration_lock.toml is missing",
  check(history, report) {
    if (history.tool.name !== 'prisma' || history.folder.exists('migration_lock.toml')) return;
    report(
      { path: 'migration_lock.toml' },
      {
        message:
          'migration_lock.toml is missing: without it, Prisma does not notice when migrations for one database system are run on another, and `prisma migrate diff --from-migrations` refuses to work.',
        help: 'Bring it back from version control, or let `prisma migrate dev` write it, and commit it.',
      },
    );
  },
};
