/** fly.toml, netlify.toml, railway.toml, nixpacks.toml */
import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';
import { BrokenFile, PLAIN, align, joined, type Found, type MappedText } from '../found.ts';

interface Entry {
  readonly path: readonly string[];
  readonly value: AST.TOMLContentNode;
}

function entriesOf(text: string): Entry[] {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text.replace(/^\ufeff/, ' '));
  } catch (error) {
    if (error instanceof ParseError) throw new BrokenFile(`is not TOML (${error.message})`, error.index);
    throw error;
  }
  const entries: Entry[] = [];
  const keyOf = (key: AST.TOMLKey): string[] =>
    key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const visit = (body: readonly (AST.TOMLKeyValue | AST.TOMLTable)[], path: readonly string[]): void => {
    for (const node of body) {
      if (node.type === 'TOMLTable') visit(node.body, node.resolvedKey.map(String));
      else if (node.value.type === 'TOMLInlineTable') visit(node.value.body, [...path, ...keyOf(node.key)]);
      else entries.push({ path: [...path, ...keyOf(node.key)], value: node.value });
    }
  };
  visit(program.body[0].body, []);
  return entries;
}

function stringOf(node: AST.TOMLContentNode, text: string): MappedText | undefined {
  if (node.type !== 'TOMLValue' || node.kind !== 'string') return undefined;
  const quotes = node.multiline ? 3 : 1;
  const [start, end] = node.range;
  return align(node.value, text, start + quotes, end - quotes, node.style === 'basic' ? 'backslash' : 'none');
}

/** Those whose path has a stage, in the order of the text. */
function commands(text: string, stageOf: (path: readonly string[]) => Found['stage'] | undefined): readonly Found[] {
  return entriesOf(text).flatMap(({ path, value }) => {
    const stage = stageOf(path);
    if (!stage) return [];
    const strings =
      value.type === 'TOMLArray' ? value.elements.map((element) => stringOf(element, text)) : [stringOf(value, text)];
    const known = strings.filter((each) => each !== undefined);
    return known.length === 0 ? [] : [{ ...joined(known, ' && '), where: path.join('.'), stage, shell: PLAIN }];
  });
}

export const readFlyToml = (text: string): readonly Found[] =>
  commands(text, ([first, second]) =>
    first === 'deploy' && second === 'release_command'
      ? 'release'
      : first === 'processes' || (first === 'experimental' && (second === 'cmd' || second === 'entrypoint'))
        ? 'start'
        : undefined,
  );

export const readNetlifyToml = (text: string): readonly Found[] =>
  commands(text, (path) => {
    if (path.at(-1) !== 'command') return undefined;
    if (path[0] === 'dev' || path.includes('dev')) return 'dev';
    return path[0] === 'build' || path[0] === 'context' ? 'build' : undefined;
  });

export const readRailwayToml = (text: string): readonly Found[] =>
  commands(text, (path) => {
    const [section, key] = path.slice(-2);
    if (section === 'build' && key === 'buildCommand') return 'build';
    if (section !== 'deploy') return undefined;
    return key === 'preDeployCommand' ? 'release' : key === 'startCommand' ? 'start' : undefined;
  });

export const readNixpacksToml = (text: string): readonly Found[] =>
  commands(text, ([first, , third]) =>
    first === 'phases' && third === 'cmds' ? 'build' : first === 'start' ? 'start' : undefined,
  ).filter(({ where }) => where !== 'start.runImage');
