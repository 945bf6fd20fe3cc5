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

describe('messages', () => {
  const said = async (name: string, text: string): Promise<string[]> => {
    const rule = deployRules.find((each) => each.name === name);
    if (!rule) throw new Error(`no rule ${name}`);
    return ((await runDeploy(rule, [{ path: 'release.sh', text }])).get('release.sh') ?? []).map(
      ({ message, help, start, end }) => `${text.slice(start, end)} | ${message} | ${help}`,
    );
  };
  it('say how the failure is lost', async () => {
    const lines = await said(
      'deploy-ignores-failure',
      'flyway migrate\nflyway migrate &\nflyway migrate | tee log\nflyway migrate || echo "failed, but this text is so long that it is cut"\n',
    );
    expect(lines[0]).toMatch(/^flyway migrate \| When "flyway migrate" fails, the next command runs all the same/);
    expect(lines[1]).toMatch(/^flyway migrate \| "flyway migrate" runs in the background/);
    expect(lines[2]).toMatch(/^flyway migrate \| A pipe ends as its last command does, so "\| tee" hides .* pipefail/);
    expect(lines[3]).toMatch(/^flyway migrate \| "\|\| echo "failed, but this text is so long …" hides the failure/);
    const [short] = await said('deploy-ignores-failure', 'flyway migrate || true\n');
    expect(short).toContain('"|| true" hides the failure of "flyway migrate"');
  });
  it('say that it is a loop', async () => {
    const [loop] = await said('deploy-resolve-applied', 'for d in *; do prisma migrate resolve --applied $d; done');
    const [one] = await said('deploy-resolve-applied', 'prisma migrate resolve --applied d');
    expect(loop).toContain('in a loop');
    expect(one).toMatch(/\| "prisma migrate resolve" only changes what is recorded: /);
  });
  it('name the script that is called, and the flag that matters', async () => {
    const [line] = await said('deploy-ignores-failure', 'f() { prisma db push --force-reset=true; }\nf || true');
    expect(line).toContain('"f" (prisma db push --force-reset)');
  });
});
