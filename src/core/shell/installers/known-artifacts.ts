import { baseName } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import type { KnownArtifact } from './model';
import { parseNvidiaRepositoryUrl } from './nvidia-repository';

/** One way in which a file is named; the groups of the pattern are named after the fields of the artifact. */
interface NamePattern {
  readonly kind: KnownArtifact['kind'];
  readonly pattern: RegExp;
}

/** Most particular first. Version parts hold no UNKNOWN: a name with an unknown part is known by its kind alone. */
const PATTERNS: readonly NamePattern[] = [
  { kind: 'tensorrt-tar', pattern: /^TensorRT-(?<version>\d+(?:\.\d+)+)\.(?<os>[A-Z][\w.-]*?)\.(?<arch>x86_64-gnu|aarch64-gnu|sbsa-gnu)\.cuda-(?<cuda>\d+(?:\.\d+)*)(?:\.cudnn-?(?<cudnn>\d+(?:\.\d+)*))?\.(?:tar\.gz|tgz|tar)$/ },
  { kind: 'tensorrt-tar', pattern: /^TensorRT-(?:Enterprise-)?(?<version>\d+(?:\.\d+)+).*\.(?:tar\.gz|tgz|tar|zip)$/ },
  { kind: 'tensorrt-tar', pattern: /^TensorRT-.*\.(?:tar\.gz|tgz|tar)$/ },
  { kind: 'tensorrt-local-repo', pattern: /^nv-tensorrt-local-repo-(?<os>[a-z]+\d+)-(?<version>\d+(?:\.\d+)+)-cuda-(?<cuda>\d+(?:\.\d+)*)_[\d.-]+_(?<arch>\w+)\.deb$/ },
  { kind: 'tensorrt-local-repo', pattern: /^nv-tensorrt-local-repo-(?<os>[a-z]+\d+)-(?<version>\d+(?:\.\d+)+)-cuda-(?<cuda>\d+(?:\.\d+)*)-[\d.-]+\.(?<arch>\w+)\.rpm$/ },
  { kind: 'tensorrt-local-repo', pattern: /^nv-tensorrt-repo-(?<os>[a-z]+\d+)-cuda(?<cuda>\d+(?:\.\d+)*)-trt(?<version>\d+(?:\.\d+)+)-.*[._](?<arch>amd64|arm64|x86_64|aarch64)\.(?:deb|rpm)$/ },
  { kind: 'tensorrt-local-repo', pattern: /^nv-tensorrt-(?:local-)?repo-.*\.(?:deb|rpm)$/ },
  { kind: 'cudnn-tar', pattern: /^cudnn-(?:linux|windows)-(?<arch>x86_64|sbsa|ppc64le|aarch64)-(?<version>\d+(?:\.\d+)+)_cuda(?<cuda>\d+(?:\.\d+)*)-archive\.(?:tar\.xz|tar\.gz|tgz|zip)$/ },
  { kind: 'cudnn-tar', pattern: /^cudnn-(?<cuda>\d+\.\d+)-(?<os>linux)-(?<arch>x64|aarch64sbsa|ppc64le)-v(?<version>\d+(?:\.\d+)*)(?:-\w+)?\.(?:tgz|tar\.gz)$/ },
  { kind: 'cudnn-tar', pattern: /^cudnn-.*\.(?:tgz|tar\.gz|tar\.xz)$/ },
  { kind: 'cuda-runfile', pattern: /^cuda_(?<version>\d+\.\d+(?:\.\d+)?)_(?:\d+(?:\.\d+)+|rc|ga\w*)_(?<os>linux)(?:_(?<arch>sbsa|ppc64le))?(?:[.-]?run)$/ },
  { kind: 'cuda-runfile', pattern: /^cuda_(?<version>\d+\.\d+(?:\.\d+)?)_.*[.-]?run$/ },
  { kind: 'cuda-runfile', pattern: /^cuda_.*linux(?:_sbsa)?[.-]run$/ },
  { kind: 'cuda-keyring', pattern: /^cuda-keyring_(?<version>\d+(?:\.\d+)*)-\d+_\w+\.deb$/ },
  { kind: 'cuda-keyring', pattern: /^cuda-keyring.*\.deb$/ },
  { kind: 'cuda-local-repo', pattern: /^cuda-repo-(?<os>[a-z]+\d+)-(?<cuda>\d+-\d+)-local(?:[-_]\w*)?_(?<version>\d+(?:\.\d+)+)-.*_(?<arch>amd64|arm64)\.deb$/ },
  { kind: 'cuda-local-repo', pattern: /^cuda-repo-(?<os>[a-z]+\d+)-(?<cuda>\d+-\d+)-local(?:-(?<version>\d+(?:\.\d+)+))?-.*\.(?<arch>x86_64|aarch64|sbsa)\.rpm$/ },
  { kind: 'cuda-network-repo', pattern: /^cuda-repo-(?<os>[a-z]+\d+)[_-](?<version>\d+(?:\.\d+)+)-\d+[_.](?<arch>amd64|x86_64|ppc64el|ppc64le)\.(?:deb|rpm)$/ },
  { kind: 'machine-learning-repo', pattern: /^nvidia-machine-learning-repo-(?<os>[a-z]+\d+)[_-](?<version>\d+(?:\.\d+)*)-\d+[_.](?<arch>amd64|x86_64|ppc64el|ppc64le)\.(?:deb|rpm)$/ },
  { kind: 'machine-learning-repo', pattern: /^nvidia-machine-learning-repo-.*\.(?:deb|rpm)$/ },
  { kind: 'nccl-local-repo', pattern: /^nccl-(?:local-)?repo-(?<os>[a-z]+\d+)-(?<version>\d+(?:\.\d+)+)-cuda(?<cuda>\d+(?:\.\d+)*)_.*_(?<arch>amd64|arm64)\.deb$/ },
  { kind: 'driver-runfile', pattern: /^NVIDIA-Linux-(?<arch>x86_64|aarch64)-(?<version>\d+(?:\.\d+)+)(?:-[\w-]+)?\.run$/ },
  { kind: 'driver-runfile', pattern: /^NVIDIA-Linux-.*\.run$/ },
  { kind: 'conda-installer', pattern: /^(?:Anaconda|Miniconda)[23]?-(?<version>[\w.]+)-(?<os>Linux)-(?<arch>\w+)\.sh$/ },
  { kind: 'conda-installer', pattern: /^(?:Anaconda|Miniconda|Miniforge|Mambaforge)[23]?-.*\.sh$/ },
  { kind: 'wheel', pattern: /^[\w.]+-(?<version>[\w.!+]+)(?:-\d\w*)?-[\w.]+-[\w.]+-(?<arch>[\w.]+)\.whl$/ },
  { kind: 'onnxruntime-tar', pattern: /^onnxruntime-(?<os>linux)-(?<arch>x64|aarch64)-gpu(?:-cuda(?<cuda>\d+))?-(?<version>\d+(?:\.\d+)+)\.tgz$/ },
];

/** Starts of all names above, so that most file names are turned away at once. */
const CANDIDATE = /^(?:TensorRT|nv-tensorrt|nvidia-machine-learning|cudnn|cuda|nccl|NVIDIA|Anaconda|Mini|Mamba|onnxruntime)|\.whl$/;

/**
 * What a file is by its name alone, without folder and without query; undefined for names that are not known.
 * Fields that the name does not tell, or that stand in it as an unknown variable, are undefined.
 */
export function recogniseArtifact(fileName: string): KnownArtifact | undefined {
  if (!CANDIDATE.test(fileName)) return undefined;
  const name = fileName.includes('%') ? decode(fileName) : fileName;
  for (const { kind, pattern } of PATTERNS) {
    const groups = pattern.exec(name)?.groups;
    if (groups === undefined) {
      if (pattern.test(name)) return { kind, version: undefined, cuda: undefined, cudnn: undefined, os: undefined, arch: undefined };
      continue;
    }
    const { version, cuda, cudnn, os, arch } = groups;
    const cudaOfRunfile = kind === 'cuda-runfile' ? version : undefined;
    return {
      kind,
      version: version?.includes(UNKNOWN) === true || version === 'latest' ? undefined : version,
      cuda: cuda?.replace('-', '.') ?? cudaOfRunfile,
      cudnn,
      os,
      arch: arch?.replace(/-gnu$/, ''),
    };
  }
  return undefined;
}

/** What the file behind a URL is. For cuda-keyring the folder tells the distribution and architecture, which its name does not. */
export function recogniseUrl(url: string): KnownArtifact | undefined {
  const artifact = recogniseArtifact(baseName(url.replace(/[?#].*$/, '')));
  const repository = artifact?.kind === 'cuda-keyring' ? parseNvidiaRepositoryUrl(url) : undefined;
  return artifact === undefined || repository === undefined ? artifact : { ...artifact, os: repository.distro, arch: repository.arch };
}

/** `%2B` in a URL stands for `+`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
