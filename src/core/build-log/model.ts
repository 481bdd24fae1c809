/** Where a builder says that a step stands. */
export interface StepPosition {
  /** `file`: counted over all instructions (legacy builder). `stage`: over those that make a layer, FROM first where there is one (BuildKit). */
  readonly counted: 'file' | 'stage';
  /** Words before the number: the stage's name or `stage-1`, before it a platform or a Compose service. */
  readonly labels: readonly string[];
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

export type StepState = 'running' | 'done' | 'cached' | 'failed' | 'cancelled';

/** One step of a build, as its builder reports it; what is reported changes as the build goes on. */
export interface BuildStep {
  /** Unique in one build. */
  readonly id: string;
  /** `RUN make`, `load metadata for docker.io/library/debian:12`: the builder's words without its numbering. */
  readonly text: string;
  /** Undefined for what the builder does besides the instructions. */
  readonly position: StepPosition | undefined;
  readonly state: StepState;
  /** How long it took; undefined where the builder does not say. */
  readonly seconds: number | undefined;
  /** What it sends, pulls or writes at the moment; the total where the builder knows it. */
  readonly transfer: { readonly currentBytes: number; readonly totalBytes: number | undefined } | undefined;
  /** The end of what it printed, colours left in. */
  readonly output: string;
  /** Why it failed, in the builder's words. */
  readonly error: string | undefined;
}

/** What a piece of a log tells. */
export type BuildEvent =
  /** A step began, or changed its state to this one; `step` itself may be further by now. */
  | { readonly kind: 'step'; readonly step: BuildStep; readonly state: StepState }
  /** A whole line that a step printed. */
  | { readonly kind: 'output'; readonly step: BuildStep; readonly text: string }
  /** `BuildStep.transfer` changed. */
  | { readonly kind: 'transfer'; readonly step: BuildStep }
  /** A line of the builder itself: a warning, the excerpt of the Dockerfile, the final error. */
  | { readonly kind: 'message'; readonly text: string };

/** The lines of the Dockerfile that BuildKit names beside an error, from 1, both included. */
export interface ReportedLines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}
