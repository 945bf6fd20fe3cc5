/** A text of `pg_dump --schema-only` as the same kind of baseline that a live database gives. No database is needed. */
import { lineIndex, parseSql, quoteLiteral } from '@idempotify/core';
import { PRINTED } from '../check.ts';
import { comment, doBlock } from '../emit.ts';
import { PRIORITY, type Baseline, type BaselineObject, type BaselineOptions, type Kind } from '../types.ts';
import { nameSql } from './address.ts';
import { declarations } from '../skeleton.ts';
import { checkBody } from './check.ts';
import { scopeOfDump } from './scope.ts';
import { DumpReader, type Piece } from './statements.ts';

/** A statement that no baseline can be made of. With one of these the text must not be written: something would be missing. */
export interface DumpProblem {
  /** 1-based, of the dump; the column counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** What and why, one sentence. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

export interface DumpBaseline {
  /** For `baselineSql` and the layouts, as from a live database. */
  readonly baseline: Baseline;
  readonly problems: readonly DumpProblem[];
}

/**
 * Makes a baseline of a plain-text dump. Never throws for what stands in the text.
 * @param text the whole file, as pg_dump 12 to 18 writes it without `--format`
 * @throws ScopeError when a pattern of `options.schemas` selects nothing
 */
export function baselineFromDump(text: string, options: BaselineOptions = {}): DumpBaseline {
  const unusable = notADump(text);
  if (unusable) return { baseline: EMPTY, problems: [{ line: 1, column: 1, ...unusable }] };
  // pg_dump on Windows writes CRLF, and psql there reads them as LF: they are no part of the bodies of functions
  const crlf = text.includes('\r\n') && !/(^|[^\r])\n/.test(text);
  const source = withoutRestrict(crlf ? text.replaceAll('\r\n', '\n') : text);
  const [, from] = /^-- Dumped from database version (\d+(?:\.\d+)?)/m.exec(source) ?? [];
  const [, by] = /^-- Dumped by pg_dump version (\d+(?:\.\d+)?)/m.exec(source) ?? [];
  const { statements } = parseSql(source);
  const lines = lineIndex(source);
  if (statements.length === 0) {
    return {
      baseline: EMPTY,
      problems: [
        {
          line: 1,
          column: 1,
          message: 'there is no statement in this text',
          advice: 'Give the output of pg_dump --schema-only.',
        },
      ],
    };
  }
  const reader = new DumpReader(source, statements, options);
  const scope = scopeOfDump(reader.pieces, reader.roles, options);
  const major = Number(/^\d+/.exec(from ?? '')?.[0] ?? 0);
  const warnings = [...reader.warnings, ...scope.warnings];
  if (major === 0)
    warnings.push(
      'the text does not say which version of PostgreSQL was dumped, so views, rules and policies that are there already are not compared with it.',
    );
  return {
    baseline: {
      version: major * 10000 + Number(from?.split('.')[1] ?? 0),
      database: /^-- Name: (.+); Type: DATABASE;/m.exec(source)?.[1] ?? '',
      objects: blocks(scope.pieces),
      head: head(scope.pieces, major, from, by),
      tail: '',
      leftOut: [...reader.leftOut, ...scope.leftOut],
      warnings,
      roles: [...reader.roles].sort(),
    },
    problems: reader.refusals.map(({ statement, message, advice }) => ({
      ...lines.at(statement.range.start),
      message,
      advice,
    })),
  };
}

const EMPTY: Baseline = {
  version: 0,
  database: '',
  objects: [],
  head: '',
  tail: '',
  leftOut: [],
  warnings: [],
  roles: [],
};

/** What is no text of pg_dump at all. */
function notADump(text: string): { message: string; advice: string } | undefined {
  const advice = 'Make the dump with pg_dump --schema-only, without --format and --compress, into a file in UTF-8.';
  if (text.startsWith('PGDMP')) return { message: 'this is a dump in the custom format, not a text', advice };
  if (text.includes('\0'))
    return { message: 'this is no text in UTF-8: it contains NUL characters, as UTF-16 and archives do', advice };
  return undefined;
}

/**
 * Takes out `\restrict` and `\unrestrict`, with which pg_dump keeps psql from running commands that stand in the data
 * (CVE-2025-8714). Their key can not be guessed, so that no line of a function's body is taken for them.
 */
function withoutRestrict(text: string): string {
  const [, key] =
    /^(?:\uFEFF)?(?:--[^\n]*\n|\s*\n)*\\restrict ([A-Za-z0-9]+)[ \t]*$/m.exec(text.slice(0, 10_000)) ?? [];
  if (key === undefined) return text;
  return text.replaceAll(new RegExp(`^\\\\(?:un)?restrict ${key}[ \\t]*$`, 'gm'), (line) => ' '.repeat(line.length));
}

function head(pieces: readonly Piece[], major: number, from: string | undefined, by: string | undefined): string {
  const made = [from && `PostgreSQL ${from}`, by && `pg_dump ${by}`].filter(Boolean).join(', ');
  const checks = pieces.flatMap((piece) => piece.checks);
  const intro = `${comment(`The schema of a dump${made === '' ? '' : ` (${made})`}. Every statement runs only where it has not been done.`)}\n`;
  if (checks.length === 0) return intro;
  const texts = (values: readonly string[]): string => `ARRAY[${values.map(quoteLiteral).join(', ')}]`;
  const names = PRINTED.map(([name]) => name);
  return `${intro}${comment('What is there already has to be the same as here.')}\n${doBlock(
    [
      `  before := ARRAY(SELECT pg_catalog.current_setting(setting) FROM pg_catalog.unnest(settings) WITH ORDINALITY AS s (setting, place) ORDER BY place);`,
      `  PERFORM pg_catalog.set_config(s.setting, s.value, true) FROM ROWS FROM (pg_catalog.unnest(settings), pg_catalog.unnest(${texts(PRINTED.map(([, value]) => value))})) AS s (setting, value);`,
      checkBody(checks, major),
      `  PERFORM pg_catalog.set_config(s.setting, s.value, true) FROM ROWS FROM (pg_catalog.unnest(settings), pg_catalog.unnest(before)) AS s (setting, value);`,
      `  IF differs <> '{}' THEN`,
      `    RAISE EXCEPTION 'idempotify: this database has another definition than the baseline of: %', (SELECT pg_catalog.string_agg(d, ', ' ORDER BY d) FROM (SELECT DISTINCT x FROM pg_catalog.unnest(differs) x) y (d))`,
      `      USING HINT = 'Nothing was changed so far; a client that goes on after an error does not stop here (psql: -v ON_ERROR_STOP=1). Bring these objects in line with this file by hand, or make a baseline of this database.';`,
      `  END IF;`,
    ],
    [...declarations, `  settings text[] := ${texts(names)};`, '  before text[];', `  differs text[] := '{}';`],
  )}\n`;
}

const KINDS: Readonly<Record<string, Kind>> = {
  partition: 'attached partition',
  column: 'table',
  'identity column': 'table',
};

const kindOf = (kind: string): Kind => KINDS[kind] ?? (Object.hasOwn(PRIORITY, kind) ? (kind as Kind) : 'table');

/** Pieces that stand side by side and belong together become one block. */
function blocks(pieces: readonly Piece[]): BaselineObject[] {
  const groups: { title: string; pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    const { target } = piece;
    const last = groups.at(-1);
    const first = last?.pieces[0]?.target;
    const own =
      target.kind === 'column' &&
      first?.catalog === 'pg_class' &&
      first.relation !== undefined &&
      target.relation !== undefined &&
      nameSql(first.relation) === nameSql(target.relation);
    const same = first !== undefined && first.oid === target.oid && first.oid !== 'NULL' && piece.title === undefined;
    const title = piece.title ?? (own || same ? (last?.title ?? '') : `${target.kind} ${target.name}`);
    if (last && (last.title === title || ((own || same) && piece.title === undefined))) last.pieces.push(piece);
    else groups.push({ title, pieces: [piece] });
  }
  return groups.map(({ title, pieces: own }) => {
    const target = own[0]?.target;
    const kept = new Set(own.flatMap(({ settings }) => Object.keys(settings ?? {})));
    const declare = [...kept].map((setting) =>
      setting === 'role'
        ? `  acting text := pg_catalog.current_setting('role');`
        : `  kept_${setting} text := pg_catalog.current_setting(${quoteLiteral(setting)});`,
    );
    for (const name of ['lacking', 'given'])
      if (own.some(({ body }) => body.includes(`FOR ${name} IN SELECT `))) declare.push(`  ${name} text;`);
    const body = own
      .map(({ when, body: statements, settings }) => {
        const around = Object.entries(settings ?? {}).filter(([setting]) => setting !== 'role');
        const before = around.map(
          ([setting, value]) => `    PERFORM pg_catalog.set_config(${quoteLiteral(setting)}, ${value}, true);\n`,
        );
        const behind = around.map(
          ([setting]) => `\n    PERFORM pg_catalog.set_config(${quoteLiteral(setting)}, kept_${setting}, true);`,
        );
        return `  IF ${when} THEN\n${before.join('')}${statements}${behind.join('')}\n  END IF;`;
      })
      .join('\n');
    return {
      kind: kindOf(target?.kind ?? ''),
      schema: target?.schema,
      name: target?.name ?? '',
      sql: `${comment(title)}\n${doBlock([body], declare)}\n`,
    };
  });
}
