import { pinSet, type Pin } from '../facts/tensorrt-pins';
import { releaseHasPackage } from '../facts/tensorrt-packages';
import type { TensorRTRelease } from '../facts/tensorrt-releases';
import { formatText, msg } from '../l10n/message';
import { majorOf } from '../version/dotted';
import { reasonOf, type ValueTypes } from './constraint';
import type { Combination, ComponentKey, PipPin, Reason, SolvedComponent, Wishes } from './model';
import type { Problem, Solution } from './search';
import type { Base, CudnnChoice } from './values';
import type { VersionWish } from './wishes';

/** The values of a solution by the type of their variable; of several GPUs the last. */
type Picked = Partial<ValueTypes> & { readonly base: Base };

/** A solution as an image, what to install in it, and the reasons. */
export function combine({ variables, constraints }: Problem, { picks }: Solution, wishes: Wishes): Combination {
  const values = variables.map(({ type, values: all }, i) => ({ type, value: all[picks[i] ?? 0] }));
  const picked = Object.fromEntries(values.map(({ type, value }) => [type, value])) as unknown as Picked;
  const { base } = picked;
  const apt = aptPins(picked, wishes);
  const reasons: Reason[] = [{ grade: 'fits', text: msg`${base.evidence.fact}.`, evidence: base.evidence }];
  const types = new Set(values.map(({ type }) => type));
  for (const { between, needs, check } of constraints) {
    const isIdle = (needs !== undefined && !types.has(needs)) || (between.includes('python') && !usesPython(picked));
    if (isIdle) continue;
    for (const left of values.filter(({ type }) => type === between[0])) {
      for (const right of values.filter(({ type }) => type === between[1])) {
        const verdict = check(left.value, right.value);
        if (verdict !== undefined) reasons.push(reasonOf(verdict));
      }
    }
  }
  return {
    image: base.image,
    family: base.family === 'ngc' ? 'ngc' : picked.tensorrt?.via === 'pip' ? 'pip' : 'apt',
    flavor: base.flavor,
    components: components(picked),
    apt,
    pip: pipPins(picked),
    certainty: reasons.some(({ grade }) => grade === 'unknown') ? 'assumed' : 'derived',
    reasons: withoutRepetition(reasons),
  };
}

/** Each sentence once. */
export function withoutRepetition(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [formatText(reason.text), reason])).values()];
}

function components(picked: Picked): readonly SolvedComponent[] {
  const { base, cudnn, tensorrt, torch, tensorflow, onnxruntime, 'wish-tensorflow': wished, 'wish-onnxruntime': wishedRuntime } = picked;
  const found: SolvedComponent[] = [];
  const add = (key: ComponentKey, version: string | undefined, via: SolvedComponent['via'], cuda?: string): void => {
    if (version !== undefined && version !== '') found.push({ key, version, via, cuda });
  };
  add('ubuntu', base.ubuntu?.value, 'image');
  add('cuda', base.cuda.value, 'image');
  if (base.family === 'ngc') add('python', base.python?.value, 'image');
  else if (usesPython(picked)) add('python', base.python?.value, 'apt');
  if (cudnn?.via === 'apt') add('cudnn', cudnn.version, 'apt', cudnn.cuda);
  else add('cudnn', base.cudnn?.value, 'image');
  if (tensorrt?.via === 'apt' || tensorrt?.via === 'pip') add('tensorrt', tensorrt.version, tensorrt.via, tensorrt.cuda);
  else add('tensorrt', base.tensorrt?.value, 'image');
  if (torch?.via === 'pip') add('torch', torch.version, 'pip', torch.cuda);
  else add('torch', base.torch?.value, 'image');
  if (tensorflow?.via === 'pip') add('tensorflow', wishedRelease(wished, tensorflow.version), 'pip', tensorflow.release.cuda);
  else add('tensorflow', base.tensorflow?.value, 'image');
  if (onnxruntime) add('onnxruntime', wishedRelease(wishedRuntime, onnxruntime.version), 'pip', onnxruntime.cuda);
  return found;
}

/** The tables have a series where the wish may name a release of it. */
function wishedRelease(wish: VersionWish | undefined, version: string): string {
  const prefix = wish?.prefix ?? '';
  return prefix.split('.').length >= 3 ? prefix : version;
}

function pipPins(picked: Picked): readonly PipPin[] {
  const { tensorrt, torch, tensorflow, onnxruntime, 'wish-tensorflow': wished, 'wish-onnxruntime': wishedRuntime } = picked;
  const pins: PipPin[] = [];
  if (tensorrt?.via === 'pip') pins.push({ package: tensorrt.package, specifier: `==${tensorrt.version}`, index: tensorrt.index });
  if (torch?.via === 'pip') pins.push({ package: 'torch', specifier: torch.specifier, index: torch.index });
  if (tensorflow?.via === 'pip') pins.push({ package: 'tensorflow', specifier: `==${wishedRelease(wished, tensorflow.version)}`, index: undefined });
  if (onnxruntime) {
    const version = wishedRelease(wishedRuntime, onnxruntime.version);
    pins.push({ package: 'onnxruntime-gpu', specifier: `==${version}${version.split('.').length < 3 ? '.*' : ''}`, index: undefined });
  }
  return pins;
}

function aptPins(picked: Picked, wishes: Wishes): readonly Pin[] {
  const { base, cudnn, tensorrt } = picked;
  const pins = tensorrt?.via === 'apt' ? (pinSet(packagesOf(tensorrt.release, picked, wishes), tensorrt) ?? []) : [];
  return [...(cudnn?.via === 'apt' ? cudnnPins(cudnn, base) : []), ...pins];
}

function cudnnPins({ package: name, aptVersion, sightings }: Extract<CudnnChoice, { via: 'apt' }>, base: Base): readonly Pin[] {
  const pins: Pin[] = [{ package: name, version: aptVersion, added: false }];
  // The headers are published together with the library: libcudnn8-dev, libcudnn9-dev-cuda-12.
  const headers = name.replace(/^libcudnn\d+/, '$&-dev');
  const isSeen = [...sightings.values()].some(({ packages }) => packages.includes(headers));
  return base.flavor === 'devel' && isSeen ? [...pins, { package: headers, version: aptVersion, added: false }] : pins;
}

/** The packages of the wish, or those that a program of this flavor needs: the run time, for devel its headers, and Python's module. */
function packagesOf(release: TensorRTRelease, picked: Picked, wishes: Wishes): readonly string[] {
  if (wishes.packages !== undefined && wishes.packages.length > 0) return wishes.packages;
  const major = majorOf(release.version) ?? 0;
  const libraries = picked.base.flavor === 'devel' ? ['libnvinfer-dev', 'libnvinfer-plugin-dev', 'libnvonnxparsers-dev'] : [`libnvinfer${major}`, `libnvinfer-plugin${major}`, `libnvonnxparsers${major}`];
  return [...libraries, ...(usesPython(picked) ? ['python3-libnvinfer'] : [])].filter((name) => releaseHasPackage(release, name) !== false);
}

/** Whether Python is wished, or something that is there for Python. */
function usesPython(picked: Picked): boolean {
  return picked.tensorrt?.via === 'pip' || (['wish-python', 'wish-torch', 'wish-tensorflow', 'wish-onnxruntime'] as const).some((type) => picked[type] !== undefined);
}
