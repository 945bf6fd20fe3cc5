/** `settings.idempotify`: what a config says once for migrations in every language. */
import { PG_VERSIONS, toolByName, tools } from '@idempotify/core';

export interface Settings {
  /** The oldest major version of PostgreSQL that the migrations have to run on. Default 14. */
  readonly pgVersion?: number;
  /** The migration tool, by its name on the command line, instead of recognising it. */
  readonly tool?: string;
}

const NAMES: ReadonlySet<string> = new Set(['pgVersion', 'tool']);

/**
 * What is wrong with such settings, as a sentence that names the setting.
 *
 * @param prefix in front of its name
 */
export function problemOf(settings: Readonly<Record<string, unknown>>, prefix = ''): string | undefined {
  const { pgVersion, tool } = settings;
  const { oldest, newest } = PG_VERSIONS;
  const version = Number(pgVersion);
  if (pgVersion !== undefined && !(Number.isInteger(pgVersion) && version >= oldest && version <= newest))
    return `"${prefix}pgVersion" must be a whole number from ${oldest} to ${newest}.`;
  if (tool !== undefined && !(typeof tool === 'string' && toolByName(tool)))
    return `"${prefix}tool" must be one of ${tools.map(({ name }) => name).join(', ')}.`;
  const unknown = Object.keys(settings).find((name) => !NAMES.has(name));
  return unknown === undefined ? undefined : `There is no "${prefix}${unknown}": there are "pgVersion" and "tool".`;
}

let last: { readonly given: unknown; readonly checked: Settings } | undefined;

/**
 * The settings of a file.
 *
 * @param all `context.settings`
 * @throws TypeError when they are wrong
 */
export function settingsIn(all: Readonly<Record<string, unknown>>): Settings {
  const given = all['idempotify'] ?? {};
  if (last?.given === given) return last.checked;
  if (typeof given !== 'object' || Array.isArray(given))
    throw new TypeError('"settings.idempotify" must be an object with "pgVersion" and "tool".');
  const problem = problemOf(given as Record<string, unknown>, 'settings.idempotify.');
  if (problem !== undefined) throw new TypeError(problem);
  last = { given, checked: given };
  return last.checked;
}
