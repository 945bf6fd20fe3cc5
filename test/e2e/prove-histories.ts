/** Whole histories through the rewriter and onto a server. */
import { readFileSync } from 'node:fs';
import { toolByName, type Tool } from '@idempotify/core';
import { createRewriter, type FileResult, type HistorySource, type RewriteOptions } from '@idempotify/codemods';
import {
  diffRows,
  diffSnapshots,
  readRows,
  snapshot,
  type Rows,
  type Server,
  type Snapshot,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proveRerun, type Mode } from '../support/proof.ts';
import { outerServers } from '../support/servers.ts';
import { apply, asSetup, type History, type Step } from './histories.ts';

const guards = ['shape', 'name'] as const;
/** Stopping everywhere takes minutes: the short guards, which are run twice in any case, are left to CI. */
const proven = process.env['CI'] === undefined ? (['shape'] as const) : guards;

function toolOf({ tool }: History): Tool {
  const found = toolByName(tool);
  if (!found) throw new Error(`no tool ${tool}`);
  return found;
}

/** The earlier files of the history, with the text that `textOf` gives them. */
function source({ steps }: History, textOf: (step: Step) => string): HistorySource {
  return {
    before: (path) => {
      const at = steps.findIndex((step) => step.path === path);
      return steps.slice(0, at).map((step) => ({ path: step.path, read: () => textOf(step) }));
    },
  };
}

const done = new Map<string, Map<string, FileResult>>();

/** path -> the rewritten file */
function rewritten(history: History, options: RewriteOptions): Map<string, FileResult> {
  const key = `${history.name} ${options.guard} ${options.pgVersion}`;
  let results = done.get(key);
  if (!results) {
    const rewriter = createRewriter(
      options,
      toolOf(history),
      source(history, ({ text }) => text),
    );
    results = new Map(history.steps.map(({ path, text }) => [path, rewriter.rewrite({ path, text })]));
    done.set(key, results);
  }
  return results;
}

function resultOf(history: History, options: RewriteOptions, { path }: Step): FileResult {
  const result = rewritten(history, options).get(path);
  if (!result) throw new Error(`no result for ${path}`);
  return result;
}

/** The SQL of a file that runs forwards. */
function forwards(history: History, { path }: Step, text: string): string {
  const { up, problems } = toolOf(history).sections(text, path);
  expect(problems).toEqual([]);
  return up.map(({ start, end }) => text.slice(start, end)).join('\n');
}

const modes: Readonly<Record<ReturnType<Tool['transactions']>['scope'], Mode>> = {
  file: 'implicit',
  'all-pending': 'explicit',
  statement: 'statement',
  none: 'statement',
};

const start = Date.now();

/** The rows without what differs between any two runs: the time of the run, and random defaults. */
function settled({ tables, sequences }: Rows): Rows {
  const steady = (text: string): string =>
    text
      .replace(/"\d{4}-\d\d-\d\d[^"]*"/g, (time) =>
        Date.parse(`${time.slice(1, 20).replace(' ', 'T')}Z`) > start - 86_400_000 ? '"now"' : time,
      )
      .replace(/"(?!00000000-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"random"')
      .replace(/"[0-9a-f]{32}"/g, '"random"');
  return { tables: new Map([...tables].map(([name, rows]) => [name, rows.map(steady).sort()])), sequences };
}

/**
 * Defines the tests for these histories: rewriting does what it should and is done after once; the rewritten files leave the
 * same database as the originals when their tool runs them, once or twice; and each file can be stopped anywhere.
 */
export function testHistories(all: readonly History[]): void {
  describe.each(all)('$name', (history) => {
    test.each(history.steps)('$name: rewritten, and once more', (step) => {
      // what comes from a generator is as long as it was when this was written: nothing was silently left out
      expect(history.steps.length).toBeGreaterThanOrEqual(7);
      expect(step.text).toBe(readFileSync(step.path, 'utf8'));
      for (const guard of guards) {
        const options: RewriteOptions = { guard, pgVersion: Math.max(14, history.minVersion / 10000) };
        const result = resultOf(history, options, step);
        expect(result.problems).toEqual([]);
        const notDone = result.statements.filter(({ outcome }) => ['refused', 'disabled', 'broken'].includes(outcome));
        expect(notDone.map(({ line, kind, subject, message }) => ({ line, kind, subject, message }))).toHaveLength(
          step.refused.length,
        );
        for (const [at, beginning] of step.refused.entries()) {
          const refusal = notDone[at];
          expect(refusal?.outcome).toBe('refused');
          expect(refusal?.message).toMatch(/\w{3,} \w{3,}/);
          expect(step.text.split(/\r?\n/)[(refusal?.line ?? 0) - 1]?.slice((refusal?.column ?? 0) - 1)).toContain(
            beginning,
          );
          expect(result.text).toContain(beginning);
        }

        // whichever form the earlier files have now
        for (const textOf of [
          (other: Step): string => other.text,
          (other: Step): string => resultOf(history, options, other).text,
        ]) {
          const again = createRewriter(options, toolOf(history), source(history, textOf)).rewrite({
            path: step.path,
            text: result.text,
          });
          expect(again.text).toBe(result.text);
          expect(again.changed).toBe(false);
        }
      }
    });
  });

  describe.each(outerServers)('on $name', (testServer) => {
    let server: Server;
    beforeAll(async () => {
      server = await testServer.start();
    });
    afterAll(async () => {
      await server.close();
    });

    describe.each(all.filter(({ minVersion }) => minVersion <= testServer.major * 10000))('$name', (history) => {
      const options = (guard: RewriteOptions['guard']): RewriteOptions => ({ guard, pgVersion: testServer.major });

      test('applied by its own tool: the same database, rewritten or not, once or twice', async () => {
        const look = async (
          times: number,
          textOf: (step: Step) => string,
        ): Promise<{ catalog: Snapshot; rows: Rows }> => {
          const database = await server.createDatabase();
          try {
            for (const step of history.steps) {
              // a statement that was refused still must not be run twice
              for (let i = 0; i < (step.refused.length > 0 ? 1 : times); i++) {
                const session = await server.connect(database);
                try {
                  await apply(session, history.tool, textOf(step));
                } catch (error) {
                  throw new Error(`${step.name}, run ${i + 1}: ${String(error)}\n${textOf(step)}`, { cause: error });
                } finally {
                  await session.close();
                }
              }
              const session = await server.connect(database);
              if (step.seed !== '') await session.query(step.seed);
              await session.close();
            }
            const session = await server.connect(database);
            const state = { catalog: await snapshot(session), rows: await readRows(session) };
            await session.close();
            return state;
          } finally {
            await server.dropDatabase(database);
          }
        };
        const expected = await look(1, ({ text }) => text);
        for (const guard of guards) {
          const got = await look(2, (step) => resultOf(history, options(guard), step).text);
          expect(diffSnapshots(expected.catalog, got.catalog, { columnOrder: true })).toEqual([]);
          expect(diffRows(settled(expected.rows), settled(got.rows))).toEqual([]);
        }
      });

      // every stop of every step is a replay of the history: on PGlite; the guards themselves are proven on all servers
      test.each(testServer.embedded ? history.steps.filter(({ refused }) => refused.length === 0) : [])(
        '$name: stopped anywhere, run again',
        async (step) => {
          const at = history.steps.indexOf(step);
          const setup = history.steps
            .slice(0, at)
            .map((earlier) => asSetup(history.tool, earlier.text, server.versionNumber) + earlier.seed)
            .join('\n');
          const scope = toolOf(history).transactions(step.text, step.path).scope;
          const original = forwards(history, step, step.text);
          const seen = new Set<string>();
          for (const guard of proven) {
            const { text } = resultOf(history, options(guard), step);
            // many a file comes out the same with both guards
            if (seen.has(text)) continue;
            seen.add(text);
            const failures = await proveRerun({
              server,
              setup,
              original,
              rewritten: forwards(history, step, text),
              transaction: modes[scope],
              ...(step.seed === '' ? {} : { live: step.seed }),
            });
            expect(failures.map(({ message }) => `--guard ${guard}: ${message}`)).toEqual([]);
          }
        },
        180_000,
      );
    });
  });
}
