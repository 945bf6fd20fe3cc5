/** Every rule about the API of migration tools against its fixture, and the examples of its doc. */
import { rules } from '@idempotify/rules';
import { describe, expect, it } from 'vitest';
import { readDeployDoc } from './deploy-fixture.ts';
import { foundLines } from './fixture.ts';
import { readScriptFixture, runScript } from './script-fixture.ts';

for (const rule of rules.filter(({ kind }) => kind === 'script')) {
  describe(rule.name, () => {
    for (const one of readScriptFixture(rule.name))
      it(`${one.title} (line ${one.line})`, () => {
        for (const file of one.files)
          expect([...foundLines(runScript(rule, file))].sort(([a], [b]) => a - b)).toEqual([...file.expected]);
      });

    const doc = readDeployDoc(rule);
    it('has a doc with all its parts', () => {
      expect(doc.sections).toEqual(expect.arrayContaining(['Reported', 'Not reported', 'What to do instead']));
    });
    for (const { line, expected, path, text } of doc.examples)
      it(`doc, line ${line}: ${expected}`, () => {
        expect(runScript(rule, { path, text }).length > 0 ? 'reported' : 'fine').toBe(expected);
      });
  });
}
