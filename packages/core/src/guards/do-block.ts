/**
 * DO blocks that are there already. PL/pgSQL's own parser gives their statements; what stands under an IF or in a block with an
 * EXCEPTION part is taken to be guarded by its author, the rest counts like a statement of the file.
 */
import type { Node, QualifiedName } from '../model/ast.ts';
import { DamageError, LossError, StepError, type Catalog } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { parseSql, type Statement } from '../parse/index.ts';
import { parsePlpgsql } from '../parse/postgres.ts';
import { constantText } from '../model/ast.ts';

interface Inner {
  readonly effect: Effect | undefined;
  readonly guarded: boolean;
  readonly loop: boolean;
  readonly unknown: boolean;
  /** A dynamic DROP of what holds rows: which, only the server knows. */
  readonly drops: boolean;
}

/** `IF … THEN … RETURN` (or EXIT, CONTINUE) without an ELSE. */
const returnsEarly = (branch: Node): boolean =>
  branch !== undefined &&
  (branch.then_body ?? []).some((item: Node) => item.PLpgSQL_stmt_return || item.PLpgSQL_stmt_exit);

/** A dynamic statement whose text shows that it can be repeated. */
const REPEATABLE =
  /\bIF\s+(NOT\s+)?EXISTS\b|\bOR\s+REPLACE\b|^\W*(GRANT|REVOKE|COMMENT|ANALYZE|SET|RESET)\b|\bOWNER\s+TO\b|\b(ENABLE|DISABLE|FORCE)\s+(ROW|TRIGGER)|\bSET\s+(DEFAULT|NOT\s+NULL|SCHEMA)|\bDROP\s+(DEFAULT|NOT\s+NULL)|REPLICA\s+IDENTITY/i;

const DROPS = /\bDROP\s+(TABLE|COLUMN|SEQUENCE|SCHEMA|EXTENSION|OWNED)\b/i;

interface Reading {
  read(statement: Statement, text: string): Effect | undefined;
  /** Variables that GET DIAGNOSTICS fills with ROW_COUNT, in lower case. */
  readonly counts: ReadonlySet<string>;
  readonly out: Inner[];
}

/** What a PL/pgSQL body does, in order; undefined when there is no body to read. */
function collectBody(tree: Node, read: Reading['read']): Inner[] | undefined {
  const body = tree?.plpgsql_funcs?.[0]?.PLpgSQL_function;
  if (body?.action === undefined) return undefined;
  const counts = new Set<string>();
  const note = (node: Node): void => {
    if (node === null || typeof node !== 'object') return;
    for (const item of node.PLpgSQL_stmt_getdiag?.diag_items ?? []) {
      const name: unknown = body.datums?.[item.PLpgSQL_diag_item?.target]?.PLpgSQL_var?.refname;
      if (item.PLpgSQL_diag_item?.kind === 'ROW_COUNT' && typeof name === 'string') counts.add(name.toLowerCase());
    }
    for (const inner of Object.values<Node>(node)) note(inner);
  };
  note(body.action);
  const out: Inner[] = [];
  collect(body.action, false, false, { read, counts, out });
  return out;
}

/**
 * `LOOP UPDATE … LIMIT 1000 …; EXIT WHEN NOT FOUND; END LOOP`: it ends when its one statement finds no row any more, so a second run finds
 * none to begin with.
 */
function drains(tag: string, loop: Node, { counts }: Reading): boolean {
  const zero = (condition: Node, pattern: RegExp): boolean => {
    const [, name] = pattern.exec(condition?.PLpgSQL_expr?.query?.trim() ?? '') ?? [];
    return name !== undefined && counts.has(name.toLowerCase());
  };
  const ends = (condition: Node): boolean =>
    /^NOT\s+FOUND$/i.test(condition?.PLpgSQL_expr?.query?.trim() ?? '') || zero(condition, /^(\w+)\s*(?:=|<=)\s*0$/);
  let writes = 0;
  let ended = tag === 'PLpgSQL_stmt_while' && zero(loop.cond, /^(\w+)\s*(?:>|<>|!=)\s*0$/);
  for (const item of (loop.body ?? []) as Node[]) {
    if (item.PLpgSQL_stmt_exit) ended ||= Boolean(item.PLpgSQL_stmt_exit.is_exit) && ends(item.PLpgSQL_stmt_exit.cond);
    else if (item.PLpgSQL_stmt_if?.then_body?.length === 1 && item.PLpgSQL_stmt_if.then_body[0].PLpgSQL_stmt_exit)
      ended ||= ends(item.PLpgSQL_stmt_if.cond);
    else if (item.PLpgSQL_stmt_execsql) {
      const query: string = item.PLpgSQL_stmt_execsql.sqlstmt?.PLpgSQL_expr?.query ?? '';
      const tags = parseSql(query).statements.map((statement) => statement.tag);
      if (tags.length !== 1 || !['UpdateStmt', 'DeleteStmt'].includes(tags[0] ?? '')) return false;
      writes++;
    } else if (
      !item.PLpgSQL_stmt_getdiag &&
      !item.PLpgSQL_stmt_commit &&
      !item.PLpgSQL_stmt_raise &&
      !item.PLpgSQL_stmt_assign &&
      !/^SELECT\s+(pg_catalog\.)?pg_sleep\s*\(/i.test(item.PLpgSQL_stmt_perform?.expr?.PLpgSQL_expr?.query ?? '')
    )
      return false;
  }
  return writes === 1 && ended;
}

function collect(node: Node, guarded: boolean, loop: boolean, reading: Reading): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    let behind = guarded;
    for (const item of node) {
      collect(item, behind, loop, reading);
      // IF … THEN RETURN; END IF: what follows runs only when there is something to do
      if (returnsEarly(item?.PLpgSQL_stmt_if)) behind = true;
    }
    return;
  }
  const sql = (query: string | undefined): void => {
    if (query === undefined) return;
    const parsed = parseSql(query);
    for (const statement of parsed.statements)
      reading.out.push({
        effect: statement.tag === '' ? undefined : reading.read(statement, query),
        guarded,
        loop,
        unknown: statement.tag === '',
        drops: false,
      });
  };
  for (const [tag, value] of Object.entries<Node>(node)) {
    switch (tag) {
      case 'PLpgSQL_stmt_if':
        // what a failed CREATE INDEX CONCURRENTLY has left is taken away: nothing that a statement has made
        if (!/\bNOT\s+(\w+\.)?indisvalid\b/i.test(value.cond?.PLpgSQL_expr?.query ?? ''))
          collect(value.then_body, true, loop, reading);
        collect(value.elsif_list, true, loop, reading);
        collect(value.else_body, true, loop, reading);
        break;
      case 'PLpgSQL_stmt_case':
        collect(value, true, loop, reading);
        break;
      case 'PLpgSQL_stmt_block':
        collect(value.body, guarded || value.exceptions !== undefined, loop, reading);
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
          reading.out.push({
            effect: undefined,
            guarded,
            loop,
            unknown: !REPEATABLE.test(expression.replace(/^[^']*'/, '')),
            drops: DROPS.test(expression),
          });
        break;
      }
      case 'PLpgSQL_stmt_fors':
      case 'PLpgSQL_stmt_fori':
      case 'PLpgSQL_stmt_forc':
      case 'PLpgSQL_stmt_dynfors':
      case 'PLpgSQL_stmt_foreach_a':
      case 'PLpgSQL_stmt_while':
      case 'PLpgSQL_stmt_loop':
        collect(value.body, guarded || drains(tag, value, reading), true, reading);
        break;
      default:
        if (typeof value === 'object') collect(value, guarded, loop, reading);
    }
  }
}

/**
 * Does it drop what may hold rows? A second call drops what has been made in its place, and its check may ask just for the name.
 * @param made what the same body has made in front of it: a table to work with
 */
const dropsRows = (effect: Effect | undefined, made: ReadonlySet<string>): boolean =>
  effect?.kind.includes('DROP COLUMN') === true ||
  (effect?.targets ?? []).some(
    ({ cls, kind, name }) =>
      cls === 'schema' ||
      cls === 'extension' ||
      (cls === 'relation' && (kind === 'table' || kind === 'sequence') && !made.has(`${kind} "${name}"`)),
  );

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
  const inner = collectBody(tree, read);
  let answer = false;
  if (inner) {
    const made = new Set<string>();
    answer = inner.every((item) => {
      if (item.drops || dropsRows(item.effect, made)) return false;
      if (item.effect?.kind.startsWith('CREATE ')) made.add(item.effect.subject);
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

const isPlpgsql = (node: Node): boolean =>
  (node.args ?? []).every(
    (item: Node) =>
      item.DefElem?.defname !== 'language' || String(item.DefElem.arg?.String?.sval).toLowerCase() === 'plpgsql',
  );

export const readDo =
  (read: (statement: Statement, text: string, pgVersion: number) => Effect | undefined): Reader =>
  (input): Effect => {
    const text = input.text.slice(input.statement.range.start, input.statement.range.end);
    const own = new RegExp(`^DO\\s+\\$${OWN_TAG}\\w*\\$`, 'i').test(text);
    // PL/pgSQL's parser reads a body of another language as an empty one
    const tree = isPlpgsql(input.node) ? (parsePlpgsql(text) as Node) : undefined;
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
    const inner = collectBody(tree, (statement, query) => read(statement, query, input.pgVersion)) ?? [];
    const unknown = inner.find((item) => item.unknown && !item.guarded);
    const run = (catalog: Catalog, context: Run): void => {
      if (own && context.rerun && !catalog.world) return;
      inner.forEach((item, index) => {
        const nested: Run = { ...context, inner: index, id: (counter) => context.id(`do${index} ${counter}`) };
        if (!item.effect) {
          if (context.rerun && !catalog.world) {
            if (item.unknown && !item.guarded) throw new DamageError(why);
            if (item.drops) catalog.loseAnything('what it drops can not be told from its text');
          }
          return;
        }
        if (item.guarded || own) {
          const before = catalog.clone();
          const { checked } = catalog;
          catalog.checked = true;
          try {
            item.effect.run(catalog, nested);
          } catch (error) {
            // the check may ask just whether the thing is there, which the new one is
            if (!(error instanceof StepError) || error instanceof LossError) throw error;
            restore(catalog, before);
          } finally {
            catalog.checked = checked;
          }
          return;
        }
        if (item.loop && item.effect.data && context.rerun && !catalog.world && item.effect.kind !== 'SELECT') {
          throw new DamageError('its loop writes rows once more');
        }
        try {
          item.effect.run(catalog, nested);
        } catch (error) {
          if (error instanceof StepError)
            error.within ??= item.effect.kind + (item.effect.subject === '' ? '' : ` (${item.effect.subject})`);
          throw error;
        }
      });
    };
    const data = inner.find((item) => item.effect?.data && !item.guarded);
    return {
      kind: 'DO',
      subject: '',
      run,
      execute: true,
      // ours is proven, also where it works through EXECUTE or assigns a variable
      data:
        !own && (data || unknown)
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
