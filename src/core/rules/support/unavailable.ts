import { isAptVersionKnown, nearestAptVersions } from '../../facts/apt-versions';
import type { AptLibrary } from '../../facts/apt-builds';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { parseNvidiaPackageVersion } from '../../version/debian';
import type { FileEdit } from '../../text/edit';
import type { Fix, Report } from '../model';
import { editVersions, locateVersion } from './edit-version';
import { cudaOf, isForArm, listLibraryInstalls, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from './library-packages';
import { groupByVersion } from './version-groups';

/** Ids of the messages that rules over `reportUnavailable` have. */
export type UnavailableMessage = 'unavailable' | 'otherRepository';

/** The edits that give packages of a command another version, and whatever has to change with it. */
export type Exchange = (version: string, items: readonly LibraryPackage[], install: LibraryInstall, installs: StageInstalls) => readonly FileEdit[] | undefined;

const exchangeVersion: Exchange = (version, items, install) => editVersions(install, items, new Map(items.map(({ name }) => [name, version])));

/**
 * Reports each version of a library's packages that the repository of the stage's distribution never had. `exchange`
 * writes the fix, where more than the version has to change.
 */
export function reportUnavailable(stack: StackReport, library: AptLibrary, report: (report: Report<UnavailableMessage>) => void, exchange: Exchange = exchangeVersion): void {
  for (const installs of listLibraryInstalls(stack)) {
    for (const install of installs.own) {
      const distro = networkDistro(install.before);
      // In a branch the version may be put together for another CUDA than the one at hand.
      if (distro === undefined || install.action.command.conditional) continue;
      for (const { version, packages } of groupByVersion(install, library, 'exact')) {
        const absent = packages.flatMap((item) => {
          const { status, evidence } = isAptVersionKnown(item.name, version, distro);
          return status === 'absent' && evidence !== undefined ? [{ item, evidence }] : [];
        });
        const [first] = absent;
        // What is merely unknown in that version moves along: the packages of a release belong together.
        const moving = packages.filter((item) => isAptVersionKnown(item.name, version, distro).status !== 'known');
        if (first !== undefined) report({ ...describe(install, version, first, distro), fixes: findFixes(install, moving, version, distro, (candidate) => exchange(candidate, moving, install, installs)) });
        else for (const finding of describeElsewhere(install, packages, version, distro)) report(finding);
      }
    }
  }
}

function describe(install: LibraryInstall, version: string, first: { readonly item: LibraryPackage; readonly evidence: Evidence }, distro: string): Report<UnavailableMessage> {
  const { action, before } = install;
  const written = first.item.spec.version?.value ?? version;
  const message = action.manager === 'yum' ? `No package ${first.item.spec.name.value}-${written} available` : `E: Version '${written}' for '${first.item.spec.name.value}' was not found`;
  return {
    messageId: 'unavailable',
    severity: isCertain(install, version) && !action.command.failureIgnored && !before.opaque ? 'error' : 'warning',
    data: { package: first.item.spec.name.value, version: written, distro, message },
    location: locateVersion(install, first.item),
    evidence: [first.evidence],
  };
}

/** The version was only ever seen in NVIDIA's machine-learning repository, and the stage does not ask that one. */
function describeElsewhere(install: LibraryInstall, packages: readonly LibraryPackage[], version: string, distro: string): readonly Report<UnavailableMessage>[] {
  const { before, action, stage } = install;
  // Of an image that is gone only old builds are left, and those from before the change of keys in 2022 list that repository.
  if (stage.rootImage?.status === 'removed' && before.apt.repositories.some(({ repository, where }) => repository === 'cuda' && where === undefined)) return [];
  if (action.manager !== 'apt' || before.opaque || before.apt.repositories.some(({ repository }) => repository === 'machine-learning' || repository === 'other')) return [];
  for (const item of packages) {
    const { onlyIn, evidence } = isAptVersionKnown(item.name, version, distro);
    if (onlyIn === undefined || evidence === undefined) continue;
    return [
      {
        messageId: 'otherRepository',
        severity: 'warning',
        data: { package: item.spec.name.value, version, distro },
        location: locateVersion(install, item),
        evidence: [evidence],
      },
    ];
  }
  return [];
}

/** The tables come from Debian packages for x86-64; of other repositories only what is no version at all is certain. */
function isCertain({ action, stage }: LibraryInstall, version: string): boolean {
  const suffix = parseNvidiaPackageVersion(version)?.cuda;
  return (action.manager === 'apt' && !isForArm(stage)) || (suffix !== undefined && !suffix.includes('.'));
}

/** The nearest versions that exist and run with the stage's CUDA: the same release in another build, else two others. */
function findFixes(install: LibraryInstall, items: readonly LibraryPackage[], version: string, distro: string, exchange: (candidate: string) => readonly FileEdit[] | undefined): readonly Fix[] {
  const [first] = items;
  const cuda = cudaOf(install)?.version;
  if (first === undefined) return [];
  const fits = (candidate: string): boolean => {
    const built = parseNvidiaPackageVersion(candidate)?.cuda;
    return (cuda === undefined || built === undefined || isCudaCompatible(built, cuda) === true) && isAptVersionKnown(first.name, candidate, distro).status === 'known';
  };
  const nearest = nearestAptVersions(first.name, version, distro).filter(fits);
  const isSame = nearest[0] !== undefined && parseNvidiaPackageVersion(nearest[0])?.upstream === parseNvidiaPackageVersion(version)?.upstream;
  return nearest
    .slice(0, isSame ? 1 : 2)
    .flatMap((candidate) => {
      const known = items.every(({ name }) => isAptVersionKnown(name, candidate, distro).status !== 'absent');
      const edits = known ? exchange(candidate) : undefined;
      return edits === undefined ? [] : [{ title: msg`Use ${candidate}`, safe: false, edits }];
    });
}
