import { quoteLiteral, type Fact, type HistoryRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

const keyOf = ({ schema, name }: { readonly schema?: string | undefined; readonly name: string }): string =>
  `${schema ?? 'public'}.${name}`;

/** Values may have been replaced in the rows first. */
const CLEANS = /^\s*(?:update\s[^;]+\sset|delete\s+from|do\s)/im;

/** The values of the enums that a history has made, file by file. */
class Enums {
  readonly #values = new Map<string, Set<string>>();

  apply(fact: Fact): void {
    if (fact.maybe) return;
    if (fact.cls === 'label') this.#label(fact);
    else if (fact.cls === 'type') this.#type(fact);
  }

  #label({ op, on, name, to }: Fact): void {
    const values = on && this.#values.get(keyOf(on));
    if (!values) return;
    if (op === 'rename') values.delete(name);
    values.add(to ?? name);
  }

  #type(fact: Fact): void {
    const key = keyOf(fact);
    const values = this.#values.get(key);
    if (fact.op === 'create') this.#values.set(key, new Set());
    if (fact.op === 'drop') this.#values.delete(key);
    if (fact.op !== 'rename' && fact.op !== 'move') return;
    this.#values.delete(key);
    if (values)
      this.#values.set(
        keyOf(fact.op === 'move' ? { ...fact, schema: fact.to } : { ...fact, name: fact.to ?? '' }),
        values,
      );
  }

  copy(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map([...this.#values].map(([key, values]) => [key, new Set(values)]));
  }
}

export const rule: HistoryRule = {
  kind: 'history',
  name: 'enum-value-removal',
  category: 'data',
  severity: 'warning',
  presets: ['recommended', 'rerun'],
  summary: 'An enum is replaced by one that lacks values: rows that hold them make the migration fail',
  check(history, report) {
    const enums = new Enums();
    for (const [file, { facts, text }] of history.files.entries()) {
      const made = facts.filter(({ cls, op }) => cls === 'type' && (op === 'create' || op === 'rename'));
      const before = made.length > 0 ? enums.copy() : undefined;
      for (const fact of facts) enums.apply(fact);
      if (!before) continue;
      const after = enums.copy();
      for (const fact of made) {
        const name = fact.op === 'rename' ? (fact.to ?? '') : fact.name;
        const type = { schema: fact.schema, name };
        const values = after.get(keyOf(type));
        const gone = [...(before.get(keyOf(type)) ?? [])].filter((value) => values && !values.has(value));
        if (gone.length === 0 || CLEANS.test(text())) continue;
        report(
          { file },
          {
            at: fact,
            message: `The new enum ${printedName(type)} lacks ${gone.map(quoteLiteral).join(', ')}: the cast to it fails for every row that holds such a value, and the migration with it.`,
            help: 'Replace these values in all tables first, in a migration in front of this one: UPDATE … SET column = … WHERE column IN (…).',
          },
        );
      }
    }
  },
};
