import { quoteIdent, strings, walk, type Fact, type LintFile, type Node, type SqlRule } from '@idempotify/core';
import { lookupsOfBlock } from './lib/lookups.ts';
import { literalAt } from './lib/places.ts';

const PART = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const NAME = new RegExp(String.raw`^${PART}(?:\.${PART}){0,2}$`);
const REG = /^(?:to_)?reg(?:class|type|proc|namespace|role)$/;

/** The name as PostgreSQL reads it, when that folds capitals of it. */
function folded(text: string): { readonly read: string; readonly last: string; readonly quoted: string } | undefined {
  const name = text.trim();
  if (!NAME.test(name)) return undefined;
  const parts = name.match(new RegExp(PART, 'g')) as string[];
  const plain = parts.map((part) => (part.startsWith('"') ? part : part.replace(/[A-Z]/g, (c) => c.toLowerCase())));
  if (plain.join('.') === name) return undefined;
  return {
    read: plain.join('.'),
    last: plain.at(-1) as string,
    quoted: parts.map((part) => (part.startsWith('"') ? part : quoteIdent(part))).join('.'),
  };
}

/** Names of a fact, without the arguments of a function. */
const namesOf = (fact: Fact): readonly string[] => [
  fact.name.replace(/\(.*$/, ''),
  ...(fact.to === undefined ? [] : [fact.to]),
];

/** `'User'::regclass` and `to_regclass('User')` below a node: how it is called, and the constant. */
function regNames(root: Node): { readonly by: string; readonly call: boolean; readonly constant: Node }[] {
  const out: { by: string; call: boolean; constant: Node }[] = [];
  walk({ root }, (tag, node) => {
    const call = tag === 'FuncCall';
    const by = strings(call ? node.funcname : node.typeName?.names).at(-1) ?? '';
    const constant = (call ? node.args?.[0] : node.arg)?.A_Const;
    if (REG.test(by) && constant?.sval) out.push({ by, call, constant });
  });
  return out;
}

/** What the file itself calls by the name in lower case is meant by it. */
const isCalledSo = (file: LintFile, name: string): boolean =>
  file.facts.some((fact) => namesOf(fact).includes(name) || fact.schema === name);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-folded-case',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun'],
  summary: 'A guard looks for a name in other capitals than the object has, and never finds it',
  on: {
    DoStmt(statement, file, report) {
      const facts = file.facts.filter((fact) => fact.statement === statement.index);
      for (const { name, at, of } of lookupsOfBlock(statement, file)) {
        const names = facts.filter(({ cls }) => cls === of.cls).flatMap(namesOf);
        const meant = names.find((one) => one.toLowerCase() === name.toLowerCase());
        if (meant === undefined || names.includes(name)) continue;
        report({
          at,
          message: `The catalog has this name as ${meant}, and compares it letter by letter: '${name}' is never found, so the guard takes the same way on every run.`,
          help: `Write it as the catalog has it: '${meant}'. Names without double quotes are stored in lower case, those in double quotes as they are written.`,
        });
      }
    },
  },
  file(file, report) {
    // mutant: nearly every file ends here, which only saves time
    if (!/reg(?:class|type|proc|namespace|role)/i.test(file.text)) return;
    const told = new Set<number>();
    for (const statement of file.all) {
      const queries = statement.tag === 'DoStmt' ? file.codeOf(statement).questions : [statement];
      for (const query of queries) {
        for (const { by, call, constant } of regNames(query.node)) {
          const text: string = constant.sval.sval ?? '';
          const name = folded(text);
          if (!name || isCalledSo(file, name.last)) continue;
          const at = literalAt(file.text, query.offsetOf(constant.location ?? -1), query);
          // a SELECT INTO is a question of the block and a statement in it
          if (told.has(at.start)) continue;
          told.add(at.start);
          report({
            at,
            message: `${call ? `${by}('${text}')` : `'${text}'::${by}`} looks for ${name.read}: without double quotes, the capitals in this string become lower case. ${call ? `It is NULL even if ${name.quoted} is there.` : `It fails even if ${name.quoted} is there.`}`,
            help: `Put double quotes into the string: ${call ? `${by}('${name.quoted}')` : `'${name.quoted}'::${by}`}.`,
          });
        }
      }
    }
  },
};
