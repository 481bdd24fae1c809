import type { ShellCommand, ShellWord } from '../model';
import { hasOption, insertionPoint, optionStyle, parseArguments, placeOf, type Arguments } from './arguments';
import type { Action, Installer, PackageInstall, PackageSpec } from './model';
import { parseNvidiaRepositoryUrl } from './nvidia-repository';
import { parsePackage, parseRpmPackage } from './package-spec';

/** An install by a manager that has few options of interest here. */
function install(
  command: ShellCommand,
  manager: PackageInstall['manager'],
  operands: readonly ShellWord[],
  parse: (word: ShellWord) => PackageSpec,
  assumeYes: boolean,
  more: Partial<PackageInstall> = {},
): Action {
  return {
    kind: 'package-install',
    ...placeOf(command),
    manager,
    packages: operands.map(parse),
    assumeYes,
    noInstallRecommends: false,
    allowDowngrades: false,
    allowChangeHeldPackages: false,
    allowUnauthenticated: false,
    simulated: false,
    targetRelease: undefined,
    insertAt: insertionPoint(command, operands),
    ...more,
  };
}

const APK_STYLE = optionStyle('-t --virtual -X --repository -p --root --arch --repositories-file --keys-dir --cache-dir --wait');

/** apk of Alpine: https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper */
export const apk: Installer = {
  names: ['apk'],
  recognise(command) {
    const args = parseArguments(command.words, 1, APK_STYLE);
    const [verb, ...operands] = args.operands;
    const place = { ...placeOf(command), manager: 'apk' as const };
    switch (verb?.text.value) {
      case 'add':
        return [install(command, 'apk', operands, parsePackage, true, { allowUnauthenticated: hasOption(args, '--allow-untrusted'), simulated: hasOption(args, '-s', '--simulate') })];
      case 'del':
        return [{ kind: 'package-remove', ...place, packages: operands.map(parsePackage), allowChangeHeldPackages: false }];
      case 'update':
        return [{ kind: 'package-index-update', ...place }];
      case 'upgrade':
        return [{ kind: 'package-upgrade', ...place, allowChangeHeldPackages: false }];
      default:
        return [];
    }
  },
};

const ZYPPER_STYLE = optionStyle('-R --root -r --repo --from -t --type -p --plus-repo -c --config');

/** zypper of SUSE: https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html */
export const zypper: Installer = {
  names: ['zypper'],
  recognise(command) {
    const args = parseArguments(command.words, 1, ZYPPER_STYLE);
    const [verb, ...operands] = args.operands;
    const place = { ...placeOf(command), manager: 'zypper' as const };
    const yes = hasOption(args, '-y', '--no-confirm', '-n', '--non-interactive');
    switch (verb?.text.value) {
      case 'install':
      case 'in':
        return [
          install(command, 'zypper', operands, parseRpmPackage, yes, {
            noInstallRecommends: hasOption(args, '--no-recommends'),
            allowDowngrades: hasOption(args, '--oldpackage'),
            allowUnauthenticated: hasOption(args, '--no-gpg-checks', '--allow-unsigned-rpm'),
            simulated: hasOption(args, '-D', '--dry-run', '-d', '--download-only'),
          }),
        ];
      case 'remove':
      case 'rm':
        return [{ kind: 'package-remove', ...place, packages: operands.map(parseRpmPackage), allowChangeHeldPackages: false }];
      case 'refresh':
      case 'ref':
        return [{ kind: 'package-index-update', ...place }];
      case 'update':
      case 'up':
      case 'dist-upgrade':
      case 'dup':
        return [{ kind: 'package-upgrade', ...place, allowChangeHeldPackages: false }];
      case 'addrepo':
      case 'ar': {
        const url = operands[0]?.text;
        return url === undefined ? [] : [{ kind: 'repository-add', ...place, url, nvidia: parseNvidiaRepositoryUrl(url.value), codename: undefined }];
      }
      default:
        return [];
    }
  },
};

const PACMAN_STYLE = optionStyle('-r --root -b --dbpath --cachedir --config --ignore');

/** pacman of Arch: https://man.archlinux.org/man/pacman.8 */
export const pacman: Installer = {
  names: ['pacman'],
  recognise(command) {
    const args: Arguments = parseArguments(command.words, 1, PACMAN_STYLE);
    const place = { ...placeOf(command), manager: 'pacman' as const };
    const yes = hasOption(args, '--noconfirm');
    if (hasOption(args, '-R', '--remove')) return [{ kind: 'package-remove', ...place, packages: args.operands.map(parsePackage), allowChangeHeldPackages: false }];
    if (hasOption(args, '-U', '--upgrade')) return [install(command, 'pacman', args.operands, parsePackage, yes)];
    if (!hasOption(args, '-S', '--sync') || hasOption(args, '-c', '-s', '-i', '-l', '--clean', '--search')) return [];
    const actions: Action[] = [];
    if (hasOption(args, '-y', '--refresh')) actions.push({ kind: 'package-index-update', ...place });
    if (hasOption(args, '-u', '--sysupgrade')) actions.push({ kind: 'package-upgrade', ...place, allowChangeHeldPackages: false });
    if (args.operands.length > 0) actions.push(install(command, 'pacman', args.operands, parsePackage, yes));
    return actions;
  },
};
