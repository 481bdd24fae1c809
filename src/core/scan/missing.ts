import { baseName } from '../text/path';
import type { ImageScan, Library, NeededLibrary } from './model';

/** A library that the loader will not find when another one is loaded. */
export interface MissingLibrary {
  readonly library: Library;
  readonly needed: NeededLibrary;
}

/**
 * The needs of the scanned libraries that are not met. `missing` ones lie nowhere in the image; `elsewhere` ones lie in
 * it outside the loader's folders, which a Python package that loads them itself may well intend. Libraries of another
 * machine than the image's are left out: nobody loads them there.
 */
export function missingLibraries(scan: ImageScan): readonly MissingLibrary[] {
  return scan.libraries
    .filter(({ elf }) => elf?.machine === scan.architecture)
    .flatMap((library) => library.needed.filter(({ state }) => state === 'missing' || state === 'elsewhere').map((needed) => ({ library, needed })));
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
