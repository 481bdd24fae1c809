import type { ComponentKind, Via } from '../stack/model';
import { packageMeaning, packageVersion, pythonPackageMeaning } from '../stack/packages';
import { baseName } from '../text/path';
import { cudaOfPipTag } from '../version/cuda';
import { isDotted, isSameRelease } from '../version/dotted';
import { libraryKind } from './library-names';
import type { DistributionPackage, Library, OperatingSystem, PythonInstallation, ScannedComponent } from './model';

/** Texts of files that state a version, by their path in the image. */
export interface VersionFiles {
  /** `version.json` of the CUDA toolkit. */
  readonly cudaJson: { readonly path: string; readonly text: string } | null;
  /** `version.txt` of older ones. */
  readonly cudaText: { readonly path: string; readonly text: string } | null;
  /** CUDA that PyTorch was built for, by the file `torch/version.py` that says so. */
  readonly torchCuda: { readonly path: string; readonly cuda: string } | null;
}

/** What `deriveComponents` reads. */
export interface ScannedParts {
  readonly os: OperatingSystem | null;
  readonly packages: readonly DistributionPackage[];
  readonly pythons: readonly PythonInstallation[];
  readonly libraries: readonly Library[];
  readonly versionFiles: VersionFiles;
  readonly environment: ReadonlyMap<string, string>;
}

/** Members of the toolkit's version.json that are components of ours. */
const TOOLKIT_PARTS: Readonly<Record<string, ComponentKind>> = { cuda: 'cuda', cuda_cudart: 'cudart', cuda_nvcc: 'nvcc', libcublas: 'cublas' };

/** Kinds that a scan can find; of others it knows nothing. */
export const SCANNED_KINDS: ReadonlySet<ComponentKind> = new Set<ComponentKind>([
  'os', 'python', 'cuda', 'cudart', 'nvcc', 'cublas', 'cudnn', 'cudnn-headers', 'tensorrt', 'tensorrt-headers', 'tensorrt-python', 'trtexec', 'nccl',
  'cuda-compat', 'torch', 'tensorflow', 'onnxruntime', 'torch-tensorrt', 'jax', 'tensorrt-llm',
]);

/**
 * The components of an image, from the surest evidence to the weakest: packages of the distribution, CUDA's own version
 * file, packages of Python, and last the names of library files for what no package accounts for.
 */
export function deriveComponents(parts: ScannedParts): readonly ScannedComponent[] {
  const components: ScannedComponent[] = [];
  const add = (kind: ComponentKind, name: string, version: string, cuda: string | null | undefined, via: Via, file: string): void => {
    if (components.some((other) => other.kind === kind && other.via === via && other.version === version && other.file === file && other.name === name)) return;
    components.push({ kind, name, version, cuda: cuda ?? null, via, file });
  };
  const has = (kind: ComponentKind, version: string): boolean => components.some((other) => other.kind === kind && isSameRelease(other.version, version));

  const { os } = parts;
  if (os !== null && os.versionId !== null) add('os', os.id, os.versionId, null, 'other', os.file);
  for (const found of oneOfEachKind(parts.packages)) add(found.kind, found.name, found.version, found.cuda, found.via, found.file);
  for (const { kind, name, version, path } of readToolkitVersions(parts.versionFiles)) if (!has(kind, version)) add(kind, name, version, null, 'other', path);
  const stated = parts.environment.get('CUDA_VERSION');
  if (stated !== undefined && /^\d+\.\d+(\.\d+)*$/.test(stated) && !components.some(({ kind }) => kind === 'cuda')) add('cuda', 'CUDA_VERSION', stated, null, 'env', 'ENV');

  for (const python of parts.pythons) {
    const owner = parts.packages.find(({ name }) => python.version !== null && name === `python${python.version.split('.', 2).join('.')}-minimal`);
    if (python.version !== null && python.program !== null && owner === undefined && !has('python', python.version)) {
      add('python', baseName(python.program), python.version, null, 'other', python.program);
    }
    for (const { name, version, manager, file } of python.packages) {
      const meaning = manager === 'apt' ? undefined : pythonPackageMeaning(name, manager);
      if (meaning === undefined) continue;
      const [release = version, local] = version.split('+');
      // A package of conda may leave what pip leaves, under another name.
      if (manager === 'pip' && components.some(({ kind, via, version: other }) => kind === meaning.kind && via === 'conda' && other === release)) continue;
      const { torchCuda } = parts.versionFiles;
      const cuda = meaning.cuda ?? (local === undefined ? undefined : cudaOfPipTag(local)) ?? (meaning.kind === 'torch' ? torchCuda?.cuda : undefined);
      add(meaning.kind, name, release, cuda, manager, file);
    }
  }

  for (const { path, version, names } of parts.libraries) {
    const kind = libraryKind(names[0] ?? baseName(path)) ?? libraryKind(baseName(path));
    // The name of a wheel's library has the major version only; its package has said more.
    if (kind !== undefined && version !== null && !has(kind, version)) add(kind, baseName(path), version, null, 'other', path);
  }
  return components;
}

/**
 * The CUDA that what lies in an image was made for, and what tells it: the toolkit's version, else that of its runtime
 * (`13.0` of cudart 13.0.96), else the one PyTorch was built for. Undefined where none of them is there.
 */
export function cudaOfComponents(components: readonly ScannedComponent[]): { readonly version: string; readonly name: string } | undefined {
  const find = (wanted: ComponentKind): ScannedComponent | undefined => components.find(({ kind }) => kind === wanted);
  const cuda = find('cuda');
  if (cuda !== undefined) return cuda;
  const told = [[find('cudart'), find('cudart')?.version], [find('torch'), find('torch')?.cuda]] as const;
  return told.flatMap(([component, text]) => {
    const version = /^\d{1,3}\.\d{1,3}(?=\.|$)/.exec(text ?? '')?.[0];
    return component === undefined || version === undefined ? [] : [{ version, name: component.name }];
  })[0];
}

interface Found {
  readonly kind: ComponentKind;
  readonly name: string;
  readonly version: string;
  readonly cuda: string | undefined;
  readonly via: Via;
  readonly file: string;
}

/** Packages with the version of Python; others of its name, as python3-pip, have one of their own. */
const PYTHON_ITSELF = /^python3(?:\.\d+)?$/;

/**
 * Several packages bring the same component (`libnvinfer8`, `libnvinfer-plugin8`): of those of one version the first is
 * named. A package whose name belongs to a component and whose version does not (`python3` 3.10.6 beside `python3.10`
 * 3.10.12) gives way to the exact one.
 */
function oneOfEachKind(packages: readonly DistributionPackage[]): readonly Found[] {
  const found: Found[] = [];
  const exactPython = packages.some(({ name }) => /^python3\.\d+-minimal$/.test(name));
  for (const { name, version, manager, file } of packages) {
    const via = manager === 'apk' ? 'other' : manager;
    const python = /^python(3\.\d+)-minimal$/.exec(name);
    const meanings = python === null ? packageMeaning(name) : [{ kind: 'python' as const, named: python[1], cuda: undefined }];
    for (const { kind, cuda: namedCuda } of meanings) {
      if (!SCANNED_KINDS.has(kind) || (kind === 'python' && !(python !== null || (!exactPython && PYTHON_ITSELF.test(name))))) continue;
      const claim = packageVersion(version, undefined);
      const exact = claim.version.type === 'exact' ? claim.version.version : upstreamOf(version);
      if (exact === undefined || found.some((other) => other.kind === kind && other.version === exact)) continue;
      found.push({ kind, name: python === null ? name : `python${python[1] ?? ''}`, version: exact, cuda: claim.cuda ?? namedCuda, via, file });
    }
  }
  return found;
}

/** The leading numbers of a Debian version: `3.10.12` of `3.10.12-1~22.04.3`, `1.21` of `1:1.21.5+ds-1`. */
function upstreamOf(version: string): string | undefined {
  return /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1];
}

function readToolkitVersions({ cudaJson, cudaText }: VersionFiles): readonly { readonly kind: ComponentKind; readonly name: string; readonly version: string; readonly path: string }[] {
  if (cudaJson !== null) {
    const value = parseObject(cudaJson.text);
    return Object.entries(TOOLKIT_PARTS).flatMap(([key, kind]) => {
      const part = value[key];
      const version = typeof part === 'object' && part !== null && 'version' in part ? part.version : undefined;
      // Some releases write the day of the build for a patch number: `11.8.20220929`.
      return typeof version === 'string' && isDotted(version) ? [{ kind, name: baseName(cudaJson.path), version: version.replace(/\.\d{8}$/, ''), path: cudaJson.path }] : [];
    });
  }
  const version = cudaText === null ? undefined : /^CUDA Version (\d[\d.]*)/m.exec(cudaText.text)?.[1];
  return version === undefined || cudaText === null ? [] : [{ kind: 'cuda', name: baseName(cudaText.path), version, path: cudaText.path }];
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
