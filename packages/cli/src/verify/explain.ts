/** What the rewriter says about a migration that is verified: what it refuses, and what it would do about a failure. */
import { type Rewriter, createRewriter } from '@idempotify/codemods';
import { PG_VERSIONS, type StatementResult, readText } from '@idempotify/core';
import type { Failure, Place } from '@idempotify/database';
import type { PlannedProof } from './plan.ts';
import type { Unprovable } from './report.ts';

export interface Explanation {
  /** Statements that the rewriter refuses: whatever came out of running them, it has no proof that it always does. */
  readonly refused: readonly Unprovable[];
  /** The failures with advice. */
  readonly failures: readonly Failure[];
}

export type Explain = (index: number, statements: readonly Place[], failures: readonly Failure[]) => Explanation;

export function explainer({ tool, migrations }: PlannedProof): Explain {
  const positions = new Map(migrations.map(({ file }, index) => [file.path, index]));
  const sources = migrations.map(({ file }) => ({ path: file.path, read: () => readText(file.path) }));
  const rewriter: Rewriter = createRewriter({ guard: 'shape', pgVersion: PG_VERSIONS.default }, tool, {
    before: (path) => sources.slice(0, positions.get(path) ?? 0),
  });
  return (index, statements, failures) => {
    const { file, display } = migrations[index]!;
    let results: readonly StatementResult[];
    try {
      results = rewriter.rewrite({ path: file.path, text: readText(file.path) }).statements;
    } catch {
      return { refused: [], failures };
    }
    const at = new Map(results.map((result) => [`${result.line}:${result.column}`, result]));
    const changed = results.some(({ outcome }) => outcome !== 'rerunnable' && outcome !== 'refused');
    return {
      refused: results
        .filter(({ outcome }) => outcome === 'refused')
        .map(({ line, column, kind, subject, message, advice }) => ({
          line,
          column,
          reason: `${kind} ${subject}: ${message}`,
          ...(advice === undefined ? {} : { advice }),
        })),
      failures: failures.map((failure) => {
        const place = failure.statement === undefined ? undefined : statements[failure.statement];
        const result = place && at.get(`${place.line}:${place.column}`);
        const advice = failure.advice ?? adviceOn(result, changed, display);
        return advice === undefined ? failure : { ...failure, advice };
      }),
    };
  };
}

function adviceOn(result: StatementResult | undefined, changed: boolean, display: string): string | undefined {
  if (result?.outcome === 'refused') return result.advice ?? result.message;
  const rewrites = `\`idempotify ${display}\` rewrites`;
  if (result && result.outcome !== 'rerunnable' && result.outcome !== 'disabled') return `${rewrites} this statement`;
  return changed ? `${rewrites} this file` : undefined;
}
