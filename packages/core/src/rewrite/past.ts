/** The migrations before a file. */
import { applyToHistory } from '../guards/course.ts';
import { readEffect } from '../guards/registry.ts';
import { Catalog } from '../model/catalog.ts';
import type { Effect } from '../model/effect.ts';
import { parseSql, type Statement } from '../parse/index.ts';
import type { Tool } from '../tools/types.ts';

export interface PastFile {
  readonly path: string;
  /** Throws when it can't be read. */
  read(): string;
}

const FUNCTION = /\b(?:function|procedure|routine)\b/i;

/** Statements that make, change or drop functions, and those that say where unqualified names lie. */
function concernsFunctions({ tag, node }: Statement): boolean {
  switch (tag) {
    case 'CreateFunctionStmt':
    case 'AlterFunctionStmt':
    case 'VariableSetStmt':
      return true;
    case 'DropStmt':
      return ROUTINES.has(node.removeType);
    case 'RenameStmt':
      return ROUTINES.has(node.renameType);
    case 'AlterObjectSchemaStmt':
      return ROUTINES.has(node.objectType);
    default:
      return false;
  }
}

const ROUTINES: ReadonlySet<string> = new Set(['OBJECT_FUNCTION', 'OBJECT_PROCEDURE', 'OBJECT_ROUTINE']);

/** What earlier migrations leave, replayed on the symbolic catalog as far as it is asked for. */
export class PastMigrations {
  readonly #pgVersion: number;
  readonly #tool: Tool;
  readonly #functionsOnly: boolean;
  #catalog = new Catalog();
  #done: string[] = [];

  /** @param about `functions`: nothing else is replayed, which is a small part of the work */
  constructor(pgVersion: number, tool: Tool, about: 'everything' | 'functions' = 'everything') {
    this.#pgVersion = pgVersion;
    this.#tool = tool;
    this.#functionsOnly = about === 'functions';
  }

  /** @param files all migrations before the one that asks, in the tool's order; read when they have not been read before */
  upTo(files: readonly PastFile[]): Catalog | undefined {
    if (files.length === 0) return undefined;
    const extendsWhatIsThere =
      this.#done.length <= files.length && this.#done.every((path, index) => files[index]?.path === path);
    if (!extendsWhatIsThere) {
      this.#catalog = new Catalog();
      this.#done = [];
    }
    for (const file of files.slice(this.#done.length)) {
      try {
        const text = file.read();
        if (this.#functionsOnly && !FUNCTION.test(text)) {
          this.#done.push(file.path);
          continue;
        }
        const sections = this.#tool.sections(text, file.path);
        const parsed = parseSql(text, { ranges: sections.up });
        const effects: (Effect | undefined)[] = parsed.statements.map((statement) =>
          statement.tag === '' || (this.#functionsOnly && !concernsFunctions(statement))
            ? undefined
            : readEffect(statement, text, this.#pgVersion),
        );
        applyToHistory(this.#catalog, effects, String(this.#done.length));
      } catch {
        // an unreadable earlier file only makes the picture less complete; it is reported where it is rewritten itself
      }
      this.#done.push(file.path);
    }
    return this.#catalog;
  }
}
