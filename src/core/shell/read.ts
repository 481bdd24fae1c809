import type { Traced } from '../text/traced';
import type { ShellScript, VariableLookup } from './model';

/** Text handed to a shell: `text` holds the document's characters from `offset` on, or blanks of equal length. */
export interface ShellSource {
  readonly file: string;
  readonly text: string;
  readonly offset: number;
}

/** How a script is run. */
export interface ReadOptions {
  /** Directory in which it starts, absolute; `cd` to a relative path is resolved against it. */
  readonly workingDirectory?: string;
  /** Program of the shell, as given to SHELL or in a `#!` line: `/bin/bash`, `powershell`. A POSIX shell when absent. */
  readonly shell?: string;
  /** `$1` … of a script that is called with arguments; unknown when absent. */
  readonly parameters?: readonly Traced[];
}

/**
 * Reads a script as the simple commands it runs, in the order in which the shell comes to them.
 * `lookup` answers for variables that the script itself does not set; see `VariableLookup`.
 * Never throws: what cannot be read gives `unreadable`, what is too deep or too long is cut short.
 */
export function readScript(source: ShellSource, lookup: VariableLookup, options: ReadOptions = {}): ShellScript {
  void source;
  void lookup;
  void options;
  return { commands: [], variables: new Map(), unreadable: false };
}
