import {
  objectName,
  rangeVar,
  temporaryOf,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './lib/names.ts';

interface Named {
  readonly table: QualifiedName;
  /** Without one, the whole statement is the place. */
  readonly location?: number;
}

const named = (relation: Node): Named[] => [{ table: rangeVar(relation), location: relation.location }];

/** Renaming a column says itself of what (`relationType`). */
const RENAMED: ReadonlySet<string> = new Set(['OBJECT_TABLE', 'OBJECT_TABCONSTRAINT']);

/** The tables that a statement makes, alters or drops. */
function tablesOf({ tag, node }: LintStatement): readonly Named[] {
  switch (tag) {
    case 'CreateStmt':
      return named(node.relation);
    case 'CreateTableAsStmt':
      return node.objtype === 'OBJECT_TABLE' ? named(node.into.rel) : [];
    case 'SelectStmt':
      return node.intoClause ? named(node.intoClause.rel) : [];
    case 'AlterTableStmt':
      return node.objtype === 'OBJECT_TABLE' ? named(node.relation) : [];
    case 'RenameStmt':
      return RENAMED.has(node.renameType) || node.relationType === 'OBJECT_TABLE' ? named(node.relation) : [];
    case 'AlterObjectSchemaStmt':
      return node.objectType === 'OBJECT_TABLE' ? named(node.relation) : [];
    case 'DropStmt':
      return node.removeType === 'OBJECT_TABLE' ? node.objects.map((item: Node) => ({ table: objectName(item) })) : [];
    default:
      return [];
  }
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-table-schema',
  category: 'style',
  severity: 'warning',
  presets: [],
  summary: 'A table is made, altered or dropped without the name of its schema',
  squawk: ['require-table-schema'],
  file(file, report) {
    // they have a schema of their own, which nobody writes
    const temporary = new Set<string | undefined>();
    for (const statement of file.all) {
      temporary.add(temporaryOf(statement));
      for (const { table, location } of tablesOf(statement)) {
        if (table.schema !== undefined || temporary.has(table.name)) continue;
        const start = location === undefined ? -1 : statement.offsetOf(location);
        report({
          at: statement.tokens.find((token) => token.start === start) ?? statement,
          message: `The table ${printedName(table)} is named without its schema: which table that is depends on the search_path of whoever runs the migration.`,
          help: `Write the schema in front of it, for instance ${printedName({ ...table, schema: 'public' })}.`,
        });
      }
    }
  },
};
