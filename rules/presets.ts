/** Which rules run: presets, and what a config changes about them. */
import type { OptionValue, Preset, Rule, RuleSet, Severity } from '@idempotify/core';
import { rules } from './all.ts';

export const PRESETS: readonly Preset[] = ['recommended', 'strict', 'rerun', 'squawk'];

export const inPreset = (rule: Rule, preset: Preset): boolean =>
  rule.presets.includes(preset) || (preset === 'strict' && rule.presets.includes('recommended'));

/** A rule's place in a config: off, or how bad it is, with options. */
export type RuleSetting = 'off' | Severity | readonly [Severity, Readonly<Record<string, OptionValue>>];

/**
 * The rules of a preset with a config's changes.
 *
 * @param settings by rule name; names are checked where they are read
 */
export function ruleSet(preset: Preset | undefined, settings: Readonly<Record<string, RuleSetting>> = {}): RuleSet {
  const out = new Map<Rule, { severity: Severity; options: Readonly<Record<string, OptionValue>> }>();
  for (const rule of rules) {
    const setting = settings[rule.name];
    if (setting === 'off') continue;
    if (setting === undefined) {
      if (preset !== undefined && inPreset(rule, preset)) out.set(rule, { severity: rule.severity, options: {} });
    } else if (typeof setting === 'string') out.set(rule, { severity: setting, options: {} });
    else out.set(rule, { severity: setting[0], options: setting[1] });
  }
  return out;
}

/** squawk's names of rules -> ours. */
export const squawkNames: ReadonlyMap<string, readonly string[]> = (() => {
  const out = new Map<string, string[]>();
  for (const rule of rules)
    for (const name of rule.squawk ?? []) {
      const list = out.get(name);
      if (list) list.push(rule.name);
      else out.set(name, [rule.name]);
    }
  return out;
})();

/** What directives may name. */
export const knownNames = {
  rules: new Set(rules.map(({ name }) => name)),
  squawk: squawkNames,
} as const;
