/** TypeORM: the options of its calls, and tests with `hasTable`, `hasColumn` and `getTable` around the others. */
import {
  METADATA_ROW,
  Options,
  propertyName,
  propertyOf,
  resolved,
  typeorm,
  typeormNames,
  unwrap,
  optionsOf,
  type Node,
  type Step,
  type OptionValue,
} from '@idempotify/javascript';
import { transformOf } from './transform.ts';
import { refused, type GuardContext, type Guarded, type Guards } from './types.ts';

/** Calls that have an option for it in every version; it is their second argument. */
const OWN: ReadonlySet<string> = new Set(['createTable', 'dropTable', 'createSchema', 'dropSchema']);

/** Calls that are one statement, or that look at what is there and do the rest: they may be stopped in the middle. */
const ANYWHERE: ReadonlySet<string> = new Set(['dropTable']);

/** What holds the things that a call makes or drops, in TypeORM's description of a table. */
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  Index: ['indices', 'index'],
  Indices: ['indices', 'index'],
  ForeignKey: ['foreignKeys', 'key'],
  ForeignKeys: ['foreignKeys', 'key'],
  UniqueConstraint: ['uniques', 'unique'],
  UniqueConstraints: ['uniques', 'unique'],
  CheckConstraint: ['checks', 'check'],
  CheckConstraints: ['checks', 'check'],
  ExclusionConstraint: ['exclusions', 'exclusion'],
  ExclusionConstraints: ['exclusions', 'exclusion'],
};

/** Something that a call names: how it is written in a test, or why it can't be. */
type Written = string | undefined;

class Call {
  readonly #step: Step;
  readonly #context: GuardContext;
  readonly method: string;
  readonly args: readonly Node[];
  /** How the query runner is written. */
  readonly runner: string;

  constructor(step: Step, context: GuardContext) {
    this.#step = step;
    this.#context = context;
    const callee = unwrap(step.node['callee']);
    this.method = propertyName(callee) ?? '';
    this.args = step.node['arguments'];
    this.runner = context.write.text(callee['object']);
  }

  get #scope(): Step['site']['roles']['scope'] {
    return this.#step.site.roles.scope;
  }

  value(index: number): OptionValue {
    return optionsOf(this.args[index], this.#scope);
  }

  /** The name of what an argument names or describes, as an expression. */
  name(node: Node | undefined): Written {
    if (!node) return undefined;
    const { write } = this.#context;
    const value = optionsOf(node, this.#scope);
    const inner = unwrap(node);
    if (typeof value === 'string')
      // a literal keeps its quotes, a constant its name
      return this.#isSimple(inner) ? write.text(inner) : write.string(value);
    if (value instanceof Options) {
      const name = value.get('name');
      if (typeof name === 'string') {
        const schema = value.get('schema');
        return write.string(typeof schema === 'string' ? `${schema}.${name}` : name);
      }
      // `new TableColumn({ name })`, `{ name: \`${table}_id\` }`
      const written = propertyOf(value.node, 'name');
      return written && this.#isSimple(written) ? write.text(written) : undefined;
    }
    return this.#isSimple(inner) ? write.text(inner) : undefined;
  }

  /** An expression that may be written a second time: it calls nothing. */
  #isSimple(node: Node): boolean {
    const inner = unwrap(node);
    switch (inner.type) {
      case 'Identifier':
      case 'Literal':
      case 'ThisExpression':
        return true;
      case 'TemplateLiteral':
        return (inner['expressions'] as readonly Node[]).every((each) => this.#isSimple(each));
      case 'MemberExpression':
        return this.#isSimple(inner['object']) && (!inner['computed'] || this.#isSimple(inner['property']));
    }
    return false;
  }

  /** A table, where its name is asked for: what `getTable` gave has one. */
  tableName(): Written {
    const [table] = this.args;
    if (!table) return undefined;
    const inner = resolved(table, this.#scope);
    const call = inner.type === 'AwaitExpression' ? unwrap(inner['argument']) : inner;
    if (call.type === 'CallExpression') {
      const callee = unwrap(call['callee']);
      const asked = callee.type === 'MemberExpression' && propertyName(callee) === 'getTable';
      return asked ? this.name(call['arguments'][0]) : undefined;
    }
    return this.name(table);
  }

  /** The elements of a list that is written here, or the one argument. */
  each(index: number): readonly Node[] {
    const given = this.args[index];
    if (!given) return [];
    const node = resolved(given, this.#scope);
    if (node.type !== 'ArrayExpression') return [given];
    const elements = node['elements'] as readonly (Node | null)[];
    return elements.every((each): each is Node => each !== null && each.type !== 'SpreadElement') ? elements : [];
  }

  /** The name that TypeORM gives to what has none. */
  generated(index: number, one: Node): Written {
    const value = optionsOf(one, this.#scope);
    const name = value instanceof Options ? typeormNames(this.method, [this.value(index - 1), value]) : undefined;
    return name === undefined ? undefined : this.#context.write.string(name);
  }
}

/** The test that stands in front of a call: it holds while there is something to do. */
function testFor(call: Call): Written {
  const { method, runner } = call;
  const table = call.args[0] && call.name(call.args[0]);
  const has = (question: string, subject: Written, more: Written = ''): Written =>
    subject === undefined || more === undefined
      ? undefined
      : `await ${runner}.${question}(${more === '' ? subject : `${subject}, ${more}`})`;
  const not = (test: Written): Written => test && `!(${test})`;
  switch (method) {
    case 'createTable':
      return not(has('hasTable', table));
    case 'dropTable':
    case 'renameTable':
      return has('hasTable', table);
    case 'createView':
      return not(isMaterialized(call) ? undefined : has('hasTable', table));
    case 'dropView':
      return has('hasTable', table);
    case 'addColumn':
      return not(has('hasColumn', table, call.name(call.args[1])));
    case 'addColumns': {
      // of several the last one: what is there halfway shall not be taken for the whole
      const columns = call.each(1);
      return not(has('hasColumn', table, call.name(columns[columns.length - 1])));
    }
    case 'dropColumn':
    case 'renameColumn':
      return has('hasColumn', table, call.name(call.args[1]));
    case 'dropColumns': {
      const columns = call.each(1);
      return has('hasColumn', table, call.name(columns[columns.length - 1]));
    }
    case 'createPrimaryKey': {
      const name = call.tableName();
      return name && `!(await ${runner}.getTable(${name}))?.primaryColumns.length`;
    }
  }
  const kind = KINDS[method.replace(/^(?:create|drop)/, '')];
  if (!kind) return undefined;
  const [list, item] = kind;
  const name = call.tableName();
  const given = call.each(1);
  const one = given[given.length - 1];
  if (name === undefined || !one) return undefined;
  const drops = method.startsWith('drop');
  // what `find` has given is there or not
  const inner = unwrap(one);
  if (drops && given.length === 1 && inner.type === 'Identifier' && !isNamed(call, 1)) return inner['name'];
  const named = call.generated(1, one) ?? call.name(one);
  if (named === undefined) return undefined;
  const found = `(await ${runner}.getTable(${name}))?.${list}.some((${item}) => ${item}.name === ${named})`;
  return drops ? found : `!${found}`;
}

const isNamed = (call: Call, index: number): boolean => {
  const value = call.value(index);
  return typeof value === 'string' || value instanceof Options;
};

function isMaterialized(call: Call): boolean {
  const view = call.value(0);
  return !(view instanceof Options) || view.get('materialized') === true || view.open;
}

/**
 * What a guard asks that looks at more than the thing itself, for PostgreSQL to answer; `clause` when the statement in it has a clause
 * of its own that looks at the thing.
 */
function condition({ short }: GuardContext): { readonly sql: string; readonly clause: boolean } | undefined {
  const edits = short().statements.flatMap((statement) => statement.edits);
  const found = edits.map(({ text }) => /^DO \$idempotify\$ BEGIN\n {2}IF ([^]*?) THEN\n([^]*)$/.exec(text));
  const [first] = found;
  const sql = first?.[1];
  if (sql === undefined || /\b(?:have|want)\d*\b/.test(sql) || found.some((each) => each?.[1] !== sql))
    return undefined;
  return { sql: sql.replace(/\n\s+/g, ' '), clause: /\bIF (?:NOT )?EXISTS\b/.test(first?.[2] ?? '') };
}

function guard(step: Step, context: GuardContext): Guarded {
  const { write, statements, migration, sql } = context;
  if (step.parts.length === 0) return metadataRow(step, context);
  const call = new Call(step, context);
  const { method } = call;
  const failed = statements.find(({ outcome }) => outcome === 'refused' || outcome === 'broken');
  if (failed) return refused(failed.message, failed.advice ?? 'put a test in front of it');
  const sends = step.parts.length > 1 ? 'several statements' : 'more than one statement';
  const several = step.parts.length > 1 || /^(?:rename|dropColumn|dropView)/.test(method);
  if (several && migration.transactions.scope === 'statement' && !ANYWHERE.has(method))
    return refused(
      `it sends ${sends}, and without a transaction it can be stopped between them`,
      'write the statements as SQL, each in a call of its own, or run the migration in a transaction',
    );
  const concurrent = step.parts.some((part) => /\bCONCURRENTLY\b/.test(part.sql.text));
  if (concurrent)
    return refused(
      'a build that was stopped leaves an INVALID index, which TypeORM takes for the index',
      'write it as SQL: CREATE INDEX CONCURRENTLY in a query() of its own',
    );
  const pattern = statements.some(({ asksForAnother }) => asksForAnother);
  if (!pattern && OWN.has(method)) {
    const [, given] = call.args;
    const value = given && call.value(1);
    if (given && typeof value !== 'boolean' && value !== undefined)
      return refused('whether it asks first is only known when it runs', 'write true');
    const option = method.startsWith('create') ? 'ifNotExists' : 'ifExists';
    return {
      kind: 'edits',
      edits: write.argument(step.node, 1, 'true'),
      outcome: 'native',
      message: `TypeORM asks first whether it is there (${option})`,
    };
  }
  if (!pattern && method === 'createView' && sql !== undefined && step.site.statement)
    return asSql(step, call, sql, context);
  const statement = step.site.statement;
  if (!statement)
    return refused(
      'it is one of several calls in an expression, and a test has nowhere to stand',
      'make it a statement of its own: await …;',
    );
  const own = testFor(call);
  let test = own;
  if (pattern) {
    const asked = condition(context);
    const question = asked && `(await ${call.runner}.query(${write.template(`SELECT WHERE ${asked.sql}`)})).length`;
    test = asked?.clause ? own && question && `${question} && ${own}` : question;
  }
  if (test === undefined)
    return refused(
      pattern
        ? 'what later calls of the migration leave has to be looked at, and TypeORM has no question for that'
        : 'what it is about is only known when it runs',
      'put a test in front of it that says whether its work has been done',
    );
  return {
    kind: 'edits',
    edits: write.wrapIf(statement, test),
    outcome: 'guarded',
    message: pattern
      ? 'runs unless this or a later step of the migration shows that it has been done'
      : /^!/.test(test)
        ? 'runs when it is missing'
        : 'runs while it is there',
  };
}

function asSql(step: Step, call: Call, sql: string, { write }: GuardContext): Guarded {
  if (write.hasComments(step.node.range))
    return refused('comments stand in the call, and its SQL form would lose them', 'write it as SQL');
  const [start, end] = step.node.range;
  return {
    kind: 'edits',
    edits: [{ start, end, text: `${call.runner}.query(${write.template(sql.replace(/;$/, ''))})` }],
    outcome: 'guarded',
    message: 'sent as SQL, which has a guard for it',
  };
}

/** The row in which TypeORM keeps the text of a view or of a generated column: inserted where it is not there. */
function metadataRow(step: Step, { write }: GuardContext): Guarded {
  const literal = step.literal && unwrap(step.literal);
  const written = literal && optionsOf(literal, step.site.roles.scope);
  const match = typeof written === 'string' ? METADATA_ROW.exec(written) : null;
  if (!literal || !match) return refused('it is not known what is sent', 'put a test in front of it');
  const [, table, columnList = '', valueList = ''] = match;
  const columns = columnList.split(',').map((column) => column.trim());
  const values = valueList.split(',').map((value) => value.trim());
  const pairs = columns.flatMap((column, index) => {
    const value = values[index];
    return value === undefined || value === 'DEFAULT' ? [] : [[column, value] as const];
  });
  if (columns.length !== values.length || pairs.some(([, value]) => !/^\$\d+$/.test(value)))
    return refused('its values are written in another way than TypeORM writes them', 'put a test in front of it');
  const key = pairs.filter(([column]) => column !== '"value"');
  const sql = `INSERT INTO ${table}(${pairs.map(([column]) => column).join(', ')}) SELECT ${pairs
    .map(([, value]) => `${value}::text`)
    .join(', ')} WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${key
    .map(([column, value]) => `${column} = ${value}::text`)
    .join(' AND ')})`;
  const [start, end] = literal.range;
  return {
    kind: 'edits',
    edits: [{ start, end, text: literal.type === 'TemplateLiteral' ? write.template(sql) : write.string(sql) }],
    outcome: 'guarded',
    message: 'the row is inserted where it is not there',
  };
}

export const guards: Guards = { tool: typeorm, guard };

export default transformOf(guards);
