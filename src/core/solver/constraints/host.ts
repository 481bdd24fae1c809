import { architectures, driverFloor, supportedArchitectures, toolkits, type DriverFloor, type SupportedArchitectures } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { torchComputeCapabilities } from '../../facts/frameworks';
import { tensorRTReleases, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { compareDotted, hasPrefix, majorOf } from '../../version/dotted';
import { defineConstraint, fits, no, note, restOn, unknown, type Constraint, type Verdict } from '../constraint';
import { releaseOnBoard } from '../values';
import type { TargetDriver, TargetGpu } from '../wishes';

/** What the host's driver and GPUs allow. */
export const hostConstraints: readonly Constraint[] = [
  defineConstraint('image-gpu', ['base', 'wish-gpu'], (base, gpu) => {
    if (gpu.segment === 'jetson') return no(() => `${gpu.name} is a Jetson module; it runs NVIDIA's L4T images for arm64, which are not among these.`);
    const floor = base.minComputeCapability;
    if (floor !== undefined && compareDotted(gpu.computeCapability, floor.value) < 0) {
      return no(() => `${base.image} needs compute capability ${floor.value}; ${ofGpu(gpu)}.`, () => floor.evidence);
    }
    return restOn(base.cuda, cudaGpu(base.cuda.value, gpu, 'the image'));
  }),
  defineConstraint('cuda-driver', ['base', 'wish-driver'], (base, driver) => restOn(base.cuda, driverVerdict(`CUDA ${base.cuda.value}`, base.cuda.value, driver, base.compat))),
  defineConstraint('tensorrt-gpu', ['tensorrt', 'wish-gpu'], (choice, gpu) => (choice.via === 'image' ? undefined : tensorRTGpu(choice.release, gpu))),
  defineConstraint(
    'tensorrt-gpu-on-board',
    ['base', 'wish-gpu'],
    (base, gpu) => {
      if (base.family !== 'ngc') return undefined;
      const release = releaseOnBoard(base);
      return release === undefined ? unknown(() => `Which GPUs TensorRT ${base.tensorrt?.value ?? ''} of ${base.image} runs on is not in the tables.`) : tensorRTGpu(release, gpu);
    },
    'tensorrt',
  ),
  defineConstraint('tensorrt-driver', ['tensorrt', 'wish-driver'], (choice, driver) => {
    if (choice.via !== 'pip') return undefined;
    if (choice.cuda === undefined) return unknown(() => `Which CUDA the wheels of TensorRT ${choice.version} bring, and so which driver they need, is not in the tables.`);
    return driverVerdict(`CUDA ${choice.cuda} of ${choice.package}`, choice.cuda, driver, false);
  }),
  defineConstraint('torch-driver', ['torch', 'wish-driver'], (choice, driver) =>
    choice.via === 'image' ? undefined : driverVerdict(`CUDA ${choice.cuda}, which the wheel of PyTorch ${choice.version} brings,`, choice.cuda, driver, false),
  ),
  defineConstraint('torch-gpu', ['torch', 'wish-gpu'], (choice, gpu) => {
    if (choice.via === 'image') return undefined;
    const compiled = torchComputeCapabilities(choice.version, choice.cuda);
    const source = (): Evidence => ({ fact: `Wheels of PyTorch ${choice.version} for CUDA ${choice.cuda} are compiled for ${(compiled ?? []).join(', ')}.`, source: choice.release.source, checked: choice.release.checked });
    if (compiled !== undefined) {
      const runs = compiled.some((one) => runsOn(one.replace('+PTX', ''), gpu.computeCapability) || (one.endsWith('+PTX') && compareDotted(gpu.computeCapability, one.replace('+PTX', '')) >= 0));
      return runs ? fits(() => `The wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} has code for ${gpu.name}.`, source) : no(() => `The wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} has no code for ${gpu.name}; ${ofGpu(gpu)}.`, source);
    }
    const ofCuda = cudaGpu(choice.cuda, gpu, `PyTorch ${choice.version}`);
    return ofCuda?.grade === 'no' ? ofCuda : unknown(() => `For which GPUs the wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} is compiled is not in the tables.`);
  }),
];

function ofGpu({ name, computeCapability }: TargetGpu): string {
  return name === computeCapability ? `this is ${name}` : `${name} has ${computeCapability}`;
}

/** Machine code runs on its own compute capability and on higher ones of the same major. */
function runsOn(compiled: string, computeCapability: string): boolean {
  return majorOf(compiled) === majorOf(computeCapability) && compareDotted(compiled, computeCapability) <= 0;
}

const supported = new Map<string, SupportedArchitectures | undefined>();

function cudaGpu(cuda: string, gpu: TargetGpu, what: string): Verdict {
  if (!supported.has(cuda)) supported.set(cuda, supportedArchitectures(cuda));
  const list = supported.get(cuda);
  if (list === undefined) return unknown(() => `For which GPUs CUDA ${cuda} compiles is not in the tables.`);
  const sm = Number(gpu.computeCapability.replace('.', ''));
  const evidence = (): Evidence => list.evidence;
  if (list.sm.includes(sm)) return fits(() => `CUDA ${cuda} of ${what} knows ${gpu.name}, compute capability ${gpu.computeCapability}.`, evidence);
  if (list.sm.some((one) => Math.floor(one / 10) === Math.floor(sm / 10) && one < sm)) {
    return unknown(() => `CUDA ${cuda} of ${what} is older than ${gpu.name}; code for an earlier compute capability of the same major runs, but no fact says so for every library.`, evidence);
  }
  // Where the list is put together from the first and last toolkit of each architecture, those say why one is missing.
  const last = architectures().find((one) => one.computeCapability === gpu.computeCapability)?.lastCuda;
  const isDropped = typeof last === 'string' && compareDotted(cuda, last) > 0 && !hasPrefix(cuda, last);
  return no(() => `CUDA ${cuda} of ${what} ${isDropped ? `no longer compiles for ${gpu.name}` : `cannot compile for ${gpu.name} yet`}, compute capability ${gpu.computeCapability}.`, evidence);
}

/** The range of compute capabilities is without holes, and its upper end never came down. */
function tensorRTGpu(release: TensorRTRelease, gpu: TargetGpu): Verdict {
  const { minComputeCapability: lowest, maxComputeCapability: highest } = release;
  const name = `TensorRT ${release.fullVersion ?? release.version}`;
  const evidence = (): Evidence => ({
    fact: `TensorRT ${release.version}: compute capability ${lowest ?? '?'} to ${highest ?? 'not named'}.`,
    source: release.source,
    checked: tensorRTReleasesChecked(),
  });
  if (lowest !== null && compareDotted(gpu.computeCapability, lowest) < 0) {
    return no(() => `${name} needs compute capability ${lowest} or higher; ${ofGpu(gpu)}${dropped(gpu, release)}.`, evidence);
  }
  if (highest !== null && compareDotted(gpu.computeCapability, highest) > 0) return no(() => `${name} knows GPUs up to compute capability ${highest}; ${ofGpu(gpu)}.`, evidence);
  const isNamed = highest !== null || namedUpTo(release.version, gpu.computeCapability);
  if (lowest === null) return unknown(() => `The lowest compute capability of ${name} is not in the tables.`, evidence);
  if (!isNamed) return unknown(() => `The highest compute capability of ${name} is not in the tables; ${ofGpu(gpu)}.`, evidence);
  return fits(() => `${name} runs on compute capability ${gpu.computeCapability}.`, evidence);
}

/** Whether this or an earlier release is known to run on so high a compute capability. */
function namedUpTo(version: string, computeCapability: string): boolean {
  return tensorRTReleases().some(
    (one) => one.maxComputeCapability !== null && compareDotted(one.maxComputeCapability, computeCapability) >= 0 && compareDotted(one.version, version) <= 0,
  );
}

/** `, a Volta GPU, which TensorRT left behind in 10.5.0`: the first release whose floor is above the GPU after one that had it. */
function dropped(gpu: TargetGpu, release: TensorRTRelease): string {
  const architecture = architectures().find((one) => one.computeCapability === gpu.computeCapability)?.architecture;
  let last: string | undefined;
  for (const one of tensorRTReleases()) {
    if (one.minComputeCapability === null) continue;
    if (compareDotted(gpu.computeCapability, one.minComputeCapability) >= 0) last = one.version;
    else if (last !== undefined && compareDotted(one.version, release.version) <= 0) return `; ${architecture ?? 'its architecture'} was removed in TensorRT ${one.version}`;
  }
  return '';
}

const FORWARD: Evidence = {
  fact: 'Forward compatibility (cuda-compat) is for data-center GPUs, selected server-ready RTX cards and Jetson.',
  source: 'https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html',
  checked: '2026-11-20',
};

const floors = new Map<string, DriverFloor | undefined>();

/** That of a toolkit, or for a bare major the lowest driver of the major. */
function floorOf(cuda: string): DriverFloor | undefined {
  if (!floors.has(cuda)) {
    const first = cuda.includes('.') ? undefined : toolkits().find((row) => hasPrefix(row.version, cuda));
    const floor = driverFloor(first?.version ?? cuda);
    floors.set(cuda, first === undefined || floor?.minorCompatible === undefined ? floor : { ...floor, full: floor.minorCompatible });
  }
  return floors.get(cuda);
}

/** Whether a driver reaches a floor. A bare branch (`535`) stands for its newest driver. */
function reaches(driver: string, floor: string | undefined): boolean {
  return floor !== undefined && (compareDotted(driver, floor) >= 0 || hasPrefix(floor, driver));
}

function driverVerdict(what: string, cuda: string, driver: TargetDriver, compat: boolean | undefined): Verdict {
  const floor = floorOf(cuda);
  if (floor === undefined || (floor.full === undefined && floor.minorCompatible === undefined)) return unknown(() => `Which driver ${what} needs is not in the tables.`);
  const evidence = (): Evidence => floor.evidence;
  const lowest = floor.minorCompatible ?? floor.full ?? '';
  if (reaches(driver.version, floor.full)) return fits(() => `${what} needs driver ${floor.full ?? ''} or newer.`, evidence);
  if (reaches(driver.version, floor.minorCompatible)) {
    const since = driver.version !== lowest && hasPrefix(lowest, driver.version) ? ` from ${lowest} on` : '';
    return note(() => `${what} came with driver ${floor.full ?? 'of a newer branch'}; driver ${driver.version}${since} runs it by minor-version compatibility, without features of the newer driver and without PTX of its compiler.`, evidence);
  }
  // Without cuda-compat in the image, or where its presence is not known, nothing bridges the gap.
  if (compat === true && driver.forward === 'possible') {
    return unknown(() => `${what} needs driver ${lowest}; the image's cuda-compat bridges that on data-center GPUs, but not from every driver branch.`, () => FORWARD);
  }
  const bridge =
    driver.forward === 'impossible'
      ? ' Forward compatibility (cuda-compat) is for data-center GPUs only.'
      : driver.forward === 'unknown'
        ? ' On a data-center GPU cuda-compat can bridge that; name the GPU to have it considered.'
        : '';
  return no(() => `${what} needs driver ${lowest} or newer; the host has ${driver.version}.${bridge}`, driver.forward === 'impossible' ? () => FORWARD : evidence);
}
