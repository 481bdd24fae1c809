import type { Message } from '../../l10n/message';

/** A stage taken apart into one that builds and one that runs. */
export interface StageSplit {
  /** The Dockerfile afterwards. */
  readonly text: string;
  /** Name of the stage that builds; the stage that runs keeps the name of the old one. */
  readonly build: string;
  /** The image that the second stage starts from. */
  readonly image: string;
  /** What was done with what, one sentence each. */
  readonly done: readonly Message[];
  /** What could not be known and must be looked at before the image is trusted. */
  readonly check: readonly Message[];
}

/** Why a stage is left as it is. */
export interface Refusal {
  readonly refusal: Message;
}
