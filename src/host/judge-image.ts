import type { Evidence } from '../core/facts/evidence';
import { ngcRelease, ngcValue } from '../core/facts/ngc-images';
import type { ConfigStack } from '../core/image/config';
import { judgeDriver, type DriverDemand, type DriverVerdict } from '../core/target/judge-driver';
import { judgeCudaForGpu, judgeTensorRTForGpu } from '../core/target/judge-gpu';
import type { Target, TargetGpu } from '../core/target/model';
import { nameGpu } from '../core/target/read';
import type { ComponentKind } from '../core/stack/model';
import { majorMinorOf, majorOf } from '../core/version/dotted';
import { say, type Text } from './model';

/** What is known of an image. */
export interface JudgedImage {
  readonly stack: ConfigStack;
  /** In Docker's words: amd64, arm64; undefined where it is not known. */
  readonly architecture: string | undefined;
}

/** Whether an image runs on a target. */
export interface ImageVerdict {
  /** `limited`: it runs with exceptions, or on some of the GPUs. `unknown`: nothing speaks for or against it. */
  readonly runs: 'yes' | 'limited' | 'no' | 'unknown';
  readonly reason: Text;
  readonly evidence: readonly Evidence[];
}

/**
 * Whether an image runs on a target, with the reason that weighs most: the processor, the driver, then the GPUs. What an
 * image without a GPU stack needs is not judged beyond its processor. Pure and quick: for each row of a view.
 */
export function judgeImage({ stack, architecture }: JudgedImage, target: Target): ImageVerdict {
  return judgeArchitecture(architecture, target) ?? judgeStack(stack, target);
}

function judgeArchitecture(architecture: string | undefined, { platform }: Target): ImageVerdict | undefined {
  const wanted = platform === undefined ? undefined : platform === 'linux/amd64' ? 'amd64' : 'arm64';
  if (architecture === undefined || wanted === undefined || architecture === wanted) return undefined;
  return { runs: 'no', reason: say('It is for {image}, and this host is {host}: exec format error.', { image: architecture, host: wanted }), evidence: [] };
}

function judgeStack(stack: ConfigStack, target: Target): ImageVerdict {
  const cuda = versionOf(stack, 'cuda');
  const tensorrt = versionOf(stack, 'tensorrt');
  if (!stack.usesGpu) return { runs: 'yes', reason: say('It needs no GPU.'), evidence: [] };
  const driver = cuda === undefined ? undefined : judgeDriver(target, demandOf(stack, cuda));
  if (driver !== undefined && driver.kind !== 'partial' && driver.kind !== 'forwardOnly') return fromDriver(driver, cuda ?? '', target);
  const misfits = listMisfits(cuda, tensorrt, target.gpus);
  const [first] = misfits;
  if (first !== undefined) {
    const all = misfits.length === target.gpus.length;
    return { runs: all ? 'no' : 'limited', reason: first.reason, evidence: first.evidence };
  }
  if (driver !== undefined) return fromDriver(driver, cuda ?? '', target);
  if (cuda === undefined || target.driver === undefined) return { runs: 'unknown', reason: cuda === undefined ? say('Its CUDA is not known.') : say('The driver of the host is not known.'), evidence: [] };
  return { runs: 'yes', reason: say('Driver {driver} serves CUDA {cuda}.', { driver: target.driver, cuda }), evidence: [] };
}

function fromDriver({ kind, needed, gpu, evidence }: DriverVerdict, cuda: string, { driver = '' }: Target): ImageVerdict {
  const data = { cuda, needed, driver, gpu: gpu?.name ?? '' };
  switch (kind) {
    case 'tooOld':
      return { runs: 'no', reason: say('CUDA {cuda} needs driver {needed} or newer, and the host has {driver}.', data), evidence };
    case 'refused':
      return { runs: 'no', reason: say('The image asks for driver {needed} (NVIDIA_REQUIRE_CUDA), and the host has {driver}: the container is not started.', data), evidence };
    case 'forwardOnly':
      return { runs: 'limited', reason: say('CUDA {cuda} needs driver {needed}, and the host has {driver}: only on data-center GPUs can the image’s cuda-compat bridge that.', data), evidence };
    case 'partial':
      return { runs: 'limited', reason: say('CUDA {cuda} came with driver {needed}, and the host has {driver}: it runs by minor-version compatibility, without PTX of this CUDA.', data), evidence };
  }
}

interface Misfit {
  readonly reason: Text;
  readonly evidence: readonly Evidence[];
}

/** The GPUs that the image's CUDA or TensorRT does not serve: at most one misfit a GPU. */
function listMisfits(cuda: string | undefined, tensorrt: string | undefined, gpus: readonly TargetGpu[]): readonly Misfit[] {
  return gpus.flatMap((gpu): readonly Misfit[] => {
    if (gpu.segment === 'jetson') return [];
    const data = { gpu: nameGpu(gpu), cuda: cuda ?? '', tensorrt: tensorrt ?? '' };
    const ofTensorRT = tensorrt === undefined ? undefined : judgeTensorRTForGpu(tensorrt, gpu);
    if (ofTensorRT !== undefined) {
      const reason = ofTensorRT.kind === 'dropped' ? say('TensorRT {tensorrt} no longer supports the {gpu}.', data) : say('TensorRT {tensorrt} is older than the {gpu} and does not support it.', data);
      return [{ reason, evidence: ofTensorRT.evidence }];
    }
    const ofCuda = cuda === undefined ? undefined : judgeCudaForGpu(cuda, gpu);
    if (ofCuda === undefined) return [];
    const reason = ofCuda.kind === 'dropped' ? say('The libraries of CUDA {cuda} have no code for the {gpu} any more.', data) : say('CUDA {cuda} is older than the {gpu}: its libraries have no code for it.', data);
    return [{ reason, evidence: ofCuda.evidence }];
  });
}

function demandOf({ decoded, requireCuda, components }: ConfigStack, cuda: string): DriverDemand {
  const ngc = decoded?.family.startsWith('ngc-') === true;
  const release = decoded?.parts.find(({ kind }) => kind === 'release')?.value;
  const row = !ngc || release === undefined ? undefined : ngcRelease(decoded.canonical, release);
  const named = row && ngcValue(row, 'driverMin');
  return {
    cuda,
    driverMin: named === undefined ? undefined : { version: named.value, evidence: named.evidence },
    checked: requireCuda !== undefined,
    branches: row && ngcValue(row, 'driverBranches')?.value.split(' ').flatMap((version) => majorOf(version) ?? []),
    compat: ngc || components.some(({ kind }) => kind === 'cuda-compat'),
  };
}

/** An exact version of a component. */
function versionOf({ components }: ConfigStack, kind: ComponentKind): string | undefined {
  const claim = components.find((component) => component.kind === kind)?.version;
  const version = claim?.type === 'exact' ? claim.version : undefined;
  return version === undefined || majorMinorOf(version) === undefined ? undefined : version;
}
