import type { Dockerfile, Stage } from '../dockerfile/model';
import type { Part } from '../stack/interpret';
import type { StackReport } from '../stack/model';
import type { Target } from '../target/model';
import type { Range } from '../text/range';
import { UNKNOWN, type Piece } from '../text/traced';
import { completeArchitecture } from './completion/architectures';
import { completeImage, completeTagPart, type TagGap } from './completion/images';
import type { Completion } from './completion/model';
import { completePackage } from './completion/packages';
import { completeRequirement } from './completion/requirements';
import { readStageWishes } from './completion/stage-wishes';
import { completeVariable } from './completion/variables';

/** FROM with its flags, an ARG that holds an image of NVIDIA's, and one that is copied from; the image up to the cursor at the end. */
const IMAGE = /^\s*(?:FROM\s+(?:--\S+\s+)*|(?:ARG\s+\w+=["']?|COPY\s+(?:--\S+\s+)*--from=)(?=nvidia\/|nvcr\.io\/))(\S*)$/i;

/** An ARG with its value up to the cursor. */
const ARG = /^\s*ARG\s+(?:\w+=\S*\s+)*(\w+)=["']?([\w.-]*)$/i;

/**
 * What can be written at `offset` (UTF-16 code units) of a Dockerfile, the best first by what fits the rest of the file
 * and the targets: images, tags and parts of tags that are served, versions that the repository has, wheels that were published,
 * architectures that the stage's nvcc knows, variables of the container toolkit. Nothing that a Dockerfile language
 * server offers already.
 */
export function complete(report: StackReport, offset: number, targets: readonly Target[] = []): readonly Completion[] {
  const { text } = report.dockerfile;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/^\s*#/.test(line)) return [];
  const stage = report.stages.findLast(({ stage: { range } }) => range.start <= offset);
  const image = IMAGE.exec(line)?.[1];
  if (image !== undefined) return completeImage(image, offset, stage && readStageWishes(report, stage, targets), targets);
  const [, name, typed = ''] = ARG.exec(line) ?? [];
  const gaps = name === undefined ? [] : listTagGaps(report, name, offset - typed.length, targets);
  if (gaps.length > 0) return completeTagPart(typed, offset, gaps, targets);
  const step = stage?.steps.findLast(({ instruction: { range } }) => range.start < offset);
  if (step === undefined) {
    return /^\s*(?:ENV|ARG)\s/i.test(line) ? completeVariable(line, offset, text) : [];
  }
  // A line that is no instruction yet, `ENV NVIDIA_`, belongs to none.
  const keyword = /^\s*(ENV|ARG)\s/i.exec(line)?.[1]?.toUpperCase() ?? step.instruction.keyword;
  switch (keyword) {
    case 'ENV':
    case 'ARG': {
      const architectures = completeArchitecture(line, offset, step.before, targets);
      return architectures.length > 0 ? architectures : completeVariable(line, offset, text);
    }
    case 'RUN': {
      const architectures = completeArchitecture(line, offset, step.before, targets);
      if (architectures.length > 0) return architectures;
      const before = text.slice(step.instruction.range.start, offset);
      const installer = installerBefore(before);
      return installer === undefined ? [] : installer === 'apt' ? completePackage(line, offset, step) : completeRequirement(line, offset, step, targets);
    }
    default:
      return [];
  }
}

/**
 * What has to be known of a Dockerfile for `complete` to give at `offset` what it gives of the whole. Images hang on what
 * is asked of them in their stage and in those that are built upon it, and on the images of all other stages.
 */
export function partToComplete({ text, stages }: Dockerfile, offset: number): Part {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const name = ARG.exec(line)?.[1];
  const stage = stages.findLast(({ range }) => range.start <= offset);
  const wished = stages.filter((one) => (IMAGE.test(line) && one === stage) || (name !== undefined && one.from.image.raw.includes(name)));
  return { until: Math.max(offset, ...wished.map((one) => endOfFamily(one, stages))), withBases: wished.length > 0 };
}

/** Where the last stage ends that may be built upon a stage, going by how it is written. */
function endOfFamily(root: Stage, stages: readonly Stage[]): number {
  const names = new Set([root.name]);
  let last = root;
  for (const stage of stages.slice(root.index + 1)) {
    const { raw } = stage.from.image;
    if (/^[\w.:/@-]*$/.test(raw) && !names.has(raw.toLowerCase())) continue;
    names.add(stage.name);
    last = stage;
  }
  return last.range.end;
}

/** The tags in which the value of an ARG, which is written at `start`, is one part. */
function listTagGaps(report: StackReport, name: string, start: number, targets: readonly Target[]): readonly TagGap[] {
  return report.stages.flatMap((stage) => {
    const { image } = stage.stage.from;
    const [use, second] = [...image.raw.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].filter((match) => (match[1] ?? match[2]) === name);
    if (use === undefined || second !== undefined) return [];
    const gap = { start: image.range.start + use.index, end: image.range.start + use.index + use[0].length };
    const { pieces } = stage.base.reference;
    const place = (piece: Piece): Range => piece.use?.range ?? piece.range;
    // The value may come from elsewhere: a later ARG of the same name.
    if (pieces.some((piece) => place(piece).start === gap.start && piece.range.start !== start)) return [];
    const join = (parts: readonly Piece[]): string => parts.map(({ text }) => text).join('');
    const [before, after] = [join(pieces.filter((piece) => place(piece).end <= gap.start)), join(pieces.filter((piece) => place(piece).start >= gap.end))];
    return before.includes(':') && !`${before}${after}`.includes(UNKNOWN) ? [{ before, after, wishes: readStageWishes(report, stage, targets) }] : [];
  });
}

/** The installer whose arguments the end of a script stands among. */
function installerBefore(script: string): 'apt' | 'pip' | undefined {
  const command = script.split(/&&|\|\||[;|]|(?<!\\)\n/).at(-1) ?? '';
  if (/\b(?:apt-get|apt|aptitude)\b[^]*\binstall\b/.test(command)) return 'apt';
  return /\b(?:pip[\d.]*|uv)\b[^]*\b(?:install|add)\b/.test(command) ? 'pip' : undefined;
}
