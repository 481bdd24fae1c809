import { libraryOfPackage, type AptLibrary } from '../../facts/apt-builds';
import type { LibraryInstall, LibraryPackage } from './library-packages';

/** Packages of one command that have the same version: what is wrong with it is said once. */
export interface VersionGroup {
  readonly version: string;
  readonly packages: readonly [LibraryPackage, ...LibraryPackage[]];
}

/** The packages of a library that a command pins, by version, in the order of the command. `how` leaves out patterns where `exact`. */
export function groupByVersion({ packages }: LibraryInstall, library: AptLibrary, how: 'exact' | 'any'): readonly VersionGroup[] {
  const groups = new Map<string, [LibraryPackage, ...LibraryPackage[]]>();
  for (const item of packages) {
    if (libraryOfPackage(item.name) !== library || item.version === undefined || (how === 'exact' && item.pinned !== 'exact')) continue;
    const group = groups.get(item.version);
    if (group === undefined) groups.set(item.version, [item]);
    else group.push(item);
  }
  return [...groups].map(([version, items]) => ({ version, packages: items }));
}
