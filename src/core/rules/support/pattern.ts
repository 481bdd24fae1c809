import { aptBuilds, isInNetworkRepository, libraryOfPackage } from '../../facts/apt-builds';
import { availabilityOf, tensorRTBuilds } from '../../facts/tensorrt-builds';
import { aptVersionOf, releaseHasPackage } from '../../facts/tensorrt-packages';
import { compareDebian, matchesAptPattern } from '../../version/debian';

/** The highest version known for a distribution that a pattern after apt's `=` matches: what apt takes. */
export function newestMatching(name: string, pattern: string, distro: string): string | undefined {
  return versionsOf(name, distro)
    .filter((version) => matchesAptPattern(pattern, version))
    .sort(compareDebian)
    .at(-1);
}

function versionsOf(name: string, distro: string): readonly string[] {
  if (libraryOfPackage(name) !== 'tensorrt') return aptBuilds({ package: name, distro }).filter(isInNetworkRepository).map(({ version }) => version);
  return tensorRTBuilds()
    .filter((build) => availabilityOf(build, distro) !== undefined && releaseHasPackage(build.release, name) === true)
    .flatMap(({ release, cuda }) => aptVersionOf(name, release, cuda) ?? []);
}
