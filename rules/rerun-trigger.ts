import { truncateName } from '@idempotify/core';
import { exists, relationName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-trigger',
  summary: 'A trigger or rule is made, which fails the second time',
  words({ tag, node }) {
    const kind = tag === 'RuleStmt' ? 'rule' : 'trigger';
    const help = `--fix writes a guard that makes the ${kind} when it is missing and raises when another one is there, or put DROP … IF EXISTS in front of it.`;
    if (tag === 'CreateEventTrigStmt') return { error: exists('event trigger', truncateName(node.trigname)), help };
    const name = truncateName(node.rulename ?? node.trigname);
    return {
      error: { text: `${kind} "${name}" for relation "${relationName(node.relation)}" already exists`, code: '42710' },
      help,
    };
  },
});
