import type { StackReport } from '../../stack/model';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { listLibraryInstalls, type LibraryInstall, type LibraryPackage } from './library-packages';

/** A package with an exact version, and the command that gives it. */
export interface PinnedPackage {
  readonly install: LibraryInstall;
  readonly item: LibraryPackage;
  readonly upstream: string;
  readonly cuda: string | undefined;
}

/**
 * For each stage the packages with exact versions that stand in it at the end of each command, `now` being those of
 * the command itself: a package that is installed again takes the place of its earlier version. Commands in branches
 * are left out, because only one of them runs.
 */
export function forEachPinned(stack: StackReport, library: LibraryPackage['library'], visit: (now: readonly PinnedPackage[], all: readonly PinnedPackage[]) => void): void {
  for (const installs of listLibraryInstalls(stack)) {
    const present = new Map<string, PinnedPackage>();
    for (const install of installs.inherited) place(install, library, present);
    for (const install of installs.own) {
      const now = place(install, library, present);
      if (now.length > 0) visit(now, [...present.values()]);
    }
  }
}

function place(install: LibraryInstall, library: LibraryPackage['library'], present: Map<string, PinnedPackage>): readonly PinnedPackage[] {
  if (install.action.command.conditional) return [];
  const now: PinnedPackage[] = [];
  for (const item of install.packages) {
    if (item.library !== library) continue;
    const parts = item.pinned === 'exact' ? parseNvidiaPackageVersion(item.version ?? '') : undefined;
    if (parts === undefined) {
      present.delete(item.name);
      continue;
    }
    const pinned = { install, item, upstream: parts.upstream, cuda: parts.cuda };
    present.set(item.name, pinned);
    now.push(pinned);
  }
  return now;
}

