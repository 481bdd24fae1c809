import type { AptLibrary } from '../../facts/apt-builds';
import type { Evidence } from '../../facts/evidence';
import { msg, type Message } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { cudaSuffixOf } from '../../version/debian';
import type { Fix, Report } from '../model';
import { editVersions, locateVersion } from './edit-version';
import { cudaOf, listLibraryInstalls, networkDistro, type LibraryInstall, type LibraryPackage } from './library-packages';
import { newestMatching } from './pattern';
import { groupByVersion, type VersionGroup } from './version-groups';

/** CUDA libraries of one major work together; before CUDA 11 every minor version stood by itself. */
export const MINOR_COMPATIBILITY: Evidence = {
  fact: msg`From CUDA 11 on a library runs with every minor version of the CUDA major it was built for, and with no other major.`,
  source: 'https://docs.nvidia.com/deploy/cuda-compatibility/#minor-version-compatibility',
  checked: '2026-11-20',
};

/** A group of packages that are built for another CUDA than that of their stage. */
export interface MismatchedGroup extends VersionGroup {
  readonly install: LibraryInstall;
  /** CUDA of the build, and of the stage. */
  readonly built: string;
  readonly cuda: string;
}

/** What can take the place of a mismatched build. */
export interface Choice {
  readonly fix: Fix;
  readonly evidence: Evidence | undefined;
}

/** The choice that gives the packages of a group one version; empty where it cannot be written. */
export function chooseVersion({ install, packages }: MismatchedGroup, version: string, title: Message, evidence: Evidence | undefined): readonly Choice[] {
  const edits = editVersions(install, packages, new Map(packages.map(({ name }) => [name, version])));
  return edits === undefined ? [] : [{ fix: { title, safe: false, edits }, evidence }];
}

/**
 * Reports packages of a library whose version names another CUDA than the stage has. `choose` gives what fits, best
 * first.
 */
export function reportCudaMismatch(
  stack: StackReport,
  library: AptLibrary,
  report: (report: Report<'mismatch'>) => void,
  choose: (group: MismatchedGroup, distro: string) => readonly Choice[],
): void {
  for (const { own } of listLibraryInstalls(stack)) {
    for (const install of own) {
      const { action, before } = install;
      const cuda = cudaOf(install);
      // A command in a branch may be meant for another CUDA than the one at hand.
      if (cuda === undefined || action.command.conditional) continue;
      const distro = networkDistro(before);
      for (const group of groupByVersion(install, library, 'any')) {
        const built = cudaSuffixOf(group.version) ?? cudaOfPattern(group.packages[0], group.version, distro);
        if (built === undefined || isCudaCompatible(built, cuda.version) !== false) continue;
        const choices = distro === undefined ? [] : choose({ ...group, install, built, cuda: cuda.version }, distro);
        report({
          messageId: 'mismatch',
          severity: cuda.component.certainty === 'assumed' || action.command.failureIgnored ? 'warning' : 'error',
          data: { package: group.packages[0].spec.name.value, version: group.packages[0].spec.version?.value ?? group.version, built, builtMajor: built.split('.')[0] ?? '', cuda: cuda.version },
          location: locateVersion(install, group.packages[0]),
          evidence: [MINOR_COMPATIBILITY, ...choices.slice(0, 1).flatMap(({ evidence }) => evidence ?? [])],
          related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
          fixes: choices.map(({ fix }) => fix),
        });
      }
    }
  }
}

/** A pattern without a CUDA suffix takes the highest version that matches. */
function cudaOfPattern({ name, pinned }: LibraryPackage, pattern: string, distro: string | undefined): string | undefined {
  return pinned === 'pattern' && distro !== undefined ? cudaSuffixOf(newestMatching(name, pattern, distro) ?? '') : undefined;
}
