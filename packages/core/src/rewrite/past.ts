/** The migrations before a file. */
import { applyToHistory } from '../guards/course.ts';
import { readEffect } from '../guards/registry.ts';
import { Catalog } from '../model/catalog.ts';
import type { Effect } from '../model/effect.ts';
import { parseSql } from '../parse/index.ts';
import type { Tool } from '../tools/types.ts';

export interface PastFile {
  readonly path: string;
  /** Throws when it can't be read. */
  read(): string;
}

/** What earlier migrations leave, replayed on the symbolic catalog as far as it is asked for. */
export class PastMigrations {
  readonly #pgVersion: number;
  readonly #tool: Tool;
  #catalog = new Catalog();
  #done: string[] = [];

  constructor(pgVersion: number, tool: Tool) {
    this.#pgVersion = pgVersion;
    this.#tool = tool;
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
        const sections = this.#tool.sections(text, file.path);
        const parsed = parseSql(text, { ranges: sections.up });
        const effects: (Effect | undefined)[] = parsed.statements.map((statement) =>
          statement.tag === '' ? undefined : readEffect(statement, text, this.#pgVersion),
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
