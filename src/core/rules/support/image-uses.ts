import type { CommandInstruction, CopyInstruction, Word } from '../../dockerfile/model';
import { imageFact } from '../../facts/image-facts';
import { decodeImage } from '../../image/decode';
import type { DecodedImage, TagPart } from '../../image/model';
import { msg } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import { Traced } from '../../text/traced';
import type { Fix } from '../model';
import { editTag } from './edit-tag';

/** An image that Docker pulls for a Dockerfile, where it is named. */
export interface ImageUse {
  readonly stage: StageStack;
  /** The reference after expansion; offsets of `image.reference` and `image.parts` (in the tag) count in its value. */
  readonly reference: Traced;
  readonly image: DecodedImage;
  /** `FROM`, `COPY --from=` or `RUN --mount=from=`. */
  readonly by: 'from' | 'copy' | 'mount';
}

const uses = new WeakMap<StackReport, readonly ImageUse[]>();

/** The external images of a Dockerfile that some decoder knows, in the order of the file. */
export function listImages(stack: StackReport): readonly ImageUse[] {
  let found = uses.get(stack);
  if (found === undefined) uses.set(stack, (found = findImages(stack)));
  return found;
}

function findImages(stack: StackReport): readonly ImageUse[] {
  const names = new Set(stack.stages.map(({ stage }) => stage.name));
  const found: ImageUse[] = [];
  for (const stage of stack.stages) {
    const { image, reference } = stage.base;
    if (image !== undefined) found.push({ stage, reference, image, by: 'from' });
    for (const { instruction } of stage.steps) {
      for (const { text, start, by } of listSources(instruction)) {
        if (names.has(text.toLowerCase())) continue;
        const decoded = decodeImage(text, stack.overlay);
        if (decoded === undefined) continue;
        const range = { start, end: start + text.length };
        found.push({ stage, reference: Traced.literal(text, stack.dockerfile.file, range), image: decoded, by });
      }
    }
  }
  return found;
}

interface Source {
  readonly text: string;
  readonly start: number;
  readonly by: 'copy' | 'mount';
}

/** What `--from` and `--mount=…,from=` name. BuildKit expands no variables there. */
function listSources(instruction: StageStack['steps'][number]['instruction']): readonly Source[] {
  if (instruction.kind === 'copy') return copySources(instruction);
  return instruction.kind === 'run' ? mountSources(instruction) : [];
}

function copySources({ flags }: CopyInstruction): readonly Source[] {
  return flags.flatMap(({ name, value }) => (name === 'from' && isPlain(value) ? [{ text: value.raw, start: value.range.start, by: 'copy' as const }] : []));
}

function mountSources({ flags }: CommandInstruction): readonly Source[] {
  return flags.flatMap(({ name, value }) => {
    if (name !== 'mount' || !isPlain(value)) return [];
    const from = /(?:^|,)from=([^,]*)/.exec(value.raw);
    const text = from?.[1] ?? '';
    return from === null ? [] : [{ text, start: value.range.start + from.index + from[0].length - text.length, by: 'mount' as const }];
  });
}

/** Written as it is meant, and no number of a stage. */
function isPlain(word: Word | undefined): word is Word {
  return word !== undefined && !/["'$\\\s]/.test(word.raw) && !/^\d*$/.test(word.raw);
}

/** Where a use names its tag: the tag, the variable it comes from, or the whole reference when there is none. Undefined for an empty reference. */
export function locateTag({ reference, image }: ImageUse): Location | undefined {
  const range = image.reference.tagRange;
  return reference.locate(range?.start, range?.end);
}

/** Where a part of the tag stands, or the variable it comes from. */
export function locatePart({ reference, image }: ImageUse, { range }: TagPart): Location | undefined {
  const offset = image.reference.tagRange?.start ?? 0;
  return reference.locate(offset + range.start, offset + range.end);
}

/** The part of a kind in an image's tag. */
export function findPart(image: DecodedImage, kind: TagPart['kind']): TagPart | undefined {
  return image.parts.find((part) => part.kind === kind);
}

/** Whether a fact of the table `image-facts` is what an image's status rests on. */
export function restsOn({ statusEvidence }: DecodedImage, factId: string): boolean {
  return statusEvidence !== undefined && statusEvidence.fact.template === imageFact(factId)?.fact.template;
}

/** The name and tag of an image for a message, as written: `nvidia/cuda:11.0-base`. */
export function nameOf({ reference }: Pick<DecodedImage, 'reference'>): string {
  const { registry, repository, tag } = reference;
  return `${registry === undefined ? '' : `${registry}/`}${repository}${tag === undefined ? '' : `:${tag}`}`;
}

/** Fixes that give a use each of these tags, best first; those that cannot be written are left out. `safe` tells which may be taken without asking. */
export function retag({ reference, image }: ImageUse, tags: readonly string[], safe: (tag: string) => boolean = () => false): readonly Fix[] {
  return tags.flatMap((tag) => {
    const edits = editTag(reference, image.reference, tag);
    return edits === undefined ? [] : [{ title: msg`Use ${nameOf({ reference: { ...image.reference, tag } })}`, safe: safe(tag), edits }];
  });
}
