/** Fixtures of rules about the API of migration tools: `test/rules/scripts/<rule>.cases`, in the form of those about deploys. */
import path from 'node:path';
import { prepareRules, toolByName, type Finding, type Rule } from '@idempotify/core';
import { lintText } from '@idempotify/javascript';
import { caseNames, readCases, type DeployCase } from './deploy-fixture.ts';

const folder = path.join(import.meta.dirname, 'scripts');

export const scriptFixtureNames = (): string[] => caseNames(folder);

export const readScriptFixture = (name: string): DeployCase[] => readCases(path.join(folder, `${name}.cases`));

/** What one rule finds in a migration; the file itself says which tool it is for. */
export function runScript(rule: Rule, file: { readonly path: string; readonly text: string }): readonly Finding[] {
  const rules = prepareRules(new Map([[rule, { severity: rule.severity, options: {} }]]));
  const lint = lintText({ ...file, tool: toolByName('sql')!, pgVersion: 14 }, rules, { fixes: true });
  if (lint.facts.length === 0) throw new Error(`${file.path}: no migration`);
  return lint.findings;
}
