/** Whether a call is meant for another database than PostgreSQL: a migration that serves several asks which one it is at. */
import { propertyName, unwrap, type Node } from './ast.ts';
import type { Condition } from './walk.ts';

const OTHERS =
  /^(?:my-?sql2?|maria-?db|(?:better-?)?sqlite3?|sql-?js|ms-?sql|oracle(?:db)?|tedious|spanner|snowflake|db2)$/i;
const POSTGRES = /^(?:pg|pglite|pg-?native|postgres(?:ql)?|aurora-postgres|cockroach-?db|redshift)$/i;
/** Names of what holds a yes or no: `isMysql`, `usingSqlite`. */
const ASKS = /^(?:is|using|on|for)_?(\w+?)(?:Db|DB|Database|Dialect|Client)?$/;

/** `true`: only another database gets there; `false`: only PostgreSQL does; undefined: the test is about something else. */
function isOther(expression: Node): boolean | undefined {
  const test = unwrap(expression);
  switch (test.type) {
    case 'BinaryExpression': {
      const equal = /^===?$/.test(test['operator']);
      if (!equal && !/^!==?$/.test(test['operator'])) return undefined;
      for (const side of [unwrap(test['left']), unwrap(test['right'])]) {
        const name: unknown = side.type === 'MemberExpression' ? propertyName(side) : side['value'];
        if (typeof name !== 'string') continue;
        if (OTHERS.test(name)) return equal ? true : undefined;
        if (POSTGRES.test(name)) return !equal;
      }
      return undefined;
    }
    case 'UnaryExpression': {
      const inner = test['operator'] === '!' ? isOther(test['argument']) : undefined;
      return inner === undefined ? undefined : !inner;
    }
    case 'LogicalExpression': {
      const left = isOther(test['left']);
      const right = isOther(test['right']);
      if (test['operator'] === '||') return left === right ? left : undefined;
      return test['operator'] === '&&' ? (left ?? right) : undefined;
    }
    case 'CallExpression':
      return test['arguments'].length === 0 ? isOther(test['callee']) : undefined;
    case 'MemberExpression':
      return test['computed'] ? undefined : isOther(test['property']);
    case 'Identifier': {
      const name = ASKS.exec(test['name'])?.[1];
      if (name === undefined) return undefined;
      return OTHERS.test(name) ? true : POSTGRES.test(name) ? false : undefined;
    }
    default:
      return undefined;
  }
}

/** One of the tests in front of a call keeps PostgreSQL from it. */
export const isForOtherDatabase = (conditions: readonly Condition[]): boolean =>
  conditions.some(({ test, holds }) => {
    const other = isOther(test);
    // "not MySQL" says nothing of PostgreSQL, but "not PostgreSQL" does
    return holds ? other === true : other === false;
  });

/** One of the tests asks which database it is, in whatever words. */
export const asksForDatabase = (conditions: readonly Condition[], source: string): boolean =>
  conditions.some(({ test }) =>
    /mysql|maria|sqlite|mssql|oracle|cockroach|postgres|dialect|\bclient\b|driver|vendor|database.?type|options\.type/i.test(
      source.slice(...test.range),
    ),
  );
