/** Proves that a database has everything that a baseline file makes: the file is run where nothing can be written. */
import { SqlError } from '../runners/errors.ts';
import type { LiveSession } from '../live/session.ts';
import type { FileBlock } from './blocks.ts';

export interface UnprovenBlock {
  /** What the block's comment calls its object; undefined for a block without a name. */
  readonly name: string | undefined;
  /** `missing`: the block wanted to make or change something; `differs`: a check has found a difference; `failed`: anything else. */
  readonly kind: 'missing' | 'differs' | 'failed';
  /** What the server said. */
  readonly message: string;
  /** Of what is missing: the statement that would make it, where the server has told. */
  readonly statement?: string;
}

/** How many blocks are sent at once before the first that fails is known. */
const AT_ONCE = 256;
/** Without end they help nobody. */
const MOST = 200;

/**
 * Runs the blocks in the session's transaction, which is read only meanwhile: a guard that does not find its object runs into
 * "cannot execute CREATE TABLE in a read-only transaction" (SQLSTATE 25006), and a check that finds a difference raises.
 * Settings and locks end with the savepoint.
 * @param session inside of a transaction
 * @returns what is not proven, at most 200 of it; nothing: the database has all of it
 * @throws SqlError for what is no answer (a timeout, a missing right), ConnectionError
 */
export async function proveBlocks(
  session: LiveSession,
  blocks: readonly FileBlock[],
): Promise<readonly UnprovenBlock[]> {
  await session.run('SAVEPOINT idempotify_blocks; SET LOCAL transaction_read_only = on');
  try {
    const unproven: UnprovenBlock[] = [];
    for (let from = 0; from < blocks.length && unproven.length < MOST; from += AT_ONCE)
      await prove(session, blocks.slice(from, from + AT_ONCE), unproven);
    return unproven;
  } finally {
    await session
      .run('ROLLBACK TO SAVEPOINT idempotify_blocks; RELEASE SAVEPOINT idempotify_blocks')
      .catch(() => undefined);
  }
}

/** All at once; where that fails, each half by itself: few questions where nearly everything is there. */
async function prove(session: LiveSession, blocks: readonly FileBlock[], unproven: UnprovenBlock[]): Promise<void> {
  if (blocks.length === 0 || unproven.length >= MOST) return;
  await session.run('SAVEPOINT idempotify_block');
  try {
    await session.run(blocks.map(({ sql }) => sql.replace(/;?\s*$/, '')).join(';\n'));
    await session.run('RELEASE SAVEPOINT idempotify_block');
    return;
  } catch (error) {
    if (!(error instanceof SqlError) || noAnswer(error)) throw error;
    await session.run('ROLLBACK TO SAVEPOINT idempotify_block; RELEASE SAVEPOINT idempotify_block');
    const [only] = blocks;
    if (only && blocks.length === 1) {
      const kind = kindOf(error);
      const statement = kind === 'missing' ? statementOf(error) : undefined;
      unproven.push({
        name: only.name,
        kind,
        message: said(error),
        ...(statement === undefined ? {} : { statement }),
      });
      return;
    }
  }
  const half = Math.ceil(blocks.length / 2);
  await prove(session, blocks.slice(0, half), unproven);
  await prove(session, blocks.slice(half), unproven);
}

/** Given up, out of memory or disk, deadlock, lock timeout: nothing is known then. */
const noAnswer = ({ code }: SqlError): boolean => /^(?:57|53|58|40|55P03|42501|25P02)/.test(code);

function kindOf({ code }: SqlError): UnprovenBlock['kind'] {
  if (code === '25006') return 'missing';
  return code === 'P0001' ? 'differs' : 'failed';
}

const said = ({ message, fields }: SqlError): string =>
  [message, fields.detail].filter((each) => each !== undefined && each !== '').join('\n');

/** PL/pgSQL's context, in whatever language (pl_exec.c, `SQL statement "%s"`): the statement stands in quotes in front of the block's line. */
const statementOf = ({ fields }: SqlError): string | undefined =>
  /^[^"\n]*"([^]*)"\n.*\binline_code_block\b/.exec(fields.where ?? '')?.[1];
