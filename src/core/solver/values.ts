import { aptBuilds, isInNetworkRepository, type AptBuild } from '../facts/apt-builds';
import { allCudaImages, cudaImageEvidence, findCudaImageContents, type CudaImage } from '../facts/cuda-images';
import { cudnnReleases } from '../facts/cudnn';
import type { Evidence } from '../facts/evidence';
import { newestTorch, onnxruntimeRelease, tensorflowReleases, torchRelease, type OnnxRuntimeBuild, type TensorFlowRelease, type TorchRelease } from '../facts/frameworks';
import { ngcReleases, ngcValue, type NgcField, type NgcImage } from '../facts/ngc-images';
import { tensorRTBuilds, type TensorRTBuild } from '../facts/tensorrt-builds';
import { cudaMajorOfTensorRTPip, tensorRTPipFacts, tensorRTPipVersions } from '../facts/tensorrt-pip';
import { findTensorRTRelease, type TensorRTRelease } from '../facts/tensorrt-releases';
import { distroPython, distroPythonEvidence } from '../image/distribution';
import { msg } from '../l10n/message';
import { parseNvidiaPackageVersion } from '../version/debian';
import { firstParts, majorMinorOf, majorOf } from '../version/dotted';
import type { Flavor, PipPin } from './model';
import { releaseOf } from './wishes';

// What each part of an answer can be: everything that the facts know to exist, built once from the tables.

/** A value with what says so. `assumed`: the fact is about a sibling, or sources disagree. */
export interface Known {
  readonly value: string;
  readonly certainty: 'derived' | 'assumed';
  readonly evidence: Evidence | undefined;
}

/** An image to start from. */
export interface Base {
  readonly family: 'cuda' | 'ngc';
  /** What an NGC image is there for. */
  readonly subject: 'tensorrt' | 'torch' | 'tensorflow' | undefined;
  /** With its tag. */
  readonly image: string;
  readonly flavor: Flavor | undefined;
  readonly cuda: Known;
  /** `22.04`. */
  readonly ubuntu: Known | undefined;
  /** That of the image, or the one that apt installs. */
  readonly python: Known | undefined;
  /** By the parts that are known, '' when none is; undefined for an image without cuDNN. */
  readonly cudnn: Known | undefined;
  /** What an NGC image has on board; undefined members are not there or not known. */
  readonly tensorrt: Known | undefined;
  readonly torch: Known | undefined;
  readonly tensorflow: Known | undefined;
  readonly minComputeCapability: Known | undefined;
  /** Driver that the publisher of an NGC image names, and older branches that do on data-center GPUs. */
  readonly driverMin: Known | undefined;
  readonly driverBranches: readonly number[] | undefined;
  /** Whether cuda-compat is known to be in the image. */
  readonly compat: boolean;
  /** That the tag is there. */
  readonly evidence: Evidence;
}

/** Where a part comes from that is in the image already. */
export interface InImage {
  readonly via: 'image';
}

export interface PythonChoice {
  /** `3.10`; '' where it is not known. */
  readonly version: string;
}

export type CudnnChoice =
  | { readonly via: 'none'; readonly version: undefined }
  | { readonly via: 'image'; readonly version: string }
  | {
      readonly via: 'apt';
      /** `8.9.7.29`. */
      readonly version: string;
      readonly package: string;
      /** `8.9.7.29-1+cuda12.2`. */
      readonly aptVersion: string;
      /** CUDA that it was made for: `12.2`, or the major alone. */
      readonly cuda: string;
      /** Where each distribution's repository was seen to have it: `ubuntu2204`. */
      readonly sightings: ReadonlyMap<string, AptBuild>;
    };

export type TensorRTChoice =
  | InImage
  | {
      readonly via: 'apt';
      readonly release: TensorRTRelease;
      /** `8.6.1.6`. */
      readonly version: string;
      readonly cuda: string;
      readonly build: TensorRTBuild;
    }
  | {
      readonly via: 'pip';
      readonly release: TensorRTRelease;
      /** CUDA major; undefined before 10.0. */
      readonly cuda: string | undefined;
      readonly package: string;
      /** `10.7.0.post1`. */
      readonly version: string;
      readonly index: PipPin['index'];
    };

export type TorchChoice =
  | InImage
  | { readonly via: 'pip'; readonly release: TorchRelease; readonly version: string; readonly cuda: string; readonly specifier: string; readonly index: PipPin['index'] };

export type TensorFlowChoice = InImage | { readonly via: 'pip'; readonly release: TensorFlowRelease; readonly version: string };

/** No NGC image is known to have ONNX Runtime. */
export interface OnnxRuntimeChoice {
  readonly build: OnnxRuntimeBuild;
  readonly version: string;
  /** `12` for `12.x`. */
  readonly cuda: string;
}

export interface Domains {
  readonly base: readonly Base[];
  readonly python: readonly PythonChoice[];
  readonly cudnn: readonly CudnnChoice[];
  readonly tensorrt: readonly TensorRTChoice[];
  readonly torch: readonly TorchChoice[];
  readonly tensorflow: readonly TensorFlowChoice[];
  readonly onnxruntime: readonly OnnxRuntimeChoice[];
}

const IN_IMAGE: InImage = { via: 'image' };

let built: Domains | undefined;

/** Everything there is to choose from. */
export function domains(): Domains {
  return (built ??= buildDomains());
}

function buildDomains(): Domains {
  const base = [...cudaBases(), ...ngcBases('nvcr.io/nvidia/tensorrt', 'tensorrt'), ...ngcBases('nvcr.io/nvidia/pytorch', 'torch'), ...ngcBases('nvcr.io/nvidia/tensorflow', 'tensorflow')];
  const cudnns = new Set(base.flatMap(({ cudnn }) => (cudnn === undefined ? [] : [cudnn.value])));
  return {
    base,
    python: [...new Set(base.map(({ python }) => python?.value ?? ''))].map((version) => ({ version })),
    cudnn: [{ via: 'none', version: undefined }, ...[...cudnns].map((version) => ({ via: 'image' as const, version })), ...cudnnPackages()],
    tensorrt: [IN_IMAGE, ...tensorRTDebs(), ...tensorRTWheels()],
    torch: [IN_IMAGE, ...torchWheels()],
    tensorflow: [IN_IMAGE, ...tensorflowReleases().map((release) => ({ via: 'pip' as const, release, version: release.version }))],
    onnxruntime: onnxruntimeWheels(),
  };
}

/** nvidia/cuda on Ubuntu: the tags that were served when they were last looked for. */
function cudaBases(): readonly Base[] {
  return allCudaImages().flatMap((row) => {
    const { tag, cuda, os, flavor, status } = row;
    // Tags without a distribution and those with TensorRT stand beside a plain tag that says more.
    if (status !== 'served' || cuda === null || flavor === null || os?.startsWith('ubuntu') !== true || !tag.endsWith(os) || tag.includes('tensorrt')) return [];
    const evidence = cudaImageEvidence(row);
    const known = (value: string, fact = evidence): Known => ({ value, certainty: 'derived', evidence: fact });
    const python = distroPython(os);
    const base: Base = {
      ...NOTHING,
      family: 'cuda',
      image: `nvidia/cuda:${tag}`,
      flavor,
      cuda: known(cuda),
      ubuntu: known(os.slice('ubuntu'.length)),
      python: python === undefined ? undefined : known(python, distroPythonEvidence(os)),
      cudnn: row.cudnn === false ? undefined : known(cudnnOf(row)),
      compat: findCudaImageContents(cuda, os)?.compat === true,
      evidence,
    };
    return [base];
  });
}

const NOTHING = { subject: undefined, tensorrt: undefined, torch: undefined, tensorflow: undefined, minComputeCapability: undefined, driverMin: undefined, driverBranches: undefined } as const;

function cudnnOf({ cudnn, cudnnVersions }: CudaImage): string {
  return cudnnVersions?.split(' ').at(-1) ?? (typeof cudnn === 'string' ? cudnn : '');
}

/** NGC images that were seen, as far as their CUDA is known. */
function ngcBases(image: string, subject: NonNullable<Base['subject']>): readonly Base[] {
  return ngcReleases(image).flatMap((row) => {
    const suffix = ['py3', 'tf2-py3'].find((tag) => row.tags.includes(tag));
    const cuda = ngcKnown(row, 'cuda');
    if (suffix === undefined || cuda === undefined) return [];
    const framework = dotted(ngcKnown(row, 'framework'));
    const base: Base = {
      ...NOTHING,
      family: 'ngc',
      subject,
      image: `${image}:${row.release}-${suffix}`,
      flavor: undefined,
      cuda,
      ubuntu: ngcKnown(row, 'ubuntu'),
      python: ngcKnown(row, 'python'),
      cudnn: ngcKnown(row, 'cudnn') ?? { value: '', certainty: 'assumed', evidence: undefined },
      tensorrt: ngcKnown(row, 'tensorrt'),
      torch: subject === 'torch' ? framework : undefined,
      tensorflow: subject === 'tensorflow' ? framework : undefined,
      // The column is trusted for the image's own row only: siblings are known to print another number.
      minComputeCapability: row.minComputeCapability === null ? undefined : ngcKnown(row, 'minComputeCapability'),
      driverMin: ngcKnown(row, 'driverMin'),
      driverBranches: ngcValue(row, 'driverBranches')?.value.split(' ').flatMap((version) => majorOf(version) ?? []),
      compat: true,
      evidence: { fact: msg`${image}:${row.release}-${suffix} is used in public files or named by NVIDIA`, source: row.source, checked: cuda.evidence?.checked ?? '' },
    };
    return [base];
  });
}

function ngcKnown(row: NgcImage, field: NgcField): Known | undefined {
  const found = ngcValue(row, field);
  return found && { value: found.value, certainty: found.certainty, evidence: found.evidence };
}

/** `2.1.0a0+32f93b1`, a build from between two releases, as the release that it became. */
function dotted(known: Known | undefined): Known | undefined {
  const value = known === undefined ? undefined : releaseOf(known.value);
  return known === undefined || value === undefined ? undefined : { ...known, value };
}

/** libcudnn as it was seen in the network repositories of Ubuntu. */
function cudnnPackages(): readonly CudnnChoice[] {
  const names = new Set(cudnnReleases().flatMap(({ packages }) => (packages ?? []).filter((name) => /^libcudnn\d+(?:-cuda-\d+)?$/.test(name))));
  return [...names].flatMap((name) => {
    const found = new Map<string, Map<string, AptBuild>>();
    for (const build of aptBuilds({ package: name })) {
      if (build.distro === null || !isServed(build)) continue;
      const sightings = found.get(build.version) ?? new Map<string, AptBuild>();
      if (!sightings.has(build.distro)) sightings.set(build.distro, build);
      found.set(build.version, sightings);
    }
    return [...found].flatMap(([aptVersion, sightings]) => {
      const parts = parseNvidiaPackageVersion(aptVersion);
      const cuda = parts?.cuda ?? /-cuda-(\d+)$/.exec(name)?.[1];
      return parts === undefined || cuda === undefined ? [] : [{ via: 'apt' as const, version: parts.upstream, package: name, aptVersion, cuda, sightings }];
    });
  });
}

/** In the repository that images rebuilt since 2022 name; they no longer name the machine-learning repository. */
function isServed(build: AptBuild): boolean {
  return isInNetworkRepository(build) && build.repository === 'cuda-network' && build.arch !== 'sbsa';
}

/** The sighting in a distribution's repository for x86-64. */
export function sightingOf(build: TensorRTBuild, distro: string): AptBuild | undefined {
  return build.sightings.find((sighting) => sighting.distro === distro && isServed(sighting));
}

function tensorRTDebs(): readonly TensorRTChoice[] {
  return tensorRTBuilds()
    .filter(({ sightings }) => sightings.some(({ repository }) => repository === 'cuda-network'))
    .map((build) => ({ via: 'apt', release: build.release, version: build.release.fullVersion ?? build.release.version, cuda: build.cuda, build }));
}

const TENSORRT_WHEELS = ['tensorrt', 'tensorrt-cu11', 'tensorrt-cu12', 'tensorrt-cu13'] as const;

function tensorRTWheels(): readonly TensorRTChoice[] {
  return TENSORRT_WHEELS.flatMap((name) =>
    tensorRTPipVersions(name).flatMap((version) => {
      const release = findTensorRTRelease(firstParts(releaseOf(version) ?? '', 3));
      const cuda = cudaMajorOfTensorRTPip(name, version)?.value;
      // What the wheel requires can no longer be installed.
      const isBroken = cuda !== undefined && tensorRTPipFacts(`tensorrt-cu${cuda}`, 'broken', version).length > 0;
      if (release === undefined || isBroken) return [];
      const url = tensorRTPipFacts(name, 'index', version)[0]?.value;
      const index = url === undefined ? undefined : { option: '--extra-index-url' as const, url };
      return [{ via: 'pip' as const, release, cuda, package: name, version, index }];
    }),
  );
}

/** Highest minor and patch number that the facts are asked for: they answer for one version and have no list. */
const MOST_MINORS = 40;
const MOST_PATCHES = 9;

function torchWheels(): readonly TorchChoice[] {
  const wheels: TorchChoice[] = [];
  for (let major = 1; major <= (majorOf(newestTorch()) ?? 0); major++) {
    for (let minor = 0; minor <= MOST_MINORS; minor++) {
      // The answer for a bare series is its first release, or what is known of the series.
      if (torchRelease(`${major}.${minor}`) === undefined) continue;
      for (let patch = 0; patch <= MOST_PATCHES; patch++) {
        const version = `${major}.${minor}.${patch}`;
        const release = torchRelease(version);
        // The series alone does not say which releases it has.
        if (release?.version !== version) continue;
        for (const cuda of release.cuda) {
          const wheel = torchWheel(release, version, cuda);
          if (wheel !== undefined) wheels.push(wheel);
        }
      }
    }
  }
  return wheels;
}

/** PyPI serves one variant under the plain version; the others have an index of their own, or a page of links before 1.11. */
function torchWheel(release: TorchRelease, version: string, cuda: string): TorchChoice | undefined {
  if (cuda === release.defaultCuda) return { via: 'pip', release, version, cuda, specifier: `==${version}`, index: undefined };
  const url = release.indexUrls.get(cuda);
  if (url === undefined) return undefined;
  const option = url.endsWith('.html') ? '--find-links' : '--index-url';
  return { via: 'pip', release, version, cuda, specifier: `==${version}+cu${cuda.replace('.', '')}`, index: { option, url } };
}

/** The builds that PyPI serves; where the others are served is in no table. */
function onnxruntimeWheels(): readonly OnnxRuntimeChoice[] {
  return Array.from({ length: MOST_MINORS }, (_, minor) => onnxruntimeRelease(`1.${minor}`)).flatMap((build) =>
    build === undefined ? [] : [{ build, version: build.version, cuda: build.cuda.replace(/\.x$/, '') }],
  );
}

/** `ubuntu2204` of an Ubuntu release. */
export function distroOf(ubuntu: string): string {
  return `ubuntu${ubuntu.replace('.', '')}`;
}

/** The TensorRT release on board of an NGC image; undefined when it is not known. */
export function releaseOnBoard(base: Base): TensorRTRelease | undefined {
  const version = base.tensorrt?.value;
  return version === undefined || majorMinorOf(version) === undefined ? undefined : findTensorRTRelease(version);
}
