/** What a file itself has made, by name: the relations and types in it that nobody else can know of yet. */
import type { QualifiedName } from '../model/ast.ts';
import type { Fact } from './facts.ts';

const CHILDREN: ReadonlySet<string> = new Set(['column', 'constraint', 'trigger', 'policy', 'rule', 'label']);

/** Names of new things while a file is gone through from its beginning to its end. */
export class NewNames {
  #path = 'public';
  /** `relation public.t`, `column public.t.c`, … */
  readonly #names = new Set<string>();

  /** What `SET search_path` makes the place of unqualified names. */
  searchPath(schemas: readonly string[]): void {
    this.#path = schemas[0] ?? 'public';
  }

  /** A temporary table: facts leave it out, since it is gone with the session. */
  temporary(name: string): void {
    this.#names.add(`relation pg_temp.${name}`);
  }

  /** PostgreSQL looks for an unqualified relation among the temporary ones first (docs: search_path). */
  #relation({ schema, name }: QualifiedName): string {
    return `${schema ?? (this.#names.has(`relation pg_temp.${name}`) ? 'pg_temp' : this.#path)}.${name}`;
  }

  #key(
    fact: Pick<Fact, 'cls' | 'name'> & { readonly schema?: string | undefined; readonly on?: QualifiedName },
  ): string {
    return CHILDREN.has(fact.cls) && fact.on
      ? `${fact.cls} ${this.#relation(fact.on)}.${fact.name}`
      : `${fact.cls} ${this.#relation({ schema: fact.schema, name: fact.name })}`;
  }

  apply(fact: Fact): void {
    const key = this.#key(fact);
    switch (fact.op) {
      case 'create':
        this.#names.add(key);
        break;
      case 'drop':
        this.#names.delete(key);
        break;
      case 'rename':
      case 'move': {
        if (!this.#names.delete(key)) break;
        const schema = fact.op === 'move' ? fact.to : fact.schema;
        const name = fact.op === 'rename' ? (fact.to ?? fact.name) : fact.name;
        this.#names.add(
          this.#key({
            cls: fact.cls,
            name,
            ...(schema === undefined ? {} : { schema }),
            ...(fact.on ? { on: fact.on } : {}),
          }),
        );
        break;
      }
      default:
    }
  }

  hasRelation(name: QualifiedName): boolean {
    return this.#names.has(`relation ${this.#relation(name)}`) || this.#names.has(`type ${this.#relation(name)}`);
  }

  hasColumn(table: QualifiedName, column: string): boolean {
    return this.#names.has(`column ${this.#relation(table)}.${column}`) || this.hasRelation(table);
  }
}
