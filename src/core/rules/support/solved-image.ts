import { osOf } from '../../image/distribution';
import { decodeImage } from '../../image/decode';
import { currentOf } from '../../solver/current';
import type { Wishes } from '../../solver/model';
import { solve } from '../../solver/solve';
import type { StackReport, StageStack } from '../../stack/model';
import { majorOf } from '../../version/dotted';
import type { Fix } from '../model';
import { rootUse } from './absence';
import { endOfSupport, isCudaImage, wishOf } from './cuda-tags';
import { retag } from './image-uses';

/**
 * The fix that gives a stage the nearest nvidia/cuda image which meets the wishes: same CUDA major, flavor and cuDNN, a
 * distribution in support. None where the stage is not built on such an image, or nothing meets them.
 */
export function useSolvedImage(stage: StageStack, stack: StackReport, wishes: Wishes): readonly Fix[] {
  const from = rootUse(stack, stage);
  if (from === undefined || !isCudaImage(from.image) || from.image.mirrored) return [];
  const { cuda, cudnn, flavor } = { ...wishOf(from.image), flavor: from.image.flavor };
  const major = majorOf(cuda ?? '');
  if (major === undefined || flavor === undefined) return [];
  const { combinations } = solve({ cuda: String(major), flavor, family: 'apt', ...wishes }, { current: currentOf(from.image.components, flavor) });
  const tags = combinations.flatMap(({ image }) => {
    const decoded = decodeImage(image);
    const tag = decoded?.canonical === 'nvidia/cuda' ? decoded.reference.tag : undefined;
    const os = decoded === undefined ? undefined : osOf(decoded.components);
    const keepsCudnn = decoded !== undefined && (wishOf(decoded).cudnn === undefined) === (cudnn === undefined);
    return tag !== undefined && keepsCudnn && os !== undefined && endOfSupport(os) === undefined ? [tag] : [];
  });
  return retag(from, tags.slice(0, 1));
}
