/** From what a config, the command line and squawk's config say to the rules that each file is linted with. */
import { createRequire } from 'node:module';
import type { OptionValue, Preset, Rule } from '@idempotify/core';
import { rules } from '@idempotify/rules';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';
import type { Override, RuleSettings } from './options.ts';
import { nearest } from './suggest.ts';

/** A set of rules as it can be sent to another thread. */
export interface RuleSpec {
  readonly preset: Preset;
  readonly settings: RuleSettings;
}

const byName = new Map<string, Rule>(rules.map((rule) => [rule.name, rule]));

/** @throws UsageError for a rule that isn't there, and for options that it doesn't take */
export function assertRules(settings: RuleSettings, where: string): void {
  for (const [name, setting] of Object.entries(settings)) {
    const rule = byName.get(name);
    if (!rule) {
      const meant = nearest(name, [...byName.keys()]) || '; idempotify explain lists all rules';
      throw new UsageError(`${where}: there is no rule "${printable(name)}"${meant}`);
    }
    if (typeof setting === 'string') continue;
    for (const [option, value] of Object.entries(setting[1])) {
      const spec = rule.options?.[option];
      const known = Object.keys(rule.options ?? {});
      if (!spec) {
        throw new UsageError(
          `${where}: the rule "${name}" has no option "${printable(option)}"${nearest(option, known)}${known.length === 0 ? '; it has none' : `; it has ${known.join(', ')}`}`,
        );
      }
      if (!sameKind(value, spec.default))
        throw new UsageError(`${where}: the option "${option}" of the rule "${name}" must be ${kindOf(spec.default)}`);
    }
  }
}

const sameKind = (value: unknown, model: OptionValue): boolean =>
  Array.isArray(model)
    ? Array.isArray(value) && value.every((each) => typeof each === 'string')
    : typeof value === typeof model;

const kindOf = (model: OptionValue): string =>
  Array.isArray(model)
    ? 'a list of texts'
    : typeof model === 'boolean'
      ? 'true or false'
      : `a ${typeof model}`.replace('string', 'text');

export interface RuleSources {
  readonly preset: Preset;
  /** Of the config file, for all files. */
  readonly rules: RuleSettings;
  readonly overrides: readonly Override[];
  /** The absolute folder that the globs of the overrides are relative to. */
  readonly base: string;
  /** Of the command line: over everything else. */
  readonly last: RuleSettings;
}

export interface RuleChoice {
  readonly specs: readonly RuleSpec[];
  /** Position in `specs`. @param file absolute */
  specOf(file: string): number;
}

/** Files that the same overrides are about share a set. The first set is that of files that no override is about. */
export function chooseRules({ preset, rules: common, overrides, base, last }: RuleSources): RuleChoice {
  const specs: RuleSpec[] = [{ preset, settings: { ...common, ...last } }];
  if (overrides.length === 0) return { specs, specOf: () => 0 };
  const known = new Map<string, number>([['', 0]]);
  // only those who have overrides need to know globs
  const picomatch = createRequire(import.meta.url)('picomatch') as typeof import('picomatch');
  const matchers = overrides.map(({ files }) => picomatch([...files], { dot: true }));
  const prefix = base.endsWith('/') ? base : `${base}/`;
  return {
    specs,
    specOf(file) {
      const slashed = process.platform === 'win32' ? file.replaceAll('\\', '/') : file;
      if (!slashed.startsWith(prefix)) return 0;
      const relative = slashed.slice(prefix.length);
      const about = overrides.filter((_, index) => matchers[index]?.(relative));
      const key = about.map((each) => overrides.indexOf(each)).join();
      let position = known.get(key);
      if (position === undefined) {
        position = specs.length;
        known.set(key, position);
        const settings = Object.assign({}, common, ...about.map((each) => each.rules), last) as RuleSettings;
        specs.push({ preset, settings });
      }
      return position;
    },
  };
}
