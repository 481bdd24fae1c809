import { resolvePath } from '../text/path';
import type { ElfInfo } from './model';

/** What decides where the dynamic loader of an image looks. */
export interface LoaderPaths {
  /** LD_LIBRARY_PATH of the image. */
  readonly environment: readonly string[];
  /** Names in `/etc/ld.so.cache` with the file that each leads to. */
  readonly cache: ReadonlyMap<string, string>;
  /** Folders that the loader knows by itself. */
  readonly builtIn: readonly string[];
}


/** Debian's and Ubuntu's names of the architecture in folders (https://wiki.debian.org/Multiarch/Tuples). */
const TUPLES: Readonly<Record<string, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** The folders that the loader of an architecture searches last (ld.so(8), with Debian's multiarch folders). */
export function builtInFolders(architecture: string): readonly string[] {
  const tuple = TUPLES[architecture];
  return [...(tuple === undefined ? [] : [`/lib/${tuple}`, `/usr/lib/${tuple}`]), '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
}

/**
 * The files that the loader tries for a NEEDED name of the library at `path`, in its order (ld.so(8)): DT_RPATH where
 * there is no DT_RUNPATH, LD_LIBRARY_PATH, DT_RUNPATH, the cache, the folders it knows. The DT_RPATH of the programs and
 * libraries that loaded this one is not known here. Entries with $LIB and $PLATFORM are left out.
 */
export function loaderCandidates(name: string, path: string, elf: Pick<ElfInfo, 'rpath' | 'runpath'>, paths: LoaderPaths): readonly string[] {
  if (name.includes('/')) return name.startsWith('/') ? [resolvePath('/', name)] : [];
  const own = (folders: readonly string[]): readonly string[] => folders.flatMap((folder) => expandOrigin(folder, path) ?? []);
  const cached = paths.cache.get(name);
  const inFolders = (folders: readonly string[]): readonly string[] => folders.map((folder) => resolvePath(folder, name));
  return [
    ...new Set([
      ...inFolders(elf.runpath.length === 0 ? own(elf.rpath) : []),
      ...inFolders(paths.environment),
      ...inFolders(own(elf.runpath)),
      ...(cached === undefined ? [] : [cached]),
      ...inFolders(paths.builtIn),
    ]),
  ];
}

/** A folder of DT_RPATH with $ORIGIN replaced; undefined for one that cannot be told, or is relative. */
function expandOrigin(folder: string, path: string): string | undefined {
  const expanded = folder.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, resolvePath(path, '..'));
  return expanded.includes('$') || !expanded.startsWith('/') ? undefined : resolvePath('/', expanded);
}

/** The absolute folders of a variable in the form of PATH. */
export function splitFolders(value: string | undefined): readonly string[] {
  return [...new Set((value ?? '').split(':').filter((folder) => folder.startsWith('/')).map((folder) => resolvePath('/', folder)))];
}
