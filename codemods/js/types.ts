/** What is known of a tool beyond reading its migrations: how its calls are made rerunnable. One file per tool. */
import type { RewrittenStatement, Edit } from '@idempotify/core';
import type { JsTool, Migration, Step } from '@idempotify/javascript';
import type { Writer } from './writer.ts';

export type Guarded =
  | {
      readonly kind: 'edits';
      /** Of the file. */
      readonly edits: readonly Edit[];
      /** `native`: the tool's own option; `guarded`: something around the call, or SQL with a guard. */
      readonly outcome: 'native' | 'guarded';
      /** One sentence for a person: what was done. */
      readonly message: string;
    }
  | { readonly kind: 'refused'; readonly why: string; readonly advice: string };

/** What the SQL rewriter says of a call. */
export interface SqlForm {
  /** Of the statements that the call sends, in order; those that need nothing included. Empty for an opaque call. */
  readonly statements: readonly RewrittenStatement[];
  /** All SQL of the call in its rerunnable form; undefined where its translation is not exact or the SQL rewriter refuses it. */
  readonly sql: string | undefined;
}

export interface StepSql extends SqlForm {
  /**
   * The same with guards that ask for names only: the short forms (`IF NOT EXISTS`), for what is shown in the middle of JavaScript. Both
   * run a statement in the same cases, as long as nobody has made another thing of that name.
   */
  short(): SqlForm;
}

export interface GuardContext extends StepSql {
  readonly migration: Migration;
  readonly write: Writer;
  /** The same of another call, where several stand in one expression. */
  about(step: Step): StepSql;
  /** Whether `guard` is asked for a call at all. */
  needsGuard(step: Step): boolean;
}

export interface Guards {
  readonly tool: JsTool;
  /** The rerunnable form of a builder call whose second run would fail or do something twice. */
  guard(step: Step, context: GuardContext): Guarded;
}

export const refused = (why: string, advice: string): Guarded => ({ kind: 'refused', why, advice });
