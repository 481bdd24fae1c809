import { parseNvidiaRepositoryUrl } from './nvidia-repository';
import { hasOption, insertionPoint, optionStyle, optionValue, optionValues, parseArguments, placeOf } from './arguments';
import type { Action, Installer, PackageSpec } from './model';
import { parseRpmPackage, plainSpec } from './package-spec';

const STYLE = optionStyle(
  '-c --config -d --debuglevel -e --errorlevel -R --randomwait -x --exclude --excludepkgs --enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --installroot --releasever --setopt --add-repo --from-repofile --forcearch',
);

const INSTALLING = new Set(['install', 'localinstall', 'reinstall', 'downgrade', 'swap']);
const REMOVING = new Set(['remove', 'erase', 'autoremove']);
const UPGRADING = new Set(['update', 'upgrade', 'distro-sync', 'upgrade-minimal']);

/** yum, dnf, microdnf, tdnf. Options: https://dnf.readthedocs.io/en/latest/command_ref.html */
export const yum: Installer = {
  names: ['yum', 'dnf', 'microdnf', 'tdnf', 'dnf5'],
  recognise(command) {
    const args = parseArguments(command.words, 1, STYLE);
    const [verb, ...rest] = args.operands;
    const place = { ...placeOf(command), manager: 'yum' as const };
    const name = verb?.text.value ?? '';
    if (name === 'makecache' || name === 'check-update') return [{ kind: 'package-index-update', ...place }];
    if (name === 'config-manager') return addedRepositories(optionValues(args, '--add-repo', '--from-repofile'), place);
    // `module install NAME:STREAM`: the stream is no version.
    const operands = name === 'module' ? rest.slice(1) : rest;
    const specs: readonly PackageSpec[] = operands.map((word) => {
      const colon = name === 'module' ? word.text.value.indexOf(':') : -1;
      return colon < 0 ? parseRpmPackage(word) : { ...plainSpec(word, false), name: word.text.slice(0, colon) };
    });
    if (name === 'versionlock') {
      const locked = specs.filter(({ name: locking }) => locking.value !== 'add');
      return locked.length === 0 ? [] : [{ kind: 'package-hold', ...placeOf(command), hold: true, packages: locked }];
    }
    const moduleInstalls = name === 'module' && rest[0]?.text.value === 'install';
    if (REMOVING.has(name)) return [{ kind: 'package-remove', ...place, packages: specs, allowChangeHeldPackages: false }];
    if (UPGRADING.has(name) && specs.length === 0) return [{ kind: 'package-upgrade', ...place, allowChangeHeldPackages: false }];
    if (!INSTALLING.has(name) && !UPGRADING.has(name) && !moduleInstalls) return [];
    return [
      {
        kind: 'package-install',
        ...place,
        packages: specs,
        assumeYes: hasOption(args, '-y', '--assumeyes'),
        noInstallRecommends: optionValues(args, '--setopt').some(({ value }) => /^install_weak_deps=(?:false|0|no)$/i.test(value)),
        allowDowngrades: name === 'downgrade' || hasOption(args, '--allowerasing'),
        allowChangeHeldPackages: false,
        allowUnauthenticated: hasOption(args, '--nogpgcheck'),
        simulated: hasOption(args, '--downloadonly', '--assumeno'),
        targetRelease: optionValue(args, '--releasever')?.value,
        insertAt: insertionPoint(command, operands),
      },
    ];
  },
};

/** `yum-config-manager --add-repo URL`. */
export const yumConfigManager: Installer = {
  names: ['yum-config-manager'],
  recognise: (command) =>
    addedRepositories(optionValues(parseArguments(command.words, 1, STYLE), '--add-repo'), { ...placeOf(command), manager: 'yum' }),
};

function addedRepositories(
  urls: ReturnType<typeof optionValues>,
  place: ReturnType<typeof placeOf> & { readonly manager: 'yum' },
): readonly Action[] {
  return urls.map((url) => ({ kind: 'repository-add', ...place, url, nvidia: parseNvidiaRepositoryUrl(url.value), codename: undefined }));
}
