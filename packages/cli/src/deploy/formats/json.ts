/** package.json, vercel.json, railway.json, app.json */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { BrokenFile, PLAIN, align, execForm, joined, type Found, type MappedText } from '../found.ts';
import { stageOfName } from '../stage.ts';

function treeOf(text: string): Node | undefined {
  const errors: ParseError[] = [];
  // a comment or a comma too many is for the tool that reads the file to complain about
  const tree = parseTree(text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw new BrokenFile(`is not JSON (${printParseErrorCode(error.error)})`, error.offset);
  return tree;
}

const stringOf = (node: Node | undefined, text: string): MappedText | undefined =>
  node?.type === 'string'
    ? align(node.value as string, text, node.offset + 1, node.offset + node.length - 1, 'backslash')
    : undefined;

/** `["a", "b"]` as strings; nothing if anything else is in it. */
function stringsOf(node: Node | undefined, text: string): MappedText[] {
  const strings = (node?.type === 'array' ? (node.children ?? []) : []).map((child) => stringOf(child, text));
  return strings.some((each) => each === undefined) ? [] : (strings as MappedText[]);
}

/** Dockerfiles: an exec form, or undefined when the text isn't one. */
export function execFormOf(text: string, start: number, end: number): MappedText | undefined {
  const errors: ParseError[] = [];
  const tree = parseTree(text.slice(start, end), errors);
  if (errors.length > 0 || tree?.type !== 'array') return undefined;
  const words = stringsOf(tree, text.slice(start, end));
  if (words.length === 0) return undefined;
  const { text: command, offsetOf } = execForm(words);
  return { text: command, offsetOf: (index) => start + offsetOf(index) };
}

function commandAt(
  tree: Node | undefined,
  path: readonly string[],
  stage: Found['stage'],
  text: string,
): readonly Found[] {
  const node = tree && findNodeAtLocation(tree, [...path]);
  const many = stringsOf(node, text);
  // a list is a list of commands
  const found = stringOf(node, text) ?? (many.length > 0 ? joined(many, ' && ') : undefined);
  return found ? [{ ...found, where: path.join('.'), stage, shell: PLAIN }] : [];
}

const keysOf = (node: Node | undefined): string[] =>
  node?.type === 'object' ? (node.children ?? []).map((property) => String(property.children?.[0]?.value)) : [];

const keysAt = (tree: Node | undefined, path: readonly string[]): string[] =>
  tree ? keysOf(findNodeAtLocation(tree, [...path])) : [];

export function readPackageJson(text: string): readonly Found[] {
  const tree = treeOf(text);
  return keysAt(tree, ['scripts']).flatMap((name) => commandAt(tree, ['scripts', name], stageOfName(name), text));
}

export function readVercelJson(text: string): readonly Found[] {
  const tree = treeOf(text);
  return [
    ...commandAt(tree, ['installCommand'], 'build', text),
    ...commandAt(tree, ['buildCommand'], 'build', text),
    ...commandAt(tree, ['devCommand'], 'dev', text),
  ];
}

/** `environments.NAME` may say everything again. */
export function readRailwayJson(text: string): readonly Found[] {
  const tree = treeOf(text);
  return [[], ...keysAt(tree, ['environments']).map((name) => ['environments', name])].flatMap((path) => [
    ...commandAt(tree, [...path, 'build', 'buildCommand'], 'build', text),
    ...commandAt(tree, [...path, 'deploy', 'preDeployCommand'], 'release', text),
    ...commandAt(tree, [...path, 'deploy', 'startCommand'], 'start', text),
  ]);
}

/** Heroku's: `postdeploy` runs once, when a review app was made. */
export function readAppJson(text: string): readonly Found[] {
  const tree = treeOf(text);
  return [
    ...commandAt(tree, ['scripts', 'dokku', 'predeploy'], 'build', text),
    ...commandAt(tree, ['scripts', 'dokku', 'postdeploy'], 'release', text),
    ...commandAt(tree, ['scripts', 'predeploy'], 'release', text),
    ...commandAt(tree, ['scripts', 'postdeploy'], 'release', text),
    ...keysAt(tree, ['environments']).flatMap((name) =>
      commandAt(tree, ['environments', name, 'scripts', 'postdeploy'], name === 'test' ? 'dev' : 'release', text),
    ),
  ];
}
