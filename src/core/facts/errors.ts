import { defineTable } from './table';
import text from './tables/errors.json?raw';

/** An error message of the field that is known, with why it comes and what to do. */
export interface KnownError {
  readonly id: string;
  /** When it shows: while an image is built, while software is installed on the host, or in a running container. */
  readonly phase: 'build' | 'install' | 'run';
  /** The program that says it. */
  readonly tool: string;
  readonly severity: 'error' | 'warning';
  /** `symptom`: the text alone does not tell the cause; one that tells it goes before. */
  readonly tells: 'cause' | 'symptom';
  /** As it was reported. */
  readonly message: string;
  /** Regular expression over one line, which `\s+` lets go on in the next one; its named groups are values for the `{placeholders}` of the texts below. */
  readonly match: string;
  readonly cause: string;
  /** What to look at to be sure; commands stand in backticks. */
  readonly check: readonly string[];
  /** What to do, the best first; commands stand in backticks. */
  readonly remedy: readonly string[];
  readonly source: string;
  /** More sources. */
  readonly also: readonly string[];
}

const table = defineTable<Omit<KnownError, 'source'>>(text);

/** All known errors, by id. */
export function knownErrors(): readonly KnownError[] {
  return table().rows;
}

/** ISO date on which the table was last compared with its sources. */
export function knownErrorsChecked(): string {
  return table().checked;
}
