import type { ComponentKind, Certainty, StackReport, StageStack, VersionClaim, Via } from '../stack/model';
import { LineIndex } from '../text/line-index';
import { UNKNOWN } from '../text/traced';

/** What `trtc stack --json` prints and the language server answers; media/schemas/stack-output.schema.json describes it. */
export interface StackOutput {
  readonly version: 1;
  readonly stages: readonly StageOutput[];
}

export interface StageOutput {
  /** null for a stage without AS. */
  readonly name: string | null;
  readonly index: number;
  /** Line of FROM, from 1. */
  readonly line: number;
  /** The image or stage, ARGs expanded; as written where a value is not known. */
  readonly from: string;
  /** Index of the earlier stage that it begins with; null for an image. */
  readonly basedOn: number | null;
  /** Indexes of the stages that it copies files from, ascending. */
  readonly copiesFrom: readonly number[];
  readonly components: readonly ComponentOutput[];
}

export interface ComponentOutput {
  readonly kind: ComponentKind;
  /** Package, image or file that brought it. */
  readonly name: string;
  /** `11.6.2`, `12.4.*`, `>=2,<3`, `newest`, or null when nothing is known. */
  readonly version: string | null;
  /** CUDA that it was built for, where its version says so. */
  readonly cuda: string | null;
  readonly certainty: Certainty;
  readonly via: Via;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Each stage as it is after its last instruction. */
export function describeStack({ dockerfile, stages, files }: StackReport): StackOutput {
  const indexes = new Map<string, LineIndex>();
  const findLine = (file: string, offset: number): number => {
    let index = indexes.get(file);
    if (index === undefined) {
      index = new LineIndex(file === dockerfile.file ? dockerfile.text : (files.get(file) ?? ''));
      indexes.set(file, index);
    }
    return index.positionAt(offset).line + 1;
  };
  return {
    version: 1,
    stages: stages.map(({ stage, base, steps, final }) => ({
      name: stage.name ?? null,
      index: stage.index,
      line: findLine(dockerfile.file, stage.from.range.start),
      from: base.reference.value.includes(UNKNOWN) ? stage.from.image.raw : base.reference.value,
      basedOn: base.stage?.stage.index ?? null,
      copiesFrom: listSources(stages, stage.index, steps),
      components: final.components.map((component) => ({
        kind: component.kind,
        name: component.name.replaceAll(UNKNOWN, '?'),
        version: formatVersion(component.version),
        cuda: component.cuda ?? null,
        certainty: component.certainty,
        via: component.via,
        file: component.where.file,
        line: findLine(component.where.file, component.where.range.start),
      })),
    })),
  };
}

/** The earlier stages that COPY --from and RUN --mount of a stage name, by name or number. */
function listSources(stages: readonly StageStack[], index: number, steps: StageStack['steps']): readonly number[] {
  const found = new Set<number>();
  for (const { instruction } of steps) {
    for (const { name, value } of instruction.flags) {
      const from = name === 'from' ? value?.raw : name === 'mount' ? /(?:^|,)from=([^,]+)/.exec(value?.raw ?? '')?.[1] : undefined;
      if (from === undefined) continue;
      const source = stages.find(({ stage }) => stage.index < index && (stage.name === from.toLowerCase() || String(stage.index) === from));
      if (source !== undefined) found.add(source.stage.index);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** A version claim as one word for the reader; null when nothing is known. */
function formatVersion(claim: VersionClaim): string | null {
  switch (claim.type) {
    case 'exact':
      return claim.version;
    case 'prefix':
      return `${claim.version}.*`;
    case 'range':
      return claim.specifier;
    case 'newest':
      return 'newest';
    case 'unknown':
      return null;
  }
}
