/** The text of a guarded statement: a DO block that a person can review. */
import { specOf } from '../guards/atoms.ts';
import { OWN_TAG } from '../guards/do-block.ts';
import { isNameless, type PlannedStatement } from '../guards/plan.ts';
import { columnWhere, nameSql, presentSql, regclass } from '../guards/probe.ts';
import type { Obj } from '../model/catalog.ts';
import { dollarQuote, quoteIdent, quoteLiteral } from '../quote.ts';
import { applyEdits, type Edit } from '../text/edits.ts';
import { addedShape, singleShape, tableShape, twinShape, unnamedShape, type Shape, type TwinShape } from './shape.ts';

export interface Emitted {
  readonly text: string;
  /** Uses what other statements of the file leave behind. */
  readonly pattern: boolean;
  /**
   * What the guard asks: for the object, and whether it is this one; for one of this definition, because its name is PostgreSQL's choice;
   * whether the step is done, and (`checked`) whether what it makes is this; whether the old name is there.
   */
  readonly asks: 'shape' | 'definition' | 'checked' | 'done' | 'name';
}

/** Words that PL/pgSQL knows as variables in our blocks: a column of that name must win. */
const VARIABLES = /\b(found|(have|want)\d*|sqlstate|sqlerrm)\b/i;
const QUERIES = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CreateTableAsStmt', 'SelectStmt']);

interface Block {
  readonly declare?: readonly string[];
  readonly body: readonly string[];
  readonly columnsWin?: boolean;
}

function block(parts: Block): string {
  const lines: string[] = [''];
  if (parts.columnsWin) lines.push('#variable_conflict use_column');
  if (parts.declare && parts.declare.length > 0)
    lines.push('DECLARE', ...parts.declare.map((line) => `  ${line}`), 'BEGIN', ...parts.body, 'END ');
  else lines.push('BEGIN', ...parts.body, 'END ');
  const inner = lines.join('\n');
  // `DO $tag$ BEGIN` on one line when there is nothing to declare
  const compact = parts.declare?.length || parts.columnsWin ? inner : ` ${inner.slice(1)}`;
  return `DO ${dollarQuote(compact, OWN_TAG)};`;
}

/** The statement inside of PL/pgSQL: as it is, or through EXECUTE where PL/pgSQL would read it in another way. */
function inner(planned: PlannedStatement, text: string, indent: string): string {
  const { effect, statement } = planned;
  const execute =
    effect?.execute === true ||
    statement.tag === 'DoStmt' ||
    (statement.tag === 'SelectStmt' && !statement.node.intoClause);
  return execute ? `${indent}EXECUTE ${dollarQuote(text, `${OWN_TAG}_sql`)};` : `${indent}${text};`;
}

/** What every message of a guard begins with. */
const SIGN = 'idempotify: ';

/** Whether an error is a guard's: something else than expected was there, and the guard's statement did nothing. */
export const raisedByGuard = ({ code, message }: { readonly code: string; readonly message: string }): boolean =>
  code === 'P0001' && message.startsWith(SIGN);

const raise = (label: string, number = ''): string =>
  `RAISE EXCEPTION ${quoteLiteral(`${SIGN}${label.replaceAll('%', '%%')} is there with another definition: found %, expected %`)}, have${number}, want${number};`;

/** A shape's SQL with variables of its own: only those are renamed, literals and names may hold these words too. */
const numbered = (sql: string, number: string): string =>
  sql
    .split(/('(?:[^']|'')*'|"(?:[^"]|"")*")/)
    .map((piece, position) => (position % 2 === 1 ? piece : piece.replace(/\b(have|want)\b/g, `$1${number}`)))
    .join('');

/** Some of it is there, in another shape. */
function differsThere({ missing, differs }: Shape): string | undefined {
  // NULL and an empty array differ from nothing
  const silent = missing === 'have IS NULL' || differs === 'NOT have <@ want' || /^\(?cardinality/.test(missing);
  return differs === undefined || silent ? differs : `NOT (${missing}) AND (${differs})`;
}

interface Checks {
  readonly declare: readonly string[];
  /** Branches in front of the statement: what can't have been there, and is there in another shape. */
  readonly first: readonly string[];
  /** Branches behind it: what it replaces, where it has been done. */
  readonly last: readonly string[];
}

/**
 * What a step makes whose guard asks for something else: one of several effects, or what another step leaves. Found in another shape, none
 * of it is a sign of "done", nor may the step run over it.
 */
function driftChecks(planned: PlannedStatement): Checks {
  const { before, after, later } = planned;
  /** The new column that a constraint without a name was written behind. */
  const columnOf = (object: Obj): string | undefined =>
    object.cls === 'constraint' && isNameless(object)
      ? object.auto.find((id, _, ids) => ids.length === 1 && after.get(id)?.cls === 'column' && !before.objects.has(id))
      : undefined;
  const tops = [...after.objects.values()].filter(
    (object) =>
      !before.objects.has(object.id) &&
      object.schema !== 'pg_temp' &&
      // of a table that is new, too, the columns and constraints are the table's shape; an index may be its constraint's
      (object.parent === undefined || before.objects.has(object.parent) || object.kind === 'index') &&
      object.attrs['owner'] === undefined &&
      // the author's own IF NOT EXISTS lets another one pass
      object.attrs['optional'] !== 'true' &&
      // the name is PostgreSQL's choice, and another one's maybe; behind a new column it is told by its definition
      (!isNameless(object) || columnOf(object) !== undefined) &&
      !isReplaced(planned, object) &&
      later.every((state) => sameName(state.get(object.id), object)),
  );
  const withConstraints = new Set(tops.map(columnOf));
  const groups = new Map<string, { members: Obj[]; replaces: boolean }>();
  for (const object of tops) {
    const member =
      (object.cls === 'column' || object.cls === 'constraint') && after.get(object.parent)?.cls === 'relation';
    const column = columnOf(object) ?? object.id;
    const replaces = before.find(specOf(after.get(column) ?? object, after)) !== undefined;
    const key = member && !withConstraints.has(column) ? `${object.parent} ${replaces}` : column;
    const group = groups.get(key) ?? { members: [], replaces };
    group.members.push(object);
    groups.set(key, group);
  }
  const found = [...groups.values()].flatMap(({ members, replaces }) => {
    const shape = shapeOf(planned, members);
    // what a command drops and adds again may be there in another shape in front of it, but not behind it
    const wrong =
      shape &&
      differsThere(replaces && shape.differs === undefined ? { ...shape, differs: 'NOT have <@ want' } : shape);
    return shape && wrong !== undefined ? [{ shape, wrong, replaces }] : [];
  });
  const declare: string[] = [];
  const first: string[] = [];
  const last: string[] = [];
  found.forEach(({ shape, wrong, replaces }, index) => {
    const number = found.length > 1 ? String(index + 1) : '';
    declare.push(...shape.declare.map((line) => numbered(line, number)));
    (replaces ? last : first).push(`IF ${numbered(wrong, number)} THEN\n    ${raise(shape.label, number)}`);
  });
  return { declare, first, last };
}

function shapeOf(planned: PlannedStatement, objects: readonly Obj[]): Shape | undefined {
  const [object] = objects;
  if (!object) return undefined;
  if (object.cls === 'relation' && (object.kind === 'table' || object.kind === 'foreign table'))
    return tableShape(planned, object);
  if (object.cls === 'column' || (object.cls === 'constraint' && planned.after.get(object.parent)?.cls === 'relation'))
    return addedShape(planned, objects);
  return singleShape(planned, object);
}

/** `  IF … ELSIF …` with the checks around the branches in between. */
function branches(checks: Checks, between: readonly string[]): string[] {
  const all = [...checks.first, ...between, ...checks.last];
  return [...all.map((branch, index) => `  ${index > 0 ? 'ELS' : ''}${branch}`), '  END IF;'];
}

const NO_CHECKS: Checks = { declare: [], first: [], last: [] };

/** The condition under which the statement has not been done, from other statements' lasting effects. */
function notDone(planned: PlannedStatement): string[] {
  const form = planned.form;
  if (form.type !== 'guard') return [];
  return form.evidence.map((atom) => atom.notSql(planned.before));
}

function notOwn(planned: PlannedStatement): string | undefined {
  const form = planned.form;
  if (form.type !== 'guard' || form.own.length === 0) return undefined;
  if (form.own.length === 1) return form.own[0]?.notSql(planned.before);
  return `NOT (${form.own.map((atom) => atom.sql(planned.before)).join('\n    AND ')})`;
}

const all = (conditions: readonly string[]): string =>
  conditions
    .map((condition) => (/ OR /.test(condition) && conditions.length > 1 ? `(${condition})` : condition))
    .join('\n    AND ');

/** The statement's text (without `;`), with edits. */
function statementText(planned: PlannedStatement, text: string, edits: readonly Edit[]): string {
  const { start, end } = planned.statement.range;
  return applyEdits(
    text.slice(start, end),
    edits.map((edit) => ({ start: edit.start - start, end: edit.end - start, text: edit.text })),
  );
}

function shapeGuard(
  planned: PlannedStatement,
  shape: Shape,
  body: string,
  evidence: readonly string[],
  columnsWin: boolean,
): string {
  const lines: string[] = [...(shape.prepare ?? [])];
  const condition = all([shape.missing, ...evidence]);
  lines.push(`  IF ${condition} THEN`, inner(planned, body, '    '));
  if (shape.differs !== undefined) {
    const differs =
      evidence.length > 0 && shape.missing !== `NOT (${shape.differs})`
        ? `NOT (${shape.missing}) AND (${shape.differs})`
        : shape.differs;
    if (shape.early || /^\(?cardinality/.test(shape.missing)) {
      // some may be there in another shape while others are missing: look at that first
      return block({
        declare: shape.declare,
        columnsWin,
        body: [
          `  IF ${shape.differs} THEN`,
          `    ${raise(shape.label)}`,
          `  ELSIF ${condition} THEN`,
          inner(planned, body, '    '),
          '  END IF;',
        ],
      });
    }
    lines.push(`  ELSIF ${differs} THEN`, `    ${raise(shape.label)}`);
  }
  lines.push('  END IF;');
  return block({ declare: shape.declare, columnsWin, body: lines });
}

/** `s.t.c` names the real table: on its copy, which has the same name, `t.c` is the column. Edits relative to the statement. */
function unqualified(planned: PlannedStatement, relation: Obj, text: string): Edit[] {
  const { tokens, range } = planned.statement;
  const edits: Edit[] = [];
  const bare = (index: number): string | undefined => {
    const token = tokens[index];
    if (!token || (token.kind !== 'word' && token.kind !== 'quoted')) return undefined;
    const word = text.slice(token.start, token.end);
    return token.kind === 'quoted' ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase();
  };
  const dot = (index: number): boolean => {
    const token = tokens[index];
    return token !== undefined && text.slice(token.start, token.end) === '.';
  };
  for (let index = 0; index + 4 < tokens.length; index++) {
    if (bare(index) !== relation.schema || !dot(index + 1) || bare(index + 2) !== relation.name || !dot(index + 3))
      continue;
    const first = tokens[index];
    const second = tokens[index + 2];
    if (first && second) edits.push({ start: first.start - range.start, end: second.start - range.start, text: '' });
  }
  return edits;
}

/** The definition as the server prints it, found on an empty temporary copy of the table. */
function twinGuard(
  planned: PlannedStatement,
  object: Obj,
  twin: TwinShape,
  text: string,
  body: string,
  evidence: readonly string[],
): string | undefined {
  const { effect, after, before, statement } = planned;
  const relation = after.get(object.parent);
  if (!relation || !effect?.twin) return undefined;
  const place = effect.twin.relation;
  const temporary = `pg_temp.${quoteIdent(relation.name)}`;
  const original = nameSql(relation.written, relation.name);
  const onTwin = applyEdits(text.slice(statement.range.start, statement.range.end), [
    { start: place.start - statement.range.start, end: place.end - statement.range.start, text: temporary },
    ...unqualified(planned, relation, text),
  ]);
  const make = (indent: string): string[] => [
    `${indent}CREATE TEMP TABLE ${quoteIdent(relation.name)} (LIKE ${original});`,
    inner(
      planned,
      onTwin
        .replace(/^(ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?)ONLY\s+/i, '$1')
        .replace(/\bON\s+ONLY\s+(?=pg_temp\.)/i, 'ON '),
      indent,
    ),
    `${indent}want := (${twin.definition(`to_regclass(${quoteLiteral(temporary)})`)});`,
    `${indent}DROP TABLE ${temporary};`,
  ];
  const target = regclass(relation, before);
  const still = twin.columns.map((column) => `EXISTS (SELECT FROM ${columnWhere(column, target)})`);
  if (twin.anyName) {
    // without a name, the definition is all that there is to look for
    if (still.length > 0) return undefined;
    return block({
      declare: ['want text;'],
      body: [
        ...make('  '),
        `  IF ${all([`NOT want = ANY (ARRAY(${twin.definition(target)}))`, ...evidence])} THEN`,
        inner(planned, body, '    '),
        '  END IF;',
      ],
    });
  }
  return block({
    declare: ['want text;', `have text := (${twin.definition(target)});`],
    body: [
      `  IF ${all(['have IS NULL', ...evidence])} THEN`,
      inner(planned, body, '    '),
      evidence.length + still.length > 0 ? `  ELSIF ${all(['have IS NOT NULL', ...still])} THEN` : '  ELSE',
      ...make('    '),
      '    IF have <> want THEN',
      `      ${raise(twin.label)}`,
      '    END IF;',
      '  END IF;',
    ],
  });
}

const sameName = (a: Obj | undefined, b: Obj): boolean => a?.name === b.name && a.schema === b.schema;

/** A view's query is written once and run under two names. */
function viewGuard(
  planned: PlannedStatement,
  view: Obj,
  text: string,
  evidence: readonly string[],
): string | undefined {
  const { effect, statement, before, after, later } = planned;
  const twin = effect?.twin;
  if (!twin || later.some((state) => state.get(view.id) !== undefined && state.get(view.id)?.def !== view.def))
    return undefined;
  // once a later step has renamed or dropped what the query names, it can't be tried any more
  const still: string[] = [];
  for (const id of view.deps) {
    const dependency = after.get(id);
    if (!dependency || later.every((state) => sameName(state.get(id), dependency))) continue;
    const present = presentSql(dependency, after, before);
    if (present === undefined) return undefined;
    still.push(present);
  }
  const materialized = twin.kind === 'materialized view';
  const head = text.slice(statement.range.start, twin.relation.start).trim();
  if (/\brecursive\b/i.test(head) || view.schema === 'pg_temp') return undefined;
  const name = text.slice(twin.relation.start, twin.relation.end);
  const rest = text.slice(twin.relation.end, statement.range.end);
  let query = rest;
  let tail = '';
  if (materialized) {
    // storage options belong to the real one only: between the name and AS, and WITH [NO] DATA at the end
    const data = /\s+WITH\s+(NO\s+)?DATA\s*$/i.exec(rest);
    if (data) {
      query = rest.slice(0, data.index);
      tail = data[0];
    }
    if (!/^\s*(\([^()]*\)\s*)?AS\b/i.test(query)) return undefined;
  }
  const label = `${view.kind} ${nameSql(view.written, view.name)}`;
  const quoted = (sql: string): string => quoteLiteral(sql);
  return block({
    declare: [
      `definition text := ${dollarQuote(query, `${OWN_TAG}_sql`)};`,
      `want text;`,
      `have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = ${regclass(view, before)} AND relkind = ${materialized ? `'m'` : `'v'`});`,
    ],
    body: [
      `  IF ${all(['have IS NULL', ...evidence])} THEN`,
      `    EXECUTE ${quoted(`${head} ${name}`)} || definition${tail === '' ? '' : ` || ${quoted(tail)}`};`,
      evidence.length + still.length > 0 ? `  ELSIF ${all(['have IS NOT NULL', ...still])} THEN` : '  ELSE',
      `    EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;`,
      `    want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));`,
      `    DROP VIEW pg_temp.idempotify_twin;`,
      '    IF have <> want THEN',
      `      ${raise(label)}`,
      '    END IF;',
      '  END IF;',
    ],
  });
}

/** A plain guard: the statement runs unless one of the conditions says that it has been done. */
function plainGuard(
  planned: PlannedStatement,
  body: string,
  conditions: readonly string[],
  columnsWin: boolean,
  checks: Checks,
): string {
  const form = planned.form;
  const onlyIf = form.type === 'guard' ? form.onlyIf : undefined;
  let statementLines = [inner(planned, body, '    ')];
  let condition = all(conditions);
  if (onlyIf) {
    const gone = planned.later.some((state) => state.find(onlyIf.needs) === undefined);
    const relation = planned.before.find(onlyIf.needs);
    if (gone && relation) condition = all([`${regclass(relation, planned.before)} IS NOT NULL`, ...conditions]);
    if (condition === '') condition = onlyIf.sql();
    else statementLines = [`    IF ${onlyIf.sql()} THEN`, inner(planned, body, '      '), '    END IF;'];
  }
  const between = [[`IF ${condition} THEN`, ...statementLines].join('\n')];
  const lost = missingBoth(planned);
  if (lost) between.push(`IF ${lost.condition} THEN\n    RAISE EXCEPTION ${quoteLiteral(lost.message)};`);
  return block({ declare: checks.declare, body: branches(checks, between), columnsWin });
}

/** The guard of a rename usually asks whether the old name is still there; not where a later step gives it to something else. */
const asksForOldName = ({ form }: PlannedStatement): boolean =>
  form.type === 'guard' &&
  form.evidence.length === 0 &&
  form.own.length === 1 &&
  form.own[0]?.key.startsWith('-present') === true;

/** A rename that finds neither the old nor the new name has lost its object: that is drift, not "done". */
function missingBoth(planned: PlannedStatement): { condition: string; message: string } | undefined {
  const { effect, atoms, later, before, after } = planned;
  if (!effect?.renames || !asksForOldName(planned)) return undefined;
  const present = atoms.find(
    (atom) => atom.key.startsWith('+present') && later.every((state) => atom.test(state) === true),
  );
  if (!present) return undefined;
  const renamed = [...after.objects.values()].find(
    (object) =>
      before.get(object.id) &&
      (before.get(object.id)?.name !== object.name || before.get(object.id)?.schema !== object.schema) &&
      atoms.some((atom) => atom.key.includes(object.name)),
  );
  const old = renamed && before.get(renamed.id);
  if (!renamed || !old) return undefined;
  return {
    condition: present.notSql(before),
    message:
      `${SIGN}neither ${effect.subject} nor its new name ${nameSql(renamed.schema === old.schema ? undefined : renamed.schema, renamed.name)} is there`.replaceAll(
        '%',
        '%%',
      ),
  };
}

/** One guard around all statements of an explicit transaction; what stands between them stays as it is. */
export function emitGroup(
  members: readonly PlannedStatement[],
  text: string,
  options: { readonly shape: boolean },
): string {
  const [first] = members;
  const last = members[members.length - 1];
  if (!first || !last) throw new Error('an empty group');
  const start = first.statement.range.start;
  const end = last.statement.range.end;
  const edits: Edit[] = [];
  for (const member of members) {
    const { range } = member.statement;
    const original = text.slice(range.start, range.end);
    const inside = inner(member, original, '').slice(0, -1);
    if (inside !== original) edits.push({ start: range.start - start, end: range.end - start, text: inside });
  }
  const columnsWin = members.some(
    (member) =>
      QUERIES.has(member.statement.tag) &&
      VARIABLES.test(text.slice(member.statement.range.start, member.statement.range.end)),
  );
  const checks = options.shape ? driftChecks({ ...last, before: first.before, effect: undefined }) : NO_CHECKS;
  return block({
    columnsWin,
    declare: checks.declare,
    body: branches(checks, [`IF ${notOwn(first) ?? 'true'} THEN\n    ${applyEdits(text.slice(start, end), edits)};`]),
  });
}

/** The guard around one planned statement. */
export function emitGuard(planned: PlannedStatement, text: string, options: { readonly shape: boolean }): Emitted {
  const { effect, form, after, statement } = planned;
  if (form.type !== 'guard' || !effect) throw new Error('not a guard');
  const evidence = notDone(planned);
  const own0 = notOwn(planned);
  const pattern = form.evidence.length > 0;
  const columnsWin =
    QUERIES.has(statement.tag) && VARIABLES.test(text.slice(statement.range.start, statement.range.end));
  const plainBody = statementText(planned, text, effect.body && statement.tag === 'SelectStmt' ? effect.body : []);
  const created = form.shape ? (effect.creates?.(after, planned.run) ?? []) : [];
  if (created.length > 0 && (options.shape || created.every(isNameless))) {
    const shaped = emitShape(planned, created, text, plainBody, evidence, columnsWin, own0);
    if (shaped !== undefined)
      return { text: shaped, pattern, asks: created.every(isNameless) ? 'definition' : 'shape' };
  }
  const conditions: string[] = [];
  const own = notOwn(planned);
  if (own !== undefined) conditions.push(own);
  else if (created.length > 0) {
    const present = created
      .map((object) => presentSql(object, after, planned.before))
      .filter((sql): sql is string => sql !== undefined);
    if (present.length === 1)
      conditions.push(
        `NOT (${present[0]})`
          .replace(/^NOT \((to_reg\w+\(.*\)) IS NOT NULL\)$/, '$1 IS NULL')
          .replace(/^NOT \((EXISTS .*)\)$/s, 'NOT $1'),
      );
    else if (present.length > 1) conditions.push(`NOT (${present.join('\n    AND ')})`);
  }
  conditions.push(...evidence);
  const body = statementText(planned, text, form.body);
  const checks = options.shape && !form.onlyIf ? driftChecks(planned) : NO_CHECKS;
  return {
    text: plainGuard(planned, statement.tag === 'SelectStmt' ? plainBody : body, conditions, columnsWin, checks),
    pattern,
    asks: effect.renames && asksForOldName(planned) ? 'name' : checks.declare.length > 0 ? 'checked' : 'done',
  };
}

/** Does a later statement of the file put another object in its place? Then another definition is no sign of drift. */
function isReplaced({ after, later }: PlannedStatement, object: Obj): boolean {
  const spec = specOf(object, after);
  return later.some((state) => {
    const found = state.find(spec);
    return found !== undefined && found.id !== object.id && (found.def === undefined || found.def !== object.def);
  });
}

function emitShape(
  planned: PlannedStatement,
  created: readonly Obj[],
  text: string,
  plainBody: string,
  evidence: readonly string[],
  columnsWin: boolean,
  own: string | undefined,
): string | undefined {
  const { effect, form } = planned;
  const first = created[0];
  if (!effect || !first || form.type !== 'guard') return undefined;
  if (created.some((object) => isReplaced(planned, object))) return undefined;
  if (first.cls === 'relation' && (first.kind === 'table' || first.kind === 'foreign table')) {
    const shape = tableShape(planned, first);
    return shape && shapeGuard(planned, shape, plainBody, evidence, columnsWin);
  }
  if (first.kind === 'view' || first.kind === 'materialized view') return viewGuard(planned, first, text, evidence);
  const relationChildren = created.every(
    (object) =>
      (object.cls === 'column' || object.cls === 'constraint') && planned.after.get(object.parent)?.cls === 'relation',
  );
  if (relationChildren) {
    if (effect.parts && effect.prefix) {
      const prefix = text.slice(effect.prefix.start, effect.prefix.end);
      const blocks = effect.parts.map((part, index) => {
        const object = created[index];
        const body = prefix + text.slice(part.start, part.end);
        if (!object || created.length !== effect.parts?.length) return undefined;
        const shape = isNameless(object)
          ? unnamedShape(planned, object)
          : (singleShape(planned, object) ?? addedShape(planned, [object]));
        return shape && { shape, body };
      });
      // one block, one IF for each action: the command stays atomic and no action hides another
      if (blocks.every((item) => item !== undefined)) return partsGuard(planned, blocks, evidence);
    }
    if (created.length === 1 && first.cls === 'constraint') {
      const simple = isNameless(first)
        ? unnamedShape(planned, first)
        : (effect.drops ?? []).length > 0
          ? undefined
          : singleShape(planned, first);
      if (simple) return shapeGuard(planned, simple, plainBody, evidence, false);
      if ((effect.drops ?? []).length === 0) {
        const twin = twinShape(planned, first);
        const guarded = twin && twinGuard(planned, first, twin, text, plainBody, evidence);
        if (guarded) return guarded;
      }
    }
    const replaced = (effect.drops ?? []).filter((name) => created.some((object) => object.name === name));
    if (replaced.length > 0 && created.some((object) => object.cls === 'constraint' && object.def === undefined))
      return replaceGuard(planned, created, text, plainBody, evidence);
    const shape = addedShape(planned, created);
    // the same command also changes something else: it is done when that is done, too
    const whole: Shape | undefined =
      shape && own !== undefined
        ? { ...shape, missing: `(${shape.missing} OR ${own})`, differs: differsThere(shape), early: true }
        : shape;
    return (
      whole &&
      shapeGuard(
        planned,
        whole,
        replaced.length > 0 ? plainBody : statementText(planned, text, form.body),
        evidence,
        false,
      )
    );
  }
  if (created.length === 1) {
    const simple = isNameless(first) ? unnamedShape(planned, first) : singleShape(planned, first);
    if (simple) return shapeGuard(planned, simple, plainBody, evidence, columnsWin);
    const twin = twinShape(planned, first);
    return twin && twinGuard(planned, first, twin, text, plainBody, evidence);
  }
  return undefined;
}

/** Several actions of one command, each under its own IF. */
function partsGuard(
  planned: PlannedStatement,
  parts: readonly { readonly shape: Shape; readonly body: string }[],
  evidence: readonly string[],
): string {
  const lines: string[] = [];
  const declare: string[] = [];
  parts.forEach(({ shape, body }, index) => {
    const number = parts.length > 1 ? String(index + 1) : '';
    const safe = (sql: string): string => numbered(sql, number);
    declare.push(...shape.declare.map(safe));
    lines.push(`  IF ${all([safe(shape.missing), ...evidence])} THEN`, inner(planned, body, '    '));
    if (shape.differs !== undefined)
      lines.push(
        `  ELSIF ${safe(evidence.length > 0 ? `NOT (${shape.missing}) AND ${shape.differs}` : shape.differs)} THEN`,
        `    ${raise(shape.label, number)}`,
      );
    lines.push('  END IF;');
  });
  return block({ declare, body: lines });
}

/** DROP CONSTRAINT x, ADD CONSTRAINT x CHECK …: whether it is the new one, only the server's own text can tell. */
function replaceGuard(
  planned: PlannedStatement,
  created: readonly Obj[],
  text: string,
  plainBody: string,
  evidence: readonly string[],
): string | undefined {
  const { after, before, effect, statement } = planned;
  const constraint = created.find((object) => object.cls === 'constraint' && object.def === undefined);
  const relation = after.get(constraint?.parent);
  const additions =
    statement.node.cmds?.filter(
      (item: { AlterTableCmd: { subtype: string; def?: { Constraint?: { indexname?: string } } } }) =>
        item.AlterTableCmd.subtype === 'AT_AddConstraint',
    ) ?? [];
  if (!constraint || !relation || created.length !== 1 || additions.length !== 1 || !effect?.prefix) return undefined;
  // an index stands on the real table only
  if (additions[0]?.AlterTableCmd.def?.Constraint?.indexname) return undefined;
  const temporary = `pg_temp.${quoteIdent(relation.name)}`;
  const tokens = statement.tokens;
  // the ADD action alone, on the twin
  let depth = 0;
  let start = effect.prefix.end;
  let action: string | undefined;
  for (const token of [...tokens, undefined]) {
    const word = token ? text.slice(token.start, token.end) : ',';
    if (token && token.start < effect.prefix.end) continue;
    if (word === '(' || word === '[') depth++;
    if (word === ')' || word === ']') depth--;
    if (word === ',' && depth === 0) {
      const part = text.slice(start, token?.start ?? statement.range.end).trim();
      if (/^ADD\b/i.test(part)) action = part;
      start = token?.end ?? start;
    }
  }
  if (action === undefined) return undefined;
  const query = (where: string): string =>
    `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ${where} AND conname = ${quoteLiteral(constraint.name)}`;
  return block({
    declare: ['want text;', `have text := (${query(regclass(relation, before))});`],
    body: [
      `  CREATE TEMP TABLE ${quoteIdent(relation.name)} (LIKE ${nameSql(relation.written, relation.name)});`,
      `  ALTER TABLE ${temporary} ${action};`,
      `  want := (${query(`to_regclass(${quoteLiteral(temporary)})`)});`,
      `  DROP TABLE ${temporary};`,
      `  IF ${all(['have IS DISTINCT FROM want', ...evidence])} THEN`,
      inner(planned, plainBody, '    '),
      '  END IF;',
    ],
  });
}

/** In front of CREATE INDEX CONCURRENTLY: an INVALID leftover of a failed build goes, another index of that name is an error. */
export function emitInvalidCleanup(planned: PlannedStatement, index: Obj, shape: boolean): string | undefined {
  const { after, before } = planned;
  const table = after.get(index.parent);
  if (!table) return undefined;
  const where = `pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = ${regclass(table, before)} AND relname = ${quoteLiteral(index.name)}`;
  const schema = nameSql(table.written, index.name);
  const lines = [`  IF EXISTS (SELECT FROM ${where} AND NOT indisvalid) THEN`, `    DROP INDEX ${schema};`];
  const simple = shape ? singleShape(planned, index) : undefined;
  if (simple?.differs !== undefined) lines.push(`  ELSIF ${simple.differs} THEN`, `    ${raise(simple.label)}`);
  lines.push('  END IF;');
  return block({ declare: simple?.declare ?? [], body: lines });
}
