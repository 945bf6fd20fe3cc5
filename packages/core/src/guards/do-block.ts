/**
 * DO blocks that are there already. PL/pgSQL's own parser gives their statements; what stands under an IF or in a block with an
 * EXCEPTION part is taken to be guarded by its author, the rest counts like a statement of the file.
 */
import type { Node, QualifiedName } from '../model/ast.ts';
import { DamageError, StepError, type Catalog } from '../model/catalog.ts';
import type { Effect, Reader, ReaderInput, Run } from '../model/effect.ts';
import { parseSql, type Statement } from '../parse/index.ts';
import { parsePlpgsql } from '../parse/postgres.ts';
import { constantText } from '../model/ast.ts';

interface Inner {
  readonly effect: Effect | undefined;
  readonly guarded: boolean;
  readonly loop: boolean;
  readonly unknown: boolean;
}

/** `IF … THEN … RETURN` (or EXIT, CONTINUE) without an ELSE. */
const returnsEarly = (branch: Node): boolean =>
  branch !== undefined &&
  (branch.then_body ?? []).some((item: Node) => item.PLpgSQL_stmt_return || item.PLpgSQL_stmt_exit);

/** A dynamic statement whose text shows that it can be repeated. */
const REPEATABLE =
  /\bIF\s+(NOT\s+)?EXISTS\b|\bOR\s+REPLACE\b|^\W*(GRANT|REVOKE|COMMENT|ANALYZE|SET|RESET)\b|\bOWNER\s+TO\b|\b(ENABLE|DISABLE|FORCE)\s+(ROW|TRIGGER)|\bSET\s+(DEFAULT|NOT\s+NULL|SCHEMA)|\bDROP\s+(DEFAULT|NOT\s+NULL)|REPLICA\s+IDENTITY/i;

function collect(
  node: Node,
  guarded: boolean,
  loop: boolean,
  input: ReaderInput | undefined,
  read: (statement: Statement, text: string) => Effect | undefined,
  out: Inner[],
): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    let behind = guarded;
    for (const item of node) {
      collect(item, behind, loop, input, read, out);
      // IF … THEN RETURN; END IF: what follows runs only when there is something to do
      if (returnsEarly(item?.PLpgSQL_stmt_if)) behind = true;
    }
    return;
  }
  const sql = (query: string | undefined): void => {
    if (query === undefined) return;
    const parsed = parseSql(query);
    for (const statement of parsed.statements)
      out.push({
        effect: statement.tag === '' ? undefined : read(statement, query),
        guarded,
        loop,
        unknown: statement.tag === '',
      });
  };
  for (const [tag, value] of Object.entries<Node>(node)) {
    switch (tag) {
      case 'PLpgSQL_stmt_if':
        collect(value.then_body, true, loop, input, read, out);
        collect(value.elsif_list, true, loop, input, read, out);
        collect(value.else_body, true, loop, input, read, out);
        break;
      case 'PLpgSQL_stmt_case':
        collect(value, true, loop, input, read, out);
        break;
      case 'PLpgSQL_stmt_block':
        collect(value.body, guarded || value.exceptions !== undefined, loop, input, read, out);
        break;
      case 'PLpgSQL_stmt_execsql':
        sql(value.sqlstmt?.PLpgSQL_expr?.query);
        break;
      case 'PLpgSQL_stmt_perform':
        sql(value.expr?.PLpgSQL_expr?.query);
        break;
      case 'PLpgSQL_stmt_dynexecute': {
        const expression: string = value.query?.PLpgSQL_expr?.query ?? '';
        const literal = parseSql(`SELECT ${expression}`).statements[0]?.node?.targetList?.[0]?.ResTarget?.val;
        const text = constantText(literal);
        if (text !== undefined) sql(text);
        else
          out.push({ effect: undefined, guarded, loop, unknown: !REPEATABLE.test(expression.replace(/^[^']*'/, '')) });
        break;
      }
      case 'PLpgSQL_stmt_fors':
      case 'PLpgSQL_stmt_fori':
      case 'PLpgSQL_stmt_forc':
      case 'PLpgSQL_stmt_dynfors':
      case 'PLpgSQL_stmt_foreach_a':
      case 'PLpgSQL_stmt_while':
      case 'PLpgSQL_stmt_loop':
        collect(value.body, guarded, true, input, read, out);
        break;
      default:
        if (typeof value === 'object') collect(value, guarded, loop, input, read, out);
    }
  }
}

/**
 * Can a function of this definition be called twice? All that it changes has to stand behind a check of its own.
 * @param create its CREATE FUNCTION statement
 */
export function isRepeatable(
  create: string,
  read: (statement: Statement, text: string) => Effect | undefined,
  definitionOf: (name: QualifiedName) => string | undefined,
): boolean {
  const known = repeatable.get(create);
  if (known !== undefined) return known;
  repeatable.set(create, false); // recursion
  const tree = parsePlpgsql(create) as Node;
  const action = tree?.plpgsql_funcs?.[0]?.PLpgSQL_function?.action;
  let answer = false;
  if (action !== undefined) {
    const inner: Inner[] = [];
    collect(action, false, false, undefined, read, inner);
    answer = inner.every((item) => {
      if (item.guarded) return true;
      if (!item.effect) return !item.unknown;
      if (item.effect.kind === 'SELECT') {
        if (item.effect.data === undefined) return true;
        return (
          (item.effect.calls ?? []).length > 0 &&
          (item.effect.calls ?? []).every((name) => {
            const definition = definitionOf(name);
            return definition !== undefined && isRepeatable(definition, read, definitionOf);
          })
        );
      }
      return (
        item.effect.native === undefined &&
        item.effect.data === undefined &&
        item.effect.creates === undefined &&
        !item.effect.renames
      );
    });
  }
  repeatable.set(create, answer);
  return answer;
}

const repeatable = new Map<string, boolean>();

/** Is it a block that this tool wrote? Those are proven already. */
export const OWN_TAG = 'idempotify';

export const readDo =
  (read: (statement: Statement, text: string, pgVersion: number) => Effect | undefined): Reader =>
  (input): Effect => {
    const text = input.text.slice(input.statement.range.start, input.statement.range.end);
    const own = new RegExp(`^DO\\s+\\$${OWN_TAG}\\w*\\$`, 'i').test(text);
    const tree = parsePlpgsql(text) as Node;
    const inner: Inner[] = [];
    const why = 'what this block does can not be told from its text';
    if (tree === undefined) {
      return {
        kind: 'DO',
        subject: '',
        run: (catalog, run) => {
          if (run.rerun && !catalog.world) throw new DamageError(why);
        },
        execute: true,
        data: {
          prefersEvidence: true,
          why,
          advice: 'Write it in PL/pgSQL with static SQL, or disable the check for this statement with a reason.',
        },
      };
    }
    collect(
      tree.plpgsql_funcs?.[0]?.PLpgSQL_function?.action,
      false,
      false,
      input,
      (statement, query) => read(statement, query, input.pgVersion),
      inner,
    );
    const unknown = inner.find((item) => item.unknown && !item.guarded);
    const run = (catalog: Catalog, context: Run): void => {
      if (own && context.rerun && !catalog.world) return;
      inner.forEach((item, index) => {
        const nested: Run = { ...context, inner: index, id: (counter) => context.id(`do${index} ${counter}`) };
        if (!item.effect) {
          if (item.unknown && !item.guarded && context.rerun && !catalog.world) throw new DamageError(why);
          return;
        }
        if (item.guarded || own) {
          const before = catalog.clone();
          try {
            item.effect.run(catalog, nested);
          } catch (error) {
            if (!(error instanceof StepError)) throw error;
            restore(catalog, before);
          }
          return;
        }
        if (item.loop && item.effect.data && context.rerun && !catalog.world && item.effect.kind !== 'SELECT') {
          throw new DamageError('its loop writes rows once more');
        }
        item.effect.run(catalog, nested);
      });
    };
    const data = inner.find((item) => item.effect?.data && !item.guarded);
    return {
      kind: 'DO',
      subject: '',
      run,
      execute: true,
      data:
        data || unknown
          ? {
              prefersEvidence: true,
              why: unknown ? why : 'it writes rows, and nothing shows that it has done so',
              advice:
                'Let the block check what it is about to do (IF NOT EXISTS …, WHERE … IS NULL), or disable the check for this statement with a reason.',
            }
          : undefined,
    };
  };

/** Takes back what a failed part has done, as PL/pgSQL's subtransaction does. */
function restore(catalog: Catalog, before: Catalog): void {
  for (const object of [...catalog.objects.values()]) if (!before.objects.has(object.id)) catalog.forget(object);
  for (const object of before.objects.values()) catalog.put(object);
}
