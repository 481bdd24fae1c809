import { libraryOfPackage } from '../../facts/apt-builds';
import { driverFloor, toolkits } from '../../facts/cuda-toolkits';
import { cudaOfTorch, onnxruntimeRelease, tensorflowWheel } from '../../facts/frameworks';
import { cudnnConsumers, nvccPackages } from '../../facts/source-packages';
import { parseTensorRTPipPackage } from '../../facts/tensorrt-pip';
import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import type { DecodedImage } from '../../image/model';
import type { CudaImageWish } from '../../image/suggest';
import type { CondaInstall, PackageSpec, PipInstall } from '../../shell/installers/model';
import { knownVersion } from '../../stack/query';
import type { StackReport, StageStack } from '../../stack/model';
import type { Target } from '../../target/model';
import { cudaOfPipTag } from '../../version/cuda';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { compareDotted } from '../../version/dotted';
import { parsePep440, satisfiesPep440 } from '../../version/pep440';

/** What the rest of a file and the targets ask of a stage's base image. */
export interface StageWishes {
  /** CUDA: `11.8`, or its major alone. */
  readonly cuda: string | undefined;
  readonly flavor: CudaImageWish['flavor'] | undefined;
  /** Its major version; `''`: any; undefined: none is asked for. */
  readonly cudnn: string | undefined;
  /** `ubuntu22.04`. */
  readonly os: string | undefined;
}

/** Commands that need the headers or nvcc. */
const COMPILERS = /^(?:nvcc|cmake|make|ninja|meson)$/;
/** Packages that are installed to compile with. */
const BUILD_PACKAGES = /^(?:build-essential|cmake|ninja-build|g\+\+|cuda-(?:toolkit|nvcc)|(?:cuda|lib(?:cudnn|nvinfer|nvonnx|nccl|cublas|nv))[\w-]*-dev\b)/;

/**
 * Reads what the instructions of a stage, and of those that begin with it, ask of its base: builds for a CUDA among their
 * pins and wheels, compilers among their commands and packages; what they leave open is taken from the images of the
 * file's other stages, then from the oldest driver of the targets.
 */
export function readStageWishes({ stages }: StackReport, stage: StageStack, targets: readonly Target[]): StageWishes {
  const others = stages.flatMap((other) => (other === stage || other.base.image === undefined ? [] : other.base.image));
  const family = stages.filter((other) => isBuiltUpon(other, stage));
  const own = readInstalls(family);
  const steps = family.flatMap((one) => one.steps);
  const compiles = own.compiles || steps.some(({ commands }) => commands.some(({ name }) => COMPILERS.test(name.split('/').at(-1) ?? '')));
  const copies = steps.some(({ instruction }) => instruction.kind === 'copy' && instruction.flags.some(({ name }) => name === 'from'));
  return {
    cuda: own.cuda ?? cudaOf(others) ?? cudaOfDrivers(targets),
    flavor: compiles ? 'devel' : copies || own.installs ? 'runtime' : undefined,
    cudnn: own.cudnn,
    os: own.os ?? osOf(others),
  };
}

function isBuiltUpon(stage: StageStack | undefined, base: StageStack): boolean {
  return stage !== undefined && (stage === base || isBuiltUpon(stage.base.stage, base));
}

/** What the other images of a file that builds nothing (Compose, devcontainer.json) and the targets ask of an image. */
export function readImageWishes(others: readonly DecodedImage[], flavor: StageWishes['flavor'], targets: readonly Target[]): StageWishes {
  return { cuda: cudaOf(others) ?? cudaOfDrivers(targets), flavor, cudnn: undefined, os: osOf(others) };
}

/** What is installed in a stage, as far as it matters for the image below. */
interface Installs {
  cuda: string | undefined;
  cudnn: string | undefined;
  os: string | undefined;
  /** Something is compiled against CUDA when it is installed, or installed to compile with. */
  compiles: boolean;
  /** Something that runs with CUDA is installed. */
  installs: boolean;
}

function readInstalls(stages: readonly StageStack[]): Installs {
  const found: Installs = { cuda: undefined, cudnn: undefined, os: undefined, compiles: false, installs: false };
  for (const { action } of stages.flatMap(({ steps }) => steps.flatMap(({ actions }) => actions))) {
    if (action.kind === 'package-install') for (const spec of action.packages) readPackage(spec, found);
    else if (action.kind === 'pip-install') readPipInstall(action, found);
    else if (action.kind === 'conda-install') readCondaInstall(action, found);
    else if (action.kind === 'repository-add' && action.nvidia !== undefined) {
      const [, family, version] = /^(ubuntu)(\d{4})$/.exec(action.nvidia.distro) ?? [];
      if (family !== undefined && version !== undefined) found.os ??= `${family}${version.slice(0, 2)}.${version.slice(2)}`;
    }
  }
  return found;
}

/** The more parts a version has the more it says; the first of several wins. */
function noteCuda(found: Installs, version: string | undefined): void {
  if (version !== undefined && (found.cuda === undefined || version.split('.').length > found.cuda.split('.').length)) found.cuda = version;
}

function readPackage({ name, version }: PackageSpec, found: Installs): void {
  noteCuda(found, /\+cuda([\d.]+)/.exec(version?.value ?? '')?.[1]);
  noteCuda(found, /^(?:cuda-(?:toolkit|libraries|runtime|cudart|nvcc|compat)(?:-dev)?|libcublas|libcudnn\d+-cuda)-(\d+)-(\d+)$/.exec(name.value)?.slice(1).join('.'));
  noteCuda(found, /^libcudnn9(?:-[a-z]+)?-cuda-(\d+)$/.exec(name.value)?.[1]);
  if (BUILD_PACKAGES.test(name.value)) found.compiles = true;
  const library = libraryOfPackage(name.value);
  if (library === undefined) return;
  found.installs = true;
  // Releases of TensorRT up to 8.6 need cuDNN.
  const release = library === 'tensorrt' ? findTensorRTRelease(parseNvidiaPackageVersion(version?.value ?? '')?.upstream ?? '') : undefined;
  if (release !== undefined && compareDotted(release.version, '10') < 0) found.cudnn ??= release.cudnn?.split('.')[0];
}

function readPipInstall({ requirements, indexUrl, extraIndexUrls }: PipInstall, found: Installs): void {
  const index = [indexUrl, ...extraIndexUrls].flatMap((url) => /\/whl\/(cu\d+)/.exec(url?.value ?? '')?.[1] ?? [])[0];
  for (const { name, extras, specifier, url } of requirements) {
    const version = /^===?([\w.+!-]+)$/.exec(specifier)?.[1];
    if (nvccPackages(name, url).some(({ condition }) => condition === null)) found.compiles = true;
    if (name === 'torch') noteCuda(found, index === undefined ? version && cudaOfTorch(version) : cudaOfPipTag(index));
    else if (version !== undefined) noteCuda(found, cudaOfPipTag(parsePep440(version)?.local ?? ''));
    noteCuda(found, parseTensorRTPipPackage(name)?.cuda);
    const cudnn = cudnnOf(name, extras, version, found);
    if (cudnn !== undefined || /^(?:torch|tensorflow|onnxruntime-gpu|tensorrt)$/.test(name)) found.installs = true;
    found.cudnn ??= cudnn;
  }
}

/** Packages of conda bring their CUDA; the driver must serve it, as it must that of the image. */
function readCondaInstall({ packages }: CondaInstall, found: Installs): void {
  found.installs = true;
  for (const { name, version } of packages) {
    if (/^(?:pytorch-cuda|cudatoolkit|cuda-version)$/.test(name.value)) noteCuda(found, /^[=~]*(\d+(?:\.\d+)?)/.exec(version?.value ?? '')?.[1]);
  }
}

/** The cuDNN that a Python package loads from the system, by its major version; undefined for those that bring their own. */
function cudnnOf(name: string, extras: readonly string[], version: string | undefined, found: Installs): string | undefined {
  const consumer = cudnnConsumers(name).findLast(({ versions }) => version === undefined || satisfiesPep440(version, versions) === true);
  if (consumer !== undefined) return consumer.cudnn;
  // `tensorflow[and-cuda]` and `onnxruntime-gpu[cuda,cudnn]` bring CUDA and cuDNN as wheels.
  if (!/^(?:onnxruntime-gpu|tensorflow|tensorflow-gpu)$/.test(name) || extras.length > 0) return undefined;
  const build = version === undefined ? undefined : name === 'onnxruntime-gpu' ? onnxruntimeRelease(version) : tensorflowWheel(name, version);
  noteCuda(found, build?.cuda.replace(/\.x$/, ''));
  return build?.cudnn?.split('.')[0] ?? '';
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
export function cudaOfDrivers(targets: readonly Target[]): string | undefined {
  const drivers = targets.flatMap(({ driver }) => driver ?? []).sort(compareDotted);
  const oldest = drivers[0];
  if (oldest === undefined) return undefined;
  return toolkits().findLast(({ version }) => {
    const floor = driverFloor(version)?.full;
    return floor !== undefined && compareDotted(floor, oldest.includes('.') ? oldest : `${oldest}.999`) <= 0;
  })?.version;
}
