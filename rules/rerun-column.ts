import { truncateName } from '@idempotify/core';
import { firstToFail, relationName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-column',
  summary: 'A column is added or converted in a way that fails or converts again the second time',
  words({ node }) {
    const table = relationName(node.relation);
    const command = firstToFail(node);
    const name = truncateName(command.def?.ColumnDef?.colname ?? command.name ?? '');
    if (command.subtype === 'AT_AddColumn')
      return {
        error: { text: `column "${name}" of relation "${table}" already exists`, code: '42701' },
        help: '--fix writes ADD COLUMN IF NOT EXISTS within a guard that also compares the type, which IF NOT EXISTS alone does not.',
      };
    if (command.subtype === 'AT_AddIdentity')
      return {
        error: {
          text: `column "${truncateName(command.name)}" of relation "${table}" is already an identity column`,
          code: '55000',
        },
        help: '--fix writes a guard that looks whether the column is an identity column already.',
      };
    return {
      help: '--fix writes a guard that looks at the type of the column, or at a later step of the file that shows that this has been done.',
    };
  },
});
