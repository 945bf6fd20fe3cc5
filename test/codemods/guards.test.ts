/**
 * Every object family on a server: what the guards make of a small migration runs from any state to the same end, and stops
 * at an object that has the right name and is another one. The examples of docs/guards.md are such migrations too.
 */
import fs from 'node:fs';
import { createRewriter, type FileResult, type RewriteOptions } from '@idempotify/codemods';
import { toolByName } from '@idempotify/core';
import type { Server } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proveDrift, proveRerun, type Failure } from '../support/proof.ts';
import { proofServers } from '../support/servers.ts';
import { fixtures, type Fixture } from './guard-fixtures.ts';

const guide = fs.readFileSync(new URL('../../docs/guards.md', import.meta.url), 'utf8');

/** Each before-block of the guide, with the setup that a hidden comment in front of it gives. */
function examples(): Fixture[] {
  const parts = /^## (.*)$|<!-- setup: ([\s\S]*?) -->|<!-- docs: rewrite ?.*? -->\n+```sql\n([\s\S]*?)\n```/gm;
  let [section, setup, count] = ['', '', 0];
  const out: Fixture[] = [];
  for (const [, heading, text, migration] of guide.matchAll(parts)) {
    if (heading !== undefined) [section, setup, count] = [heading, '', 0];
    else if (text !== undefined) setup = text;
    else if (migration !== undefined) {
      count += 1;
      out.push({ name: `docs: ${section} ${count}`, setup, migration });
      setup = '';
    }
  }
  return out;
}

/** The guide's refused examples: each is a file, which is also there for the command that the guide runs. */
const refusedExamples = [...guide.matchAll(/<!-- file: (\S+) -->\n+```sql\n([\s\S]*?)\n```/g)].map(
  ([, file = '', migration = '']) => ({ file, migration }),
);

const documented = examples();
const prisma = toolByName('prisma');

function rewrite({ setup, blind, pgMin }: Fixture, guard: RewriteOptions['guard'], text: string): FileResult {
  if (!prisma) throw new Error('there is no tool "prisma"');
  const history = { before: () => (setup && !blind ? [{ path: '000_setup/migration.sql', read: () => setup }] : []) };
  const options = { guard, pgVersion: Math.max(14, pgMin ?? 0) };
  return createRewriter(options, prisma, history).rewrite({ path: '001_next/migration.sql', text });
}

function rewritten(fixture: Fixture, guard: RewriteOptions['guard']): string {
  const first = rewrite(fixture, guard, fixture.migration);
  expect(first.problems).toEqual([]);
  const refused = first.statements.filter(({ outcome }) => outcome === 'refused');
  expect(refused.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([]);
  expect(rewrite(fixture, guard, first.text).text).toBe(first.text);
  return first.text;
}

describe.each(proofServers)('guards on $name', ({ major, start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start({ extensions: ['citext'] });
  });
  afterAll(() => server.close());

  const all: readonly Fixture[] = [...fixtures, ...documented];
  const known = all.filter(({ pgMin = 0 }) => pgMin <= major);
  test.skip.each(all.filter((one) => !known.includes(one)))('$name needs PostgreSQL $pgMin', () => {});

  /** What is wrong with a rewritten text: many a statement comes out the same with both guards. */
  const proven = new Map<string, Promise<Failure[]>>();

  describe.each(['shape', 'name'] as const)('--guard %s', (guard) => {
    test.each(known)('$name', async (fixture) => {
      const { name, setup = '', rows, live, migration } = fixture;
      const text = rewritten(fixture, guard);
      const key = `${name}\0${text}`;
      if (!proven.has(key))
        proven.set(
          key,
          proveRerun({
            server,
            setup,
            original: migration,
            rewritten: text,
            ...(rows === undefined ? {} : { rows }),
            ...(live === undefined ? {} : { live }),
          }),
        );
      const complaints = ((await proven.get(key)) ?? []).map(({ message }) => message);
      expect(complaints, `${complaints.join('\n')}\n\n${text}`).toEqual([]);
    });
  });

  const drifts = known.flatMap((fixture) =>
    (fixture.drift ?? []).map((drift, index) => ({ name: `${fixture.name}, drift ${index + 1}`, fixture, drift })),
  );
  test.each(drifts)('$name', async ({ fixture, drift: { sql, expectMessage } }) => {
    const text = rewritten(fixture, 'shape');
    const failures = await proveDrift({
      server,
      setup: fixture.setup ?? '',
      drift: sql,
      rewritten: text,
      expectMessage,
    });
    const complaints = failures.map(({ message }) => message);
    expect(complaints, `${complaints.join('\n')}\n\n${sql}\n\n${text}`).toEqual([]);
  });
});

test('the guide has examples', () => {
  expect(documented.length).toBeGreaterThan(30);
  expect(refusedExamples.length).toBeGreaterThan(3);
});

test.each(refusedExamples)('$file is refused', ({ file, migration }) => {
  expect(fs.readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toBe(`${migration}\n`);
  const result = rewrite({ name: file, migration }, 'shape', migration);
  expect(result.statements.some(({ outcome }) => outcome === 'refused')).toBe(true);
  expect(result.text).toBe(migration);
});
