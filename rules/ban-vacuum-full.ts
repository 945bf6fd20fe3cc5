import type { Node, SqlRule } from '@idempotify/core';
import { isOn } from './lib/options.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-vacuum-full',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'VACUUM FULL writes tables anew while nobody can read them',
  squawk: ['prefer-repack'],
  on: {
    VacuumStmt(statement, _file, report) {
      const { node } = statement;
      const full = ((node.options ?? []) as Node[]).some(({ DefElem }) => DefElem.defname === 'full' && isOn(DefElem));
      if (!full) return;
      report({
        at: statement,
        message: `VACUUM FULL writes ${node.rels ? 'the table' : 'every table of the database'} and all its indexes anew, and until that is done nobody can read or write it (ACCESS EXCLUSIVE).`,
        help: 'A plain VACUUM makes the room usable again without keeping anybody out. To give it back to the disk, use the extensions pg_repack or pg_squeeze, outside of migrations.',
      });
    },
  },
};
