import { cudaOfTorch } from '../../facts/frameworks';
import { parseTensorRTPipPackage } from '../../facts/tensorrt-pip';
import { driverFloor, toolkits } from '../../facts/cuda-toolkits';
import type { DecodedImage } from '../../image/model';
import type { CudaImageWish } from '../../image/suggest';
import { knownVersion } from '../../stack/query';
import type { StackReport, StageStack } from '../../stack/model';
import type { Target } from '../../target/model';
import { cudaOfPipTag } from '../../version/cuda';
import { compareDotted } from '../../version/dotted';
import { parsePep440 } from '../../version/pep440';

/** What the rest of a file and the targets ask of a stage's base image. */
export interface StageWishes {
  /** CUDA: `11.8`, or its major alone. */
  readonly cuda: string | undefined;
  readonly flavor: CudaImageWish['flavor'] | undefined;
  /** `''`: any cuDNN; undefined: none is asked for. */
  readonly cudnn: string | undefined;
  /** `ubuntu22.04`. */
  readonly os: string | undefined;
}

/** Frameworks whose wheels bring no cuDNN of their own. */
const NEEDS_CUDNN = /^(?:onnxruntime-gpu|tensorflow-gpu)$/;
/** Commands that need the headers or nvcc. */
const COMPILERS = /^(?:nvcc|cmake|make|ninja|meson)$/;

/**
 * Reads what a stage's instructions ask of its base: builds for a CUDA among its pins and wheels, compilers among its
 * commands; what they leave open is taken from the images of the file's other stages, then from the oldest driver of the
 * targets.
 */
export function readStageWishes({ stages }: StackReport, stage: StageStack, targets: readonly Target[]): StageWishes {
  const others = stages.flatMap((other) => (other === stage || other.base.image === undefined ? [] : other.base.image));
  const own = readInstalls(stage);
  const compiles = stage.steps.some(({ commands }) => commands.some(({ name }) => COMPILERS.test(name.split('/').at(-1) ?? '')));
  const copies = stage.steps.some(({ instruction }) => instruction.kind === 'copy' && instruction.flags.some(({ name }) => name === 'from'));
  return {
    cuda: own.cuda ?? cudaOf(others) ?? cudaOfDrivers(targets),
    flavor: compiles ? 'devel' : copies ? 'runtime' : undefined,
    cudnn: own.needsCudnn ? '' : undefined,
    os: own.os ?? osOf(others),
  };
}

/** What the other images of a file that builds nothing (Compose, devcontainer.json) and the targets ask of an image. */
export function readImageWishes(others: readonly DecodedImage[], flavor: StageWishes['flavor'], targets: readonly Target[]): StageWishes {
  return { cuda: cudaOf(others) ?? cudaOfDrivers(targets), flavor, cudnn: undefined, os: osOf(others) };
}

function readInstalls({ steps }: StageStack): { readonly cuda: string | undefined; readonly needsCudnn: boolean; readonly os: string | undefined } {
  let cuda: string | undefined;
  let os: string | undefined;
  let needsCudnn = false;
  // The more parts a version has the more it says; the first of several wins.
  const note = (found: string | undefined): void => {
    if (found !== undefined && (cuda === undefined || found.split('.').length > cuda.split('.').length)) cuda = found;
  };
  for (const { action } of steps.flatMap(({ actions }) => actions)) {
    if (action.kind === 'package-install') {
      for (const { name, version } of action.packages) {
        note(/\+cuda([\d.]+)/.exec(version?.value ?? '')?.[1]);
        note(/^(?:cuda-(?:toolkit|libraries|runtime|cudart|nvcc|compat)(?:-dev)?|libcublas|libcudnn\d+-cuda)-(\d+)-(\d+)$/.exec(name.value)?.slice(1).join('.'));
        note(/^libcudnn9(?:-[a-z]+)?-cuda-(\d+)$/.exec(name.value)?.[1]);
      }
    } else if (action.kind === 'pip-install') {
      const index = [action.indexUrl, ...action.extraIndexUrls].flatMap((url) => /\/whl\/(cu\d+)/.exec(url?.value ?? '')?.[1] ?? [])[0];
      for (const { name, specifier } of action.requirements) {
        if (NEEDS_CUDNN.test(name)) needsCudnn = true;
        const version = /^===?([\w.+!-]+)$/.exec(specifier)?.[1];
        if (name === 'torch') note(index === undefined ? version && cudaOfTorch(version) : cudaOfPipTag(index));
        else if (version !== undefined) note(cudaOfPipTag(parsePep440(version)?.local ?? ''));
        note(parseTensorRTPipPackage(name)?.cuda);
      }
    } else if (action.kind === 'repository-add' && action.nvidia !== undefined) {
      const [, family, version] = /^(ubuntu)(\d{4})$/.exec(action.nvidia.distro) ?? [];
      if (family !== undefined && version !== undefined) os ??= `${family}${version.slice(0, 2)}.${version.slice(2)}`;
    }
  }
  return { cuda, needsCudnn, os };
}

function cudaOf(others: readonly DecodedImage[]): string | undefined {
  return others.map(({ components }) => knownVersion(components.find(({ kind }) => kind === 'cuda')?.version)).findLast((version) => version !== undefined);
}

function osOf(others: readonly DecodedImage[]): string | undefined {
  const found = others.flatMap(({ components }) => components.find(({ kind }) => kind === 'os') ?? []).at(-1);
  const version = knownVersion(found?.version);
  return found?.name === undefined || version === undefined ? undefined : `${found.name}${version}`;
}

/** The newest CUDA that the driver of every target supports. */
function cudaOfDrivers(targets: readonly Target[]): string | undefined {
  const drivers = targets.flatMap(({ driver }) => driver ?? []).sort(compareDotted);
  const oldest = drivers[0];
  if (oldest === undefined) return undefined;
  return toolkits().findLast(({ version }) => {
    const floor = driverFloor(version)?.full;
    return floor !== undefined && compareDotted(floor, oldest.includes('.') ? oldest : `${oldest}.999`) <= 0;
  })?.version;
}
