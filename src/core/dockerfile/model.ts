import type { Range } from '../text/range';

/**
 * A word as written: exactly the document's text at `range`, with quotes, variables and any continuation inside it.
 * `expandWord` gives its value.
 */
export interface Word {
  readonly raw: string;
  readonly range: Range;
}

/** `--name=value` after the keyword; `value` is undefined for a bare `--name`. */
export interface Flag {
  readonly name: string;
  readonly range: Range;
  readonly value: Word | undefined;
}

/**
 * A here-document of RUN, COPY or ADD: the text between the line of `<<NAME` and the line `NAME`. Without that line
 * it reaches to the end of the file.
 */
export interface Heredoc {
  readonly name: string;
  /** True for `<<"NAME"`: variables inside are left alone. */
  readonly quoted: boolean;
  /** True for `<<-NAME`: leading tabs are removed. */
  readonly stripTabs: boolean;
  /** The opening `<<NAME` in the instruction, a file descriptor before it and quotes included. */
  readonly operatorRange: Range;
  /** Whole lines, the last newline included. */
  readonly bodyRange: Range;
}

/** One string of a JSON array form, with the range of its characters between the quotes. */
export interface JsonString {
  readonly value: string;
  readonly range: Range;
}

interface InstructionBase {
  /** Upper case, as `FROM`. */
  readonly keyword: string;
  readonly keywordRange: Range;
  /** From the keyword to the end of the instruction, here-document bodies included, trailing newline not. */
  readonly range: Range;
  readonly flags: readonly Flag[];
}

export interface FromInstruction extends InstructionBase {
  readonly kind: 'from';
  readonly image: Word;
  readonly alias: Word | undefined;
}

export interface ArgInstruction extends InstructionBase {
  readonly kind: 'arg';
  readonly declarations: readonly { readonly name: string; readonly nameRange: Range; readonly value: Word | undefined }[];
}

export interface EnvInstruction extends InstructionBase {
  readonly kind: 'env';
  readonly assignments: readonly { readonly name: string; readonly nameRange: Range; readonly value: Word }[];
}

/** RUN, CMD, ENTRYPOINT and the command of HEALTHCHECK: what a shell or exec is handed. */
export interface CommandInstruction extends InstructionBase {
  readonly kind: 'run' | 'cmd' | 'entrypoint' | 'healthcheck';
  readonly form: 'shell' | 'exec' | 'none';
  /**
   * Shell form: the text from `scriptRange.start` to `.end`, of equal length as the document there, so that offsets
   * stay those of the document, and one line to the shell: comment lines and continuations are blanked. Where a
   * continuation stands inside a word, what a shell drops stands for it (`\` and newline, `$''`). The operators of
   * `heredocs` are blanked too: a script of blanks alone means that the first here-document is the script (with a
   * `#!` line, of that interpreter; otherwise of the shell); in `bash <<EOF` it is what the command before the
   * operator reads. Undefined in exec form.
   */
  readonly script: string | undefined;
  readonly scriptRange: Range;
  /** Exec form: the array's strings. */
  readonly exec: readonly JsonString[] | undefined;
  readonly heredocs: readonly Heredoc[];
}

export interface CopyInstruction extends InstructionBase {
  readonly kind: 'copy' | 'add';
  readonly sources: readonly Word[];
  readonly destination: Word | undefined;
  readonly heredocs: readonly Heredoc[];
}

export interface LabelInstruction extends InstructionBase {
  readonly kind: 'label';
  readonly assignments: readonly { readonly name: string; readonly nameRange: Range; readonly value: Word }[];
}

export interface ShellInstruction extends InstructionBase {
  readonly kind: 'shell';
  readonly exec: readonly JsonString[];
}

/** One argument that matters: USER, WORKDIR. */
export interface SimpleInstruction extends InstructionBase {
  readonly kind: 'user' | 'workdir';
  readonly argument: Word | undefined;
}

export interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  readonly trigger: Instruction | undefined;
}

/** EXPOSE, VOLUME, STOPSIGNAL, MAINTAINER and anything Docker would refuse. */
export interface OtherInstruction extends InstructionBase {
  readonly kind: 'other';
  readonly arguments: readonly Word[];
}

export type Instruction =
  | FromInstruction
  | ArgInstruction
  | EnvInstruction
  | CommandInstruction
  | CopyInstruction
  | LabelInstruction
  | ShellInstruction
  | SimpleInstruction
  | OnbuildInstruction
  | OtherInstruction;

/** A whole-line comment; `text` is what follows `#`, trimmed. */
export interface Comment {
  readonly text: string;
  readonly range: Range;
}

export interface Stage {
  /** From 0, as in `COPY --from=0`. */
  readonly index: number;
  /** Lower-cased name after AS, as Docker compares it. */
  readonly name: string | undefined;
  readonly from: FromInstruction;
  /** What follows FROM up to the next one. */
  readonly instructions: readonly Instruction[];
  readonly range: Range;
}

/** A Dockerfile as Docker reads it; never changed after it was read. */
export interface Dockerfile {
  readonly file: string;
  readonly text: string;
  readonly escape: '\\' | '`';
  /** Value of the `# syntax=` directive. */
  readonly syntax: string | undefined;
  readonly comments: readonly Comment[];
  /** What stands before the first FROM: ARG, by Docker's rules. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
}
