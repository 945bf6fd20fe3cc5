// Where our rules and squawk's of the same name don't agree, and why: scripts/squawk.mjs sorts its results by this table,
// docs/squawk.md lists it, and test/rules/squawk.test.ts asks a server about those that have a claim.

import { objectName } from '@idempotify/core';

/**
 * @typedef {object} Place
 * @property {string} text of the statement
 * @property {string} tag
 * @property {any} node libpg-query's
 * @property {import('@idempotify/core').LintStatement} statement
 * @property {import('@idempotify/core').Source} file
 * @property {string} message what the finding says
 * @property {string} found the text that the finding points at
 *
 * @typedef {object} Difference
 * @property {readonly string[]} rules squawk's names; empty = all
 * @property {'squawk' | 'ours'} only who reports it
 * @property {string} why one sentence
 * @property {(place: Place) => boolean} applies
 */

/** @param {Place} place @param {any} relation a RangeVar */
const isNew = ({ file, statement }, relation) =>
  relation !== undefined && file.isNew({ schema: relation.schemaname, name: relation.relname }, statement);

/** What the statement is about was made by an earlier statement of the same file. @param {Place} place */
function aboutNew(place) {
  const { tag, node, file, statement } = place;
  switch (tag) {
    case 'DropStmt':
      return node.objects.every((/** @type {any} */ object) => file.isNew(objectName(object), statement));
    case 'AlterTableStmt':
    case 'RenameStmt':
    case 'IndexStmt':
      return isNew(place, node.relation);
    case 'TruncateStmt':
      return node.relations.every((/** @type {any} */ relation) => isNew(place, relation.RangeVar));
    default:
      return false;
  }
}

/** @type {readonly Difference[]} */
export const differences = [
  {
    rules: [],
    only: 'ours',
    why: 'It stands in a DO block, which squawk does not look into.',
    applies: ({ tag }) => tag === 'DoStmt',
  },
  {
    rules: [],
    only: 'squawk',
    why: 'The table was made earlier in the same file: nobody else uses it yet, and it holds no rows of others.',
    applies: aboutNew,
  },
  {
    rules: ['require-table-schema'],
    only: 'ours',
    why: 'SELECT INTO and CREATE TABLE AS make a table as well.',
    applies: ({ tag }) => tag === 'SelectStmt' || tag === 'CreateTableAsStmt',
  },
];
