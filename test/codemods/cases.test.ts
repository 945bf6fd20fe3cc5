/**
 * The shared cases: each is a migration that is hard to make rerunnable, with what earlier migrations left. They lie
 * beside the project, not in it.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRewriter } from '@idempotify/codemods';
import { toolByName } from '@idempotify/core';
import type { Server } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proveRerun, type Failure } from '../support/proof.ts';
import { proofServers } from '../support/servers.ts';

interface Case {
  readonly name: string;
  /** `rewritable`: a rerunnable form exists; `refuse`: none that can be proven is known. */
  readonly expect: 'rewritable' | 'refuse';
  /** First major version that the migration runs on. */
  readonly min_pg: number;
  readonly setup?: string;
  readonly migration: string;
  /** What an application writes after the migration. */
  readonly live?: string;
}

const file = fileURLToPath(new URL('../../../shared/cases/cases-open.json', import.meta.url));
const there = fs.existsSync(file);
const cases = there ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Case[]) : [];

test.skipIf(there)(`the shared cases are not run: there is no ${file}`, () => {});

describe.skipIf(!there).each(proofServers)('the shared cases on $name', ({ major, start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const known = cases.filter(({ min_pg }) => min_pg <= major);
  test.skip.each(cases.filter((one) => !known.includes(one)))('$name needs PostgreSQL $min_pg', () => {});

  /** What is wrong with a rewritten text: many a statement comes out the same with both guards. */
  const proven = new Map<string, Promise<Failure[]>>();

  describe.each(['shape', 'name'] as const)('--guard %s', (guard) => {
    test.each(known)('$name', async ({ name, expect: expected, min_pg, setup = '', migration, live }) => {
      const tool = toolByName('prisma');
      if (!tool) throw new Error('there is no tool "prisma"');
      const history = { before: () => [{ path: '000_setup/migration.sql', read: () => setup }] };
      const rewriter = createRewriter({ guard, pgVersion: Math.max(14, min_pg) }, tool, history);
      const { text, statements, problems } = rewriter.rewrite({ path: '001_case/migration.sql', text: migration });
      expect(problems).toEqual([]);

      const refused = statements.filter(({ outcome }) => outcome === 'refused');
      if (expected === 'refuse' && refused.length > 0 && text === migration) return;
      const key = `${name}\0${text}`;
      if (!proven.has(key))
        proven.set(
          key,
          proveRerun({
            server,
            setup,
            original: migration,
            rewritten: text,
            ...(live === undefined ? {} : { live }),
          }),
        );
      const failures = (await proven.get(key)) ?? [];
      // A tool that sends the file as one query leaves no room for anything in front of a lone concurrent build. Then the
      // report has to say that the leftover of a failed one stays.
      const toldOf = statements.some(({ message }) => /INVALID leftover .* by hand/.test(message));
      const complaints = [
        ...failures.filter(({ check }) => !(check === 'invalid index' && toldOf)).map(({ message }) => message),
        // not being able to is no proof
        ...(expected === 'rewritable' ? refused.map(({ kind, message }) => `refused ${kind}: ${message}`) : []),
      ];
      expect(complaints, `${name}:\n${complaints.join('\n')}\n\n${text}`).toEqual([]);
    });
  });
});
