/** Rules about the comments that disable others. The linter has them built in; ESLint wants to know them as rules. */
import type { Finding } from '@idempotify/core';
import type { RuleContext, RuleDefinition } from '@eslint/core';
import { JAVASCRIPT, enrolInScript } from '../javascript/index.ts';
import { LANGUAGE } from './rule.ts';
import { SqlSourceCode } from './source-code.ts';

function commentRule(
  name: string,
  description: string,
  find: (code: SqlSourceCode) => readonly Finding[],
): readonly [string, RuleDefinition] {
  const definition: RuleDefinition = {
    meta: { type: 'problem', docs: { description, recommended: true }, schema: [], languages: [LANGUAGE, JAVASCRIPT] },
    create(context: RuleContext) {
      const code = context.sourceCode;
      if (!(code instanceof SqlSourceCode)) return enrolInScript(name, undefined, {}, context);
      if (!/idempotify-|squawk-/.test(code.text)) return {};
      return {
        // the others run when the file is entered
        'SqlFile:exit': () => {
          // in what the tool never runs nothing is found
          if (!code.file) return;
          for (const { start, end, message, help } of find(code))
            context.report({ loc: code.locOf({ start, end }), message: `${message} ${help}` });
        },
      };
    },
  };
  return [name, definition];
}

export const commentRules: Readonly<Record<string, RuleDefinition>> = Object.fromEntries([
  commentRule(
    'bad-disable',
    'A comment of idempotify disables a rule without a reason, or a rule that is not there',
    ({ suppressions }) => suppressions.complaints,
  ),
  commentRule(
    'unused-disable',
    'A comment of idempotify or squawk disables something that is not found',
    ({ suppressions, active }) => suppressions.unused(active, 'warning'),
  ),
]);
