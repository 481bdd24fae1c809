// The words of the smoke test. A *check* asks one thing of an image and gives a *verdict*; what it runs is a *step*;
// steps that can share a container form a *batch*. Nothing here knows Docker: containers run through `SmokePorts`.
import type { StageOutput } from '../core/engine/stack-output';
import type { Message } from '../core/l10n/message';
import type { ImageScan } from '../core/scan/model';

/** static: files of the image are read, nothing runs. cpu: programs run, without a GPU. gpu: programs run with one. */
export type Profile = 'static' | 'cpu' | 'gpu';

/** A text that can be translated; its data is shown as plain text. */
export type Sentence = Message;

/** passed, failed: of the image. blocked: the host, its driver or the engine kept the check from telling. skipped: nothing to check. */
export type VerdictState = 'passed' | 'failed' | 'skipped' | 'blocked';

/** What a check found. */
export interface Verdict {
  readonly state: VerdictState;
  /** One sentence: what was proved, or why not. */
  readonly sentence: Sentence;
  /** More of it: each thing that is missing, what differs from the prediction, what to do. */
  readonly details: readonly Sentence[];
  /** What the sentence rests upon: the last lines of the output, names of files. Foreign text. */
  readonly evidence: string;
  /** What was read on the way: `driver`, `gpu`, `tensorrt`, `cuda` … with its version. */
  readonly measured: Readonly<Record<string, string>>;
  /** Id of the decoded error in the table of known errors, where one fits. */
  readonly knownError: string | null;
}

/** What is known of the image when its checks are chosen. */
export interface SmokeImage {
  /** As it was asked for. */
  readonly reference: string;
  readonly imageId: string;
  /** `repository@sha256:…`; null where the image never was in a registry. */
  readonly digest: string | null;
  /** In Docker's words: `amd64`. */
  readonly architecture: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly scan: ImageScan;
  /** What its Dockerfile leads to expect; null where no Dockerfile is known. */
  readonly predicted: StageOutput | null;
  /** Nothing of it could be read: every check that runs something is tried. */
  readonly unread?: boolean;
}

/** A program with its arguments. Of `programs` the first that is there is started: names to be looked for in PATH, or paths. */
export interface Command {
  readonly programs: readonly string[];
  readonly args: readonly string[];
}

/** What a check runs: commands one after the other, until one fails. */
export interface Step {
  readonly commands: readonly Command[];
  /** For all its commands. */
  readonly timeoutMs: number;
  readonly isolation: Isolation;
}

/** Steps with the same isolation share a container. */
export interface Isolation {
  readonly gpus: 'none' | 'all' | number | readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly network: boolean;
  /** null: the default of the run. */
  readonly memoryBytes: number | null;
  /** null: the image's own. */
  readonly user: string | null;
  readonly workdir: string | null;
}

/** A folder or file of the engine's machine in the container; read-only unless `writable`. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** What became of a step. */
export interface StepResult {
  /**
   * ran: its commands ended. absent: a program of it is not in the image. timed-out: they were ended. not-run: the
   * container ended, or did not start, before it was their turn.
   */
  readonly state: 'ran' | 'absent' | 'timed-out' | 'not-run';
  /** Of the command that ended last; 128 + N where signal N ended it. null where none ran. */
  readonly status: number | null;
  /** Standard output and error, the last part of it where it is long. */
  readonly output: string;
  readonly durationMs: number;
  /** The time that it had. */
  readonly timeoutMs: number;
  /** The kernel ended a process because the container's memory limit was reached. */
  readonly outOfMemory: boolean;
  /** Why nothing ran, where the engine says so. */
  readonly refusal: Refusal | null;
}

/** Why the engine or the cluster did not run a container: kinds of DockerProblem and of kubectl's port, with their words. */
export interface Refusal {
  readonly kind: 'no-gpu-runtime' | 'not-found' | 'exec-format' | 'engine' | 'cluster' | 'no-node' | 'cancelled';
  readonly detail: string;
}

interface CheckBase {
  /** Kebab-case: `tensorrt-engine`. */
  readonly id: string;
  /** What it proves, as a title: "trtexec builds and runs an engine". A mere string is the user's own. */
  readonly title: Sentence | string;
  /** Whether the image holds what is checked. */
  readonly applies: (image: SmokeImage) => boolean;
}

/** Judges by the files of the image alone. */
export interface StaticCheck extends CheckBase {
  readonly kind: 'static';
  readonly judge: (image: SmokeImage) => Verdict;
}

/** Runs something in the image. */
export interface RunCheck extends CheckBase {
  readonly kind: 'cpu' | 'gpu';
  readonly plan: (image: SmokeImage) => Step;
  readonly read: (result: StepResult, image: SmokeImage) => Verdict;
}

export type Check = StaticCheck | RunCheck;

/** A container to run: the shape that the engine's own `runContainer` takes. */
export interface ContainerSpec {
  readonly image: string;
  /** Empty: the image's entry point is not used. */
  readonly entrypoint: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  readonly gpu: { readonly how: 'none' } | { readonly how: 'gpus'; readonly devices: 'all' | number | readonly string[]; readonly capabilities: readonly string[] };
  readonly network: 'none' | 'bridge';
  readonly memoryBytes: number;
  readonly pidsLimit: number;
  readonly timeoutMs: number;
  readonly outputLimitBytes: number;
  readonly user?: string;
  readonly workdir?: string;
  readonly files: readonly ContainerFile[];
}

/** A file that is put into a container before it starts. */
export interface ContainerFile {
  readonly path: string;
  readonly content: string | Buffer;
  readonly mode: number;
}

/** What a container did. */
export interface ContainerOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly outOfMemory: boolean;
}

/** What the smoke test needs of the world; the command line and the editor fill it in. */
export interface SmokePorts {
  /**
   * Runs a container and removes it, whatever happens; `onOutput` gets its output as it comes. Rejects with an error that
   * has a `problem` (DockerProblem) where the engine does not run it.
   */
  readonly runContainer: (spec: ContainerSpec, control: { readonly signal: AbortSignal; readonly onOutput: (text: string, stream: 'stdout' | 'stderr') => void }) => Promise<ContainerOutcome>;
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** A word that no program prints by chance. */
  readonly nonce: () => string;
}

/** A check with its verdict. */
export interface CheckResult {
  readonly id: string;
  readonly title: Sentence | string;
  readonly kind: Profile;
  readonly verdict: Verdict;
  readonly durationMs: number;
}

/** What happens in a run, in order; `checkId` names a check of the plan. */
export type SmokeEvent =
  | { readonly type: 'started'; readonly checkId: string }
  | { readonly type: 'output'; readonly checkId: string | null; readonly text: string }
  | { readonly type: 'finished'; readonly result: CheckResult };
