import { parseSql, type Range, type SqlRule, type Statement } from '@idempotify/core';

/** IF NOT EXISTS, IF EXISTS and OR REPLACE in a statement. */
function clauses(statement: Statement, text: string): Range[] {
  const words = statement.tokens.map(({ start, end }) => text.slice(start, end).toUpperCase());
  const out: Range[] = [];
  words.forEach((_word, at) => {
    const clause = ['IF NOT EXISTS', 'IF EXISTS', 'OR REPLACE'].find(
      (one) => words.slice(at, at + one.split(' ').length).join(' ') === one,
    );
    if (clause === undefined) return;
    const last = statement.tokens[at + clause.split(' ').length - 1];
    out.push({ start: (statement.tokens[at] as Range).start, end: (last as Range).end });
  });
  return out;
}

/** The statement without some of its parts. */
const without = (statement: Statement, text: string, parts: readonly Range[]): string => {
  let out = '';
  let from = statement.range.start;
  for (const { start, end } of parts) {
    out += text.slice(from, start);
    from = end;
  }
  return out + text.slice(from, statement.range.end);
};

const parses = (sql: string): boolean => parseSql(sql).problems.length === 0;

/** What PostgreSQL has instead, by the words of the statement. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^CREATE OR REPLACE TABLE\b/, 'Write CREATE TABLE IF NOT EXISTS, which keeps the table that is there.'],
  [/^CREATE OR REPLACE (?:UNIQUE )?INDEX\b/, 'Write CREATE INDEX IF NOT EXISTS, which keeps the index that is there.'],
  [/^CREATE OR REPLACE MATERIALIZED VIEW\b/, 'Write CREATE MATERIALIZED VIEW IF NOT EXISTS, or drop it first.'],
  [/^CREATE OR REPLACE (?:SCHEMA|SEQUENCE|EXTENSION)\b/, 'Write IF NOT EXISTS behind the kind of object.'],
  [/^CREATE (?:RECURSIVE )?VIEW\b/, 'Write CREATE OR REPLACE VIEW.'],
  [/^CREATE (?:FUNCTION|PROCEDURE|AGGREGATE|RULE)\b/, 'Write CREATE OR REPLACE.'],
  [
    /^CREATE TRIGGER\b/,
    'Write CREATE OR REPLACE TRIGGER (PostgreSQL 14 and later), or DROP TRIGGER IF EXISTS in front of it.',
  ],
  [/^CREATE (?:UNIQUE )?INDEX\b/, 'Give the index a name: IF NOT EXISTS needs one.'],
];
const ASK =
  'Ask the catalog in a DO block: DO $$ BEGIN IF NOT EXISTS (SELECT … ) THEN … END IF; END $$; idempotify fix writes it, once the words are taken out.';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-unsupported-if-not-exists',
  category: 'guard',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'IF NOT EXISTS, IF EXISTS or OR REPLACE where PostgreSQL has no such clause',
  file(file, report) {
    for (const statement of file.parsed.statements) {
      // mutant: only saves time
      if (!statement.problem) continue;
      const all = clauses(statement, file.text);
      // without these words it is sound: so they are what is wrong
      if (!parses(without(statement, file.text, all))) continue;
      const plain = statement.tokens.map(({ start, end }) => file.text.slice(start, end).toUpperCase()).join(' ');
      for (const clause of all) {
        if (
          parses(
            without(
              statement,
              file.text,
              all.filter((one) => one !== clause),
            ),
          )
        )
          continue;
        report({
          at: clause,
          message: `PostgreSQL has no ${file.text.slice(clause.start, clause.end).toUpperCase().replace(/\s+/g, ' ')} here, in any version: this is a syntax error, and the migration fails on its first run.`,
          help: INSTEAD.find(([pattern]) => pattern.test(plain))?.[1] ?? ASK,
        });
      }
    }
  },
};
