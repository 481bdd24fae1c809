import { architectures, driverFloor, supportedArchitectures, toolkits, type DriverFloor, type SupportedArchitectures } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { torchComputeCapabilities } from '../../facts/frameworks';
import { tensorRTReleases, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { msg, type Message, type Text } from '../../l10n/message';
import { judgeDriver, type DriverDemand, type DriverVerdict } from '../../target/judge-driver';
import { judgeCudaForGpu, judgeTensorRTForGpu, runsOn } from '../../target/judge-gpu';
import type { TargetGpu } from '../../target/model';
import { nameGpu } from '../../target/read';
import { compareDotted, hasPrefix } from '../../version/dotted';
import { defineConstraint, fits, no, note, restOn, unknown, type Constraint, type Verdict } from '../constraint';
import { releaseOnBoard, type Base } from '../values';
import type { TargetDriver } from '../wishes';

/** What the host's driver and GPUs allow; judged as the rules for targets judge it. */
export const hostConstraints: readonly Constraint[] = [
  defineConstraint('image-gpu', ['base', 'wish-gpu'], (base, gpu) => {
    if (gpu.segment === 'jetson') return no(() => msg`${nameGpu(gpu)} is a Jetson module; it runs NVIDIA's L4T images for arm64, which are not among these.`);
    const floor = base.minComputeCapability;
    if (floor !== undefined && compareDotted(gpu.computeCapability, floor.value) < 0) {
      return no(() => msg`${base.image} needs compute capability ${floor.value}; ${ofGpu(gpu)}.`, () => floor.evidence);
    }
    return restOn(base.cuda, cudaGpu(base.cuda.value, gpu, msg`the image`));
  }),
  defineConstraint('cuda-driver', ['base', 'wish-driver'], (base, driver) => restOn(base.cuda, driverVerdict(`CUDA ${base.cuda.value}`, demandOf(base), driver))),
  defineConstraint('tensorrt-gpu', ['tensorrt', 'wish-gpu'], (choice, gpu) => (choice.via === 'image' ? undefined : tensorRTGpu(choice.release, gpu))),
  defineConstraint(
    'tensorrt-gpu-on-board',
    ['base', 'wish-gpu'],
    (base, gpu) => {
      if (base.family !== 'ngc') return undefined;
      const release = releaseOnBoard(base);
      return release === undefined ? unknown(() => msg`Which GPUs TensorRT ${base.tensorrt?.value ?? ''} of ${base.image} runs on is not in the tables.`) : tensorRTGpu(release, gpu);
    },
    'tensorrt',
  ),
  defineConstraint('tensorrt-driver', ['tensorrt', 'wish-driver'], (choice, driver) => {
    if (choice.via !== 'pip') return undefined;
    if (choice.cuda === undefined) return unknown(() => msg`Which CUDA the wheels of TensorRT ${choice.version} bring, and so which driver they need, is not in the tables.`);
    return driverVerdict(msg`CUDA ${choice.cuda} of ${choice.package}`, wheelOf(choice.cuda), driver);
  }),
  defineConstraint('torch-driver', ['torch', 'wish-driver'], (choice, driver) =>
    choice.via === 'image' ? undefined : driverVerdict(msg`CUDA ${choice.cuda}, which the wheel of PyTorch ${choice.version} brings,`, wheelOf(choice.cuda), driver),
  ),
  defineConstraint('torch-gpu', ['torch', 'wish-gpu'], (choice, gpu) => {
    if (choice.via === 'image') return undefined;
    const compiled = torchComputeCapabilities(choice.version, choice.cuda);
    const source = (): Evidence => ({ fact: msg`Wheels of PyTorch ${choice.version} for CUDA ${choice.cuda} are compiled for ${(compiled ?? []).join(', ')}.`, source: choice.release.source, checked: choice.release.checked });
    if (compiled !== undefined) {
      const runs = compiled.some((one) => runsOn(one.replace('+PTX', ''), gpu.computeCapability) || (one.endsWith('+PTX') && compareDotted(gpu.computeCapability, one.replace('+PTX', '')) >= 0));
      return runs ? fits(() => msg`The wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} has code for ${nameGpu(gpu)}.`, source) : no(() => msg`The wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} has no code for ${nameGpu(gpu)}; ${ofGpu(gpu)}.`, source);
    }
    const ofCuda = cudaGpu(choice.cuda, gpu, `PyTorch ${choice.version}`);
    return ofCuda?.grade === 'no' ? ofCuda : unknown(() => msg`For which GPUs the wheel of PyTorch ${choice.version} for CUDA ${choice.cuda} is compiled is not in the tables.`);
  }),
];

function ofGpu({ name, computeCapability, segment }: TargetGpu): Message {
  return segment === undefined ? msg`this is ${computeCapability}` : msg`${name} has ${computeCapability}`;
}

/** Of a GPU that has a name, the compute capability beside it. */
function describeGpu(gpu: TargetGpu): Text {
  return gpu.segment === undefined ? nameGpu(gpu) : msg`${gpu.name}, compute capability ${gpu.computeCapability}`;
}

const supported = new Map<string, SupportedArchitectures | undefined>();

function cudaGpu(cuda: string, gpu: TargetGpu, what: Text): Verdict {
  if (!supported.has(cuda)) supported.set(cuda, supportedArchitectures(cuda));
  const list = supported.get(cuda);
  if (list === undefined) return unknown(() => msg`For which GPUs CUDA ${cuda} compiles is not in the tables.`);
  const evidence = (): Evidence => list.evidence;
  if (list.sm.includes(Number(gpu.computeCapability.replace('.', '')))) return fits(() => msg`CUDA ${cuda} of ${what} knows ${describeGpu(gpu)}.`, evidence);
  const verdict = judgeCudaForGpu(cuda, gpu);
  if (verdict !== undefined) {
    return no(() => (verdict.kind === 'dropped' ? msg`CUDA ${cuda} of ${what} no longer compiles for ${describeGpu(gpu)}.` : msg`CUDA ${cuda} of ${what} cannot yet compile for ${describeGpu(gpu)}.`), evidence);
  }
  return note(() => msg`CUDA ${cuda} of ${what} is older than ${nameGpu(gpu)}, which runs its code for earlier compute capabilities of the same major.`, evidence);
}

function tensorRTGpu(release: TensorRTRelease, gpu: TargetGpu): Verdict {
  const { computeCapability } = gpu;
  const name = `TensorRT ${release.fullVersion ?? release.version}`;
  const verdict = judgeTensorRTForGpu(release.version, gpu);
  if (verdict !== undefined) {
    const text = (): Message =>
      verdict.kind === 'dropped'
        ? msg`${name} needs compute capability ${verdict.bound} or higher; ${ofGpu(gpu)}${droppedBy(gpu, release)}.`
        : msg`${name} knows GPUs up to compute capability ${verdict.bound}; ${ofGpu(gpu)}.`;
    return no(text, () => verdict.evidence[0]);
  }
  // Both ends of the range only ever went up.
  const low = tensorRTReleases().find((one) => compareDotted(one.version, release.version) >= 0 && one.minComputeCapability !== null && compareDotted(computeCapability, one.minComputeCapability) >= 0);
  const high = tensorRTReleases().findLast((one) => compareDotted(one.version, release.version) <= 0 && one.maxComputeCapability !== null && compareDotted(computeCapability, one.maxComputeCapability) <= 0);
  if (low === undefined) return unknown(() => msg`The lowest compute capability of ${name} is not in the tables; ${ofGpu(gpu)}.`);
  if (high === undefined) return unknown(() => msg`The highest compute capability of ${name} is not in the tables; ${ofGpu(gpu)}.`);
  return fits(() => msg`${name} runs on compute capability ${computeCapability}.`, () => ({ fact: msg`TensorRT ${high.version} runs on compute capability up to ${high.maxComputeCapability ?? ''}, TensorRT ${low.version} from ${low.minComputeCapability ?? ''} on.`, source: high.source, checked: tensorRTReleasesChecked() }));
}

/** `; Volta was removed in TensorRT 10.5.0`: the first release whose floor is above the GPU, after one that had it. */
function droppedBy(gpu: TargetGpu, release: TensorRTRelease): Text {
  const architecture = architectures().find((one) => one.computeCapability === gpu.computeCapability)?.architecture;
  let last: string | undefined;
  for (const one of tensorRTReleases()) {
    if (one.minComputeCapability === null) continue;
    if (compareDotted(gpu.computeCapability, one.minComputeCapability) >= 0) last = one.version;
    else if (last !== undefined && compareDotted(one.version, release.version) <= 0) return msg`; ${architecture ?? msg`its architecture`} was removed in TensorRT ${one.version}`;
  }
  return '';
}

function demandOf({ family, cuda, driverMin, driverBranches, compat }: Base): DriverDemand {
  const named = driverMin?.evidence === undefined ? undefined : { version: driverMin.value, evidence: driverMin.evidence };
  return { cuda: cuda.value, driverMin: named, checked: family === 'cuda', branches: driverBranches, compat };
}

/** What a wheel brings needs a driver, and nothing in the image helps it. A bare major can do with the first of its releases. */
function wheelOf(cuda: string): DriverDemand {
  const first = cuda.includes('.') ? undefined : toolkits().find((row) => hasPrefix(row.version, cuda));
  return { cuda: first?.version ?? cuda, checked: false, compat: false };
}

const floors = new Map<string, DriverFloor | undefined>();

function driverVerdict(what: Text, demand: DriverDemand, { version, gpus }: TargetDriver): Verdict {
  if (!floors.has(demand.cuda)) floors.set(demand.cuda, driverFloor(demand.cuda));
  const floor = floors.get(demand.cuda);
  const lowest = floor?.minorCompatible ?? floor?.full;
  if (floor === undefined || lowest === undefined) return unknown(() => msg`Which driver ${what} needs is not in the tables.`);
  const verdict = judgeDriver({ name: 'host', gpus, driver: version, platform: 'linux/amd64', os: undefined }, demand);
  if (verdict !== undefined) return refusal(what, version, verdict);
  const evidence = (): Evidence => floor.evidence;
  if (reaches(version, lowest)) return fits(() => (version === lowest || !hasPrefix(lowest, version) ? msg`${what} is served by driver ${version}.` : msg`${what} is served by driver ${version} from ${lowest} on.`), evidence);
  // Of the newest CUDA the rules do not know with which driver it came; its floor is known all the same.
  const isBridged = demand.compat && gpus.length > 0 && gpus.every(({ segment }) => segment === 'datacenter');
  if (!isBridged) return no(() => msg`${what} needs driver ${lowest} or newer; the host has ${version}.`, evidence);
  return note(() => msg`${what} needs driver ${lowest}; the image's cuda-compat bridges that from driver ${version} on data-center GPUs.`, evidence);
}

/** Whether a driver reaches a floor. A bare branch (`535`) stands for its newest driver. */
function reaches(driver: string, floor: string): boolean {
  return compareDotted(driver, floor) >= 0 || hasPrefix(floor, driver);
}

function refusal(what: Text, driver: string, { kind, needed, gpu, evidence }: DriverVerdict): Verdict {
  const cite = (): Evidence | undefined => evidence.at(-1);
  switch (kind) {
    case 'partial':
      return note(() => msg`${what} came with driver ${needed}; driver ${driver} runs it by minor-version compatibility, without features of the newer driver and without PTX of its compiler.`, cite);
    case 'refused':
      return no(
        () =>
          gpu === undefined
            ? msg`${what}: the image asks for driver ${needed} or one of the older branches that it names, and does not start with ${driver}.`
            : msg`${what}: the image asks for driver ${needed} or one of the older branches that it names, and does not start with ${driver} on ${nameGpu(gpu)}.`,
        () => evidence[0],
      );
    case 'forwardOnly':
      return no(() => msg`${what} needs driver ${needed} or newer; the host has ${driver}. On data-center GPUs alone cuda-compat can bridge that: name the GPU to have it considered.`, cite);
    case 'tooOld':
      return no(
        () =>
          gpu === undefined
            ? msg`${what} needs driver ${needed} or newer; the host has ${driver}.`
            : msg`${what} needs driver ${needed} or newer; the host has ${driver}. Forward compatibility (cuda-compat) is for data-center GPUs, not for ${nameGpu(gpu)}.`,
        cite,
      );
  }
}
