import { isAptVersionKnown, newestAptBuild, type NewestAptVersion } from '../../facts/apt-versions';
import type { Evidence } from '../../facts/evidence';
import { availabilityOf, tensorRTBuilds } from '../../facts/tensorrt-builds';
import { areDependenciesProven, dependencyEvidence, exactDependenciesOf } from '../../facts/tensorrt-pins';
import { aptVersionOf, isMetaPackage, packageFamily, releaseHasPackage } from '../../facts/tensorrt-packages';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { compareDebian } from '../../version/debian';
import { compareDotted, isSameRelease } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { newestMatching } from '../support/pattern';
import { findInstalled, hasAptPreferences, isNamed, listLibraryInstalls, listNames, locatePackage, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../support/library-packages';
import { belongsTo, floatingPackages, isSound, repin, targetOf, type Target } from './pins';

type MessageId = 'dependencies' | 'dependenciesToday' | 'beside' | 'besideToday';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-apt-partially-pinned',
  family: 'tensorrt',
  severity: 'error',
  summary: 'A package of TensorRT has a version, and what it needs in that same version has none.',
  messages: {
    dependencies: '{package} is pinned to {version}, and {missing}, which it needs in that very version, {have} none: apt takes the newest, {newest}, and stops with `{package} : Depends: {first} (= {firstVersion}) but {newest} is to be installed`.',
    dependenciesToday: '{package} is pinned to {version}, and {missing}, which it needs in that very version, {have} none: with the next release in the repository apt takes that for {them} and stops with `{package} : Depends: {first} (= {firstVersion}) but … is to be installed`.',
    beside: '{package} has no version beside packages pinned to {version}: apt takes the newest, {newest}, which needs the others in its own version, and stops with `{package} : Depends: … but {version} is to be installed`.',
    besideToday: '{package} has no version beside packages pinned to {version}: with the next release in the repository apt takes that, and stops with `{package} : Depends: … but {version} is to be installed`.',
  },
  docs: {
    what: 'apt installs a package of TensorRT with a version (`tensorrt=10.13.2.6-1+cuda12.9`, `libnvinfer-dev=8.6.1.6-1+cuda11.8`) and leaves out the version of packages that this one needs in exactly the same version.',
    why: 'apt chooses a version for each package by itself: the one that is named, else the newest. It does not go back to an older build because another package asks for it. As long as the pinned version is the newest the command works; with the next release, or the same release for a newer CUDA, [it stops](https://github.com/NVIDIA/TensorRT/issues/4545) with `E: Unable to correct problems, you have held broken packages.`',
    instead: 'Name every package that is needed, each with the version. For the metapackage `tensorrt` that is the whole set.',
    silent: 'The packages were installed in that version before, are pinned by preferences, or are named by a variable that only the build knows. Where nothing newer is known yet, or only a later release is newer, it is a warning.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the metapackage alone',
      text: 'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y \\\n    «tensorrt=10.13.2.6-1+cuda12.9»\n',
      messageId: 'dependencies',
      fixed:
        'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y \\\n    tensorrt=10.13.2.6-1+cuda12.9 \\\n' +
        [
          'libnvinfer10', 'libnvinfer-plugin10', 'libnvinfer-vc-plugin10', 'libnvinfer-lean10', 'libnvinfer-dispatch10', 'libnvonnxparsers10', 'libnvinfer-bin', 'libnvinfer-dev',
          'libnvinfer-plugin-dev', 'libnvinfer-vc-plugin-dev', 'libnvinfer-lean-dev', 'libnvinfer-dispatch-dev', 'libnvonnxparsers-dev', 'libnvinfer-samples',
          'libnvinfer-headers-python-plugin-dev', 'libnvinfer-win-builder-resource10', 'libnvinfer-headers-dev', 'libnvinfer-headers-plugin-dev',
        ].map((name) => `    ${name}=10.13.2.6-1+cuda12.9`).join(' \\\n') + '\n',
    },
    {
      kind: 'bad',
      title: 'headers became packages of their own in 8.6',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG V=8.6.1.6-1+cuda11.8\nRUN apt-get update && apt-get install -y libnvinfer8=$V «libnvinfer-dev=$V»\n',
      messageId: 'dependencies',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG V=8.6.1.6-1+cuda11.8\nRUN apt-get update && apt-get install -y libnvinfer8=$V libnvinfer-dev=$V libnvinfer-headers-dev=$V\n',
    },
    {
      kind: 'bad',
      title: 'one package forgotten',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 «libnvinfer-plugin8»\n',
      messageId: 'beside',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 libnvinfer-plugin8=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'a pattern is a pin for one package alone',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.3.0.* «libnvinfer-dev=10.3.0.*»\n',
      messageId: 'dependencies',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.3.0.* libnvinfer-dev=10.3.0.* libnvinfer-headers-dev=10.3.0.*\n',
    },
    {
      kind: 'bad',
      title: 'nothing newer is there yet',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnvinfer-bin=8.6.1.6-1+cuda12.0» libnvinfer-plugin8=8.6.1.6-1+cuda12.0 libnvinfer-vc-plugin8=8.6.1.6-1+cuda12.0 libnvinfer-lean8=8.6.1.6-1+cuda12.0 libnvinfer-dispatch8=8.6.1.6-1+cuda12.0 libnvparsers8=8.6.1.6-1+cuda12.0 libnvonnxparsers8=8.6.1.6-1+cuda12.0\n',
      messageId: 'dependenciesToday',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer-bin=8.6.1.6-1+cuda12.0 libnvinfer-plugin8=8.6.1.6-1+cuda12.0 libnvinfer-vc-plugin8=8.6.1.6-1+cuda12.0 libnvinfer-lean8=8.6.1.6-1+cuda12.0 libnvinfer-dispatch8=8.6.1.6-1+cuda12.0 libnvparsers8=8.6.1.6-1+cuda12.0 libnvonnxparsers8=8.6.1.6-1+cuda12.0 libnvinfer8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'bad',
      title: 'one package forgotten, nothing newer yet',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0 «libnvinfer-plugin8»\n',
      messageId: 'besideToday',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0 libnvinfer-plugin8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'good',
      title: 'the whole set',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG V=8.6.1.6-1+cuda11.8\nRUN apt-get update && apt-get install -y libnvinfer8=$V libnvinfer-dev=$V libnvinfer-headers-dev=$V\n',
    },
    {
      kind: 'good',
      title: 'what is needed is there already',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04 AS runtime\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8\nFROM runtime\nRUN apt-get install -y libnvinfer-dev=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'good',
      title: 'patterns for all of them',
      text: "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y 'libnvinfer*=10.9.0.34-1+cuda12.8' tensorrt-libs=10.9.0.34-1+cuda12.8 'libnvonnxparsers*=10.9.0.34-1+cuda12.8'\n",
    },
  ],
  check({ report, stack }) {
    for (const installs of listLibraryInstalls(stack)) {
      for (const install of installs.own) {
        if (install.action.manager !== 'apt' || install.hasUnknownPackages || hasAptPreferences(install.before)) continue;
        const finding = judge(install, installs, stack);
        if (finding !== undefined) report(finding);
      }
    }
  },
});

/** A package with a version, and the release that this means. */
interface Pinned extends Target {
  readonly item: LibraryPackage;
}

function judge(install: LibraryInstall, installs: StageInstalls, stack: StackReport): Report<MessageId> | undefined {
  const distro = networkDistro(install.before);
  const pinned = install.packages.flatMap((item) => readPin(item, distro));
  const [any] = pinned;
  // Without a repository there is nothing newer; in an image of which nothing is known all may be installed already.
  if (distro === undefined || install.before.components.some(({ kind, via }) => kind === 'tensorrt' && via === 'base-image')) return undefined;
  for (const pin of pinned) {
    // A version that does not exist is another rule's, and what it would need no matter.
    if (pin.item.pinned === 'exact' && isAptVersionKnown(pin.item.name, pin.item.version ?? '', distro).status === 'absent') continue;
    const missing = exactDependenciesOf(pin.item.name, pin.release).filter((name) => floats(name, pin, install, installs));
    const finding = missing.length === 0 ? undefined : reportMissing(pin, missing, install, installs, distro, stack);
    if (finding !== undefined) return finding;
  }
  const before = any ?? findEarlierPin(install, installs);
  const [beside] = floatingPackages(install).filter(({ name }) => before !== undefined && releaseHasPackage(before.release, name) === true);
  return before === undefined || beside === undefined ? undefined : reportBeside(beside, before, install, installs, distro, stack);
}

function readPin(item: LibraryPackage, distro: string | undefined): readonly Pinned[] {
  if (item.library !== 'tensorrt' || packageFamily(item.name) === undefined) return [];
  // apt takes the highest version that a pattern matches.
  const version = item.pinned === 'pattern' && distro !== undefined ? newestMatching(item.name, item.version ?? '', distro) : item.version;
  const target = targetOf({ ...item, version, pinned: version === undefined ? item.pinned : 'exact' });
  return target === undefined ? [] : [{ item, ...target }];
}

function findEarlierPin(install: LibraryInstall, { own, inherited }: StageInstalls): Pinned | undefined {
  const before = [...inherited, ...own.slice(0, own.indexOf(install))];
  return before.flatMap(({ packages }) => packages.flatMap((item) => readPin(item, networkDistro(install.before)))).at(-1);
}

/** Whether apt is free to choose the version of a package that a pinned one needs. */
function floats(name: string, { release, cuda }: Pinned, install: LibraryInstall, installs: StageInstalls): boolean {
  if (install.packages.some((item) => isNamed(item, name) && item.pinned !== 'no')) return false;
  const installed = findInstalled(name, install, installs);
  if (installed !== undefined) return !(isSameRelease(installed.upstream, release.fullVersion ?? release.version) && (installed.cuda === undefined || installed.cuda === cuda)) && installed.certain;
  return !hasUnknownInstall(name, install, installs);
}

/** The package was installed before in a version that cannot be told. */
function hasUnknownInstall(name: string, install: LibraryInstall, { own, inherited }: StageInstalls): boolean {
  return [...inherited, ...own.slice(0, own.indexOf(install))].some(({ packages, hasUnknownPackages }) => hasUnknownPackages || packages.some((item) => isNamed(item, name) && item.pinned !== 'no'));
}

function reportMissing(pin: Pinned, missing: readonly string[], install: LibraryInstall, installs: StageInstalls, distro: string, stack: StackReport): Report<MessageId> | undefined {
  const [first = ''] = missing;
  const versions = new Map(missing.map((name) => [name, aptVersionOf(name, pin.release, pin.cuda) ?? pin.item.version ?? '']));
  const newer = findNewer(versions, distro);
  const isProven = areDependenciesProven(pin.item.name, pin.release);
  if (newer === undefined && !isProven) return undefined;
  const fix = complete(pin, install, installs, stack);
  return {
    messageId: newer === undefined ? 'dependenciesToday' : 'dependencies',
    severity: newer !== undefined && isProven && isCertain(install) && wasNeverNewest(pin, distro) ? 'error' : 'warning',
    data: {
      package: pin.item.spec.name.value,
      version: pin.item.version ?? '',
      missing: listNames(missing),
      have: missing.length === 1 ? msg`has` : msg`have`,
      them: missing.length === 1 ? msg`it` : msg`them`,
      first: newer?.name ?? first,
      firstVersion: versions.get(newer?.name ?? first) ?? '',
      newest: newer?.newest.version ?? '',
    },
    location: locatePackage(install, pin.item),
    evidence: evidenceOf(dependencyEvidence(pin.item.name, pin.release), newer?.newest.evidence),
    fixes: fix === undefined ? [] : [fix],
  };
}

/** The first package of which the repository is known to have something newer than the version given. */
function findNewer(versions: ReadonlyMap<string, string>, distro: string): { readonly name: string; readonly newest: NewestAptVersion } | undefined {
  for (const [name, version] of versions) {
    const newest = newestAptBuild(name, distro);
    if (newest !== undefined && compareDebian(newest.version, version) > 0) return { name, newest };
  }
  return undefined;
}

function reportBeside(item: LibraryPackage, pin: Pinned, install: LibraryInstall, installs: StageInstalls, distro: string, stack: StackReport): Report<MessageId> | undefined {
  // A library that needs no other in its own version stands by itself.
  if (exactDependenciesOf(item.name, pin.release).length === 0) return undefined;
  const version = aptVersionOf(item.name, pin.release, pin.cuda) ?? '';
  const newer = findNewer(new Map([[item.name, version]]), distro);
  const fix = complete(pin, install, installs, stack);
  return {
    messageId: newer === undefined ? 'besideToday' : 'beside',
    severity: newer !== undefined && isCertain(install) ? 'error' : 'warning',
    data: { package: item.spec.name.value, version: pin.item.version ?? '', newest: newer?.newest.version ?? '' },
    location: locatePackage(install, item),
    evidence: evidenceOf(dependencyEvidence(item.name, pin.release), newer?.newest.evidence),
    fixes: fix === undefined ? [] : [fix],
  };
}

/**
 * The pinned build was outdone within its own release, by one for a newer CUDA, or is a metapackage: then the command
 * cannot have worked for long. Otherwise a later release has broken what was right when it was written.
 */
function wasNeverNewest({ item, release, cuda }: Pinned, distro: string): boolean {
  if (isMetaPackage(item.name)) return true;
  return tensorRTBuilds().some((build) => build.release === release && compareDotted(build.cuda, cuda) > 0 && availabilityOf(build, distro) !== undefined);
}

function isCertain({ action, before }: LibraryInstall): boolean {
  return !action.command.conditional && !action.command.failureIgnored && !before.opaque;
}

/** Gives all packages of the stage that belong to a build its versions, and names what they need besides. */
function complete(pin: Pinned, install: LibraryInstall, installs: StageInstalls, stack: StackReport): Fix | undefined {
  // A build for another CUDA has to be exchanged first, not completed.
  if (!isSound(pin, install)) return undefined;
  const edits = repin(installs, pin, stack, (item, other) => other.action.manager === 'apt' && !other.action.command.conditional && (item === pin.item || belongsTo(item, pin)));
  return edits === undefined || edits.length === 0 ? undefined : { title: msg`Pin all that TensorRT ${pin.release.version} for CUDA ${pin.cuda} needs`, safe: false, edits };
}

function evidenceOf(...evidence: readonly (Evidence | undefined)[]): readonly Evidence[] {
  return evidence.filter((item) => item !== undefined);
}
