import { decodeImage } from '../../image/decode';
import type { TagStatus } from '../../image/model';
import { msg, type Message } from '../../l10n/message';
import type { Overlay } from '../../overlay/model';
import type { StageBase, StageStack } from '../../stack/model';
import type { Range } from '../../text/range';
import type { Piece } from '../../text/traced';
import type { Refusal } from './model';

/** The image that takes the place of a devel image where nothing is compiled. */
export interface RuntimeImage {
  /** The reference, variables resolved. */
  readonly image: string;
  /** As FROM is to name it: with the ARGs that the devel image is written with, where that can be. */
  readonly written: string;
  readonly check: readonly Message[];
}

const GONE: ReadonlySet<TagStatus> = new Set(['removed', 'delisted', 'never-existed']);
const SERVED: ReadonlySet<TagStatus> = new Set(['served', 'end-of-life']);

/**
 * The runtime image with the same CUDA, cuDNN and distribution as the devel image that a stage starts from. A tag that
 * the tables do not know to be there is none. `text` is that of the Dockerfile.
 */
export function findRuntimeImage({ stage, base }: StageStack, text: string, overlay?: Overlay): RuntimeImage | Refusal {
  const { reference, parsed, image } = base;
  if (base.stage !== undefined) return { refusal: msg`This stage is built upon the stage ${reference.value}: split that one.` };
  const flavor = image?.parts.find(({ kind }) => kind === 'flavor');
  if (image === undefined || parsed?.tagRange === undefined || flavor === undefined || image.flavor === undefined) {
    return { refusal: msg`${reference.value} has no runtime image that is known.` };
  }
  if (image.flavor !== 'devel') return { refusal: msg`${reference.value} is no devel image: there is nothing to leave behind.` };
  if (GONE.has(image.status)) return { refusal: msg`${reference.value} is not there any more: change its CUDA version first.` };
  if (parsed.digest !== undefined) return { refusal: msg`${reference.value} is fixed by its digest; that of the runtime image is not known.` };
  const place = { start: parsed.tagRange.start + flavor.range.start, end: parsed.tagRange.start + flavor.range.end };
  const replaced = `${reference.value.slice(0, place.start)}runtime${reference.value.slice(place.end)}`;
  const tag = replaced.slice(parsed.tagRange.start);
  if (!SERVED.has(decodeImage(`${image.canonical}:${tag}`, overlay)?.status ?? 'unknown')) {
    return { refusal: msg`No image ${image.canonical}:${tag} is known to be there.` };
  }
  const check = image.mirrored ? [msg`Whether the mirror has ${replaced} is not known.`] : [];
  const own = stage.from.image;
  const written = rewrite(base, place, text.slice(own.range.start, own.range.end), own.range.start);
  if (written !== undefined) return { image: replaced, written, check };
  const names = [...new Set(reference.pieces.flatMap(({ use }) => use?.name ?? []))].join(', ');
  return { image: replaced, written: replaced, check: [...check, msg`${names} chooses the image of the build stage alone; that of the runtime stage is written out: change both together.`] };
}

/** The word after FROM with another flavor; undefined where the flavor comes from a variable that says more than the flavor. */
function rewrite({ reference }: StageBase, place: Range, word: string, offset: number): string | undefined {
  let position = 0;
  const met: { readonly piece: Piece; readonly start: number; readonly end: number }[] = [];
  for (const piece of reference.pieces) {
    const [start, end] = [position, position + piece.text.length];
    position = end;
    if (start < place.end && place.start < end) met.push({ piece, start, end });
  }
  const [only] = met;
  if (only === undefined || met.length > 1) return undefined;
  const { piece, start, end } = only;
  if (piece.use === undefined) {
    if (!piece.verbatim) return undefined;
    const at = piece.range.start - offset - start;
    return `${word.slice(0, at + place.start)}runtime${word.slice(at + place.end)}`;
  }
  if (start !== place.start || end !== place.end) return undefined;
  return `${word.slice(0, piece.use.range.start - offset)}runtime${word.slice(piece.use.range.end - offset)}`;
}
