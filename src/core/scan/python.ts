import { baseName, resolvePath } from '../text/path';
import type { FolderListing, ImageFileReader } from './files';
import type { PythonInstallation, PythonPackage, ScanGap } from './model';
import { normalisePythonName, readCondaPackage, readDistributionFolder, readPythonMetadata, readRecord } from './python-metadata';

/** Packages of PyPI whose files take hundreds of megabytes and tell a scan nothing; their metadata lie beside them. */
const HEAVY = [
  ...['nvidia', 'torch', 'torchvision', 'torchaudio', 'torch_tensorrt', 'torchtext', 'triton', 'functorch', 'tensorflow', 'tensorrt', 'tensorrt_libs', 'tensorrt_bindings'],
  ...['tensorrt_llm', 'tensorrt_lean', 'tensorrt_dispatch', 'tensorrt_lean_libs', 'tensorrt_dispatch_libs', 'onnxruntime', 'onnx', 'jaxlib', 'jax_plugins', 'cupy', 'cupy_backends'],
  ...['numpy', 'numpy.libs', 'scipy', 'scipy.libs', 'pandas', 'sklearn', 'pyarrow', 'cv2', 'opencv_python.libs', 'opencv_python_headless.libs', 'llvmlite', 'numba', 'matplotlib'],
  ...['transformers', 'vllm', 'xformers', 'flash_attn', 'bitsandbytes', 'deepspeed', 'transformer_engine', 'apex', 'ray', 'xgboost', 'lightgbm', 'cudf', 'cuml', 'cugraph'],
  ...['libcudf', 'libcuml', 'librmm', 'paddle', 'mxnet', 'sympy', 'polars', 'h5py', 'botocore', 'googleapiclient', 'nltk_data', 'spacy', 'skimage', 'av', 'decord', 'open3d'],
  ...['cmake', 'tensorstore', 'statsmodels', 'cuda', 'jax', 'fontTools', 'lxml', 'grpc', 'babel', 'plotly', 'bokeh', 'gradio', 'streamlit', 'torch_geometric', 'pyspark'],
];

/** Wheels whose libraries matter. */
const GPU_WHEEL =
  /^(?:torch|torch-tensorrt|tensorflow(?:-gpu|-cpu)?|onnxruntime(?:-gpu)?|jaxlib|jax-cuda.*|nvidia-.*|tensorrt(?:-.*)?)$/;

const METADATA_BYTES = 64 * 1024;
const RECORD_BYTES = 8 * 1024 * 1024;
const CONDA_BYTES = 8 * 1024 * 1024;

/** Where a scan has found Pythons, and the libraries that their packages brought. */
export interface PythonFindings {
  readonly pythons: readonly PythonInstallation[];
  /** Absolute paths of the shared libraries that wheels and conda packages that matter list. */
  readonly libraries: readonly string[];
  readonly gaps: readonly ScanGap[];
}

/** A prefix with an interpreter in it, or folders without one. */
interface Place {
  readonly prefix: string;
  /** As it lies in the prefix, and the file that it leads to. */
  readonly program: string | null;
  readonly realProgram: string | null;
  readonly minor: string | null;
}

/** The oldest and newest minor version of Python 3 that a folder is looked for of, where no interpreter names its own. */
const MINORS = Array.from({ length: 12 }, (_, i) => `3.${i + 5}`);

/**
 * Finds the Pythons of an image by its PATH and the usual places, and lists the packages of each.
 * `environment` is the image's; `maxBytes` is how much may be read of one folder of packages.
 */
export async function scanPythons(files: ImageFileReader, environment: ReadonlyMap<string, string>, binFolders: readonly string[], maxBytes: number): Promise<PythonFindings> {
  const gaps: ScanGap[] = [];
  const libraries: string[] = [];
  const pythons: PythonInstallation[] = [];
  const seen = new Set<string>();

  const listOnce = async (folder: string, manager: 'pip' | 'apt'): Promise<{ folder: string; packages: readonly PythonPackage[] } | null> => {
    const stat = await files.stat(folder);
    if (stat?.kind !== 'folder' || seen.has(stat.path)) return null;
    seen.add(stat.path);
    const listing = await files.list(stat.path, { heavy: HEAVY, maxBytes, wanted: wantedOfSite });
    if (listing === null) return null;
    if (!listing.complete) gaps.push({ path: stat.path, why: 'too-large', detail: '' });
    for (const library of wheelLibraries(listing, stat.path)) libraries.push(library);
    return { folder: stat.path, packages: readSite(listing, stat.path, manager) };
  };

  for (const place of await findPlaces(files, binFolders)) {
    const folders: string[] = [];
    const packages: PythonPackage[] = [];
    for (const folder of packageFolders(place)) {
      // Debian's own packages lie in /usr/lib/python3/dist-packages; what pip brings lies elsewhere.
      const found = await listOnce(folder, folder.startsWith('/usr/lib/python3') ? 'apt' : 'pip');
      if (found === null) continue;
      folders.push(found.folder);
      packages.push(...found.packages);
    }
    const conda = await scanConda(files, place.prefix, maxBytes, gaps);
    libraries.push(...conda.libraries);
    // A package of conda leaves a dist-info as well: conda's own record is the one that holds.
    const own = new Set(conda.packages.map(({ name }) => name));
    const all = [...conda.packages, ...packages.filter(({ name }) => !own.has(name))];
    // A link to another prefix's interpreter, with nothing of its own.
    const isLink = pythons.some(({ program }) => program === place.realProgram) || (place.program !== place.realProgram && folders.length === 0);
    if (all.length === 0 && (place.program === null || isLink)) continue;
    const version = conda.packages.find(({ name }) => name === 'python')?.version ?? (await exactVersion(files, place)) ?? place.minor;
    pythons.push({ program: place.program, version, folders, packages: all });
  }

  for (const folder of (environment.get('PYTHONPATH') ?? '').split(':').filter((path) => path.startsWith('/'))) {
    const found = await listOnce(folder, 'pip');
    if (found !== null && found.packages.length > 0) pythons.push({ program: null, version: null, folders: [found.folder], packages: found.packages });
  }
  return { pythons, libraries, gaps };
}

async function findPlaces(files: ImageFileReader, binFolders: readonly string[]): Promise<readonly Place[]> {
  const places = new Map<string, Place>();
  for (const folder of binFolders) {
    // `/bin` is a link to `/usr/bin` in most images.
    const bin = (await files.stat(folder))?.path ?? folder;
    const prefix = resolvePath(bin, '..');
    if (baseName(bin) !== 'bin' || places.has(prefix)) continue;
    for (const program of [`${bin}/python3`, `${bin}/python`]) {
      const real = await files.stat(program);
      if (real?.kind !== 'file') continue;
      const named = /^python(3\.\d+)/.exec(baseName(real.path))?.[1];
      places.set(prefix, { prefix, program, realProgram: real.path, minor: named ?? (await findMinor(files, prefix)) });
      break;
    }
  }
  // Packages may have been copied to the usual places of an image that has no interpreter on its PATH.
  for (const prefix of places.size > 0 ? [] : ['/usr/local', '/opt/conda', '/opt/venv']) {
    const minor = (await files.stat(`${prefix}/lib`)) === null ? null : await findMinor(files, prefix);
    if (minor !== null) places.set(prefix, { prefix, program: null, realProgram: null, minor });
  }
  return [...places.values()];
}

async function findMinor(files: ImageFileReader, prefix: string): Promise<string | null> {
  for (const minor of MINORS.toReversed()) {
    if ((await files.stat(`${prefix}/lib/python${minor}`))?.kind === 'folder') return minor;
  }
  return null;
}

function packageFolders({ prefix, minor }: Place): readonly string[] {
  if (minor === null) return [];
  const own = [`${prefix}/lib/python${minor}/site-packages`, `${prefix}/lib/python${minor}/dist-packages`];
  // Debian's interpreter in /usr has pip install to /usr/local.
  return prefix === '/usr' ? [...own, `/usr/local/lib/python${minor}/dist-packages`, '/usr/lib/python3/dist-packages'] : own;
}

/** The exact version by the header that belongs to the interpreter, or by the file of a virtual environment. */
async function exactVersion(files: ImageFileReader, { prefix, minor }: Place): Promise<string | null> {
  const environment = await files.readText(`${prefix}/pyvenv.cfg`, METADATA_BYTES);
  const noted = environment === null ? undefined : /^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)/m.exec(environment)?.[1];
  if (noted !== undefined) return noted;
  const header = minor === null ? null : await files.readText(`${prefix}/include/python${minor}/patchlevel.h`, METADATA_BYTES);
  return header === null ? null : (/^#define\s+PY_VERSION\s+"(\d[\w.]*)\+?"/m.exec(header)?.[1] ?? null);
}

function wantedOfSite(path: string): number {
  const [folder = '', file] = path.split('/');
  if (file === undefined || path.split('/').length !== 2) return 0;
  if (file === 'METADATA' || file === 'PKG-INFO') return METADATA_BYTES;
  const distribution = readDistributionFolder(folder);
  return file === 'RECORD' && distribution !== undefined && GPU_WHEEL.test(distribution.name) ? RECORD_BYTES : 0;
}

function readSite(listing: FolderListing, folder: string, manager: 'pip' | 'apt'): readonly PythonPackage[] {
  const packages = new Map<string, PythonPackage>();
  for (const { path, text } of listing.files) {
    if (text === null || !/\/(?:METADATA|PKG-INFO)$/.test(path)) continue;
    const found = readPythonMetadata(text) ?? readDistributionFolder(path.split('/')[0] ?? '');
    if (found !== undefined) packages.set(found.name, { ...found, manager, file: `${folder}/${path}` });
  }
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function wheelLibraries(listing: FolderListing, folder: string): readonly string[] {
  return listing.files.flatMap(({ path, text }) =>
    text === null || !path.endsWith('/RECORD')
      ? []
      : readRecord(text)
          .filter(isSharedLibrary)
          .map((path) => resolvePath(folder, path)),
  );
}

function isSharedLibrary(path: string): boolean {
  return /\.so(?:\.[\d.]+)?$/.test(path);
}

async function scanConda(
  files: ImageFileReader,
  prefix: string,
  maxBytes: number,
  gaps: ScanGap[],
): Promise<{ readonly packages: readonly PythonPackage[]; readonly libraries: readonly string[] }> {
  const folder = `${prefix}/conda-meta`;
  if ((await files.stat(folder))?.kind !== 'folder') return { packages: [], libraries: [] };
  const listing = await files.list(folder, { heavy: [], maxBytes, wanted: (path) => (path.endsWith('.json') ? CONDA_BYTES : 0) });
  if (listing === null) return { packages: [], libraries: [] };
  if (!listing.complete) gaps.push({ path: folder, why: 'too-large', detail: '' });
  const packages: PythonPackage[] = [];
  const libraries: string[] = [];
  for (const { path, text } of listing.files) {
    const found = text === null ? undefined : readCondaPackage(text);
    if (found === undefined) continue;
    packages.push({ name: normalisePythonName(found.name), version: found.version, manager: 'conda', file: `${folder}/${path}` });
    if (!/^(?:pytorch|libtorch|tensorflow|libtensorflow|onnxruntime|cudnn|nccl|tensorrt|cudatoolkit|cuda-.*|libcu.*|libnv.*)/.test(found.name)) continue;
    for (const file of found.files) if (isSharedLibrary(file)) libraries.push(`${prefix}/${file}`);
  }
  return { packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)), libraries };
}
