import { findNgcOldKey } from '../facts/apt-keys';
import type { Evidence } from '../facts/evidence';
import { sharedImageVariable } from '../facts/image-env';
import { imageFact } from '../facts/image-facts';
import { newestNgcRelease, ngcRelease, ngcValue, type NgcField, type NgcImage, type NgcValue } from '../facts/ngc-images';
import { msg } from '../l10n/message';
import type { ComponentKind } from '../stack/model';
import { UNKNOWN } from '../text/traced';
import { compareDotted } from '../version/dotted';
import { composeImage, exactFrom, imageComponent, type Decoder, type KnownReference, type TagSegment, tagPart } from './compose';
import { distroPython, distroPythonEvidence, osComponent } from './distribution';
import type { DecodedImage, ImageComponent, ImageFamily, TagPart, TagStatus } from './model';

interface NgcTag {
  /** `22.01`; undefined when the tag does not begin with a monthly release. */
  readonly release: TagSegment | undefined;
  /** A library version where the release belongs: `8.2` in `8.2-py3`. */
  readonly version: TagSegment | undefined;
  /** What stands after the first dash: `py3`, `tf1-py3`, `py3-sdk`; undefined without a dash. */
  readonly suffix: TagSegment | undefined;
  readonly complete: boolean;
}

const FAMILIES: Readonly<Record<string, ImageFamily>> = {
  'nvcr.io/nvidia/tensorrt': 'ngc-tensorrt',
  'nvcr.io/nvidia/tritonserver': 'ngc-triton',
  'nvcr.io/nvidia/tensorrtserver': 'ngc-triton',
  'nvcr.io/nvidia/inferenceserver': 'ngc-triton',
  'nvcr.io/nvidia/pytorch': 'ngc-pytorch',
  'nvcr.io/nvidia/tensorflow': 'ngc-tensorflow',
};
/** Names of the variable that holds the release. */
const RELEASE_VARIABLES: Readonly<Record<string, string>> = {
  'nvcr.io/nvidia/tensorrt': 'NVIDIA_TENSORRT_VERSION',
  'nvcr.io/nvidia/tritonserver': 'NVIDIA_TRITON_SERVER_VERSION',
  'nvcr.io/nvidia/pytorch': 'NVIDIA_PYTORCH_VERSION',
};
/** Year 17 or later and a month: TensorRT has no version that high. */
const RELEASE = /^(?:1[7-9]|[2-9]\d)\.(?:0[1-9]|1[0-2])(?:\.\d+)?$/;
const VERSION = /^v?\d+(?:\.\d+)+$/;
/** From this release on all tags name the Python version. */
const SUFFIXED_SINCE = '19.01';
const SKIPPED_RELEASES = new Set(['20.04', '20.05', '21.01']);

/** NVIDIA's monthly containers: tensorrt, tritonserver, pytorch, tensorflow and the servers' older names. */
export const decodeNgc: Decoder = (known) => {
  const family = FAMILIES[known.canonical];
  if (family === undefined) return undefined;
  const tag = readNgcTag(known.tag);
  const row = tag.release === undefined ? undefined : ngcRelease(known.canonical, tag.release.text);
  const suffix = tag.complete ? tag.suffix?.text : undefined;
  const driver = row && (ngcValue(row, 'driverMin') ?? ngcValue(row, 'imageDriver'));
  const env = new Map<string, string>();
  const capabilities = sharedImageVariable('ngc', 'NVIDIA_DRIVER_CAPABILITIES');
  if (capabilities !== undefined) env.set('NVIDIA_DRIVER_CAPABILITIES', capabilities);
  const variable = RELEASE_VARIABLES[known.canonical];
  if (variable !== undefined && tag.release !== undefined) env.set(variable, tag.release.text);
  return composeImage(known, {
    family,
    parts: partsOf(family, tag),
    ...statusOf(known, family, tag),
    components: row === undefined ? [] : componentsOf(family, row, suffix, tag.complete),
    env,
    packageManager: 'apt',
    libc: 'glibc',
    platforms: suffix?.includes('igpu') === true ? ['linux/arm64'] : undefined,
    driverMin: driver?.value,
    driverEvidence: driver?.evidence,
    ...(suffix === 'py3' && tag.release !== undefined ? keyOf(known.canonical, tag.release.text) : undefined),
  });
};

/** NGC does not rebuild its tags: an image from before the key change stays as it was. */
function keyOf(canonical: string, release: string): Partial<DecodedImage> {
  const old = findNgcOldKey(canonical, release);
  return old === undefined ? {} : { repositoryKey: 'old', repositoryKeyEvidence: old.evidence, aptRepositories: [{ repository: 'cuda', distro: old.distro, arch: 'x86_64' }] };
}

/** Reads `<release>[-suffix]`; a version where the release belongs is told apart. */
function readNgcTag(text: string): NgcTag {
  const dash = text.indexOf('-');
  const head: TagSegment = { text: dash < 0 ? text : text.slice(0, dash), start: 0 };
  const suffix = dash < 0 ? undefined : { text: text.slice(dash + 1), start: dash + 1 };
  return {
    release: RELEASE.test(head.text) ? head : undefined,
    version: !RELEASE.test(head.text) && VERSION.test(head.text) ? head : undefined,
    suffix,
    complete: !text.includes(UNKNOWN),
  };
}

function partsOf(family: ImageFamily, { release, version, suffix }: NgcTag): readonly TagPart[] {
  const parts: TagPart[] = [];
  if (release !== undefined) parts.push(tagPart('release', release));
  if (version !== undefined) parts.push(tagPart(family === 'ngc-tensorrt' ? 'tensorrt' : 'framework', version));
  if (suffix !== undefined) parts.push(tagPart('suffix', suffix));
  return parts;
}

function statusOf({ canonical }: KnownReference, family: ImageFamily, { release, version, suffix, complete }: NgcTag): { readonly status: TagStatus; readonly statusEvidence: Evidence | undefined } {
  const never = (fact: string): { readonly status: TagStatus; readonly statusEvidence: Evidence | undefined } => ({ status: 'never-existed', statusEvidence: imageFact(fact) });
  const unknown = { status: 'unknown' as const, statusEvidence: undefined };
  if (version !== undefined) return complete ? never('ngc-release-name') : unknown;
  if (release === undefined) return unknown;
  if (compareDotted(release.text, newestNgcRelease()) > 0) return { status: 'newer', statusEvidence: undefined };
  if (SKIPPED_RELEASES.has(release.text)) return never('ngc-release-skipped');
  if (canonical.endsWith('/tritonserver') ? compareDotted(release.text, '20.03') < 0 : canonical.endsWith('/tensorrtserver') && compareDotted(release.text, '20.03') >= 0) return never('triton-renamed');
  if (!complete || compareDotted(release.text, SUFFIXED_SINCE) < 0) return unknown;
  if (suffix === undefined || !/(?:^|-)py[23](?:-|$)/.test(suffix.text)) return never('ngc-tag-python');
  if (family === 'ngc-tensorflow' && suffix.text.startsWith('tf1-') && compareDotted(release.text, '23.03') > 0) return never('ngc-tensorflow-1-end');
  if (family === 'ngc-triton' && (compareDotted(release.text, '20.12') < 0 ? suffix.text === 'py3-sdk' : suffix.text.endsWith('py3-clientsdk'))) return never('triton-client-image');
  return unknown;
}

/** Kinds that the fields of a release speak of, with the number of parts that a whole version has. */
const FIELDS: readonly { readonly field: NgcField; readonly kind: ComponentKind; readonly parts: number }[] = [
  { field: 'python', kind: 'python', parts: 3 },
  { field: 'cuda', kind: 'cuda', parts: 3 },
  { field: 'cublas', kind: 'cublas', parts: 4 },
  { field: 'cudnn', kind: 'cudnn', parts: 4 },
  { field: 'tensorrt', kind: 'tensorrt', parts: 4 },
  { field: 'nccl', kind: 'nccl', parts: 3 },
];
const FRAMEWORKS: Partial<Record<ImageFamily, ComponentKind>> = { 'ngc-triton': 'triton', 'ngc-pytorch': 'torch', 'ngc-tensorflow': 'tensorflow' };
/** What else comes with TensorRT in the images that are made to build with it. */
const WITH_TENSORRT: Partial<Record<ImageFamily, readonly ComponentKind[]>> = {
  'ngc-tensorrt': ['tensorrt-headers', 'tensorrt-python', 'trtexec'],
  'ngc-pytorch': ['tensorrt-python'],
};

/**
 * Components of a release. Of an unknown variant only what all share is told; the client image and the variants for
 * other engines do not hold what the release notes say of the server.
 */
function componentsOf(family: ImageFamily, row: NgcImage, suffix: string | undefined, complete: boolean): readonly ImageComponent[] {
  const components: ImageComponent[] = [];
  const ubuntu = ngcValue(row, 'ubuntu');
  if (ubuntu !== undefined) components.push(osComponent(`ubuntu${ubuntu.value}`, ubuntu.certainty, ubuntu.evidence));
  if (family === 'ngc-triton' && (!complete || suffix === undefined || /sdk|python/.test(suffix))) return [...components, ...variantComponents(row, suffix)];

  const own = !complete || suffix?.includes('igpu') === true;
  const conda = family === 'ngc-pytorch' && compareDotted(row.release, '22.11') < 0;
  for (const { field, kind, parts } of FIELDS) {
    if (kind === 'python' && suffix === 'py2') continue;
    const value = ngcValue(row, field) ?? (kind === 'python' && !conda ? ubuntuPython(ubuntu) : undefined);
    if (value === undefined) continue;
    const component = valueComponent(kind, value, parts, own);
    components.push(component);
    if (kind === 'tensorrt') for (const extra of WITH_TENSORRT[family] ?? []) components.push({ ...component, kind: extra, certainty: 'assumed' });
  }
  const framework = FRAMEWORKS[family];
  const version = suffix?.startsWith('tf1-') === true ? firstTensorFlow(row) : ngcValue(row, 'framework');
  if (framework !== undefined && suffix !== 'py3-min') {
    components.push(version === undefined ? imageComponent(framework, undefined, 'derived') : valueComponent(framework, version, 3, own));
  }
  if (conda) components.push(imageComponent('conda', undefined, 'derived', imageFact('ngc-pytorch-conda')));
  return components;
}

function valueComponent(kind: ComponentKind, { value, certainty, evidence }: NgcValue, parts: number, weaken: boolean): ImageComponent {
  return imageComponent(kind, exactFrom(value, parts), weaken ? 'assumed' : certainty, evidence);
}

/** Apart from PyTorch's conda, every release of which both are known has the Python of its Ubuntu. */
function ubuntuPython(ubuntu: NgcValue | undefined): NgcValue | undefined {
  const os = ubuntu && `ubuntu${ubuntu.value}`;
  const value = os && distroPython(os);
  const evidence = os === undefined ? undefined : distroPythonEvidence(os);
  return value === undefined || evidence === undefined ? undefined : { value, certainty: 'assumed', evidence };
}

function firstTensorFlow(row: NgcImage): NgcValue | undefined {
  const value = ngcValue(row, 'framework');
  return row.framework1 === null ? undefined : value && { ...value, value: row.framework1 };
}

/** `trtllm-python-py3` and `vllm-python-py3` of Triton. */
function variantComponents(row: NgcImage, suffix: string | undefined): readonly ImageComponent[] {
  const contents = suffix === undefined ? undefined : row.variants?.[suffix];
  if (contents === undefined) return [];
  const common = imageFact('triton-variants');
  const evidence = contents['source'] === undefined || common === undefined ? common : { fact: msg`What ${row.image}:${row.release}-${suffix ?? ''} holds is known from a report`, source: contents['source'], checked: common.checked };
  const kinds: readonly (readonly [string, ComponentKind])[] = [['python', 'python'], ['cuda', 'cuda'], ['tensorrt', 'tensorrt'], ['torch', 'torch'], ['tensorrtLlm', 'tensorrt-llm']];
  return kinds.flatMap(([key, kind]) => {
    const version = contents[key];
    return version === undefined ? [] : [imageComponent(kind, kind === 'cuda' ? version.split('.').slice(0, 3).join('.') : version, 'derived', evidence)];
  });
}

/** nvcr.io/nvidia/cuda-dl-base:25.03-cuda12.8-devel-ubuntu24.04. */
export const decodeCudaDlBase: Decoder = (known) => {
  const match = /^(\d\d\.\d\d)-cuda(\d+\.\d+)-(.+?)-ubuntu(\d\d\.\d\d)$/.exec(known.tag);
  const release = match?.[1];
  const row = release === undefined ? undefined : ngcRelease(known.canonical, release);
  const devel = match?.[3] === 'devel';
  const cuda = match?.[2];
  const components: ImageComponent[] = [];
  if (match?.[4] !== undefined) components.push(osComponent(`ubuntu${match[4]}`, 'stated'));
  if (cuda !== undefined) {
    const minor = { type: 'prefix', version: cuda } as const;
    components.push(imageComponent('cuda', minor, 'stated'));
    if (devel) components.push(imageComponent('nvcc', minor, 'assumed'), imageComponent('cuda-headers', minor, 'assumed'));
  }
  for (const { field, kind, parts } of row === undefined ? [] : FIELDS) {
    const value = kind === 'cuda' || row === undefined ? undefined : ngcValue(row, field);
    if (value !== undefined) components.push(valueComponent(kind, value, parts, !devel));
  }
  return composeImage(known, {
    family: 'ngc-other',
    flavor: devel ? 'devel' : undefined,
    parts: release === undefined ? [] : [tagPart('release', { text: release, start: 0 })],
    components,
    packageManager: 'apt',
    libc: 'glibc',
  });
};

/** Any other image of nvcr.io/nvidia/: only that it is one. */
export const decodeOtherNgc: Decoder = (known): DecodedImage => composeImage(known, { family: 'ngc-other' });
