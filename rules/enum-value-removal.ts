import { quoteLiteral, type Fact, type HistoryRule, type QualifiedName } from '@idempotify/core';
import { printedName } from './lib/names.ts';

const keyOf = ({ schema, name }: { readonly schema?: string | undefined; readonly name: string }): string =>
  `${schema ?? 'public'}.${name}`;

/** Values may have been replaced in the rows first. */
const CLEANS = /^\s*(?:update\s[^;]+\sset|delete\s+from|do\s)/im;

type Values = ReadonlySet<string>;

/** The values of the enums that a history has made. No set is changed: whoever has asked for one keeps what it was. */
class Enums {
  readonly #values = new Map<string, Values | undefined>();

  of(type: QualifiedName): Values | undefined {
    return this.#values.get(keyOf(type));
  }

  apply(fact: Fact): void {
    if (fact.maybe) return;
    if (fact.cls === 'label') this.#label(fact);
    else if (fact.cls === 'type') this.#type(fact);
  }

  #label({ on, name, to }: Fact): void {
    const key = keyOf(on as QualifiedName);
    const values = this.#values.get(key);
    if (values) this.#values.set(key, new Set([...values].filter((value) => value !== name).concat(to ?? name)));
  }

  #type(fact: Fact): void {
    const key = keyOf(fact);
    const values = this.#values.get(key);
    switch (fact.op) {
      case 'create':
        this.#values.set(key, new Set());
        break;
      case 'drop':
        this.#values.delete(key);
        break;
      case 'rename':
        this.#values.delete(key);
        this.#values.set(keyOf(newName(fact)), values);
        break;
      case 'move':
        this.#values.delete(key);
        this.#values.set(keyOf({ schema: fact.to, name: fact.name }), values);
        break;
      default:
    }
  }
}

/** The name that a type has behind the fact. */
const newName = ({ schema, name, op, to }: Fact): QualifiedName => ({
  schema,
  name: op === 'rename' ? (to ?? '') : name,
});

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
      const before = made.map((fact) => enums.of(newName(fact)));
      for (const fact of facts) enums.apply(fact);
      for (const [index, fact] of made.entries()) {
        const type = newName(fact);
        const after = enums.of(type);
        const gone = [...(before[index] ?? [])].filter((value) => after && !after.has(value));
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
