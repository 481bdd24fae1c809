import { architectures, toolkits } from '../../../src/core/facts/cuda-toolkits';
import { admittedBranches } from '../../../src/core/facts/cuda-requirements';
import { findGpu, type Gpu } from '../../../src/core/facts/gpus';
import { torchComputeCapabilities } from '../../../src/core/facts/frameworks';
import { availabilityOf } from '../../../src/core/facts/tensorrt-builds';
import { tensorRTPipHasPython } from '../../../src/core/facts/tensorrt-pip';
import { findTensorRTRelease, tensorRTReleases, type TensorRTRelease } from '../../../src/core/facts/tensorrt-releases';
import type { Wishes } from '../../../src/core/solver/model';
import { domains, type Base, type CudnnChoice, type OnnxRuntimeChoice, type PythonChoice, type TensorFlowChoice, type TensorRTChoice, type TorchChoice } from '../../../src/core/solver/values';

// Everything that there is is tried, and judged by predicates that were written without those of the solver.

/** A part of an answer that was not asked for is undefined. */
export type Combination = readonly [
  base: Base,
  python: PythonChoice | undefined,
  cudnn: CudnnChoice | undefined,
  tensorrt: TensorRTChoice | undefined,
  torch: TorchChoice | undefined,
  tensorflow: TensorFlowChoice | undefined,
  onnxruntime: OnnxRuntimeChoice | undefined,
];

/**
 * All combinations that meet the wishes, in no order; at most `limit`. `scope` is what was wished before some was left
 * out: it says which NGC images come into question and whether the host has forward compatibility.
 */
export function findAll(wishes: Wishes, limit = Infinity, scope = wishes): readonly Combination[] {
  const all = domains();
  const software = wishes.tensorrt !== undefined || wishes.torch !== undefined || wishes.tensorflow !== undefined || wishes.onnxruntime !== undefined;
  const wantsCudnn = wishes.cudnn !== undefined || wishes.tensorrt !== undefined || wishes.tensorflow !== undefined || wishes.onnxruntime !== undefined;
  const found: Combination[] = [];
  for (const base of all.base) {
    if (!isBaseWished(base, wishes, scope)) continue;
    for (const python of software || wishes.python !== undefined ? all.python : [undefined]) {
      if (python !== undefined && !fitsPython(base, python, wishes)) continue;
      for (const cudnn of wantsCudnn ? all.cudnn : [undefined]) {
        if (cudnn !== undefined && !fitsCudnn(base, cudnn, wishes)) continue;
        // What is installed is judged by what it is installed on; no two of them exclude each other.
        const tensorrts = wishes.tensorrt === undefined ? [undefined] : all.tensorrt.filter((one) => fitsTensorRT(base, python, cudnn, one, wishes, scope));
        if (tensorrts.length === 0) continue;
        const torches = wishes.torch === undefined ? [undefined] : all.torch.filter((one) => fitsTorch(base, python, one, wishes, scope));
        if (torches.length === 0) continue;
        const tensorflows = wishes.tensorflow === undefined ? [undefined] : all.tensorflow.filter((one) => fitsTensorFlow(base, python, cudnn, one, wishes));
        if (tensorflows.length === 0) continue;
        const runtimes = wishes.onnxruntime === undefined ? [undefined] : all.onnxruntime.filter((one) => fitsOnnxRuntime(base, cudnn, one, wishes));
        for (const tensorrt of tensorrts) {
          for (const torch of torches) {
            for (const tensorflow of tensorflows) {
              for (const onnxruntime of runtimes) {
                found.push([base, python, cudnn, tensorrt, torch, tensorflow, onnxruntime]);
                if (found.length >= limit) return found;
              }
            }
          }
        }
      }
    }
  }
  return found;
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) - (right[i] ?? 0);
  }
  return 0;
}

function major(version: string): number {
  return numbers(version)[0] ?? NaN;
}

function minor(version: string): string {
  return numbers(version).slice(0, 2).join('.');
}

/** Whether the version can be the wished one; `isWhole`: it has no further parts that are not known. */
function matches(wish: string, version: string, isWhole: boolean): boolean {
  const [text = ''] = wish.split('+');
  if (text === 'any') return true;
  const range = /^>=([\d.]+),<([\d.]+)$/.exec(text);
  if (range !== null) {
    const [, low = '', high = ''] = range;
    // More parts only make a version larger, and by less than its last part.
    return compare(version, high) < 0 && (compare(version, low) >= 0 || (!isWhole && compare(`${version}.9999`, low) >= 0));
  }
  const wanted = numbers(text);
  const given = numbers(version);
  if (isWhole && given.length < wanted.length) return false;
  return wanted.every((part, i) => given[i] === undefined || given[i] === part);
}

function isBaseWished(base: Base, wishes: Wishes, scope: Wishes): boolean {
  const ngc = base.image.startsWith('nvcr.io/');
  if (ngc) {
    const subject = ({ pytorch: 'torch', tensorflow: 'tensorflow', tensorrt: 'tensorrt' } as const)[/nvidia\/(pytorch|tensorflow|tensorrt):/.exec(base.image)?.[1] as 'pytorch'];
    const isNamed = [scope.tensorrt, scope.torch, scope.tensorflow, scope.onnxruntime].some((wish) => wish !== undefined);
    if (scope[subject] === undefined && (isNamed || scope.family === undefined)) return false;
  }
  if (wishes.cuda !== undefined && !matches(wishes.cuda, base.cuda.value, base.cuda.value.split('.').length > 2)) return false;
  if (wishes.ubuntu !== undefined && (base.ubuntu === undefined || !matches(wishes.ubuntu, base.ubuntu.value, true))) return false;
  if (wishes.flavor !== undefined && !base.image.includes(`-${wishes.flavor}-`)) return false;
  if (wishes.family !== undefined && ngc !== (wishes.family === 'ngc')) return false;
  if (wishes.compile === true && !ngc && !base.image.includes('-devel-')) return false;
  return hasDriver(base.cuda.value, wishes, scope, { ...base, checked: !ngc }) && [wishes.gpu ?? []].flat().every((gpu) => fitsGpu(base, gpu));
}

function capabilityOf(gpu: string): string {
  return findGpu(gpu)?.computeCapability ?? gpu;
}

/** What an image says of drivers; a wheel says nothing. */
type Shipped = Partial<Pick<Base, 'compat' | 'driverMin' | 'driverBranches'>> & { readonly checked?: boolean };

function hasDriver(cuda: string, { driver }: Wishes, { gpu }: Wishes, { compat = false, driverMin, driverBranches, checked = false }: Shipped = {}): boolean {
  if (driver === undefined) return true;
  const isBelow = (floor: string): boolean => compare(driver, floor.split('.').slice(0, driver.split('.').length).join('.')) < 0;
  const rows = toolkits().filter((row) => (cuda.includes('.') ? minor(row.version) === minor(cuda) : major(row.version) === major(cuda)));
  const named = rows.find((row) => row.driverLinux !== null) ?? rows.at(-1);
  const own = named?.driverLinux ?? named?.driverBranch?.slice(1);
  const full = driverMin?.value ?? own;
  if (named === undefined || full === undefined || !isBelow(full)) return true;
  const segments = [gpu ?? []].flat().map((name) => findGpu(name)?.segment);
  const branch = major(driver);
  const admitted = admittedBranches(cuda);
  const admits = (segment: Gpu['segment'] | undefined): boolean => admitted === undefined || segment === 'jetson' || admitted.admits(branch, segment);
  const starts = !checked || !isBelow(own ?? full) || (segments.length === 0 ? admits(undefined) : segments.every(admits));
  if (named.minorDriverLinux !== null && !isBelow(named.minorDriverLinux)) return starts;
  const bridges = driverBranches?.includes(branch) ?? (admitted === undefined || admitted.admits(branch, 'datacenter'));
  return compat && bridges && segments.length > 0 && segments.every((segment) => segment === 'datacenter');
}

/** Whether code for the GPU can be in what nvcc of this CUDA makes: itself or an older one of its major. */
function compilesFor(cuda: string, capability: string): boolean {
  const listed = toolkits().findLast((row) => minor(row.version) === minor(cuda));
  if (listed === undefined) return true;
  const ranged = architectures().filter((one) => compare(minor(cuda), one.firstCuda) >= 0 && (one.lastCuda === null || compare(minor(cuda), one.lastCuda) <= 0));
  const known = listed.sm?.map((sm) => `${Math.floor(sm / 10)}.${sm % 10}`) ?? ranged.map((one) => one.computeCapability);
  return known.some((one) => major(one) === major(capability) && compare(one, capability) <= 0);
}

function fitsGpu(base: Base, gpu: string): boolean {
  if (gpu.startsWith('Jetson')) return false;
  const capability = capabilityOf(gpu);
  const floor = base.minComputeCapability?.value;
  return compilesFor(base.cuda.value, capability) && (floor === undefined || compare(capability, floor) >= 0);
}

function fitsPython(base: Base, { version }: PythonChoice, { python }: Wishes): boolean {
  if (version !== (base.python?.value ?? '')) return false;
  return python === undefined || (version !== '' && matches(python, version, true));
}

function fitsCudnn(base: Base, cudnn: CudnnChoice, wishes: Wishes): boolean {
  if (wishes.cudnn !== undefined && (cudnn.version === undefined || cudnn.version === '' || !matches(wishes.cudnn, cudnn.version, cudnn.version.split('.').length > 2))) return false;
  switch (cudnn.via) {
    case 'none':
      return base.cudnn === undefined;
    case 'image':
      return base.cudnn?.value === cudnn.version;
    case 'apt':
      return base.cudnn === undefined && base.ubuntu !== undefined && cudnn.sightings.has(`ubuntu${base.ubuntu.value.replace('.', '')}`) && major(cudnn.cuda) === major(base.cuda.value) && major(cudnn.cuda) > 10;
  }
}

/** No later release was made for older GPUs, and no earlier one for newer GPUs. */
function supportsGpus({ version }: TensorRTRelease, { gpu }: Wishes): boolean {
  const isTooOld = (one: string): boolean => tensorRTReleases().some((other) => compare(other.version, version) <= 0 && other.minComputeCapability !== null && compare(one, other.minComputeCapability) < 0);
  const isTooNew = (one: string): boolean => tensorRTReleases().some((other) => compare(other.version, version) >= 0 && other.maxComputeCapability !== null && compare(one, other.maxComputeCapability) > 0);
  return [gpu ?? []].flat().map(capabilityOf).every((one) => !isTooOld(one) && !isTooNew(one));
}

function fitsTensorRT(base: Base, python: PythonChoice | undefined, cudnn: CudnnChoice | undefined, choice: TensorRTChoice, wishes: Wishes, scope: Wishes): boolean {
  const wish = wishes.tensorrt ?? 'any';
  if (choice.via === 'image') {
    const version = base.tensorrt?.value;
    if (version === undefined || !base.image.startsWith('nvcr.io/') || !matches(wish, version, version.split('.').length > 2 && /[<>]/.test(wish))) return false;
    const release = version.includes('.') ? findTensorRTRelease(version) : undefined;
    return release === undefined || supportsGpus(release, wishes);
  }
  const { release } = choice;
  const version = numbers(wish).length > 3 ? (release.fullVersion ?? release.version) : release.version;
  if (base.image.startsWith('nvcr.io/') || !matches(wish, version, true) || !supportsGpus(release, wishes)) return false;
  if (wishes.family !== undefined && wishes.family !== choice.via) return false;
  if (choice.via === 'pip') {
    const majors = choice.cuda !== undefined ? [major(choice.cuda)] : (release.cuda ?? [...(release.debBuilds ?? []), ...(release.tarBuilds ?? [])]).map(major);
    if (!majors.includes(major(base.cuda.value))) return false;
    const spoken = python?.version ?? '';
    const hasWheel = release.pythons !== null && spoken !== '' ? release.pythons.includes(spoken) : tensorRTPipHasPython(choice.version, spoken)?.has !== false;
    return hasWheel && (choice.cuda === undefined || hasDriver(choice.cuda, wishes, scope));
  }
  if (major(choice.cuda) !== major(base.cuda.value) || (major(choice.cuda) < 11 && choice.cuda !== minor(base.cuda.value))) return false;
  if (base.ubuntu === undefined || availabilityOf(choice.build, `ubuntu${base.ubuntu.value.replace('.', '')}`) === undefined) return false;
  if (compare(release.version, '10') >= 0) return true;
  if (cudnn?.version === undefined) return false;
  const tested = release.cudnn === null ? NaN : parseInt(release.cudnn, 10);
  return Number.isNaN(tested) || cudnn.version === '' || tested === major(cudnn.version);
}

function fitsTorch(base: Base, python: PythonChoice | undefined, torch: TorchChoice, wishes: Wishes, scope: Wishes): boolean {
  const wish = wishes.torch ?? 'any';
  const ngc = base.image.startsWith('nvcr.io/');
  if (torch.via === 'image') return ngc && base.torch !== undefined && matches(wish, base.torch.value, true);
  const [, local] = wish.split('+');
  if (ngc || !matches(wish, torch.version, true) || (local !== undefined && local !== `cu${torch.cuda.replace('.', '')}`)) return false;
  const pythons = torch.release.python;
  if (pythons !== undefined && python !== undefined && python.version !== '' && !pythons.includes(python.version)) return false;
  if (wishes.compile === true && major(torch.cuda) !== major(base.cuda.value)) return false;
  const compiled = torchComputeCapabilities(torch.version, torch.cuda);
  const runs = (capability: string): boolean =>
    compiled === undefined
      ? compilesFor(torch.cuda, capability)
      : compiled.some((one) => {
          const [own = ''] = one.split('+');
          return compare(capability, own) >= 0 && (one.includes('PTX') || major(own) === major(capability));
        });
  return hasDriver(torch.cuda, wishes, scope) && [wishes.gpu ?? []].flat().map(capabilityOf).every(runs);
}

function hasSystemLibraries(base: Base, cuda: string): boolean {
  return !base.image.startsWith('nvcr.io/') && !base.image.includes('-base-') && major(cuda) === major(base.cuda.value) && (major(cuda) > 10 || minor(cuda) === minor(base.cuda.value));
}

function fitsTensorFlow(base: Base, python: PythonChoice | undefined, cudnn: CudnnChoice | undefined, tensorflow: TensorFlowChoice, wishes: Wishes): boolean {
  const wish = wishes.tensorflow ?? 'any';
  if (tensorflow.via === 'image') return base.image.startsWith('nvcr.io/') && base.tensorflow !== undefined && matches(wish, base.tensorflow.value, true);
  const isSeries = /^[\d.]+$/.test(wish) && minor(wish) === minor(tensorflow.version) && numbers(wish).length > 1;
  if (!isSeries && !matches(wish, tensorflow.version, true)) return false;
  const { release } = tensorflow;
  if (!hasSystemLibraries(base, release.cuda) || cudnn?.version === undefined) return false;
  if (release.python !== null && python !== undefined && python.version !== '' && !release.python.includes(python.version)) return false;
  if (cudnn.version === '') return true;
  if (major(cudnn.version) !== major(release.cudnn)) return false;
  return numbers(cudnn.version).length < 2 || numbers(release.cudnn).length < 2 || compare(minor(cudnn.version), minor(release.cudnn)) >= 0;
}

function fitsOnnxRuntime(base: Base, cudnn: CudnnChoice | undefined, { build, version }: OnnxRuntimeChoice, wishes: Wishes): boolean {
  if (!matches(wishes.onnxruntime ?? 'any', version, false) || !hasSystemLibraries(base, build.cuda.replace('.x', ''))) return false;
  if (build.cudnn === null) return true;
  return cudnn?.version !== undefined && (cudnn.version === '' || major(cudnn.version) === major(build.cudnn));
}
