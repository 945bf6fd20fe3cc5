/** Every deploy rule against its fixture, and the examples of its doc. */
import { rules } from '@idempotify/rules';
import { describe, expect, it } from 'vitest';
import { deployFixtureNames, readDeployDoc, readDeployFixture, runDeploy } from './deploy-fixture.ts';
import { foundLines } from './fixture.ts';

const deployRules = rules.filter((rule) => rule.kind === 'deploy');

it('every deploy rule has a fixture, and there are no others', () => {
  expect(deployFixtureNames().sort()).toEqual(deployRules.map(({ name }) => name).sort());
});

for (const rule of deployRules) {
  describe(rule.name, () => {
    for (const one of readDeployFixture(rule.name))
      it(`${one.title} (line ${one.line})`, async () => {
        const found = await runDeploy(rule, one.files);
        for (const file of one.files)
          expect(
            [...foundLines(found.get(file.path) ?? [])].sort(([a], [b]) => a - b),
            file.path,
          ).toEqual([...file.expected]);
      });

    const doc = readDeployDoc(rule);
    it('has a doc with all its parts', () => {
      expect(doc.sections).toEqual(expect.arrayContaining(['Reported', 'Not reported', 'What to do instead']));
      for (const section of ['Reported', 'Not reported'])
        expect(
          new Set(doc.examples.filter((each) => each.section === section).map(({ expected }) => expected)),
        ).toEqual(new Set([section === 'Reported' ? 'reported' : 'fine']));
    });
    for (const { line, expected, path, text } of doc.examples)
      it(`doc, line ${line}: ${expected}`, async () => {
        const found = (await runDeploy(rule, [{ path, text }])).get(path);
        // a path that is no deploy file would be fine, too
        expect(found).toBeDefined();
        expect(found?.length === 0 ? 'fine' : 'reported').toBe(expected);
      });
  });
}
