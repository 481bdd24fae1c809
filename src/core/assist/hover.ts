import { decodeImage } from '../image/decode';
import type { ActionStep, InstructionStep, StackReport, StageStack } from '../stack/model';
import type { Range } from '../text/range';
import type { Card } from './card';
import { describeArchitecture } from './hover/architecture';
import { describeImage } from './hover/image';
import { describeFrom, describeInstruction } from './hover/instruction';
import { describePackage } from './hover/package';
import { describeRequirement } from './hover/requirement';
import { describeVariable } from './hover/variable';

/**
 * What is known of the place at `offset` (UTF-16 code units) of a Dockerfile: an image and the part of its tag, a package,
 * a requirement, a compute capability, a variable, or at a keyword the stack of that moment. Undefined where there is
 * nothing to say.
 */
export function describeAt({ dockerfile, stages }: StackReport, offset: number): Card | undefined {
  const named = describeNamedImage(dockerfile.text, offset);
  if (named !== undefined) return named;
  const stage = stages.findLast(({ stage: { range } }) => range.start <= offset);
  if (stage === undefined) return undefined;
  if (holds(stage.stage.from.range, offset)) return describeFromAt(stage, offset);
  const step = stage.steps.find(({ instruction }) => holds(instruction.range, offset));
  if (step === undefined) return undefined;
  if (holds(step.instruction.keywordRange, offset)) return describeInstruction(step);
  for (const action of step.actions) {
    const card = describeActionAt(action, dockerfile.file, offset);
    if (card !== undefined) return card;
  }
  const start = dockerfile.text.lastIndexOf('\n', offset - 1) + 1;
  const end = dockerfile.text.indexOf('\n', offset);
  const line = dockerfile.text.slice(start, end < 0 ? undefined : end);
  return describeArchitecture(line, start, offset) ?? describeVariableAt(step, line, start, offset);
}

function holds({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** An image of NVIDIA's that an ARG holds or that is copied from. */
function describeNamedImage(text: string, offset: number): Card | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(start).split('\n', 1)[0] ?? '';
  if (!/^\s*(?:ARG|COPY)\s/i.test(line)) return undefined;
  for (const { 0: name, index } of line.matchAll(/(?<=[="'])(?:docker\.io\/)?(?:nvidia|nvcr\.io\/nvidia)\/[\w./-]+:[\w.-]+(?![\w.@$-])/g)) {
    const range = { start: start + index, end: start + index + name.length };
    const image = holds(range, offset) ? decodeImage(name) : undefined;
    if (image === undefined) continue;
    const at = offset - range.start - (image.reference.tagRange?.start ?? 0);
    return describeImage(image, range, image.parts.find((part) => holds(part.range, at)));
  }
  return undefined;
}

function describeFromAt(stage: StageStack, offset: number): Card | undefined {
  const { from } = stage.stage;
  if (holds(from.keywordRange, offset)) return describeFrom(stage);
  const { image, reference } = stage.base;
  if (image === undefined || !holds(from.image.range, offset)) return undefined;
  // Parts of a tag are places in the value; where variables stand in it none can be pointed at.
  const shift = offset - from.image.range.start - (image.reference.tagRange?.start ?? 0);
  const part = from.image.raw === reference.value && image.reference.tagRange !== undefined ? image.parts.find(({ range }) => holds(range, shift)) : undefined;
  return describeImage(image, from.image.range, part);
}

function describeActionAt({ action, before }: ActionStep, file: string, offset: number): Card | undefined {
  if (action.file !== file) return undefined;
  switch (action.kind) {
    case 'package-install': {
      const spec = action.manager === 'apt' ? action.packages.find(({ range }) => holds(range, offset)) : undefined;
      return spec && describePackage(spec, before);
    }
    case 'pip-install': {
      const requirement = action.requirements.find((one) => one.file === file && holds(one.range, offset));
      return requirement && describeRequirement(requirement);
    }
    default:
      return undefined;
  }
}

/** The variable that an instruction sets or uses at an offset: `NAME=`, `$NAME`, `${NAME…}`, and the names of ENV and ARG. */
function describeVariableAt(step: InstructionStep, line: string, start: number, offset: number): Card | undefined {
  const { kind } = step.instruction;
  for (const match of line.matchAll(/(\$\{?)?\b([A-Z][A-Z\d_]+)(=)?/g)) {
    const [, dollar = '', name = '', equals] = match;
    const first = start + match.index + dollar.length;
    const range = { start: first, end: first + name.length };
    if (!holds(range, offset)) continue;
    return dollar !== '' || equals !== undefined || kind === 'arg' || kind === 'env' ? describeVariable(name, range, step) : undefined;
  }
  return undefined;
}
