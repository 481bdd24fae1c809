import { comparePep440, parsePep440, satisfiesPep440 } from '../version/pep440';
import { cudaOfPipTag } from '../version/cuda';
import { compareDotted, hasPrefix, majorMinorOf } from '../version/dotted';
import { remember } from '../text/remember';
import { defineTable } from './table';
import onnxruntimeText from './tables/onnxruntime-releases.json?raw';
import otherText from './tables/other-frameworks.json?raw';
import tensorflowText from './tables/tensorflow-releases.json?raw';
import torchArchitecturesText from './tables/torch-architectures.json?raw';
import torchText from './tables/torch-releases.json?raw';
import torchTensorRTText from './tables/torch-tensorrt-releases.json?raw';

/** Pairs of CUDA and the version that goes with it. */
type ByCuda = readonly (readonly [cuda: string, version: string])[];

interface TorchRow {
  readonly version: string;
  readonly kind: 'release' | 'series' | 'binaries' | 'toolchain';
  readonly cuda: readonly string[] | null;
  readonly defaultCuda: string | null;
  readonly cudnn: ByCuda | string | null;
  readonly python: readonly string[] | null;
  /** Local version tag (null: the plain wheel), CUDA (null: CPU only), index. */
  readonly variants: readonly (readonly [tag: string | null, cuda: string | null, index: string | null])[] | null;
  readonly notes: string | null;
}

const torchTable = defineTable<TorchRow>(torchText);

/** What is known of one PyTorch release; undefined members are gaps. */
export interface TorchRelease {
  /** The release, or the series when only that is known. */
  readonly version: string;
  /** CUDA versions with a wheel. */
  readonly cuda: readonly string[];
  /** CUDA of the wheel that PyPI serves under the plain version. */
  readonly defaultCuda: string | undefined;
  /** cuDNN of the wheel for a CUDA version. */
  readonly cudnn: ReadonlyMap<string, string>;
  /** Python minor versions with wheels. */
  readonly python: readonly string[] | undefined;
  /** Index to install the wheel of a CUDA version from: `12.1` → `https://download.pytorch.org/whl/cu121`. */
  readonly indexUrls: ReadonlyMap<string, string>;
  readonly source: string;
  readonly checked: string;
}

/**
 * The PyTorch release of a version (`2.1.2`, `2.1.0+cu118`, `2.1`), with what is only known of its series filled in.
 * Undefined when neither is known.
 */
export function torchRelease(version: string): TorchRelease | undefined {
  const release = parsePep440(version)?.release;
  if (release === undefined || release.length < 2) return undefined;
  const series = release.slice(0, 2).join('.');
  const exact = release.length < 3 ? `${series}.0` : release.slice(0, 3).join('.');
  const rows = torchTable().rows.filter((row) => row.kind !== 'toolchain' && (row.version === exact || row.version === series));
  const order = ['release', 'binaries', 'series'];
  const ranked = [...rows].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const first = ranked[0];
  if (first === undefined) return undefined;
  const cudnn = ranked.find((row) => Array.isArray(row.cudnn))?.cudnn;
  const variants = ranked.find((row) => row.variants !== null)?.variants ?? [];
  return {
    version: first.version,
    cuda: first.cuda ?? [],
    defaultCuda: ranked.find((row) => row.defaultCuda !== null)?.defaultCuda ?? undefined,
    cudnn: new Map(Array.isArray(cudnn) ? (cudnn as ByCuda) : []),
    python: ranked.find((row) => row.python !== null)?.python ?? undefined,
    indexUrls: new Map(variants.flatMap(([, cuda, index]) => (cuda === null || index === null ? [] : [[cuda, index] as const]))),
    source: first.source,
    checked: torchTable().checked,
  };
}

/**
 * CUDA versions (`11.3`) for which a release of PyTorch may have been built: those of its own rows, of its series, and of
 * the toolchains of its branch, since no matrix of wheels names all (1.10 has wheels for 11.3, which cog's leaves out).
 */
export function listTorchCuda(version: string): ReadonlySet<string> {
  const release = parsePep440(version)?.release ?? [];
  const series = release.slice(0, 2).join('.');
  const exact = [series, release.length < 3 ? '0' : release[2]].join('.');
  const rows = torchTable().rows.filter((row) => row.version === series || row.version === exact);
  return new Set(rows.flatMap(({ cuda }) => cuda ?? []).map((one) => majorMinorOf(one) ?? one));
}

/** The newest series and release of PyTorch in the tables: what is newer is unknown to them. */
export const newestTorch = remember((): string =>
  torchTable().rows.reduce((newest, row) => ((comparePep440(row.version, newest) ?? 0) > 0 ? row.version : newest), '0'),
);

/**
 * The newest series of PyTorch that has wheels for a Python minor version (`3.8`) and whose wheel on PyPI is known; without
 * a Python the newest of all. Undefined when there is none.
 */
export const newestTorchFor = remember((python: string | undefined): TorchRelease | undefined => {
  const series = torchTable().rows.filter((row) => row.kind === 'series' && row.defaultCuda !== null && (python === undefined || row.python?.includes(python) === true));
  const [newest] = [...series].sort((a, b) => comparePep440(b.version, a.version) ?? 0);
  return newest && torchRelease(newest.version);
});

/**
 * The CUDA version of a PyTorch wheel: of its local tag (`2.1.0+cu118` → `11.8`), else of what PyPI serves.
 * Undefined when that is not known, or the wheel is for CPUs.
 */
export function cudaOfTorch(version: string): string | undefined {
  const local = parsePep440(version)?.local;
  return local === undefined ? torchRelease(version)?.defaultCuda : cudaOfPipTag(local);
}

/** Releases of PyTorch that are known to have wheels, oldest first. */
export const torchVersions = remember((): readonly string[] =>
  [...new Set(torchTable().rows.flatMap((row) => (/^\d+\.\d+\.\d+$/.test(row.version) && row.kind !== 'toolchain' ? row.version : [])))].sort((a, b) => comparePep440(a, b) ?? 0),
);

interface TorchArchitectures {
  /** Series: `2.12`. */
  readonly version: string;
  readonly cuda: string;
  readonly platform: string;
  /** `8.6`, `12.0+PTX`. */
  readonly computeCapabilities: readonly string[];
}

const torchArchitectureTable = defineTable<TorchArchitectures>(torchArchitecturesText);

/** Compute capabilities compiled into the official x86-64 Linux wheel of a PyTorch version for a CUDA; undefined when not known. */
export function torchComputeCapabilities(version: string, cuda: string): readonly string[] | undefined {
  const series = majorMinorOf(parsePep440(version)?.public ?? '');
  const row = torchArchitectureTable().rows.find(
    (one) => one.version === series && majorMinorOf(one.cuda) === majorMinorOf(cuda) && one.platform === 'linux-x86_64',
  );
  return row?.computeCapabilities;
}

/** A TensorFlow release with GPU support. */
export interface TensorFlowRelease {
  readonly version: string;
  /** CUDA, cuDNN and TensorRT it was built against, by their leading parts; TensorRT `none`: built without. */
  readonly cuda: string;
  readonly cudnn: string;
  readonly tensorrt: string | null;
  /** Python minor versions with wheels. */
  readonly python: readonly string[] | null;
  readonly minDriver: string | null;
  readonly notes: string | null;
  readonly source: string;
}

const tensorflowTable = defineTable<Omit<TensorFlowRelease, 'source'>>(tensorflowText);

/** All TensorFlow releases in the table, oldest first. */
export function tensorflowReleases(): readonly TensorFlowRelease[] {
  return tensorflowTable().rows;
}

/** ISO date at which the framework tables were last compared with their sources. */
export function frameworksChecked(): string {
  return tensorflowTable().checked;
}

/** The TensorFlow release of a version; patch releases share the row of their series (`2.15.1` → 2.15.0). Undefined when unknown. */
export function tensorflowRelease(version: string): TensorFlowRelease | undefined {
  const series = majorMinorOf(parsePep440(version)?.public ?? '');
  return series === undefined ? undefined : tensorflowReleases().find((row) => hasPrefix(row.version, series));
}

/**
 * The release that a package of PyPI brings, where it has GPU support: `tensorflow-gpu` up to 2.11, and `tensorflow` in
 * 1.15 and from 2.1 on (https://github.com/tensorflow/tensorflow/releases/tag/v2.1.0). Undefined for other names.
 */
export function tensorflowWheel(name: string, version: string): TensorFlowRelease | undefined {
  const release = tensorflowRelease(version);
  return release !== undefined && hasTensorflowGpu(name, release) ? release : undefined;
}

/** Whether the package of that name has GPU support in a release. */
export function hasTensorflowGpu(name: string, { version }: TensorFlowRelease): boolean {
  if (name === 'tensorflow-gpu') return compareDotted(version, '2.12') < 0;
  return name === 'tensorflow' && (compareDotted(version, '2') < 0 ? compareDotted(version, '1.15') >= 0 : compareDotted(version, '2.1') >= 0);
}

/** The newest release of TensorFlow in the table that satisfies a specifier (`~=2.4` → 2.21.0). */
export const newestTensorflow = remember((specifier: string): TensorFlowRelease | undefined =>
  tensorflowReleases().findLast((row) => satisfiesPep440(row.version, specifier) === true),
);

/** A build of onnxruntime-gpu. `x` stands for any minor version: `12.x`. */
export interface OnnxRuntimeBuild {
  readonly version: string;
  readonly cuda: string;
  readonly cudnn: string | null;
  readonly tensorrt: string | null;
  /** True for the build that PyPI serves under the plain version. */
  readonly pypi: boolean;
  /** `medium`: by way of a third-party copy of the official page. */
  readonly confidence: 'high' | 'medium';
  readonly notes: string | null;
  readonly source: string;
}

const onnxruntimeTable = defineTable<Omit<OnnxRuntimeBuild, 'source'>>(onnxruntimeText);

/** All builds of an onnxruntime-gpu version: rows of the very release and of its series. Empty when unknown. */
export function onnxruntimeBuilds(version: string): readonly OnnxRuntimeBuild[] {
  const release = parsePep440(version)?.public ?? '';
  const series = majorMinorOf(release);
  return onnxruntimeTable().rows.filter((row) => row.version === release || row.version === series);
}

/** Minor versions of onnxruntime-gpu that PyPI serves (`1.18`), oldest first. */
export const onnxruntimeSeries = remember((): readonly string[] =>
  [...new Set(onnxruntimeTable().rows.flatMap((row) => (row.pypi && /^\d+\.\d+$/.test(row.version) ? row.version : [])))].sort((a, b) => comparePep440(a, b) ?? 0),
);

/** The build that PyPI serves for an onnxruntime-gpu version; undefined when unknown. */
export function onnxruntimeRelease(version: string): OnnxRuntimeBuild | undefined {
  return onnxruntimeBuilds(version).find((build) => build.pypi);
}

/** A release of Torch-TensorRT. */
export interface TorchTensorRTRelease {
  readonly version: string;
  /** `torch-tensorrt`, before 1.0 `trtorch`. */
  readonly package: string;
  /** `2.2.x`. */
  readonly torch: string | null;
  readonly cuda: string | null;
  readonly cudnn: string | null;
  /** TensorRT named in its README. */
  readonly tensorrt: string | null;
  /** What it asks pip for: `tensorrt>=10.7.0.post1,<10.8.0`. */
  readonly requirement: string | null;
  readonly requiresPython: string | null;
  readonly notes: string | null;
  readonly source: string;
}

const torchTensorRTTable = defineTable<Omit<TorchTensorRTRelease, 'source'>>(torchTensorRTText);

/** The Torch-TensorRT release of a version, else the newest of its series; undefined when unknown. */
export function torchTensorRTRelease(version: string): TorchTensorRTRelease | undefined {
  const release = parsePep440(version)?.public ?? '';
  const series = majorMinorOf(release);
  const rows = torchTensorRTTable().rows;
  return rows.find((row) => row.version === release) ?? rows.findLast((row) => series !== undefined && hasPrefix(row.version, series));
}

/** ISO date on which a framework's table was last compared with its sources. */
export function frameworkChecked(framework: 'tensorflow' | 'onnxruntime' | 'torch-tensorrt'): string {
  return { tensorflow: tensorflowTable, onnxruntime: onnxruntimeTable, 'torch-tensorrt': torchTensorRTTable }[framework]().checked;
}

/** A build of jax, cupy, paddlepaddle-gpu or mxnet. */
export interface OtherFramework {
  readonly framework: 'jax' | 'cupy' | 'paddlepaddle-gpu' | 'mxnet';
  readonly version: string;
  readonly package: string | readonly string[];
  readonly cuda: readonly string[] | null;
  /** One version, or pairs of CUDA and version. */
  readonly cudnn: string | ByCuda | null;
  readonly tensorrt: string | ByCuda | null;
  readonly python: readonly string[] | null;
  readonly notes: string | null;
  readonly source: string;
}

const otherTable = defineTable<Omit<OtherFramework, 'source'>>(otherText);

/** The rows of one framework, oldest first. */
export function otherFrameworks(framework: OtherFramework['framework']): readonly OtherFramework[] {
  return otherTable()
    .rows.filter((row) => row.framework === framework)
    .sort((a, b) => compareDotted(a.version, b.version));
}
