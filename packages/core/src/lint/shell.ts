/**
 * The shell as rules about deploys see it: the part of a bash tree that they read. Only types: whoever reads deploy files brings the
 * parser (unbash, whose trees have this shape), so that nobody else loads one. Positions are UTF-16 offsets of the text it was made of.
 */
export interface ShellWord {
  /** As it is written. */
  readonly text: string;
  /** Without quotes and escapes; expansions stay as they are written. */
  readonly value: string;
  readonly pos: number;
  readonly end: number;
  readonly parts?: readonly ShellPart[];
}

/** A piece of a word. `$(…)` and backquotes carry a script; what is quoted carries parts. */
export interface ShellPart {
  readonly type: string;
  readonly text: string;
  readonly script?: ShellScript | undefined;
  readonly parts?: readonly ShellPart[];
}

export interface ShellRedirect {
  readonly operator: string;
  readonly target: ShellWord | undefined;
  /** A heredoc's text. */
  readonly content: string | undefined;
  readonly body: ShellWord | undefined;
}

/** A program with its arguments, or only assignments. */
export interface ShellCommand {
  readonly type: 'Command';
  readonly pos: number;
  readonly end: number;
  readonly name: ShellWord | undefined;
  readonly prefix: readonly { readonly name: string | undefined; readonly value: ShellWord | undefined }[];
  readonly suffix: readonly ShellWord[];
  readonly redirects: readonly ShellRedirect[];
}

/** `a | b`, `! a` */
export interface ShellPipeline {
  readonly type: 'Pipeline';
  readonly pos: number;
  readonly end: number;
  readonly commands: readonly ShellNode[];
  readonly negated: boolean | undefined;
}

/** `a && b || c`: as many operators as commands, less one. */
export interface ShellAndOr {
  readonly type: 'AndOr';
  readonly pos: number;
  readonly end: number;
  readonly commands: readonly ShellNode[];
  readonly operators: readonly ('&&' | '||')[];
}

export interface ShellIf {
  readonly type: 'If';
  readonly pos: number;
  readonly end: number;
  readonly clause: ShellList;
  readonly then: ShellList;
  readonly else: ShellList | ShellIf | undefined;
}

export interface ShellFor {
  readonly type: 'For' | 'Select';
  readonly pos: number;
  readonly end: number;
  readonly wordlist: readonly ShellWord[];
  readonly body: ShellList;
}

export interface ShellWhile {
  readonly type: 'While';
  readonly pos: number;
  readonly end: number;
  readonly kind: 'while' | 'until';
  readonly clause: ShellList;
  readonly body: ShellList;
}

export interface ShellFunction {
  readonly type: 'Function';
  readonly pos: number;
  readonly end: number;
  readonly name: ShellWord;
  readonly body: ShellNode;
}

/** `( … )`, `{ …; }`, `for ((…))` and `coproc`: something with a body. */
export interface ShellGroup {
  readonly type: 'Subshell' | 'BraceGroup' | 'ArithmeticFor' | 'Coproc';
  readonly pos: number;
  readonly end: number;
  readonly body: ShellNode;
}

export interface ShellCase {
  readonly type: 'Case';
  readonly pos: number;
  readonly end: number;
  readonly items: readonly { readonly body: ShellList }[];
}

/** `[[ … ]]` and `(( … ))`. */
export interface ShellTest {
  readonly type: 'TestCommand' | 'ArithmeticCommand';
  readonly pos: number;
  readonly end: number;
}

export interface ShellStatement {
  readonly type: 'Statement';
  readonly pos: number;
  readonly end: number;
  readonly command: ShellNode;
  /** Ends with `&`. */
  readonly background: boolean | undefined;
}

export interface ShellList {
  readonly type: 'CompoundList';
  readonly pos: number;
  readonly end: number;
  readonly commands: readonly ShellStatement[];
}

export type ShellNode =
  | ShellCommand
  | ShellPipeline
  | ShellAndOr
  | ShellIf
  | ShellFor
  | ShellWhile
  | ShellFunction
  | ShellGroup
  | ShellCase
  | ShellTest
  | ShellStatement
  | ShellList;

export interface ShellScript {
  readonly type: 'Script';
  readonly commands: readonly ShellStatement[];
}
