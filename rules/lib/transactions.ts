/** Which transaction a statement runs in, and what can't run in one. */
import type { LintFile, LintStatement, Node, Statement } from '@idempotify/core';

type Parsed = Pick<Statement, 'tag' | 'node'>;

const kindOf = ({ node }: Parsed): string | undefined => node.kind as string | undefined;

export function begins(statement: Parsed): boolean {
  const kind = kindOf(statement);
  return kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START';
}

/** COMMIT, END, ROLLBACK, ABORT, PREPARE TRANSACTION; not ROLLBACK TO SAVEPOINT. */
export function ends(statement: Parsed): boolean {
  const kind = kindOf(statement);
  return kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' || kind === 'TRANS_STMT_PREPARE';
}

/** The tool or PostgreSQL makes one transaction of the whole file (or of more) by itself. */
export const isOneTransaction = ({ transactions: { scope } }: LintFile): boolean =>
  scope === 'file' || scope === 'all-pending';

/** BEGIN and COMMIT of the file, in order, with what is open in front of each. */
export function boundaries(
  file: LintFile,
): { readonly statement: LintStatement; readonly open: LintStatement | undefined }[] {
  const out: { statement: LintStatement; open: LintStatement | undefined }[] = [];
  let open: LintStatement | undefined;
  for (const statement of file.statements) {
    const begin = begins(statement);
    if (!begin && !ends(statement)) continue;
    out.push({ statement, open });
    // COMMIT AND CHAIN starts the next one
    if (begin) open ??= statement;
    else if (!statement.node.chain) open = undefined;
  }
  return out;
}

/** The BEGIN of the file that is open where the statement stands. */
export function openBefore(statement: LintStatement, file: LintFile): LintStatement | undefined {
  // mutant: the statement itself is no boundary
  const before = boundaries(file).filter((one) => one.statement.range.start < statement.range.start);
  const last = before.at(-1);
  if (!last) return undefined;
  if (begins(last.statement)) return last.open ?? last.statement;
  return last.statement.node.chain ? last.statement : undefined;
}

const isOn = (option: Node): boolean => {
  const { arg } = option.DefElem;
  const value: string | undefined = arg?.String?.sval ?? arg?.TypeName?.names?.at(-1)?.String?.sval;
  return value === undefined || !['false', 'off', '0'].includes(value.toLowerCase());
};

const hasOption = (options: Node, name: string, on: boolean): boolean =>
  (options ?? []).some((option: Node) => option.DefElem.defname === name && isOn(option) === on);

/** What works on an index or a partition without blocking, and therefore in several transactions: its first words. */
export function concurrentCommand({ tag, node }: Parsed): string | undefined {
  switch (tag) {
    case 'IndexStmt':
      return node.concurrent ? 'CREATE INDEX CONCURRENTLY' : undefined;
    case 'DropStmt':
      return node.concurrent ? 'DROP INDEX CONCURRENTLY' : undefined;
    case 'ReindexStmt':
      return hasOption(node.params, 'concurrently', true) ? 'REINDEX CONCURRENTLY' : undefined;
    case 'AlterTableStmt':
      // it is always the only action
      return node.cmds[0].AlterTableCmd.def?.PartitionCmd?.concurrent ? 'DETACH PARTITION CONCURRENTLY' : undefined;
    default:
      return undefined;
  }
}

const ALONE: Readonly<Record<string, string>> = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
};
const WHOLE: Readonly<Record<string, string>> = {
  REINDEX_OBJECT_SCHEMA: 'REINDEX SCHEMA',
  REINDEX_OBJECT_SYSTEM: 'REINDEX SYSTEM',
  REINDEX_OBJECT_DATABASE: 'REINDEX DATABASE',
};

/** Other statements that PostgreSQL refuses in a transaction: their first words. */
export function soloCommand({ tag, node }: Parsed): string | undefined {
  switch (tag) {
    case 'VacuumStmt':
      return node.is_vacuumcmd ? 'VACUUM' : undefined;
    case 'ClusterStmt':
      return node.relation ? undefined : 'CLUSTER without a table';
    case 'DiscardStmt':
      return node.target === 'DISCARD_ALL' ? 'DISCARD ALL' : undefined;
    case 'ReindexStmt':
      return WHOLE[node.kind as string];
    case 'AlterDatabaseStmt':
      return hasOption(node.options, 'tablespace', true) ? 'ALTER DATABASE … SET TABLESPACE' : undefined;
    case 'CreateSubscriptionStmt':
      return hasOption(node.options, 'connect', false) || hasOption(node.options, 'create_slot', false)
        ? undefined
        : 'CREATE SUBSCRIPTION';
    default:
      return ALONE[tag];
  }
}

/** Why a statement that needs to be alone would run in a transaction, as the end of "…, but"; undefined when it would not. */
export function whyInTransaction(statement: LintStatement, file: LintFile): string | undefined {
  const { transactions, tool } = file;
  if (statement.outer) return 'a DO block always runs in one';
  const open = openBefore(statement, file);
  if (open) return 'the file begins one further up';
  if (transactions.concurrently === 'no')
    return transactions.scope === 'all-pending'
      ? `${tool.title} runs all pending migrations in one`
      : `${tool.title} runs the file in one`;
  if (transactions.concurrently === 'yes') return undefined;
  const others = file.statements.filter((one) => one !== statement);
  if (transactions.scope === 'file')
    return others.length > 0
      ? `${tool.title} sends the file as one string, and PostgreSQL makes one of all statements in it`
      : undefined;
  if (transactions.scope === 'statement')
    return others.some((one) => !concurrentCommand(one) && !soloCommand(one))
      ? `${tool.title} refuses it or runs it in one where statements of another kind stand beside it`
      : undefined;
  // nothing is known of what runs the file: psql sends each statement on its own
  return undefined;
}
