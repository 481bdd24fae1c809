import type { CopyInstruction } from '../../dockerfile/model';
import { decodeImage } from '../../image/decode';
import type { DecodedImage } from '../../image/model';
import { initialState } from '../../stack/initial';
import type { StackReport, StackState, StageStack } from '../../stack/model';
import { resolvePath } from '../../text/path';
import type { Location } from '../../text/range';

/** What `COPY --from` takes its files from. */
export interface CopyOrigin {
  /** The stage at its end, or the image. */
  readonly state: StackState;
  /** Undefined for an external image. */
  readonly stage: StageStack | undefined;
  /** The external image, or that at the bottom of the stage. */
  readonly image: DecodedImage | undefined;
  /** The name in `--from`. */
  readonly location: Location;
}

/** The origin of a COPY; undefined without `--from`, and where a variable or an unknown image stands there. */
export function copyOrigin(stack: StackReport, stage: StageStack, { flags }: CopyInstruction): CopyOrigin | undefined {
  const value = flags.find(({ name }) => name === 'from')?.value;
  const name = value?.raw.replace(/^(["'])(.*)\1$/, '$2').toLowerCase();
  if (value === undefined || name === undefined || name.includes('$')) return undefined;
  const location = { file: stack.dockerfile.file, range: value.range };
  const earlier = stack.stages.filter((other) => other.stage.index < stage.stage.index);
  const found = earlier.findLast((other) => other.stage.name === name) ?? earlier.find((other) => String(other.stage.index) === name);
  if (found !== undefined) return { state: found.final, stage: found, image: found.rootImage, location };
  const image = decodeImage(value.raw, stack.overlay);
  return image === undefined ? undefined : { state: initialState(image, location), stage: undefined, image, location };
}

/** A source of COPY as the origin has it: absolute, without trailing slash. */
export function originPath(source: string): string {
  return resolvePath('/', source);
}
