/** What is known of a tool whose migrations are written in JavaScript or TypeScript: one object per tool. */
import type { Transactions } from '@idempotify/core';
import type { Node } from './ast.ts';
import type { Roles } from './roles.ts';
import type { Scope } from './scope.ts';
import type { SqlText } from './sql-text.ts';
import type { Up } from './up.ts';
import type { CallSite, Claim } from './walk.ts';

export interface StepPart {
  readonly sql: SqlText;
  /**
   * It is what the tool sends, to the last detail that the catalog shows. Always so for SQL that stands in the file; a translation
   * may know the names and kinds of objects only.
   */
  readonly exact: boolean;
}

/** What an author should know about a call, apart from what its SQL does. */
export interface StepNote {
  /** The lint rule that tells it. */
  readonly rule: 'ignored-guard' | 'partial-guard' | 'silent-change' | 'wrong-binding';
  readonly message: string;
  readonly help: string;
  /** Where in the call; the call itself when missing. */
  readonly at?: Node;
}

/** One thing that a migration does. */
export interface Step {
  /**
   * - `sql`: SQL of the author's;
   * - `builder`: a call of the tool's API;
   * - `opaque`: something is sent, and nobody can say what without running it.
   */
  readonly kind: 'sql' | 'builder' | 'opaque';
  readonly site: CallSite;
  /** The node that stands for it: the call, or in a chain what ends with this call. */
  readonly node: Node;
  /** What is called, for people: `queryRunner.addColumn`. */
  readonly what: string;
  /** In the order in which they are sent, each on its own; empty when opaque. */
  readonly parts: readonly StepPart[];
  /** The node in which the author's SQL stands. */
  readonly literal?: Node;
  /** Values are sent apart from the SQL: it can't be put into a DO block. */
  readonly bindings?: boolean;
  /** It is not sent at its place, but when `up` has ended, behind everything else. */
  readonly queued?: boolean;
  /** opaque: why nothing is known, as the end of "it is not known what is sent: ". */
  readonly why?: string;
  /** What the author's own test in front of it makes sure of, where it makes a second run harmless. */
  readonly guarded?: boolean;
  readonly notes?: readonly StepNote[];
  /** A second run leaves something undone, whatever is written around it. */
  readonly unsafe?: { readonly why: string; readonly advice: string };
}

/** What a tool makes of a call: nothing (not its own), a claim without steps (it only reads), or steps. */
export interface ReadCall extends Claim {
  readonly steps: readonly Step[];
}

export interface JsTool {
  /** As in core's tools: 'typeorm'. */
  readonly name: string;
  /** Its calls are not waited for: what they say is collected, and sent when the migration has been read. */
  readonly collects?: boolean;
  /** What can be told from the file alone. Wrong answers cost: only what no other tool's migrations have. */
  recognises(scope: Scope): boolean;
  /** The functions that are run forwards, in order. */
  ups(scope: Scope): readonly Up[];
  /** The roles of the parameters of `up`. */
  roles(up: Up, scope: Scope): Roles;
  /** Roles by the names of types, for expressions of which the text does not tell; used where types are known. */
  readonly types?: Readonly<Record<string, string>>;
  read(site: CallSite): ReadCall | undefined;
  transactions(scope: Scope, up: Up): Transactions;
  /** What of the tool's own has to be escaped in SQL that is written into the file. */
  escape?(sql: string, step: Step): string;
}
