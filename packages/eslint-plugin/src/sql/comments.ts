/** Rules about the comments that disable others. The linter has them built in; ESLint wants to know them as rules. */
import type { Finding } from '@idempotify/core';
import type { RuleContext, RuleDefinition } from '@eslint/core';
import { LANGUAGE } from './rule.ts';
import { SqlSourceCode } from './source-code.ts';

function commentRule(description: string, find: (code: SqlSourceCode) => readonly Finding[]): RuleDefinition {
  return {
    meta: { type: 'problem', docs: { description, recommended: true }, schema: [], languages: [LANGUAGE] },
    create(context: RuleContext) {
      const code = context.sourceCode;
      if (!(code instanceof SqlSourceCode) || !/idempotify-|squawk-/.test(code.text)) return {};
      return {
        // the others run when the file is entered
        'SqlFile:exit': () => {
          for (const { start, end, message, help } of find(code))
            context.report({ loc: code.locOf({ start, end }), message: `${message} ${help}` });
        },
      };
    },
  };
}

export const commentRules: Readonly<Record<string, RuleDefinition>> = {
  'bad-disable': commentRule(
    'A comment of idempotify disables a rule without a reason, or a rule that is not there',
    ({ suppressions }) => suppressions.complaints,
  ),
  'unused-disable': commentRule(
    'A comment of idempotify or squawk disables something that is not found',
    ({ suppressions, active }) => suppressions.unused(active, 'warning'),
  ),
};
