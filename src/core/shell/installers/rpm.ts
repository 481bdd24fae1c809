import { hasOption, optionStyle, parseArguments, placeOf } from './arguments';
import type { Installer } from './model';
import { parseRpmPackage } from './package-spec';

const STYLE = optionStyle('--root --prefix --dbpath --define --excludepath --relocate');

/** `rpm -i FILE…`, `rpm -Uvh URL`, `rpm -e NAME…`, `rpm --import URL`. */
export const rpm: Installer = {
  names: ['rpm'],
  recognise(command) {
    const args = parseArguments(command.words, 1, STYLE);
    const { operands } = args;
    const place = placeOf(command);
    if (hasOption(args, '--import')) {
      return operands.map(({ text }) => ({ kind: 'repository-key', ...place, tool: 'rpm', url: text, keyId: undefined, removed: false }));
    }
    if (hasOption(args, '-q', '--query', '-V', '--verify', '-K', '--checksig')) return [];
    if (hasOption(args, '-e', '--erase')) {
      return [{ kind: 'package-remove', ...place, manager: 'yum', packages: operands.map(parseRpmPackage), allowChangeHeldPackages: false }];
    }
    if (operands.length === 0 || !hasOption(args, '-i', '--install', '-U', '--upgrade', '-F', '--freshen', '--reinstall')) return [];
    return [{ kind: 'local-package-install', ...place, tool: 'rpm', files: operands.map(({ text, range }) => ({ path: text, range })) }];
  },
};
