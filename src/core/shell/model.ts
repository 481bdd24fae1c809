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
  /** First word without its directory (`/usr/bin/apt-get` gives `apt-get`); empty when it is unknown. Wrappers are unwrapped. */
  readonly name: string;
  /** All words, the name first; `sudo`, `env A=b`, `time`, `exec`, `nice`, `command`, `xargs` before the name are taken off. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  readonly range: Range;
  /** True when it may not run: inside `if`, `case`, a loop, after `||`, or in a function that nobody calls. */
  readonly conditional: boolean;
  /** True when a failure of it does not end the RUN: followed by `|| …`, or the condition of an `if`. */
  readonly failureIgnored: boolean;
  /** Inside `$(…)`, backquotes or `<(…)`. */
  readonly substitution: boolean;
  /** The commands of one pipeline share a number; alone in its pipeline otherwise. */
  readonly pipeline: number;
  /** Position in its pipeline, from 0. */
  readonly pipelineIndex: number;
  /** Working directory changes by `cd` earlier in the same script; undefined when none or unknown. */
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

/** Gives a variable's value before the script starts; undefined for one that is not set. */
export type VariableLookup = (name: string) => Traced | undefined;
