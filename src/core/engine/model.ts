import type { ComposeProject } from '../compose/model';
import type { DockerfileProblem } from '../dockerfile/read';
import type { FileKind } from '../file-kind';
import { msg, type Message } from '../l10n/message';
import type { Overlay } from '../overlay/model';
import type { AnyRule, Finding } from '../rules/model';
import type { ContextReader } from '../shell/installers/model';
import type { StackReport } from '../stack/model';
import type { Target } from '../target/model';
import type { Memory } from './memory';
import type { RuleSettings } from './settings';

export interface AnalysisOptions {
  /** The file's kind, where its name does not tell it. */
  readonly kind?: FileKind | undefined;
  /** Values of `--build-arg`. */
  readonly buildArgs?: ReadonlyMap<string, string> | undefined;
  /** The build context of a Dockerfile; for other kinds the folders that they may name files in. None where there is none at hand. */
  readonly context?: ContextReader | undefined;
  /** Folder of a file that is no Dockerfile inside `context`, with `/`; `''` for its root. */
  readonly folder?: string | undefined;
  readonly settings?: RuleSettings | undefined;
  /** Where the image must run. */
  readonly targets?: readonly Target[] | undefined;
  /** An organisation's own images and facts. */
  readonly overlay?: Overlay | undefined;
  /** Told of a rule that threw; the others go on. */
  readonly onRuleError?: ((ruleId: string, error: unknown) => void) | undefined;
  /** Rules other than the project's own. */
  readonly rules?: readonly AnyRule[] | undefined;
  /** What this very Dockerfile was read as before, with the same options: it is not interpreted again. */
  readonly stack?: StackReport | undefined;
  /** Of earlier texts of this Dockerfile. */
  readonly memory?: Memory | undefined;
}

/** What keeps a file from being analysed, as one sentence. */
export interface Problem {
  readonly code: DockerfileProblem['problem'] | 'no-from' | 'no-map';
  readonly message: Message;
}

const PROBLEMS: Readonly<Record<Problem['code'], Message>> = {
  binary: msg`This is no text file.`,
  'too-large': msg`The file is larger than 8 MB.`,
  'no-instruction': msg`This is no Dockerfile: no instruction that Docker knows is in it.`,
  'no-from': msg`This is no Dockerfile: it has no FROM instruction.`,
  'no-map': msg`There is nothing in this file that could be read.`,
};

export interface Analysis {
  readonly kind: FileKind | undefined;
  /** Those of the file itself in order of position, then those in files of the build context. */
  readonly findings: readonly Finding[];
  /** Undefined when the file is no Dockerfile, or of another kind. */
  readonly stack: StackReport | undefined;
  /** Of a Compose file: what it says, for changes that are no fixes. */
  readonly compose?: ComposeProject;
  /** Text of every other file that was read, by reported name: findings, related places and edits may lie in them. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** The analysis of a file that cannot be read as what it is taken for. */
export function createFailure(kind: FileKind, code: Problem['code']): Analysis {
  return { kind, findings: [], stack: undefined, files: new Map(), problems: [{ code, message: PROBLEMS[code] }] };
}
