/** MikroORM: everything is SQL, and SQL carries its guard itself. */
import { mikroOrm } from '@idempotify/javascript';
import { transformOf } from './transform.ts';
import { refused, type Guards } from './types.ts';

export const guards: Guards = {
  tool: mikroOrm,
  guard(step, { sql, statements, write }) {
    const failed = statements.find(({ outcome }) => outcome === 'refused' || outcome === 'broken');
    if (failed) return refused(failed.message, failed.advice ?? 'write it as SQL with a condition of its own');
    if (sql === undefined || !step.literal)
      return refused('what its query builder makes is not known to the last detail', 'write it as SQL');
    if (write.hasComments(step.literal.range))
      return refused('comments stand in the query, and its SQL form would lose them', 'write it as SQL');
    const [start, end] = step.literal.range;
    return {
      kind: 'edits',
      edits: [{ start, end, text: write.template(sql.replace(/;$/, '')) }],
      outcome: 'guarded',
      message: 'written as SQL, which has a guard for it',
    };
  },
};

export default transformOf(guards);
