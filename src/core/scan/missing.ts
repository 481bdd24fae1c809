import { baseName } from '../text/path';
import { isLoadedByPrograms } from './library-names';
import type { ImageScan, Library, NeededLibrary } from './model';

/** A library that the loader will not find when another one is loaded. */
export interface MissingLibrary {
  readonly library: Library;
  readonly needed: NeededLibrary;
  /**
   * Whether only who asks for it loads the library: no program does by itself, and nothing that one loads needs it. The
   * transports of NVSHMEM and the providers of ONNX Runtime are such; most images lack what some of them need.
   */
  readonly onDemand: boolean;
}

/**
 * The needs of the scanned libraries that are not met. `missing` ones lie nowhere in the image; `elsewhere` ones lie in
 * it outside the loader's folders, which a Python package that loads them itself may well intend. Libraries of another
 * machine than the image's are left out: nobody loads them there.
 */
export function missingLibraries(scan: ImageScan): readonly MissingLibrary[] {
  const loaded = loadedLibraries(scan);
  return scan.libraries
    .filter(({ elf }) => elf?.machine === scan.architecture)
    .flatMap((library) => library.needed.filter(({ state }) => state === 'missing' || state === 'elsewhere').map((needed) => ({ library, needed, onDemand: !loaded.has(library.path) })));
}

/** The paths of what programs load, and of all that comes with it. */
function loadedLibraries({ libraries }: ImageScan): ReadonlySet<string> {
  const byPath = new Map(libraries.map((library) => [library.path, library]));
  const loaded = new Set(libraries.map(({ path }) => path).filter(isLoadedByPrograms));
  // A set goes on through what is added while it is gone through.
  for (const path of loaded) for (const { path: needed } of byPath.get(path)?.needed ?? []) if (needed !== null) loaded.add(needed);
  return loaded;
}

/**
 * Libraries of the driver that lie in the image itself, where they shadow the host's. CUDA's forward compatibility
 * package, in a folder of its own, and the stubs for linking do not count.
 */
export function bakedDriverLibraries(scan: ImageScan): readonly Library[] {
  return scan.libraries.filter(({ ofDriver, path }) => ofDriver && !/\/(?:compat|stubs)\/[^/]+$/.test(path));
}

/** The library that programs find under a name, `libnvinfer.so.8`; undefined where the scan knows none. */
export function findLibrary(scan: ImageScan, name: string): Library | undefined {
  return scan.libraries.find(({ names, path }) => names.includes(name) || baseName(path) === name);
}
