import type { DecodedImage } from '../../image/model';
import type { StackReport, StackState, StageStack } from '../../stack/model';
import { listImages, type ImageUse } from './image-uses';

/** The stage that names the external image which a stage ends up on. */
export function rootStage(stage: StageStack): StageStack {
  return stage.base.stage === undefined ? stage : rootStage(stage.base.stage);
}

/** Where the external image of a stage is named; undefined for one that no decoder knows. */
export function rootUse(stack: StackReport, stage: StageStack): ImageUse | undefined {
  const root = rootStage(stage);
  return listImages(stack).find((use) => use.by === 'from' && use.stage === root);
}

/** Stages from the external image up to and with this one. */
export function chainOf(stage: StageStack): readonly StageStack[] {
  return stage.base.stage === undefined ? [stage] : [...chainOf(stage.base.stage), stage];
}

/** True when the other stage is this one or built upon it. */
export function isBuiltUpon(other: StageStack, stage: StageStack): boolean {
  return other === stage || (other.base.stage !== undefined && isBuiltUpon(other.base.stage, stage));
}

/** An image of which it is known what CUDA it has, and that it is not a mirror's. */
export function isKnownCudaImage(image: DecodedImage | undefined): boolean {
  return image !== undefined && !image.mirrored && image.family === 'nvidia-cuda' && image.componentsComplete;
}

/** The one package file of which it is certain that it brings nothing. */
const KEYRING = /cuda-keyring/;

/**
 * Whether something by the name of `pattern` may have come into a state unseen: a package, an environment file or a
 * path that matches, a package file, or a step that can bring anything. Rules that report an absence are silent then.
 */
export function mayHold(stage: StageStack, state: StackState, pattern: RegExp): boolean {
  if (state.opaque || state.paths.some(({ path }) => pattern.test(path))) return true;
  for (const { steps } of chainOf(stage)) {
    for (const { actions } of steps) {
      for (const { action } of actions) {
        if (action.kind === 'conda-install') {
          if (action.environmentFile !== undefined || action.packages.some(({ name }) => pattern.test(name.value))) return true;
        } else if (action.kind === 'package-install') {
          if (action.packages.some(({ text, localFile }) => pattern.test(text.value) || (localFile && !KEYRING.test(text.value)))) return true;
        } else if (action.kind === 'pip-install') {
          if (action.requirements.some(({ name }) => pattern.test(name))) return true;
        } else if (action.kind === 'local-package-install') {
          if (action.files.some(({ path }) => !KEYRING.test(path.value))) return true;
        } else if (action.kind === 'download') {
          if (pattern.test(action.url.value)) return true;
        }
      }
    }
  }
  return false;
}
