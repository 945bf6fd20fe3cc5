/** What is said about squawk: its rules by name, and who is right where the two differ. */
import { rules } from '@idempotify/rules';
import type { Server } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../scripts/squawk-differences.mjs';
import { squawkRules } from '../../scripts/squawk-rules.mjs';
import { reusedLab } from '../support/lab.ts';
import { outerServers } from '../support/servers.ts';

it('rules name only rules that squawk has', () => {
  const named = rules.flatMap(({ squawk }) => squawk ?? []);
  expect(named.filter((name) => !squawkRules.has(name))).toEqual([]);
});

it('every rule of squawk has a counterpart, and those that run by default are in the preset', () => {
  // what it says about its own comments, the engine says
  for (const [name, { optIn }] of [...squawkRules].filter(([each]) => each !== 'unused-ignore')) {
    const ours = rules.filter(({ squawk }) => squawk?.includes(name));
    expect(ours.length, name).toBeGreaterThan(0);
    if (!optIn)
      expect(
        ours.flatMap(({ presets }) => presets),
        name,
      ).toContain('squawk');
  }
});

it('differences are about rules that squawk has', () => {
  const named = differences.flatMap((difference) => difference.rules);
  expect(named.filter((name) => !squawkRules.has(name))).toEqual([]);
});

describe.each(outerServers)('on $name', ({ start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  for (const { why, proof } of differences) {
    if (!proof) continue;
    it(why, async () => {
      const { failure } = await reusedLab(server, []).run([{ texts: proof }]);
      expect(failure && `${proof[failure.text]}: ${failure.error.message}`).toBeUndefined();
    });
  }
});
