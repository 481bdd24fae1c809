import type { StepPosition } from './model';

/** A step's name taken apart: `[deps 2/3] RUN make` (BuildKit), `Step 2/7 : RUN make` (legacy), `STEP 2/7: RUN make` (podman). */
export interface StepName {
  readonly text: string;
  readonly position: StepPosition | undefined;
}

const BUILDKIT = /^\[(?:([^\]]*) )?(\d+)\/(\d+)\] (.*)$/s;
const OTHER = /^\[[^\]]*\] (.*)$/s;
const LEGACY = /^(?:Step|STEP) (\d+)\/(\d+) ?: (.*)$/s;

/** Reads the name of one of BuildKit's steps. */
export function readStepName(name: string): StepName {
  const [, labels = '', index, total, text] = BUILDKIT.exec(name) ?? [];
  if (text === undefined) return { text: OTHER.exec(name)?.[1] ?? name, position: undefined };
  return { text, position: { counted: 'stage', labels: labels.split(' ').filter((label) => label !== ''), index: Number(index), total: Number(total) } };
}

/** Reads the line with which the legacy builder, or podman, begins a step; undefined for any other line. */
export function readLegacyStep(line: string): StepName | undefined {
  const [, index, total, text] = LEGACY.exec(line) ?? [];
  return text === undefined ? undefined : { text, position: { counted: 'file', labels: [], index: Number(index), total: Number(total) } };
}
