import type { Severity } from '../core/rules/model';

/** Options that say what holds for a file besides the file itself. */
export interface ConfigArguments {
  /** A config file; false for none; undefined or true for the one that is found. */
  readonly config?: string | boolean;
  /** Names of targets of the config file. */
  readonly target?: readonly string[];
  readonly gpu?: readonly string[];
  readonly driver?: string;
  readonly platform?: string;
  readonly buildArg?: ReadonlyMap<string, string>;
}

/** Options of `trtc lint`. */
export interface LintArguments extends ConfigArguments {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly severity?: Severity;
  readonly rule?: Readonly<Record<string, Severity | 'off'>>;
  readonly fix?: boolean;
  readonly diff?: boolean;
  readonly context?: string;
  readonly stdinFilename?: string;
}

/** Options of `trtc stack`. */
export interface StackArguments extends ConfigArguments {
  readonly json?: boolean;
  readonly context?: string;
}
