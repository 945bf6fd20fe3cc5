/** Reads the shell of deploy files: which migration tools it runs, and what happens when one fails. */
import type {
  CalledScript,
  DeployCommand,
  DeployFile,
  DeployStage,
  Range,
  ShellCommand,
  ShellList,
  ShellNode,
  ShellPart,
  ShellScript,
  ShellStatement,
  ShellText,
  ShellWord,
} from '@idempotify/core';
import { baseName, talks, toolCall, toolOf, type ToolCall } from './migrate-tools.ts';

/** What becomes of a failure. */
export type Fate =
  | { readonly kind: 'stops' }
  /** Something is done about it that isn't understood here. */
  | { readonly kind: 'unknown' }
  /** `how` is the text that lets it pass; undefined when it is just what follows. */
  | { readonly kind: 'ignored'; readonly how: string | undefined; readonly at: Range };

export interface Loop {
  /** Nothing but success ends it. */
  readonly endless: boolean;
}

interface Via {
  readonly name: string;
  readonly stages: readonly DeployStage[];
}

/** A migration tool is run. */
export interface Invocation extends ToolCall {
  readonly command: DeployCommand;
  /** The tool's command, or the command that calls the script with it. */
  readonly at: Range;
  /** Called by name, as in `npm run migrate`: the name, and the stages of all scripts on the way. */
  readonly via: Via | undefined;
  readonly fate: Fate;
  /** From the outside in. Those within a script that is called by its name are told there. */
  readonly loops: readonly Loop[];
  /** Stands behind a condition that isn't a migration. */
  readonly conditional: boolean;
  /** Runs when a migration has failed; within a script that is called by its name that is told there, too. */
  readonly rescue: boolean;
  /** Text that is its input: a heredoc. */
  readonly input: string | undefined;
}

/** Touches what users use. */
export const isProduction = (stage: DeployStage): boolean =>
  stage === 'build' || stage === 'release' || stage === 'start';

/**
 * Whether the stage of a finding is told here. What a script of its own does in production is found in that script.
 */
export const runsIn = ({ command, via }: Invocation, stages: (stage: DeployStage) => boolean): boolean =>
  stages(command.stage) && !via?.stages.some(stages);

const cache = new WeakMap<DeployFile, readonly Invocation[]>();

/** All calls of migration tools in a deploy file, in order. */
export function invocations(file: DeployFile): readonly Invocation[] {
  let found = cache.get(file);
  // mutant: what is found anew is the same
  if (!found) {
    const reaches = reachesIn(file);
    // mutant: only saves time
    found = file.commands.flatMap((command) => (reaches(command) ? new Walk(file, command, reaches).run() : []));
    cache.set(file, found);
  }
  return found;
}

/** Whether a text names a migration tool, or a script that does: the others need not be walked through. */
function reachesIn(file: DeployFile): (text: ShellText) => boolean {
  const known = new Map<string, boolean>();
  const reaches = ({ text }: ShellText): boolean => {
    const before = known.get(text);
    if (before !== undefined) return before;
    // for those that call themselves
    known.set(text, false);
    const names = new Set(text.split(/[\s;|&()<>"'`\\,]+/));
    const found = [...names].some((name) => {
      // mutant: only saves time
      if (toolOf(name) !== undefined) return true;
      const script = file.called('npm', name) ?? file.called('file', baseName(name));
      // mutant: only saves time
      return script !== undefined && reaches(script);
    });
    known.set(text, found);
    return found;
  };
  return reaches;
}

const STOPS: Fate = { kind: 'stops' };
const UNKNOWN: Fate = { kind: 'unknown' };

/** What follows when something ends with this status; `silent` = errexit doesn't mind. */
type After = (status: 'failed' | 'fine', silent: boolean) => Fate;

/** One shell. */
interface Shell {
  readonly text: ShellText;
  errexit: boolean;
  pipefail: boolean;
  readonly functions: Map<string, ShellNode>;
  /** Where a range of its text is told. */
  place(start: number, end: number): Range;
  readonly via: Via | undefined;
  /** Arguments that the caller adds to the last command: `npm run push -- --force`. */
  readonly extra: readonly string[];
  /** Scripts that call each other. */
  readonly callers: readonly ShellScript[];
}

/** Where in a script. */
interface Spot {
  readonly after: After;
  readonly loops: readonly Loop[];
  readonly conditional: boolean;
  readonly rescue: boolean;
  /** Something writes to its standard input. */
  readonly piped: boolean;
  /** In a condition, or in front of `&&` and `||`: errexit does nothing in there. */
  readonly quiet: boolean;
}

const LOOP = /^(?:For|While|Select|ArithmeticFor)$/;

const SHELLS = /^(?:ba|da|a|z|k)?sh$/;

class Walk {
  readonly #file: DeployFile;
  readonly #command: DeployCommand;
  readonly #found: Invocation[] = [];

  readonly #reaches: (text: ShellText) => boolean;

  constructor(file: DeployFile, command: DeployCommand, reaches: (text: ShellText) => boolean) {
    this.#file = file;
    this.#command = command;
    this.#reaches = reaches;
  }

  run(): readonly Invocation[] {
    const { shell, failurePasses } = this.#command;
    this.#script(
      this.#command,
      {
        text: this.#command,
        ...shell,
        functions: new Map(),
        place: (start, end) => rangeIn(this.#file, this.#command, start, end),
        via: undefined,
        extra: [],
        callers: [this.#command.script],
      },
      {
        after: (status) => (status === 'failed' ? STOPS : UNKNOWN),
        loops: [],
        conditional: false,
        rescue: false,
        piped: false,
        quiet: false,
      },
    );
    // a script that is called by its name may run several
    const found = this.#found.filter(
      (each, index, all) =>
        all.findIndex(
          (other) =>
            other.at.start === each.at.start && other.action === each.action && other.fate.kind === each.fate.kind,
        ) === index,
    );
    if (!failurePasses) return found;
    const { at, text } = failurePasses;
    return found.map((each) =>
      each.fate.kind === 'ignored' ? each : { ...each, fate: { kind: 'ignored', how: text, at } },
    );
  }

  #script({ script }: ShellText, shell: Shell, spot: Spot): void {
    this.#list(script.commands, shell, spot);
  }

  #list(statements: readonly ShellStatement[], shell: Shell, spot: Spot): void {
    for (const statement of statements)
      if (statement.command.type === 'Function')
        shell.functions.set(statement.command.name.value, statement.command.body);
    for (const [index, statement] of statements.entries()) {
      const { errexit } = shell;
      const next = statements[index + 1];
      const waits = statements
        .slice(index + 1)
        .some(({ pos, end }) => /\bwait\s+\S/.test(shell.text.text.slice(pos, end)));
      const after: After = (status, silent) => {
        if (statement.background) return waits ? UNKNOWN : ignored(shell, '&', statement);
        if (errexit && !silent && !spot.quiet) return STOPS;
        if (!next) return spot.after(status, silent);
        // `status=$?` and the like
        if (/\$\?|PIPESTATUS/.test(shell.text.text.slice(next.pos, next.end))) return UNKNOWN;
        return ignored(shell, undefined, statement);
      };
      const from = this.#found.length;
      this.#node(statement.command, shell, { ...spot, after });
      // a loop of attempts that ends with an error in the end
      if (LOOP.test(statement.command.type) && next && !LOOP.test(next.command.type) && givesUp(shell, next))
        this.#attempts(from);
    }
  }

  /** Where a script gives up after some attempts, what follows a failure is the next one. Those from this index on are in the loop. */
  #attempts(from: number): void {
    for (let at = from; at < this.#found.length; at++) {
      const each = this.#found[at] as Invocation;
      if (isUnanswered(each.fate)) this.#found[at] = { ...each, fate: UNKNOWN };
    }
  }

  #node(node: ShellNode, shell: Shell, spot: Spot): void {
    switch (node.type) {
      case 'Command':
        return this.#simple(node, shell, spot);
      case 'Statement':
        return this.#list([node], shell, spot);
      case 'CompoundList':
        return this.#list(node.commands, shell, spot);
      case 'Subshell':
        // what it sets is gone at its end
        return this.#node(node.body, { ...shell, functions: new Map(shell.functions) }, spot);
      case 'BraceGroup':
        return this.#node(node.body, shell, spot);
      case 'Function':
        // whoever calls it decides
        return this.#node(node.body, shell, { ...spot, after: () => UNKNOWN });
      case 'Coproc':
        return this.#node(node.body, shell, { ...spot, after: () => UNKNOWN });
      case 'Case':
        for (const { body } of node.items) this.#list(body.commands, shell, { ...spot, conditional: true });
        return;
      case 'For':
      case 'Select':
      case 'ArithmeticFor':
        return this.#loop('for', false, node.body, shell, spot);
      case 'While': {
        // attempts are counted where the script gives up after some, or where the condition asks for more than the migration
        const counted = givesUp(shell, node.body) || node.clause.commands.some(({ command }) => asksMore(command));
        const endless = !counted && isAlways(node.clause);
        this.#list(node.clause.commands, shell, {
          ...spot,
          quiet: true,
          after: () => UNKNOWN,
          loops: inLoop(shell, spot, { endless: !counted }),
        });
        return this.#loop('while', endless, node.body, shell, spot);
      }
      case 'If': {
        const from = this.#found.length;
        this.#list(node.clause.commands, shell, {
          ...spot,
          quiet: true,
          after: (status) => {
            const branch = status === 'fine' ? node.then : node.else;
            // the script is over when it succeeds, so what follows is what is done about a failure
            if (status === 'failed' && leaves(node.then)) return UNKNOWN;
            if (!branch) return spot.after('fine', true);
            return this.#handled(branch, shell, spot.after);
          },
        });
        const asks = this.#found.length > from;
        const inner = { ...spot, conditional: spot.conditional || !asks, rescue: spot.rescue || (asks && !shell.via) };
        this.#list(node.then.commands, shell, inner);
        if (node.else) this.#node(node.else, shell, inner);
        return;
      }
      case 'AndOr': {
        let conditional = spot.conditional;
        let tried = false;
        for (const [index, each] of node.commands.entries()) {
          const operator = node.operators[index - 1];
          const from = this.#found.length;
          this.#node(each, shell, {
            ...spot,
            conditional,
            quiet: spot.quiet || index < node.operators.length,
            rescue: spot.rescue || (tried && operator === '||'),
            after: (status, silent) =>
              this.#chained(node.commands, node.operators, index, status, silent, shell, spot.after),
          });
          const asks = this.#found.length > from;
          if (asks) tried ||= !shell.via;
          else if (isTest(each)) conditional = true;
        }
        return;
      }
      case 'Pipeline': {
        const last = node.commands.length - 1;
        for (const [index, each] of node.commands.entries())
          this.#node(each, shell, {
            ...spot,
            piped: index > 0,
            after: (status, silent) => {
              // `${PIPESTATUS[0]}` is read, or it is the condition of something
              if (index < last && !shell.pipefail && spot.after(status, silent).kind !== 'unknown')
                return ignored(shell, `| ${commandName(node.commands[last]) ?? '…'}`, node);
              return node.negated
                ? spot.after(status === 'failed' ? 'fine' : 'failed', true)
                : spot.after(status, silent);
            },
          });
        return;
      }
      // `[[ … ]]` and `(( … ))` run nothing
      default:
        return;
    }
  }

  #loop(kind: 'for' | 'while', endless: boolean, body: ShellNode, shell: Shell, spot: Spot): void {
    const from = this.#found.length;
    this.#node(body, shell, {
      ...spot,
      loops: inLoop(shell, spot, { endless }),
      // the last round's is that of the loop; an earlier one's is forgotten
      after: (status, silent) => (kind === 'while' ? UNKNOWN : ignoredInLoop(shell, spot.after, status, silent, body)),
    });
    if (givesUp(shell, body)) this.#attempts(from);
  }

  /** What runs in a chain of `&&` and `||` once a command in it has ended. */
  #chained(
    commands: readonly ShellNode[],
    operators: readonly ('&&' | '||')[],
    index: number,
    status: 'failed' | 'fine',
    silent: boolean,
    shell: Shell,
    after: After,
  ): Fate {
    for (const [at, operator] of operators.entries()) {
      if (at < index || operator !== (status === 'failed' ? '||' : '&&')) continue;
      const handler = commands[at + 1] as ShellNode;
      const outcome = this.#outcome(handler, shell);
      if (outcome === 'swallows') return ignored(shell, `${operator} ${textOf(handler, shell)}`, handler);
      if (outcome !== 'fails') return outcome === 'stops' ? STOPS : UNKNOWN;
      return this.#chained(commands, operators, at + 1, 'failed', silent, shell, after);
    }
    if (status === 'failed' && commands.slice(index + 1).some(leaves)) return UNKNOWN;
    // errexit counts only the last command of a chain
    return after(status, silent || index < commands.length - 1);
  }

  #handled(branch: ShellNode, shell: Shell, after: After): Fate {
    const outcome = this.#outcome(branch, shell);
    if (outcome === 'swallows') return ignored(shell, textOf(branch, shell), branch);
    return outcome === 'stops' ? STOPS : outcome === 'fails' ? after('failed', false) : UNKNOWN;
  }

  /** What a command that runs after a failure makes of it. */
  #outcome(node: ShellNode, shell: Shell): 'swallows' | 'stops' | 'fails' | 'unknown' {
    const all = (nodes: readonly ShellNode[]): 'swallows' | 'stops' | 'fails' | 'unknown' => {
      let last: 'swallows' | 'stops' | 'fails' | 'unknown' = 'swallows';
      for (const [index, each] of nodes.entries()) {
        // without a number, `exit` ends with the status of what was before it
        last = this.#outcome(each, shell);
        if (last === 'stops') return isBareExit(each) && index > 0 ? 'swallows' : 'stops';
        if (last === 'unknown') return 'unknown';
      }
      return last;
    };
    switch (node.type) {
      case 'Statement':
        return node.background ? 'unknown' : this.#outcome(node.command, shell);
      case 'CompoundList':
        return all(node.commands);
      case 'BraceGroup':
      case 'Subshell':
        return this.#outcome(node.body, shell);
      case 'AndOr':
        return node.operators.includes('||') ? 'unknown' : all(node.commands);
      case 'Command': {
        const name = commandName(node) ?? '';
        const [argument] = node.suffix;
        if (name === 'exit') return argument?.value === '0' ? 'swallows' : 'stops';
        if (name === 'return') return argument === undefined || argument.value !== '0' ? 'stops' : 'unknown';
        if (name === 'false') return 'fails';
        const own = shell.functions.get(name);
        if (own) {
          const functions = new Map(shell.functions);
          // one that calls itself
          functions.delete(name);
          return this.#outcome(own, { ...shell, functions });
        }
        return /^(?:true|:|echo|printf|logger|sleep|date|cat)$/.test(name) ? 'swallows' : 'unknown';
      }
      default:
        return 'unknown';
    }
  }

  #simple(node: ShellCommand, shell: Shell, spot: Spot): void {
    const words = node.name ? [node.name, ...node.suffix] : [];
    const values = words.map(({ value }) => value);
    const [name] = values;
    if (name === 'set') return setOptions(shell, values.slice(1));
    // x=$(…) ends as what is in it; the status of other substitutions is lost
    const loose = node.name === undefined ? spot : { ...spot, after: () => UNKNOWN };
    for (const { value } of node.prefix) if (value) this.#substitutions(value, shell, loose);
    for (const word of words) this.#substitutions(word, shell, { ...spot, after: () => UNKNOWN });
    if (name === undefined) return;

    const heredoc = node.redirects.find(
      ({ operator }) => operator === '<<' || operator === '<<-' || operator === '<<<',
    );
    const input = heredoc?.content;
    const reads = spot.piped || node.redirects.some(({ operator }) => operator.startsWith('<') && operator !== '<&');
    const own = shell.functions.get(name);
    if (own && shell.callers.length < 8) {
      const nested: Shell = { ...shell, callers: [...shell.callers, { type: 'Script', commands: [] }] };
      nested.functions.delete(name);
      // only what it ends with is the caller's business: the rest is said where it is written
      this.#node(
        own,
        { ...nested, via: { name, stages: [this.#command.stage] }, place: () => shell.place(node.pos, node.end) },
        spot,
      );
      shell.functions.set(name, own);
      return;
    }
    const last = node.end >= shell.text.text.trimEnd().length;
    const call = toolCall(last ? [...values, ...shell.extra] : values, reads);
    if (call) {
      this.#found.push({
        ...call,
        command: this.#command,
        at: shell.place(node.pos, node.end),
        via: shell.via,
        // `&` and what follows is judged where it is written
        fate: spot.after('failed', false),
        loops: spot.loops,
        conditional: spot.conditional,
        rescue: spot.rescue,
        input,
      });
      return;
    }
    if (talks(name)) return;
    const inner = this.#inner(node, words, input, shell);
    for (const { text, errexit, pipefail } of inner) {
      const nested: Shell = {
        ...shell,
        text,
        errexit,
        pipefail,
        functions: new Map(),
        place: (start, end) => shell.place(text.offsetOf(start), text.offsetOf(end - 1) + 1),
      };
      this.#script(text, nested, { ...spot, piped: false, quiet: false });
    }
    if (inner.length > 0) return;
    for (const { label, script, extra } of this.#called(values)) {
      // mutant: only saves time
      if (!this.#reaches(script)) continue;
      if (shell.callers.length >= 8) continue;
      this.#script(
        script,
        {
          text: script,
          ...script.shell,
          functions: new Map(),
          place: () => shell.place(node.pos, node.end),
          extra,
          via: { name: shell.via?.name ?? label, stages: [...(shell.via?.stages ?? []), script.stage] },
          callers: [...shell.callers, script.script],
        },
        { ...spot, piped: false, quiet: false },
      );
    }
  }

  #substitutions(word: ShellWord, shell: Shell, spot: Spot): void {
    const visit = (parts: readonly ShellPart[]): void => {
      for (const part of parts) {
        if (part.script) this.#list(part.script.commands, { ...shell, functions: new Map(shell.functions) }, spot);
        if (part.parts) visit(part.parts);
      }
    };
    visit(word.parts ?? []);
  }

  /** What a command hands to a shell: `sh -c '…'`, `ssh host '…'`, `eval '…'`, `sh <<EOF`. */
  #inner(
    node: ShellCommand,
    words: readonly ShellWord[],
    input: string | undefined,
    shell: Shell,
  ): { text: ShellText; errexit: boolean; pipefail: boolean }[] {
    const values = words.map(({ value }) => value);
    const parse = (word: Pick<ShellWord, 'value' | 'pos' | 'end'>): ShellText =>
      this.#file.inner(shell.text.text, word);
    const at = values.findIndex((value) => SHELLS.test(baseName(value)) || value === 'su');
    if (at !== -1) {
      const behind = words.slice(at + 1);
      const flag = behind.findIndex(({ value }) => /^-[a-z]*c$/.test(value));
      const errexit = behind.some(({ value }) => /^-[a-z]*e/.test(value)) || values.includes('errexit');
      const pipefail = values.includes('pipefail');
      const argument =
        flag === -1
          ? undefined
          : behind.slice(flag + 1).find(({ value }) => !/^[-+]\w/.test(value) && value !== 'pipefail');
      if (argument) return [{ text: parse(argument), errexit, pipefail }];
      return this.#heredoc(node, input, shell).map((text) => ({ text, errexit, pipefail }));
    }
    const plain = { errexit: false, pipefail: false };
    if (values[0] === 'eval') return words.slice(1, 2).map((word) => ({ text: parse(word), ...plain }));
    if (values.includes('ssh')) {
      const last = words.slice(-1).filter(({ value }) => /\s/.test(value));
      return [...last.map(parse), ...this.#heredoc(node, input, shell)].map((text) => ({ text, ...plain }));
    }
    return [];
  }

  #heredoc({ pos: from }: ShellCommand, content: string | undefined, shell: Shell): ShellText[] {
    if (content === undefined) return [];
    const pos = shell.text.text.indexOf(content, from);
    return pos === -1 ? [] : [this.#file.inner(shell.text.text, { value: content, pos, end: pos + content.length })];
  }

  /** Scripts that a command runs by their names. */
  #called(values: readonly string[]): { label: string; script: CalledScript; extra: readonly string[] }[] {
    const manager = values.findIndex((value) =>
      /^(?:npm|pnpm|yarn|bun|turbo|run-s|run-p|npm-run-all)$/.test(baseName(value)),
    );
    if (manager !== -1) {
      const name = baseName(values[manager] as string);
      const behind = values.slice(manager + 1);
      if (behind.some((value) => /^(?:exec|dlx|x|install|i|add|ci)$/.test(value))) return [];
      const run = behind.findIndex((value) => value === 'run' || value === 'run-script');
      // npm has a few names that need no `run`
      const names =
        run === -1
          ? name === 'npm'
            ? behind.filter((value) => value === 'start' || value === 'restart')
            : behind
          : behind.slice(run + 1);
      const scripts = names.flatMap((value) => {
        const script = this.#file.called('npm', value);
        if (!script) return [];
        // npm keeps what stands in front of -- for itself
        const added = behind.slice(behind.indexOf(name === 'npm' ? '--' : value) + 1);
        return [
          {
            label: value,
            script,
            extra: name === 'npm' && !behind.includes('--') ? [] : added,
          },
        ];
      });
      return /^(?:run-|npm-run)/.test(name) ? scripts : scripts.slice(0, 1);
    }
    for (const value of values) {
      const script = value.startsWith('-') ? undefined : this.#file.called('file', baseName(value));
      if (script) return [{ label: baseName(value), script, extra: [] }];
    }
    return [];
  }
}

/** Inside of a script that is called by its name it is that script's fault, and told there. */
const ignored = (
  shell: Shell,
  how: string | undefined,
  { pos, end }: { readonly pos: number; readonly end: number },
): Fate => (shell.via ? UNKNOWN : { kind: 'ignored', how, at: shell.place(pos, end) });

const inLoop = (shell: Shell, { loops }: Spot, loop: Loop): readonly Loop[] => (shell.via ? loops : [...loops, loop]);

/** A `for` goes on with the next round, unless errexit has ended it. */
function ignoredInLoop(shell: Shell, after: After, status: 'failed' | 'fine', silent: boolean, body: ShellNode): Fate {
  const fate = after(status, silent);
  return fate.kind === 'stops' ? ignored(shell, undefined, body) : fate;
}

/** Nothing is done about it: it is just what follows. */
const isUnanswered = (fate: Fate): boolean =>
  // mutant: what stops and what is unknown are the same to rules
  fate.kind === 'ignored' && fate.how === undefined;

/** Somewhere in it the script ends with an error. */
const givesUp = (shell: Shell, { pos, end }: { readonly pos: number; readonly end: number }): boolean =>
  /\b(?:exit|return)\s+["']?(?:[1-9]|\$)|\bfalse\b|\$\?/.test(shell.text.text.slice(pos, end));

const textOf = ({ pos, end }: { readonly pos: number; readonly end: number }, shell: Shell): string => {
  const text = shell.text.text.slice(pos, end).replace(/\s+/g, ' ');
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

const commandName = (node: ShellNode | undefined): string | undefined =>
  node?.type === 'Command' && node.name ? baseName(node.name.value) : undefined;

const isBareExit = (node: ShellNode): boolean =>
  node.type === 'Statement'
    ? isBareExit(node.command)
    : node.type === 'Command' &&
      node.suffix.length === 0 &&
      (commandName(node) === 'exit' || commandName(node) === 'return');

const isTest = (node: ShellNode): boolean =>
  node.type === 'TestCommand' ||
  /^(?:\[|test|grep|command)$/.test(commandName(node) ?? '') ||
  (node.type === 'Pipeline' && isTest(node.commands.at(-1) as ShellNode));

/** `[ $i -lt 30 ] && migrate` */
const asksMore = (node: ShellNode): boolean => isTest(node) || (node.type === 'AndOr' && node.commands.some(asksMore));

/** Ends with `exit`, `return` or `exec`. */
function leaves(node: ShellNode | undefined): boolean {
  if (node?.type === 'CompoundList') return leaves(node.commands.at(-1));
  if (node?.type === 'Statement') return leaves(node.command);
  if (node?.type === 'BraceGroup') return leaves(node.body);
  return /^(?:exit|return|exec)$/.test(commandName(node) ?? '');
}

const isAlways = ({ commands }: ShellList): boolean =>
  commands.length === 1 && /^(?:true|:)$/.test(commandName(commands[0]?.command) ?? '');

function setOptions(shell: Shell, args: readonly string[]): void {
  for (const [index, arg] of args.entries()) {
    const on = arg.startsWith('-');
    if (/^[-+][a-z]*e/i.test(arg)) shell.errexit = on;
    if (!/^[-+][a-z]*o$/.test(arg)) continue;
    if (args[index + 1] === 'errexit') shell.errexit = on;
    if (args[index + 1] === 'pipefail') shell.pipefail = on;
  }
}

/** As messages name it. */
export const named = ({ label, via }: Invocation): string => (via ? `"${via.name}" (${label})` : `"${label}"`);

/** psql is told what to run; otherwise a pipe brings it. */
export const readsFile = ({ label, input }: Invocation): boolean => label !== 'psql' || input !== undefined;

/** A part of a command's text in the file. It ends where its last unit ends, whatever stands behind that in the file. */
export function rangeIn(file: DeployFile, { offsetOf }: ShellText, start: number, end: number): Range {
  const last = offsetOf(Math.max(start, end - 1));
  // an escape is longer than what it means
  const behind = file.text.charAt(last) === '\\' ? offsetOf(end) : last + 1;
  return { start: offsetOf(start), end: Math.max(behind, last + 1) };
}
