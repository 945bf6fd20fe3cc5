import type { HistoryRule } from '@idempotify/core';
import { versionOf } from './lib/history.ts';

/** Tools that know a migration by its number alone. */
const BY_NUMBER: Readonly<Record<string, string>> = {
  flyway: 'Flyway refuses to run any migration',
  'golang-migrate': 'golang-migrate refuses to run any migration',
  goose: 'goose refuses to run any migration',
  'postgres-migrations': 'postgres-migrations refuses to run any migration',
  sqlx: 'sqlx records migrations by their number and stops at the second one',
  supabase: 'Supabase records migrations by their number and stops at the second one',
  dbmate: 'dbmate records migrations by their number and stops at the second one',
  refinery: 'refinery refuses to run any migration',
};

export const rule: HistoryRule = {
  kind: 'history',
  name: 'duplicate-timestamp',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'Two migrations have the same number or time in front of their names',
  check(history, report) {
    const first = new Map<string, string>();
    for (const [file, { path }] of history.files.entries()) {
      const version = versionOf(path);
      if (version === undefined) continue;
      const other = first.get(version);
      if (other === undefined) {
        first.set(version, path);
        continue;
      }
      const effect = BY_NUMBER[history.tool.name] ?? 'what stands behind the number decides which of them runs first';
      report(
        { file },
        {
          message: `This migration has the same number as ${other}: ${effect}.`,
          help: 'Give the newer one a number of its own, as long as it has not been applied anywhere.',
        },
      );
    }
  },
};
