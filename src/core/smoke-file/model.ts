import type { Message } from '../l10n/message';
import type { Location, Range } from '../text/range';

/** Name of a smoke file: `gpu.smoke.yaml`. A folder may hold many. */
export const SMOKE_FILE: RegExp = /(?:^|[/\\])[^/\\]*\.smoke\.ya?ml$/i;

/** What a smoke file asks for. Entries that are wrong are left out. */
export interface SmokeFile {
  /** Its name, as it was handed in. */
  readonly file: string;
  /** What is tested; null where the file does not say it (or says it wrong). */
  readonly subject: SmokeSubject | null;
  /** Where the file names what is tested; the whole first line where it does not. */
  readonly subjectRange: Range;
  /** Kinds of checks of ours that are run; null: those that the caller asks for. */
  readonly profiles: readonly ('static' | 'cpu' | 'gpu')[] | null;
  /** Checks of ours that are left out, by id. */
  readonly skip: readonly string[];
  readonly versions: readonly ExpectedVersion[];
  /** ONNX files that trtexec builds and runs. */
  readonly models: readonly ModelFile[];
  /** What all checks that run something get. */
  readonly surroundings: Surroundings;
  readonly checks: readonly OwnCheck[];
}

/** An image, or the stage of a Dockerfile that is built first. */
export type SmokeSubject =
  | { readonly kind: 'image'; readonly image: string }
  | {
      readonly kind: 'dockerfile';
      /** From the folder of the smoke file. */
      readonly dockerfile: string;
      readonly target: string | null;
      /** From the folder of the smoke file; null: the folder of the Dockerfile. */
      readonly context: string | null;
      readonly buildArgs: Readonly<Record<string, string>>;
    };

/** How containers run; what is null or empty is left to the run. */
export interface Surroundings {
  readonly gpus: 'none' | 'all' | number | readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** `source:target[:rw]`; a source that begins with a dot is meant from the folder of the smoke file. */
  readonly mounts: readonly SmokeMount[];
  readonly network: boolean | null;
  readonly memoryBytes: number | null;
  readonly timeMs: number | null;
  readonly user: string | null;
  readonly workdir: string | null;
}

export interface SmokeMount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** A version that the image must have: `8.6` (leading parts) or `>=10,<11`. */
export interface ExpectedVersion {
  readonly part: string;
  readonly version: string;
  readonly range: Range;
}

export interface ModelFile {
  /** From the folder of the smoke file. */
  readonly path: string;
  readonly range: Range;
}

/** A command of the user's with what it must do. */
export interface OwnCheck {
  readonly name: string;
  readonly range: Range;
  readonly profile: 'cpu' | 'gpu';
  /** A list is started as it is; a text is given to `/bin/sh -c`. */
  readonly run: readonly string[] | string;
  /** Texts that the output must contain. */
  readonly output: readonly string[];
  /** A regular expression that the output must match. */
  readonly matches: string | null;
  readonly exit: number;
  readonly surroundings: Surroundings;
}

/** Something in a smoke file that is wrong; the rest of the file still counts. */
export interface SmokeFileProblem {
  readonly location: Location;
  /** One sentence. */
  readonly message: Message;
}
