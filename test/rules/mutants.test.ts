/** Fixtures notice every wrong condition of a rule; see scripts/mutate-rules.mjs. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

it('no mutant of a rule survives its fixture', () => {
  const script = path.join(import.meta.dirname, '../../scripts/mutate-rules.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toMatch(/^\d+ mutants, .*\n$/);
  expect(status).toBe(0);
}, 300_000);
