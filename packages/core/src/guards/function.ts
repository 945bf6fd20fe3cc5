/** CREATE FUNCTION and PROCEDURE. */
import { createHash } from 'node:crypto';
import { qualified, strings, type Node } from '../model/ast.ts';
import type { Catalog, Obj, Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { typeSql, typeText } from '../model/types.ts';
import { dependencies } from './refs.ts';
import { insertAfter } from './source.ts';

const INPUT = new Set(['FUNC_PARAM_IN', 'FUNC_PARAM_INOUT', 'FUNC_PARAM_VARIADIC', 'FUNC_PARAM_DEFAULT']);

/** The input argument types, as to_regprocedure wants them. */
export function functionArguments(parameters: readonly Node[]): string {
  return parameters
    .filter((parameter) => INPUT.has(parameter.mode))
    .map((parameter) => typeSql(parameter.argType))
    .join(', ');
}

/** CREATE FUNCTION statements by the md5 of their body: what a later SELECT f() will do. */
export const definitions = new Map<string, string>();

export const readCreateFunction: Reader = (input): Effect => {
  const node = input.node;
  const name = qualified(strings(node.funcname));
  const parameters: Node[] = (node.parameters ?? []).map((item: Node) => item.FunctionParameter);
  const kind = node.is_procedure ? 'procedure' : 'function';
  const spec: Spec = {
    cls: 'function',
    kind,
    schema: name.schema,
    name: `${name.name}(${functionArguments(parameters)})`,
  };
  const options: Node[] = (node.options ?? []).map((item: Node) => item.DefElem);
  const bodies: Node[] = options.find((option) => option.defname === 'as')?.arg?.List?.items ?? [];
  const body: string | undefined = bodies[0]?.String ? (bodies[0].String.sval ?? '') : undefined;
  const types = [node.returnType, ...parameters.map((parameter) => parameter.argType)]
    .filter(Boolean)
    .map((type) => typeText(type).user);
  const tableColumns = parameters.some((parameter) => parameter.mode === 'FUNC_PARAM_TABLE');
  const outputs = parameters.some(
    (parameter) => parameter.mode === 'FUNC_PARAM_OUT' || parameter.mode === 'FUNC_PARAM_INOUT',
  );
  // what functionLine prints: the type that it returns (not its typmod), proargnames as an array, the body's md5
  const returns = node.returnType ? typeText({ ...node.returnType, typmods: [] }) : undefined;
  const names = parameters.some((parameter) => parameter.name)
    ? `{${parameters.map((parameter) => arrayItem(parameter.name ?? '')).join(',')}}`
    : undefined;
  const plain =
    body !== undefined &&
    bodies.length === 1 &&
    !node.sql_body &&
    !tableColumns &&
    !outputs &&
    returns !== undefined &&
    !returns.user &&
    returns.text !== '';
  const def = plain
    ? [
        node.returnType.setof ? 'SETOF' : undefined,
        returns.text.replace(/^bpchar/, 'character'),
        names,
        createHash('md5')
          .update(body ?? '')
          .digest('hex'),
      ]
        .filter((part) => part !== undefined)
        .join(' ')
    : undefined;
  const md5 = body !== undefined && bodies.length === 1 ? createHash('md5').update(body).digest('hex') : undefined;
  const create =
    (replace: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const there = catalog.peek(spec);
      const deps = dependencies(
        {
          relations: [],
          columns: [],
          functions: [],
          types: types.filter((type) => type !== undefined),
          named: [],
          volatile: false,
          clock: false,
          subquery: false,
        },
        catalog,
      );
      if (there && replace && !(catalog.world && there.id === run.id('function'))) {
        catalog.update(there, { def, attrs: { ...there.attrs, version: String(run.index), md5: md5 ?? '' } });
        return;
      }
      catalog.create(
        spec,
        run.id('function'),
        { kind, def, deps, attrs: { version: String(run.index), ...(md5 === undefined ? {} : { md5 }) } },
        replace,
      );
    };
  const edits = node.replace ? undefined : insertAfter(input, ['create'], 'OR REPLACE');
  if (md5 !== undefined && !definitions.has(md5))
    definitions.set(md5, input.text.slice(input.statement.range.start, input.statement.range.end));
  const atomic = node.sql_body !== undefined;
  return {
    kind: node.is_procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION',
    subject: `${kind} "${name.name}"`,
    run: create(Boolean(node.replace)),
    native: edits && { edits, run: create(true) },
    creates: node.replace
      ? undefined
      : (after: Catalog, run: Run): Obj[] =>
          [after.get(run.id('function'))].filter((object): object is Obj => object !== undefined),
    execute: atomic,
  };
};

/** An element of an array's text form (array_out): quoted when it has to be. */
const arrayItem = (text: string): string =>
  text === '' || /[{}",\\\s]/.test(text) || /^null$/i.test(text) ? `"${text.replaceAll(/(["\\])/g, '\\$1')}"` : text;
