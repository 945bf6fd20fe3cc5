/** `.squawk.toml`: what squawk's users have said already. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type RuleSetting, rules, squawkNames } from '@idempotify/rules';
import { PG_VERSIONS, errorCode, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';
import { nearest } from './suggest.ts';

const SQUAWK_FILE = '.squawk.toml';

export interface SquawkConfig {
  /** Absolute. */
  readonly file: string;
  /** The folder that the globs are relative to. */
  readonly base: string;
  readonly rules: Readonly<Record<string, RuleSetting>>;
  readonly ignore?: readonly string[];
  readonly pgVersion?: number;
  readonly assumeInTransaction: boolean;
  /** What was not taken over, as sentences. */
  readonly notes: readonly string[];
}

/** The config of the folder or the nearest one above. @throws UsageError when it can't be read or is wrong */
export function findSquawkConfig(cwd: string): SquawkConfig | undefined {
  for (let at = cwd; ; at = path.dirname(at)) {
    const file = path.join(at, SQUAWK_FILE);
    if (fs.existsSync(file)) return readSquawkConfig(file);
    if (at === path.dirname(at)) return undefined;
  }
}

/** @param file absolute. @throws UsageError */
export function readSquawkConfig(file: string): SquawkConfig {
  const shown = printable(file);
  let value: Record<string, unknown>;
  try {
    // only those who have such a file need to know TOML
    const { parse } = createRequire(import.meta.url)('smol-toml') as typeof import('smol-toml');
    value = parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    const why = errorCode(error) === undefined ? `does not parse: ${firstLine(error)}` : systemMessage(error);
    throw new UsageError(`${shown}: ${why}`, { cause: error });
  }
  const list = (name: string): readonly string[] => {
    const given = value[name];
    if (given === undefined) return [];
    if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given;
    throw new UsageError(`${shown}: "${name}" must be a list of texts`);
  };
  const notes: string[] = [];
  const settings: Record<string, RuleSetting> = {};
  const each = (name: string, set: (rule: string) => void): void => {
    const ours = squawkNames.get(name);
    if (ours) for (const rule of ours) set(rule);
    else
      notes.push(`squawk's rule "${printable(name)}" has no counterpart here${nearest(name, [...squawkNames.keys()])}`);
  };
  // one of ours may stand for several of squawk's: it stays as long as one of them does
  const excluded = new Set(list('excluded_rules'));
  const included = list('included_rules');
  const severities = new Map(rules.map(({ name, severity }) => [name, severity]));
  const counterparts = new Map(rules.map(({ name, squawk }) => [name, squawk ?? []]));
  for (const name of excluded)
    each(name, (rule) => {
      if ((counterparts.get(rule) ?? []).every((one) => excluded.has(one))) settings[rule] = 'off';
    });
  for (const name of included) each(name, (rule) => (settings[rule] = severities.get(rule) ?? 'warning'));
  const pgVersion = majorOf(value['pg_version'], shown, notes);
  const paths = list('excluded_paths');
  return {
    file,
    base: path.dirname(file),
    rules: settings,
    ...(paths.length === 0 ? {} : { ignore: paths }),
    ...(pgVersion === undefined ? {} : { pgVersion }),
    assumeInTransaction: value['assume_in_transaction'] === true,
    notes,
  };
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

/** '13', '13.2.0', 16 */
function majorOf(value: unknown, shown: string, notes: string[]): number | undefined {
  if (value === undefined) return undefined;
  const major = /^(\d+)(?:\.\d+)*$/.exec(String(value))?.[1];
  if (major === undefined) throw new UsageError(`${shown}: "pg_version" must be a version such as "16" or "16.2"`);
  const known = Math.min(Math.max(Number(major), PG_VERSIONS.oldest), PG_VERSIONS.newest);
  if (known !== Number(major)) notes.push(`PostgreSQL ${major} counts as ${known}`);
  return known;
}
