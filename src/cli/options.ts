import type { Severity } from '../core/rules/model';

/** Options of `trtc lint`. */
export interface LintArguments {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly severity?: Severity;
  readonly rule?: Readonly<Record<string, Severity | 'off'>>;
  readonly fix?: boolean;
  readonly diff?: boolean;
  readonly buildArg?: ReadonlyMap<string, string>;
  readonly context?: string;
  readonly stdinFilename?: string;
}

/** Options of `trtc stack`. */
export interface StackArguments {
  readonly json?: boolean;
  readonly buildArg?: ReadonlyMap<string, string>;
  readonly context?: string;
}
