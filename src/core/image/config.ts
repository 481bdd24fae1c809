import type { ComponentKind } from '../stack/model';
import { cudaOfComponents } from '../scan/components';
import type { ScannedComponent } from '../scan/model';
import { firstParts, isSameRelease } from '../version/dotted';
import { exactFrom, imageComponent } from './compose';
import { decodeImage } from './decode';
import { osComponent } from './distribution';
import type { DecodedImage, ImageComponent } from './model';
import type { Overlay } from '../overlay/model';

/** What an engine tells of an image that lies there. */
export interface ImageConfig {
  /** `repository:tag`. */
  readonly tags: readonly string[];
  /** `NAME=value`; undefined where the engine was not asked. */
  readonly environment: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** What an image holds as far as its names, environment and labels tell. */
export interface ConfigStack {
  /** One of a kind, in the order in which people ask for them. */
  readonly components: readonly ImageComponent[];
  /** The tag's meaning; undefined where no tag is known. */
  readonly decoded: DecodedImage | undefined;
  /** The image's driver check: `cuda>=12.4 brand=tesla,driver>=535,…`; undefined where it has none or NVIDIA_DISABLE_REQUIRE turns it off. */
  readonly requireCuda: string | undefined;
  /** Made for a GPU: it holds a part of the GPU stack, or asks the container runtime for GPUs. */
  readonly usesGpu: boolean;
}

interface Source {
  readonly kind: ComponentKind;
  readonly variables: readonly string[];
  readonly label?: string;
  /** So many leading parts of the version are kept: NVIDIA's CUDA_VERSION ends in a build number in NGC images. */
  readonly parts?: number;
}

/** Where images of NVIDIA, and those built on them, tell of their versions: see the table image-env. The first that is set counts. */
const SOURCES: readonly Source[] = [
  { kind: 'tensorrt', variables: ['TENSORRT_VERSION', 'TRT_VERSION'], label: 'com.nvidia.tensorrt.version' },
  { kind: 'cuda', variables: ['CUDA_VERSION'], parts: 3 },
  { kind: 'cudnn', variables: ['NV_CUDNN_VERSION', 'CUDNN_VERSION'], label: 'com.nvidia.cudnn.version' },
  { kind: 'triton', variables: ['TRITON_SERVER_VERSION'] },
  { kind: 'torch', variables: ['PYTORCH_VERSION'], label: 'com.nvidia.pytorch.version' },
  { kind: 'cublas', variables: ['NV_LIBCUBLAS_VERSION', 'CUBLAS_VERSION'], label: 'com.nvidia.cublas.version' },
  { kind: 'nccl', variables: ['NCCL_VERSION'], label: 'com.nvidia.nccl.version' },
];

const ORDER: readonly ComponentKind[] = [
  ...(['tensorrt', 'cuda', 'cudnn', 'triton', 'tensorrt-llm', 'deepstream', 'torch', 'torch-tensorrt', 'tensorflow', 'onnxruntime', 'jax'] as const),
  ...(['l4t', 'nccl', 'cublas', 'cudart', 'nvcc', 'cuda-compat', 'python', 'os'] as const),
];

/** Kinds that only an image for GPUs has. Frameworks are not among them: they come for the CPU, too. */
const GPU_KINDS: ReadonlySet<ComponentKind> = new Set(['tensorrt', 'cuda', 'cudnn', 'cudart', 'cublas', 'nccl', 'nvcc', 'tensorrt-llm', 'deepstream', 'l4t', 'cuda-compat']);

/**
 * What an image on an engine holds, without a look inside. What the image itself says (environment, labels) goes before
 * what its tag means. Text that is no version is left out. Never throws.
 */
export function readImageConfig({ tags, environment, labels }: ImageConfig, overlay?: Overlay): ConfigStack {
  const env = readEnvironment(environment ?? []);
  const decoded = tags
    .map((tag) => decodeImage(tag, overlay))
    .reduce((best, one) => ((one?.components.length ?? 0) > (best?.components.length ?? 0) ? one : best), undefined);
  const found = new Map<string, ImageComponent>();
  for (const component of decoded?.components ?? []) found.set(component.kind, component);
  for (const { kind, variables, label, parts } of SOURCES) {
    const name = variables.find((variable) => env.has(variable)) ?? (label !== undefined && Object.hasOwn(labels, label) ? label : undefined);
    const version = name === undefined ? undefined : readVersion(env.get(name) ?? labels[name] ?? '', parts);
    if (version !== undefined) found.set(kind, imageComponent(kind, exactFrom(version, 3), 'stated', undefined, name));
  }
  const os = labels['org.opencontainers.image.ref.name'];
  const release = labels['org.opencontainers.image.version'];
  if (os !== undefined && release !== undefined && /^(?:ubuntu|debian)$/.test(os) && /^\d+(?:\.\d+)?$/.test(release)) found.set('os', osComponent(`${os}${release}`, 'stated'));
  const visible = env.get('NVIDIA_VISIBLE_DEVICES');
  const requireCuda = isOn(env.get('NVIDIA_DISABLE_REQUIRE')) ? undefined : env.get('NVIDIA_REQUIRE_CUDA');
  return {
    components: [...found.values()].sort((a, b) => rank(a) - rank(b)),
    decoded,
    requireCuda,
    usesGpu: [...found.values()].some(({ kind }) => GPU_KINDS.has(kind)) || requireCuda !== undefined || (visible !== undefined && !/^(?:|void|none)$/.test(visible)),
  };
}

/**
 * The same stack once the image's files were read: what was found there takes the place of what its names, environment
 * and labels told of the same kinds. Several of a kind only where they differ, the surest first. Never throws.
 */
export function withScan(stack: ConfigStack, scanned: readonly ScannedComponent[]): ConfigStack {
  const found: ImageComponent[] = [];
  for (const { kind, name, version } of scanned) {
    // Files of an image say what they like.
    if (!/^\d[\w.+~:-]{0,79}$/.test(version)) continue;
    const known = found.some((other) => other.kind === kind && other.version.type === 'exact' && isSameRelease(other.version.version, version));
    if (!known) found.push(imageComponent(kind, exactFrom(version, 3), 'stated', undefined, name));
  }
  // Wheels bring CUDA in parts; what they were made for is what a driver has to serve.
  const cuda = cudaOfComponents(scanned);
  if (cuda !== undefined && ![...found, ...stack.components].some(({ kind }) => kind === 'cuda')) found.push(imageComponent('cuda', exactFrom(cuda.version, 3), 'stated', undefined, cuda.name));
  const kinds = new Set(found.map(({ kind }) => kind));
  const components = [...found, ...stack.components.filter(({ kind }) => !kinds.has(kind))].sort((a, b) => rank(a) - rank(b));
  return { ...stack, components, usesGpu: stack.usesGpu || components.some(({ kind }) => GPU_KINDS.has(kind)) };
}

function readEnvironment(environment: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    environment.flatMap((pair) => {
      const at = pair.indexOf('=');
      return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)] as const] : [];
    }),
  );
}

/** `8.9.7.29+cuda12.2` → `8.9.7.29`, `2.28.3-1` → `2.28.3`, `2.2.0a0+81ea7a4` → `2.2.0a0`. */
function readVersion(text: string, parts: number | undefined): string | undefined {
  const version = /^\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?=$|[-+])/.exec(text)?.[0];
  return version === undefined || parts === undefined ? version : firstParts(version, parts);
}

/** The container toolkit reads 1, t, true and the like. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/i.test(value);
}

function rank({ kind }: ImageComponent): number {
  const at = ORDER.indexOf(kind);
  return at < 0 ? ORDER.length : at;
}
