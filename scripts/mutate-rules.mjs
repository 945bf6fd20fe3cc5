// `npm run mutate-rules -- [NAME…]`: do the fixtures of rules notice when a condition of a rule is wrong? Each condition is
// taken out, turned round or shifted by one, and the fixtures run against every such mutant; one that no case tells from the
// rule is listed, and the exit code is 1. NAME is a rule or `lib/FILE` (what rules share is judged by all of them).
//
// All mutants of a file live in one module, which asks at each place which of them is on: so the modules are loaded once, and a
// first run tells which cases come past which place.
//
// A mutant that can't be told apart because it does the same is exempted by a comment with the reason, on its line or above it:
//   // mutant: a table has at least one column
//
// What a test of its own judges says so in its head: `// mutants: test/rules/locks.test.ts`. There, only what a fixture comes past has
// to be noticed by fixtures.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from './packages.mjs';

/** @typedef {{ id: number, file: string, line: number, column: number, what: string, exempt: string | undefined }} Mutant */

const wanted = process.argv.slice(2);
const built = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/cli'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(1);

const folder = path.join(root, 'rules');
const own = new Set(['all', 'index', 'presets']);
const namesIn = (/** @type {string} */ where) =>
  fs
    .readdirSync(where)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length));
const ruleNames = namesIn(folder).filter((name) => !own.has(name));
const shared = fs.existsSync(path.join(folder, 'lib'))
  ? namesIn(path.join(folder, 'lib')).map((name) => `lib/${name}`)
  : [];
for (const name of wanted) {
  if (ruleNames.includes(name) || shared.includes(name)) continue;
  console.error(`there is no rules/${name}.ts`);
  process.exit(2);
}
const mutated = new Set(wanted.length > 0 ? wanted : [...ruleNames, ...shared]);

/** @type {Mutant[]} */
const mutants = [];
const f = ts.factory;
const call = (/** @type {string} */ name, /** @type {ts.Expression[]} */ ...args) =>
  f.createCallExpression(f.createIdentifier(name), undefined, args);
const lambda = (/** @type {string[]} */ parameters, /** @type {ts.Expression} */ body) =>
  f.createParenthesizedExpression(
    f.createArrowFunction(
      undefined,
      undefined,
      parameters.map((name) => f.createParameterDeclaration(undefined, undefined, name)),
      undefined,
      undefined,
      f.createParenthesizedExpression(body),
    ),
  );

/** Texts of reports are no conditions. */
const WORDING = new Set(['message', 'help', 'summary', 'description']);
const NEGATED = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ts.SyntaxKind.EqualsEqualsEqualsToken],
  [ts.SyntaxKind.EqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsToken],
  [ts.SyntaxKind.ExclamationEqualsToken, ts.SyntaxKind.EqualsEqualsToken],
  [ts.SyntaxKind.LessThanToken, ts.SyntaxKind.GreaterThanEqualsToken],
  [ts.SyntaxKind.LessThanEqualsToken, ts.SyntaxKind.GreaterThanToken],
  [ts.SyntaxKind.GreaterThanToken, ts.SyntaxKind.LessThanEqualsToken],
  [ts.SyntaxKind.GreaterThanEqualsToken, ts.SyntaxKind.LessThanToken],
]);
const SHIFTED = new Map([
  [ts.SyntaxKind.LessThanToken, ts.SyntaxKind.LessThanEqualsToken],
  [ts.SyntaxKind.LessThanEqualsToken, ts.SyntaxKind.LessThanToken],
  [ts.SyntaxKind.GreaterThanToken, ts.SyntaxKind.GreaterThanEqualsToken],
  [ts.SyntaxKind.GreaterThanEqualsToken, ts.SyntaxKind.GreaterThanToken],
]);
/** What a method of arrays is replaced by; a function taken for a number is 0, so that `slice` keeps all and `at` takes the first. */
const METHODS = new Map([
  ['filter', 'slice'],
  ['find', 'at'],
  ['some', 'every'],
  ['every', 'some'],
]);
const AND = ts.SyntaxKind.AmpersandAmpersandToken;
const OR = ts.SyntaxKind.BarBarToken;

/** The text of a module that holds all mutants of a file. @param {string} name @param {boolean} withMutants */
function instrument(name, withMutants) {
  const file = path.join(folder, `${name}.ts`);
  const text = fs.readFileSync(file, 'utf8');
  if (!withMutants) return transpile(text);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const lines = text.split('\n');
  const reasonAt = (/** @type {number} */ line) => /\/\/ mutant: (\S.*)/.exec(lines[line] ?? '')?.[1];

  /** @param {ts.Node} node @param {string} what @returns {ts.Expression} whether this mutant is on */
  const mutant = (node, what) => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const above = /^\s*\/\/ mutant: /.test(lines[line - 1] ?? '') ? reasonAt(line - 1) : undefined;
    const id = mutants.length + 1;
    mutants.push({ id, file: name, line: line + 1, column: character + 1, what, exempt: reasonAt(line) ?? above });
    return call('__mutant', f.createNumericLiteral(id));
  };
  const shown = (/** @type {ts.Node} */ node) => {
    const one = node.getText(source).replace(/\s+/g, ' ');
    return one.length > 60 ? `${one.slice(0, 59)}…` : one;
  };
  const unwrapped = (/** @type {ts.Expression} */ node) => {
    while (ts.isParenthesizedExpression(node)) node = node.expression;
    return node;
  };
  /** @param {ts.Expression} node @param {number} kind @returns {ts.Expression[]} */
  const operands = (node, kind) => {
    const inner = unwrapped(node);
    return ts.isBinaryExpression(inner) && inner.operatorToken.kind === kind
      ? [...operands(inner.left, kind), ...operands(inner.right, kind)]
      : [node];
  };
  /** Conditions whose truth something else mutates already. @type {Set<ts.Node>} */
  const covered = new Set();

  const transformed = ts.transform(source, [
    (context) => (file) => {
      /** @param {ts.Node} node @returns {ts.Node} */
      const visit = (node) => {
        if (ts.isTypeNode(node)) return node;
        if (ts.isPropertyAssignment(node) && WORDING.has(node.name.getText(source))) return node;
        if (ts.isIfStatement(node)) {
          const test = condition(node.expression, 'if');
          return f.updateIfStatement(
            node,
            test,
            /** @type {ts.Statement} */ (visit(node.thenStatement)),
            node.elseStatement && /** @type {ts.Statement} */ (visit(node.elseStatement)),
          );
        }
        if (ts.isConditionalExpression(node))
          return f.createConditionalExpression(
            condition(node.condition, '?:'),
            node.questionToken,
            expression(node.whenTrue),
            node.colonToken,
            expression(node.whenFalse),
          );
        if (ts.isBinaryExpression(node)) {
          const kind = node.operatorToken.kind;
          if (kind === AND || kind === OR) return chain(node, kind);
          if (NEGATED.has(kind)) return comparison(node);
        }
        if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
          covered.add(unwrapped(node.operand));
          // true !== !x is x
          return f.createParenthesizedExpression(
            f.createBinaryExpression(
              mutant(node, `${shown(node)} -> without !`),
              ts.SyntaxKind.ExclamationEqualsEqualsToken,
              f.createPrefixUnaryExpression(node.operator, f.createParenthesizedExpression(expression(node.operand))),
            ),
          );
        }
        if (
          ts.isCallExpression(node) &&
          ts.isPropertyAccessExpression(node.expression) &&
          node.arguments.length === 1
        ) {
          const callee = node.expression;
          const other = METHODS.get(callee.name.text);
          const [argument] = node.arguments;
          if (other && argument && !ts.isStringLiteral(argument)) {
            const key = f.createConditionalExpression(
              mutant(
                callee.name,
                `.${callee.name.text}(…) -> ${other === 'slice' ? 'all of them' : other === 'at' ? 'the first' : `.${other}(…)`}`,
              ),
              undefined,
              f.createStringLiteral(other),
              undefined,
              f.createStringLiteral(callee.name.text),
            );
            const on = expression(callee.expression);
            const optional = ts.isOptionalChain(node);
            return optional
              ? f.createCallChain(f.createElementAccessChain(on, callee.questionDotToken, key), undefined, undefined, [
                  expression(argument),
                ])
              : f.createCallExpression(f.createElementAccessExpression(on, key), undefined, [expression(argument)]);
          }
        }
        if (ts.isCaseClause(node) && ts.isStringLiteral(node.expression))
          return f.updateCaseClause(
            node,
            f.createConditionalExpression(
              mutant(node, `case ${shown(node.expression)} -> never`),
              undefined,
              f.createObjectLiteralExpression(),
              undefined,
              node.expression,
            ),
            node.statements.map((each) => /** @type {ts.Statement} */ (visit(each))),
          );
        if (ts.isIterationStatement(node, false)) {
          const inner = /** @type {ts.IterationStatement} */ (ts.visitEachChild(node, visit, context));
          const body = f.createBlock([f.createExpressionStatement(call('__tick')), inner.statement]);
          if (ts.isForOfStatement(inner))
            return f.updateForOfStatement(inner, inner.awaitModifier, inner.initializer, inner.expression, body);
          if (ts.isForInStatement(inner))
            return f.updateForInStatement(inner, inner.initializer, inner.expression, body);
          if (ts.isForStatement(inner))
            return f.updateForStatement(inner, inner.initializer, inner.condition, inner.incrementor, body);
          if (ts.isWhileStatement(inner)) return f.updateWhileStatement(inner, inner.expression, body);
          if (ts.isDoStatement(inner)) return f.updateDoStatement(inner, body, inner.expression);
        }
        if (
          ts.isPropertyAssignment(node) &&
          node.name.getText(source) === 'on' &&
          ts.isObjectLiteralExpression(node.initializer)
        )
          return f.updatePropertyAssignment(
            node,
            node.name,
            f.updateObjectLiteralExpression(node.initializer, node.initializer.properties.map(visitor)),
          );
        return ts.visitEachChild(node, visit, context);
      };
      const expression = (/** @type {ts.Expression} */ node) => /** @type {ts.Expression} */ (visit(node));

      /** @param {ts.Expression} node @param {string} of */
      const condition = (node, of) => {
        covered.add(unwrapped(node));
        return f.createParenthesizedExpression(
          f.createConditionalExpression(
            mutant(node, `${of} ${shown(node)} -> true`),
            undefined,
            f.createTrue(),
            undefined,
            f.createConditionalExpression(
              mutant(node, `${of} ${shown(node)} -> false`),
              undefined,
              f.createFalse(),
              undefined,
              f.createParenthesizedExpression(expression(node)),
            ),
          ),
        );
      };

      /** Each operand left out. @param {ts.BinaryExpression} node @param {typeof AND | typeof OR} kind */
      const chain = (node, kind) => {
        const all = operands(node, kind);
        const sign = kind === AND ? '&&' : '||';
        const parts = all.map((each) => {
          covered.add(unwrapped(each));
          return {
            on: mutant(each, `${sign} without ${shown(each)}`),
            value: f.createParenthesizedExpression(expression(each)),
          };
        });
        const last = /** @type {typeof parts[number]} */ (parts.pop());
        const neutral = () => (kind === AND ? f.createTrue() : f.createFalse());
        const first = parts
          .map(
            ({ on, value }) =>
              /** @type {ts.Expression} */ (
                f.createParenthesizedExpression(
                  f.createConditionalExpression(on, undefined, neutral(), undefined, value),
                )
              ),
          )
          .reduce((left, right) => f.createBinaryExpression(left, kind, right));
        // the value of the rest, not only its truth
        const value = f.createIdentifier('__v');
        return f.createCallExpression(
          lambda(
            ['__v'],
            f.createConditionalExpression(
              last.on,
              undefined,
              value,
              undefined,
              f.createBinaryExpression(value, kind, last.value),
            ),
          ),
          undefined,
          [first],
        );
      };

      const comparison = (/** @type {ts.BinaryExpression} */ node) => {
        const { operatorToken, left, right } = node;
        const l = f.createIdentifier('__l');
        const r = f.createIdentifier('__r');
        const kind = operatorToken.kind;
        /** @type {ts.Expression} */
        let out = f.createBinaryExpression(l, kind, r);
        const or = (/** @type {string} */ what, /** @type {ts.Expression} */ instead) => {
          out = f.createConditionalExpression(
            mutant(node, `${shown(node)} -> ${what}`),
            undefined,
            instead,
            undefined,
            out,
          );
        };
        const shifted = SHIFTED.get(kind);
        if (shifted)
          or(
            `${ts.tokenToString(shifted)}`,
            f.createBinaryExpression(l, /** @type {ts.BinaryOperator} */ (shifted), r),
          );
        const negated = /** @type {ts.BinaryOperator} */ (NEGATED.get(kind));
        or(`${ts.tokenToString(negated)}`, f.createBinaryExpression(l, negated, r));
        if (!covered.has(node)) {
          or('true', f.createTrue());
          or('false', f.createFalse());
        }
        return f.createCallExpression(lambda(['__l', '__r'], out), undefined, [expression(left), expression(right)]);
      };

      /** A visitor of a rule, left out. @param {ts.ObjectLiteralElementLike} node */
      const visitor = (node) => {
        if (ts.isMethodDeclaration(node) && node.body) {
          const inner = /** @type {ts.MethodDeclaration} */ (ts.visitEachChild(node, visit, context));
          const body = /** @type {ts.Block} */ (inner.body);
          const leave = f.createIfStatement(
            mutant(node, `${node.name.getText(source)} is not visited`),
            f.createReturnStatement(),
          );
          return f.updateMethodDeclaration(
            inner,
            inner.modifiers,
            inner.asteriskToken,
            inner.name,
            inner.questionToken,
            inner.typeParameters,
            inner.parameters,
            inner.type,
            f.updateBlock(body, [leave, ...body.statements]),
          );
        }
        if (ts.isPropertyAssignment(node)) {
          const off = mutant(node, `${node.name.getText(source)} is not visited`);
          const inner = lambda(
            ['...__a'],
            f.createConditionalExpression(
              off,
              undefined,
              f.createVoidZero(),
              undefined,
              f.createCallExpression(f.createParenthesizedExpression(expression(node.initializer)), undefined, [
                f.createSpreadElement(f.createIdentifier('__a')),
              ]),
            ),
          );
          return f.updatePropertyAssignment(node, node.name, inner);
        }
        return /** @type {ts.ObjectLiteralElementLike} */ (visit(node));
      };
      return /** @type {ts.SourceFile} */ (ts.visitEachChild(file, visit, context));
    },
  ]);
  const [changed] = transformed.transformed;
  return transpile(ts.createPrinter().printFile(/** @type {ts.SourceFile} */ (changed)));
}

/** @param {string} text */
function transpile(text) {
  return ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
}

// within node_modules, so that `@idempotify/core` is found from there
const scratch = path.join(root, `node_modules/.cache/mutate-rules-${process.pid}`);
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
fs.mkdirSync(path.join(scratch, 'lib'), { recursive: true });
fs.writeFileSync(path.join(scratch, 'package.json'), '{ "type": "module" }');
for (const name of [...ruleNames, ...shared])
  fs.writeFileSync(path.join(scratch, `${name}.js`), instrument(name, mutated.has(name)));
/** The tests that judge a file beside the fixtures. @type {Map<string, string>} */
const judges = new Map();
for (const name of shared) {
  const test = /^\/\/ mutants: (\S+)$/m.exec(fs.readFileSync(path.join(folder, `${name}.ts`), 'utf8'))?.[1];
  if (test === undefined) continue;
  if (!fs.existsSync(path.join(root, test))) throw new Error(`rules/${name}.ts: there is no ${test}`);
  judges.set(name, test);
}
const ofDeploys = pathToFileURL(path.join(root, 'packages/cli/dist/deploy/index.js')).href;
fs.writeFileSync(
  path.join(scratch, 'deploy-fixture.js'),
  transpile(fs.readFileSync(path.join(root, 'test/rules/deploy-fixture.ts'), 'utf8'))
    .replace(/(['"])[^'"]*packages\/cli\/src\/deploy\/index\.js\1/, () => JSON.stringify(ofDeploys))
    .replace('import.meta.dirname', () => JSON.stringify(path.join(root, 'test/rules'))),
);
fs.writeFileSync(
  path.join(scratch, 'fixture.js'),
  transpile(fs.readFileSync(path.join(root, 'test/rules/fixture.ts'), 'utf8')),
);

let active = 0;
let ticks = 0;
/** @type {Set<number> | undefined} */
let reached;
Object.assign(globalThis, {
  __mutant(/** @type {number} */ id) {
    reached?.add(id);
    return id === active;
  },
  // a mutant may never leave a loop
  __tick() {
    if (++ticks > 100_000) throw new Error('endless');
  },
});

const load = (/** @type {string} */ name) => import(pathToFileURL(path.join(scratch, `${name}.js`)).href);
const { parseFixture, runCase, expectedLines, foundLines, fixCase } = await load('fixture');

/** @typedef {{ rule: any, one: any, told: string, all: string, reached: Set<number> }} Case */
const sorted = (/** @type {Map<number, number>} */ map) => [...map].sort(([a], [b]) => a - b);

const { readDeployFixture } = await load('deploy-fixture');
const { deployFilesOf } = await import(ofDeploys);
const { lintDeploy } = await import('@idempotify/core');

/**
 * Everything is read anew for each run: rules may keep what they have worked out about a file.
 *
 * @param {any} rule @param {any} one @returns {Promise<Map<string, any[]>>} what is found, by file
 */
async function findingsOf(rule, one) {
  if (rule.kind !== 'deploy') return runCase(rule, one);
  const { files } = await deployFilesOf(one.files);
  const set = new Map([[rule, { severity: rule.severity, options: {} }]]);
  return new Map(files.map((/** @type {any} */ file) => [file.path, lintDeploy(file, set)]));
}

/** What the fixture compares, and everything that is found. @param {any} rule @param {any} one */
async function outcome(rule, one) {
  ticks = 0;
  try {
    const found = await findingsOf(rule, one);
    const told = one.files.map((/** @type {any} */ file) => sorted(foundLines(found.get(file.path) ?? [])));
    if (one.fixed !== undefined) told.push(fixCase(rule, one));
    // what is advised may depend on whether a fix is wanted
    const plain = rule.fixable ? runCase(rule, one, false) : [];
    return { told: JSON.stringify(told), all: JSON.stringify([...found, ...plain]) };
  } catch (error) {
    const text = `threw ${error instanceof Error ? error.message : error}`;
    return { told: text, all: text };
  }
}

/** @type {Case[]} */
const cases = [];
let broken = false;
for (const name of ruleNames) {
  if (![...mutated].some((each) => each === name || each.startsWith('lib/'))) continue;
  const { rule } = await load(name);
  // they hold no condition of their own: what they tell has been noted by who reads the tool's migrations
  if (rule.kind === 'script') continue;
  const fixture = `test/rules/${rule.kind === 'deploy' ? `deploy/${name}.cases` : `fixtures/${name}.sql`}`;
  if (!fs.existsSync(path.join(root, fixture))) {
    console.error(`${fixture} is missing`);
    broken = true;
    continue;
  }
  const ones =
    rule.kind === 'deploy' ? readDeployFixture(name) : parseFixture(fs.readFileSync(path.join(root, fixture), 'utf8'));
  for (const one of ones) {
    reached = new Set();
    const { told, all } = await outcome(rule, one);
    const expected = one.files.map((/** @type {any} */ file) =>
      sorted(rule.kind === 'deploy' ? file.expected : expectedLines(file)),
    );
    if (one.fixed !== undefined) expected.push(one.fixed);
    if (told !== JSON.stringify(expected)) {
      console.error(`${fixture}:${one.line}: this case fails without any mutant`);
      broken = true;
    }
    cases.push({ rule, one, told, all, reached });
    reached = undefined;
  }
}
if (broken) process.exit(1);

/** @type {Map<string, number>} */
const counts = new Map();
const count = (/** @type {string} */ what) => counts.set(what, (counts.get(what) ?? 0) + 1);
/** @type {string[]} */
const survivors = [];
/** @type {Map<string, { reason: string, needed: boolean }>} */
const exemptions = new Map();
const started = performance.now();
for (const mutant of mutants) {
  let verdict = 'survived';
  const past = cases.filter((each) => each.reached.has(mutant.id));
  active = mutant.id;
  for (const { rule, one, told, all } of past) {
    const now = await outcome(rule, one);
    if (now.told !== told) {
      verdict = 'noticed';
      break;
    }
    // fixtures say on which lines something is found; the rest of a finding is for people
    if (now.all !== all) verdict = 'changes only words or columns';
  }
  active = 0;
  const where = `rules/${mutant.file}.ts:${mutant.line}`;
  if (mutant.exempt !== undefined) {
    const known = exemptions.get(where);
    exemptions.set(where, { reason: mutant.exempt, needed: (known?.needed ?? false) || verdict === 'survived' });
    if (verdict === 'survived') verdict = 'exempted';
  }
  const judge = judges.get(mutant.file);
  if (verdict === 'survived' && past.length === 0 && judge !== undefined) verdict = `left to ${judge}`;
  count(verdict);
  if (verdict === 'survived')
    survivors.push(`${where}:${mutant.column}  ${mutant.what}${past.length === 0 ? '   (no case comes here)' : ''}`);
}
for (const [where, { reason, needed }] of exemptions)
  if (!needed) survivors.push(`${where}  "mutant: ${reason}" exempts nothing: take the comment out`);
for (const line of survivors) console.log(line);
const summary = [...counts].map(([what, number]) => `${number} ${what}`).join(', ');
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${mutants.length} mutants, ${cases.length} cases, ${seconds} s: ${summary}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
