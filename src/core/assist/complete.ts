import type { StackReport } from '../stack/model';
import type { Target } from '../target/model';
import { completeArchitecture } from './completion/architectures';
import { completeImage } from './completion/images';
import type { Completion } from './completion/model';
import { completePackage } from './completion/packages';
import { completeRequirement } from './completion/requirements';
import { readStageWishes } from './completion/stage-wishes';
import { completeVariable } from './completion/variables';

/** FROM with its flags, and an ARG that holds an image of NVIDIA's; the image up to the cursor at the end. */
const IMAGE = /^\s*(?:FROM\s+(?:--\S+\s+)*|ARG\s+\w+=["']?(?=nvidia\/|nvcr\.io\/))(\S*)$/i;

/**
 * What can be written at `offset` (UTF-16 code units) of a Dockerfile, the best first by what fits the rest of the file
 * and the targets: images and tags that are served, versions that the repository has, wheels that were published,
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

/** The installer whose arguments the end of a script stands among. */
function installerBefore(script: string): 'apt' | 'pip' | undefined {
  const command = script.split(/&&|\|\||[;|]|(?<!\\)\n/).at(-1) ?? '';
  if (/\b(?:apt-get|apt|aptitude)\b[^]*\binstall\b/.test(command)) return 'apt';
  return /\b(?:pip[\d.]*|uv)\b[^]*\b(?:install|add)\b/.test(command) ? 'pip' : undefined;
}
