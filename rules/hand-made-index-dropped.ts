import type { Fact, HistoryFile, HistoryRule } from '@idempotify/core';
import { migrationName, printedFact } from './lib/history.ts';

/** Prisma writes what it does above every statement. */
const saysPrisma = (text: string, fact: Fact, what: 'CreateIndex' | 'DropIndex'): boolean =>
  new RegExp(`(?:^|\n)-- ${what}\r?\n[^;]*$`).test(text.slice(0, fact.start));

/** Somebody wanted to be rid of an index. */
const ON_PURPOSE = /drop|remove|clean|index|idx|(?:^|_)delete(?:_|$)/i;

/** Whether the file is about this index: its name says so, it does nothing else, or makes another one on the table. */
const isMeant = ({ path, facts }: HistoryFile, index: Fact): boolean =>
  ON_PURPOSE.test(migrationName(path)) ||
  facts.every(({ op, kind }) => op === 'drop' && kind === 'index') ||
  facts.some(({ on, columns }) => columns !== undefined && on?.name === index.on?.name);

const keyOf = ({ schema, name }: Fact): string => `${schema ?? 'public'}.${name}`;

export const rule: HistoryRule = {
  kind: 'history',
  name: 'hand-made-index-dropped',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A generated migration drops an index that was made by hand',
  check(history, report) {
    const made = new Map<string, { readonly file: number; readonly fact: Fact }>();
    const dropped = new Map<string, { readonly file: number; readonly fact: Fact; readonly by: number }>();
    for (const [file, migration] of history.files.entries()) {
      for (const fact of migration.facts) {
        if (fact.kind !== 'index' || fact.maybe) continue;
        const key = keyOf(fact);
        if (fact.op === 'create') {
          dropped.delete(key);
          made.set(key, { file, fact });
        } else if (fact.op === 'rename') {
          const index = made.get(key);
          made.delete(key);
          // mutant: what nobody made by hand is not looked for
          if (index) made.set(keyOf({ ...fact, name: fact.to ?? '' }), index);
        } else if (fact.op === 'drop') {
          const index = made.get(key);
          made.delete(key);
          if (!index || isMeant(migration, index.fact)) continue;
          if (!saysPrisma(migration.text(), fact, 'DropIndex')) continue;
          if (saysPrisma(history.files[index.file]?.text() ?? '', index.fact, 'CreateIndex')) continue;
          dropped.set(key, { file, fact, by: index.file });
        }
      }
    }
    for (const { file, fact, by } of dropped.values())
      report(
        { file },
        {
          at: fact,
          message: `This generated migration drops ${printedFact(fact)}, which ${history.files[by]?.path ?? ''} made by hand, and nothing makes it again: Prisma drops what schema.prisma does not name.`,
          help: 'Take the DROP INDEX out of the generated migration (--create-only lets you look first), or write the index into schema.prisma if it can express it.',
        },
      );
  },
};
