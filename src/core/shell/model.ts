import type { Range } from '../text/range';
import type { Traced } from '../text/traced';

/** A word of a command after quotes were removed and variables expanded as far as they are known. */
export interface ShellWord {
  /** The value with the place of every part; holds `UNKNOWN` for what cannot be told. */
  readonly text: Traced;
  /** The whole word as written, quotes included. */
  readonly range: Range;
  readonly quoted: boolean;
}

/** `NAME=value` before a command or on its own. */
export interface ShellAssignment {
  readonly name: string;
  readonly value: Traced;
  readonly range: Range;
}

/** `> file`, `2>&1`, `<<< text` … */
export interface ShellRedirect {
  readonly operator: string;
  readonly target: Traced | undefined;
  readonly range: Range;
}

/** One simple command, in the order in which the shell would come to it. */
export interface ShellCommand {
  /** File that holds it: the Dockerfile, or a script read from the build context. */
  readonly file: string;
  /**
   * First word without its directory (`/usr/bin/apt-get` gives `apt-get`); empty when it is unknown, and for assignments
   * alone. Wrappers are unwrapped; for `bash -c "…"`, `eval` and a call of a function the commands inside stand instead.
   */
  readonly name: string;
  /** All words, the name first; `sudo`, `env A=b`, `time`, `exec`, `nice`, `command`, `xargs` before the name are taken off. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  readonly range: Range;
  /**
   * True when it may not run: inside `if` or `case` whose outcome is not known, in a loop over unknown words, after `||`,
   * after `&&` behind a test, or in a function that nobody calls. What certainly does not run is not listed, and a loop
   * over known words gives its commands once for each.
   */
  readonly conditional: boolean;
  /** True when a failure of it does not end the RUN: followed by `|| …` other than `|| exit 1`, negated, or the condition of an `if`. */
  readonly failureIgnored: boolean;
  /** Inside `$(…)`, backquotes or `<(…)`. */
  readonly substitution: boolean;
  /** The commands of one pipeline share a number; alone in its pipeline otherwise. */
  readonly pipeline: number;
  /** Position in its pipeline, from 0. */
  readonly pipelineIndex: number;
  /** Working directory after `cd` earlier in the same script; undefined without one, holds `UNKNOWN` when it cannot be told. */
  readonly workingDirectory: string | undefined;
}

/** A script read as commands. */
export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  /** Variables after the script has run, for those assigned in it. */
  readonly variables: ReadonlyMap<string, Traced>;
  /** True when the text could not be read as shell (PowerShell, cmd); `commands` is then empty. */
  readonly unreadable: boolean;
}

/**
 * Gives a variable's value before the script starts. Undefined says that it is certainly not set and therefore empty;
 * where that cannot be told the answer is an unknown value. Variables that the shell itself sets (HOME, PWD …) need none.
 */
export type VariableLookup = (name: string) => Traced | undefined;
