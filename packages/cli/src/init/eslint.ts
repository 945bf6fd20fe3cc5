/** ESLint's flat config: the plugin is imported, and its recommended config is added behind what is there. */
import path from 'node:path';
import { parse } from '@babel/parser';
import { applyEdits, type Edit } from '@idempotify/core';
import { packageVersion } from '../package.ts';
import { printable } from '../terminal.ts';
import type { Draft } from './draft.ts';
import type { Language, Manifest, Project } from './project.ts';
import { depend } from './runner.ts';

const PLUGIN = 'eslint-plugin-idempotify';

/** The plugin's configs by language. */
const CONFIGS = { sql: 'recommended', javascript: 'javascript', typescript: 'typescript' } as const;

/** @param manifest the one beside the config file */
export function setUpEslint(draft: Draft, project: Project, manifest: Manifest | undefined): void {
  const file = project.eslint;
  if (file === undefined) return;
  const before = draft.read(file) ?? '';
  const shown = printable(path.relative(project.root, file));
  if (before.includes(PLUGIN)) {
    draft.note(`${shown} knows ${PLUGIN} already and stays as it is.`);
    return;
  }
  const configs = configsFor(draft, project, before, shown);
  const after = withPlugin(before, configs, /\.[cm]?ts$/.test(file));
  if (after === undefined) {
    draft.note(
      `${shown} does not export a list that could be added to. Import ${PLUGIN} there as idempotify, and add ${configs.join(' and ')} to what it exports.`,
    );
    return;
  }
  draft.write(file, after, 'shows in the editor what lint finds');
  if (manifest) depend(draft, project, manifest, { [PLUGIN]: `^${packageVersion()}` });
  else draft.note(`Install ${PLUGIN} where ${shown} lies.`);
}

function configsFor(draft: Draft, { migrations }: Project, text: string, shown: string): readonly string[] {
  const languages = new Set<Language>(migrations.flatMap((each) => [...each.languages]));
  if (languages.has('typescript') && !text.includes('typescript-eslint')) {
    // ESLint could not read them, and would say so of each
    languages.delete('typescript');
    draft.note(
      `Migrations in TypeScript are not linted by ESLint: ${shown} has no typescript-eslint. With it, add idempotify.configs.typescript.`,
    );
  }
  for (const { path: folder, languages: written } of migrations) {
    const scripts = [...written].filter((language) => language !== 'sql' && languages.has(language));
    if (scripts.length > 0 && !/(?:^|\/)migrations?(?:\/|$)/.test(folder))
      draft.note(
        `idempotify.configs.${scripts[0]!} is about folders that are called migrations: for ${printable(folder)}, give it "files".`,
      );
  }
  if (languages.size === 0) languages.add('sql');
  return [...languages].sort().map((language) => `idempotify.configs.${CONFIGS[language]}`);
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>;

/**
 * @param text of a config file
 * @param configs what is added to the list that it exports
 * @returns undefined when there is no list in it that is exported
 */
export function withPlugin(text: string, configs: readonly string[], typescript: boolean): string | undefined {
  const body = statements(text, typescript);
  if (!body) return undefined;
  const isModule = body.some(({ type }) => /^(?:Import|Export)/.test(type));
  const exported = isModule ? exportedByModule(body) : exportedByScript(body);
  const list = exported && listOf(exported, body);
  if (!list) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const quote = /from '|require\('/.test(text) || !/from "|require\("/.test(text) ? "'" : '"';
  const end = /(?:from|require\()\s*['"][^'"]*['"]\)?\s*$/m.test(text) ? '' : ';';
  const plugin = `${quote}${PLUGIN}${quote}`;
  const line = (isModule ? `import idempotify from ${plugin}` : `const idempotify = require(${plugin})`) + end;
  const edits = [imported(text, body, line, eol), added(text, list, configs, eol)];
  const after = applyEdits(text, edits);
  return statements(after, typescript) ? after : undefined;
}

function statements(text: string, typescript: boolean): readonly Node[] | undefined {
  try {
    const { program } = parse(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      plugins: typescript ? ['typescript'] : [],
    });
    return program.body as unknown as readonly Node[];
  } catch {
    return undefined;
  }
}

function exportedByModule(body: readonly Node[]): Node | undefined {
  return body.find(({ type }) => type === 'ExportDefaultDeclaration')?.['declaration'] as Node | undefined;
}

/** `module.exports = …` */
function exportedByScript(body: readonly Node[]): Node | undefined {
  for (const { type, expression } of body) {
    if (type !== 'ExpressionStatement') continue;
    const { type: kind, left, right } = expression as Node;
    if (kind !== 'AssignmentExpression') continue;
    const { object, property } = left as Node;
    if ((object as Node | undefined)?.['name'] === 'module' && (property as Node | undefined)?.['name'] === 'exports')
      return right as Node;
  }
  return undefined;
}

interface List {
  readonly items: readonly Node[];
  /** Where it ends, in front of its bracket. */
  readonly end: number;
}

function listOf(node: Node, body: readonly Node[]): List | undefined {
  switch (node.type) {
    case 'ArrayExpression':
      return { items: node['elements'] as readonly Node[], end: node.end - 1 };
    case 'CallExpression': {
      // defineConfig(…), tseslint.config(…): what they take they flatten; of other functions nothing is known
      const { callee } = node;
      const { name, property } = callee as Node;
      const called = (name ?? (property as Node | undefined)?.['name']) as string | undefined;
      if (called !== 'defineConfig' && called !== 'config') return undefined;
      const given = node['arguments'] as readonly Node[];
      if (given.length === 1 && given[0]!.type === 'ArrayExpression') return listOf(given[0]!, body);
      return { items: given, end: node.end - 1 };
    }
    case 'TSSatisfiesExpression':
    case 'TSAsExpression':
    case 'ParenthesizedExpression':
      return listOf(node['expression'] as Node, body);
    case 'Identifier': {
      for (const statement of body) {
        if (statement.type !== 'VariableDeclaration') continue;
        for (const { id, init } of statement['declarations'] as readonly Node[])
          if ((id as Node)['name'] === node['name'] && init) return listOf(init as Node, body);
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Behind the last import, or at the beginning. */
function imported(text: string, body: readonly Node[], line: string, eol: string): Edit {
  const isRequire = ({ type, start, end }: Node): boolean =>
    type === 'VariableDeclaration' && /\brequire\(/.test(text.slice(start, end));
  const last = body.findLast((node) => node.type === 'ImportDeclaration' || isRequire(node));
  if (last) return { start: last.end, end: last.end, text: `${eol}${line}` };
  const first = body[0]?.start ?? 0;
  return { start: first, end: first, text: `${line}${eol}${eol}` };
}

function added(text: string, { items, end }: List, configs: readonly string[], eol: string): Edit {
  const entry = configs.join(', ');
  const last = items.at(-1);
  if (!last) return { start: end, end, text: entry };
  const lineStart = text.lastIndexOf('\n', last.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0];
  const lines = configs.join(`,${eol}${indent}`);
  const own = lineStart + indent.length === last.start;
  // comments may stand behind the last one, too
  const rest = text.slice(last.end, end).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => ' '.repeat(comment.length));
  const comma = rest.indexOf(',');
  const at = comma < 0 ? last.end : last.end + comma + 1;
  if (!own) return { start: at, end: at, text: comma < 0 ? `, ${entry}` : ` ${entry},` };
  if (comma < 0) return { start: at, end: at, text: `,${eol}${indent}${lines}` };
  // a comment behind it in the same line is about it
  const lineEnd = rest.slice(comma + 1).search(/\r?\n|\S|$/) + at;
  return { start: lineEnd, end: lineEnd, text: `${eol}${indent}${lines},` };
}
