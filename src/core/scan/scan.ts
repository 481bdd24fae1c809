import { baseName } from '../text/path';
import { readApkInstalled } from './apk';
import { deriveComponents, type VersionFiles } from './components';
import { readDpkgStatus } from './dpkg';
import { readElf } from './elf';
import { FileRefused, type FileStat, type ImageFileReader, type PartReader } from './files';
import { readLdCache } from './ld-cache';
import { CUDNN_PARTS, isDriverLibrary, isGpuLibrary, libraryVersion, openingOrder, PROBED_LIBRARIES } from './library-names';
import { builtInFolders, loaderCandidates, splitFolders, type LoaderPaths } from './loader';
import type { DistributionPackage, ElfInfo, ImageScan, Library, NeededLibrary, OperatingSystem, ScanGap } from './model';
import { readOsRelease } from './os-release';
import { readPythonAssignment } from './python-metadata';
import { scanPythons, type PythonFindings } from './python';
import { readRpmDatabase } from './rpm/database';

/** What is known of an image before its files are read. */
export interface ScannedImage {
  readonly image: string;
  readonly imageId: string;
  readonly architecture: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

/** How much a scan may read. */
export interface ScanLimits {
  /** Of each folder of Python packages. */
  readonly folderBytes: number;
  /** Of all libraries together; 0 where their headers are not wanted, so that nothing is told of what they need. */
  readonly libraryBytes: number;
}

/**
 * NVIDIA's libraries have their headers at the end, those of wheels too: 430 MB of libcublasLt 13.1 lie before them, 500 MB
 * of libtorch_cuda and 440 MB of libtorch_cpu 2.14. This is enough for TensorRT and the frameworks, which are read first.
 */
export const SCAN_LIMITS: ScanLimits = { folderBytes: 1024 * 1024 * 1024, libraryBytes: 1280 * 1024 * 1024 };

/** For the versions alone: some megabytes, however large the image. */
export const VERSIONS_ONLY: ScanLimits = { ...SCAN_LIMITS, libraryBytes: 0 };

const DEFAULT_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Folders of programs that people leave out of PATH. */
const MORE_BIN_FOLDERS = ['/usr/local/cuda/bin', '/opt/conda/bin', '/opt/venv/bin', '/venv/bin', '/usr/src/tensorrt/bin', '/opt/tensorrt/bin', '/usr/local/tensorrt/bin', '/usr/local/TensorRT/bin'];
const PROGRAMS = ['sh', 'bash', 'trtexec', 'nvcc', 'ffmpeg', 'nvidia-smi'];

/** Folders of libraries that people leave out of the loader's cache. */
const MORE_LIBRARY_FOLDERS = ['/usr/local/cuda/lib64', '/usr/local/tensorrt/lib', '/usr/local/TensorRT/lib', '/opt/tensorrt/lib', '/opt/TensorRT/lib', '/usr/local/lib'];

const TEXT_BYTES = 32 * 1024 * 1024;

/** Where RPM keeps what it installed; the second since its version 4.16 on SUSE and Fedora (%_dbpath). */
const RPM_FOLDERS = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'];
const RPM_DATABASES = ['rpmdb.sqlite', 'Packages.db', 'Packages'];
/** Names of all files of all packages are in it: 0.1 MB a package, and a development image has a thousand. */
const RPM_BYTES = 256 * 1024 * 1024;

const APK_DATABASES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];
const SMALL_BYTES = 1024 * 1024;

/** More libraries than this are not opened: each costs a request. */
const MOST_LIBRARIES = 400;

/** Parts of glibc: they need one another and nothing else. */
const C_LIBRARY = /^(?:ld-linux.*|ld-musl.*|linux-vdso|lib(?:c|m|dl|rt|pthread|util|resolv|nsl|anl|mvec))\.so(?:\.[\d.]+)?$/;

/**
 * Reads what an image holds. Rejects only where the reader does with anything but FileRefused; a file that the engine
 * refuses becomes a gap.
 */
export async function scanFiles(files: ImageFileReader, image: ScannedImage, limits: ScanLimits = SCAN_LIMITS): Promise<Omit<ImageScan, 'cost'>> {
  const gaps: ScanGap[] = [];
  const attempt = async <Value>(path: string, fallback: Value, read: () => Promise<Value>): Promise<Value> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      gaps.push({ path, why: 'refused', detail: error.message });
      return fallback;
    }
  };
  const environment = new Map(image.environment.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]));
  const reader: ImageFileReader = {
    stat: (path) => attempt(path, null, () => files.stat(path)),
    readText: (path, maxBytes) => attempt(path, null, () => files.readText(path, maxBytes)),
    readBytes: (path, maxBytes) => attempt(path, null, () => files.readBytes(path, maxBytes)),
    list: (folder, options) => attempt(folder, null, () => files.list(folder, options)),
    readParts: (path, parts, maxBytes) => attempt(path, null, () => files.readParts(path, parts, maxBytes)),
  };

  const os = await readOs(reader);
  const packages = await readPackages(reader, gaps);
  const cacheBytes = await reader.readBytes('/etc/ld.so.cache', TEXT_BYTES);
  const cacheRows = cacheBytes === null ? [] : readLdCache(cacheBytes, image.architecture);
  if (cacheRows === undefined) gaps.push({ path: '/etc/ld.so.cache', why: 'format', detail: '' });
  const cache = new Map((cacheRows ?? []).toReversed().map(({ name, path }) => [name, path]));

  const binFolders = [...new Set([...(environment.has('PATH') ? splitFolders(environment.get('PATH')) : DEFAULT_PATH), ...MORE_BIN_FOLDERS])];
  const presentBins = await keepFolders(reader, binFolders);
  const python = await scanPythons(reader, environment, presentBins, limits.folderBytes);
  gaps.push(...python.gaps);

  const paths: LoaderPaths = {
    environment: await keepFolders(reader, splitFolders(environment.get('LD_LIBRARY_PATH'))),
    cache,
    builtIn: await keepFolders(reader, builtInFolders(image.architecture)),
  };
  const libraries = await new LibraryScan(reader, paths, limits, python, gaps).run();
  const programs = await findPrograms(reader, presentBins);
  return {
    version: 1,
    image: image.image,
    imageId: image.imageId,
    architecture: image.architecture,
    os,
    packages,
    pythons: python.pythons,
    libraries,
    programs,
    components: deriveComponents({ os, packages, pythons: python.pythons, libraries, versionFiles: await readVersionFiles(reader, python), environment }),
    gaps,
  };
}

async function readOs(files: ImageFileReader): Promise<OperatingSystem | null> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const text = await files.readText(path, SMALL_BYTES);
    if (text !== null) return readOsRelease(text, path);
  }
  return null;
}

async function readPackages(files: ImageFileReader, gaps: ScanGap[]): Promise<readonly DistributionPackage[]> {
  const status = await files.readText('/var/lib/dpkg/status', TEXT_BYTES);
  const packages = status === null ? [] : [...readDpkgStatus(status, '/var/lib/dpkg/status')];
  // Images without dpkg (distroless) keep one file a package.
  if ((await files.stat('/var/lib/dpkg/status.d'))?.kind === 'folder') {
    const listing = await files.list('/var/lib/dpkg/status.d', { heavy: [], maxBytes: TEXT_BYTES, wanted: (path) => (path.endsWith('.md5sums') ? 0 : SMALL_BYTES) });
    for (const { path, text } of listing?.files ?? []) if (text !== null) packages.push(...readDpkgStatus(text, `/var/lib/dpkg/status.d/${path}`));
  }
  // Tools of another system may be installed, with a database of nothing.
  if (packages.length === 0) packages.push(...(await readRpmPackages(files, gaps)));
  // One of these folders may be a link to the other.
  for (const path of APK_DATABASES) if (packages.length === 0) packages.push(...readApkInstalled((await files.readText(path, TEXT_BYTES)) ?? '', path));
  return packages;
}

async function readRpmPackages(files: ImageFileReader, gaps: ScanGap[]): Promise<readonly DistributionPackage[]> {
  for (const folder of RPM_FOLDERS) {
    if ((await files.stat(folder))?.kind !== 'folder') continue;
    for (const name of RPM_DATABASES) {
      const path = `${folder}/${name}`;
      const stat = await files.stat(path);
      if (stat?.kind !== 'file') continue;
      // What SQLite has not yet brought into its file lies beside it.
      const isWhole = ((await files.stat(`${path}-wal`))?.sizeBytes ?? 0) === 0;
      const bytes = isWhole ? await files.readBytes(path, RPM_BYTES) : null;
      const packages = bytes === null ? undefined : readRpmDatabase(bytes, path);
      if (packages === undefined) gaps.push({ path, why: stat.sizeBytes > RPM_BYTES ? 'too-large' : 'format', detail: '' });
      return packages ?? [];
    }
    gaps.push({ path: folder, why: 'format', detail: '' });
    return [];
  }
  return [];
}

async function keepFolders(files: ImageFileReader, folders: readonly string[]): Promise<readonly string[]> {
  const stats = await mapSome(folders, (folder) => files.stat(folder));
  return folders.filter((_, index) => stats[index]?.kind === 'folder');
}

/** An engine far away takes long for each question: some are asked at a time. Answers come in the order of the questions. */
async function mapSome<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < items.length; start += 4) answers.push(...(await Promise.all(items.slice(start, start + 4).map(ask))));
  return answers;
}

async function findPrograms(files: ImageFileReader, folders: readonly string[]): Promise<readonly { name: string; path: string }[]> {
  const places = PROGRAMS.flatMap((name) => folders.map((folder) => ({ name, path: `${folder}/${name}` })));
  const stats = await mapSome(places, ({ path }) => files.stat(path));
  const present = places.filter((_, index) => stats[index]?.kind === 'file');
  return PROGRAMS.flatMap((wanted) => present.find(({ name }) => name === wanted) ?? []);
}

async function readVersionFiles(files: ImageFileReader, python: PythonFindings): Promise<VersionFiles> {
  const read = async (path: string): Promise<{ path: string; text: string } | null> => {
    const text = await files.readText(path, SMALL_BYTES);
    return text === null ? null : { path, text };
  };
  const cudaJson = await read('/usr/local/cuda/version.json');
  const cudaText = cudaJson === null ? await read('/usr/local/cuda/version.txt') : null;
  let torchCuda: VersionFiles['torchCuda'] = null;
  for (const { packages, folders } of python.pythons) {
    if (!packages.some(({ name }) => name === 'torch')) continue;
    for (const folder of folders) {
      const file = await read(`${folder}/torch/version.py`);
      const cuda = file === null ? undefined : readPythonAssignment(file.text, 'cuda');
      if (file !== null && cuda !== undefined) torchCuda ??= { path: file.path, cuda };
    }
  }
  return { cudaJson, cudaText, torchCuda };
}

interface Found {
  readonly path: string;
  readonly sizeBytes: number;
  readonly names: Set<string>;
}

/** Finds the libraries that matter, reads their headers, and follows what they need. */
class LibraryScan {
  private readonly found = new Map<string, Found>();
  private readonly headers = new Map<string, ElfInfo | null>();
  private readonly needed = new Map<string, readonly NeededLibrary[]>();
  /** Libraries of wheels by name, wherever they lie. */
  private readonly elsewhere = new Map<string, string>();
  private bytesLeft: number;

  constructor(
    private readonly files: ImageFileReader,
    private readonly paths: LoaderPaths,
    limits: ScanLimits,
    private readonly python: PythonFindings,
    private readonly gaps: ScanGap[],
  ) {
    this.bytesLeft = limits.libraryBytes;
  }

  async run(): Promise<readonly Library[]> {
    for (const [name, path] of this.paths.cache) if (isGpuLibrary(name) || isDriverLibrary(name)) await this.take(path);
    await this.probe();
    // What a package lists may have been removed since, to make the image smaller.
    await mapSome(this.python.libraries, async (path) => {
      if ((await this.take(path)) !== undefined) this.elsewhere.set(baseName(path), path);
    });
    await this.follow(this.bytesLeft);
    return [...this.found.values()].map((library) => this.describe(library)).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * Libraries may have been copied without a word to the cache. Folders cannot be listed without reading all that lies in
   * them: they are asked for the names that matter.
   */
  private async probe(): Promise<void> {
    const folders = new Set<string>();
    for (const folder of [...this.paths.environment, ...MORE_LIBRARY_FOLDERS, ...this.paths.builtIn]) {
      const stat = await this.files.stat(folder);
      if (stat?.kind === 'folder') folders.add(stat.path);
    }
    for (const folder of folders) await mapSome(PROBED_LIBRARIES, (name) => this.take(`${folder}/${name}`));
    const cudnn = [...this.found.values()].filter(({ names }) => names.has('libcudnn.so.9'));
    for (const { path } of cudnn) await mapSome(CUDNN_PARTS, (name) => this.take(`${path.slice(0, path.lastIndexOf('/'))}/${name}`));
  }

  private async take(path: string): Promise<Found | undefined> {
    const stat = await this.files.stat(path);
    return stat?.kind === 'file' ? this.add(stat, baseName(path)) : undefined;
  }

  private add(stat: FileStat, name: string): Found {
    const known = this.found.get(stat.path) ?? { path: stat.path, sizeBytes: stat.sizeBytes, names: new Set() };
    known.names.add(name);
    this.found.set(stat.path, known);
    return known;
  }

  /** Opens first what depends on most, and of that the small ones: where the limit is reached, most was read. */
  private async follow(limit: number): Promise<void> {
    if (limit === 0) return;
    for (;;) {
      const next = [...this.found.values()]
        .filter((library) => !this.headers.has(library.path) && !isDriverLibrary(baseName(library.path)))
        .sort((a, b) => openingOrder(a.path) - openingOrder(b.path) || a.sizeBytes - b.sizeBytes)[0];
      if (next === undefined) return;
      if (this.headers.size >= MOST_LIBRARIES) {
        this.gaps.push({ path: null, why: 'too-large', detail: next.path });
        return;
      }
      await this.open(next);
    }
  }

  private async open(library: Found): Promise<void> {
    this.headers.set(library.path, null);
    if (C_LIBRARY.test(baseName(library.path)) || library.sizeBytes === 0) return;
    let bytes = 0;
    const parts = measure(readElf(), (end) => (bytes = Math.max(bytes, Math.min(end, library.sizeBytes))));
    const elf = await this.files.readParts(library.path, parts, this.bytesLeft);
    if (elf === 'too-large') {
      this.gaps.push({ path: library.path, why: 'too-large', detail: '' });
      return;
    }
    this.bytesLeft -= bytes;
    this.headers.set(library.path, elf);
    if (elf === null) return;
    const needed: NeededLibrary[] = [];
    for (const name of elf.needed) needed.push(await this.resolve(name, library.path, elf));
    this.needed.set(library.path, needed);
  }

  private async resolve(name: string, path: string, elf: ElfInfo): Promise<NeededLibrary> {
    if (isDriverLibrary(name)) return { name, state: 'host', path: null };
    for (const candidate of loaderCandidates(name, path, elf, this.paths)) {
      const library = await this.take(candidate);
      if (library !== undefined) return { name, state: 'found', path: library.path };
    }
    const hidden = this.gaps.some(({ why }) => why === 'refused' || why === 'volume');
    return { name, state: hidden ? 'unknown' : 'missing', path: null };
  }

  /** What no folder of the loader has may still lie somewhere that was looked at. */
  private lookElsewhere(needed: NeededLibrary): NeededLibrary {
    if (needed.state !== 'missing' && needed.state !== 'unknown') return needed;
    const path = this.elsewhere.get(needed.name) ?? [...this.found.values()].find(({ names }) => names.has(needed.name))?.path;
    return path === undefined ? needed : { name: needed.name, state: 'elsewhere', path };
  }

  private describe({ path, sizeBytes, names }: Found): Library {
    return {
      path,
      names: [...names].sort(),
      sizeBytes,
      version: libraryVersion(baseName(path)),
      elf: this.headers.get(path) ?? null,
      needed: (this.needed.get(path) ?? []).map((needed) => this.lookElsewhere(needed)),
      ofDriver: [...names].some(isDriverLibrary),
    };
  }
}

/** The same reader, telling after each part where it ends. */
function* measure<Result>(reader: PartReader<Result>, onPart: (end: number) => void): PartReader<Result> {
  let step = reader.next();
  while (step.done !== true) {
    onPart(step.value.offset + step.value.length);
    step = reader.next(yield step.value);
  }
  return step.value;
}
