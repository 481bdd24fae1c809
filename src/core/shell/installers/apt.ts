import type { ShellCommand, ShellWord } from '../model';
import { hasOption, insertionPoint, optionStyle, optionValue, optionValues, parseArguments, placeOf } from './arguments';
import type { Action, Installer, PackageSpec } from './model';
import { parsePackage } from './package-spec';

const STYLE = optionStyle('-o --option -c --config-file -t --target-release --default-release -a --host-architecture -P --build-profiles --color');

const INSTALLING = new Set(['install', 'reinstall', 'satisfy']);
const REMOVING = new Set(['remove', 'purge', 'autoremove', 'autopurge']);
const UPGRADING = new Set(['upgrade', 'dist-upgrade', 'full-upgrade', 'safe-upgrade']);

/** apt, apt-get, aptitude, apt-fast. Options: https://manpages.debian.org/stable/apt/apt-get.8.en.html */
export const apt: Installer = {
  names: ['apt-get', 'apt', 'aptitude', 'apt-fast'],
  recognise(command, _context, pipeline) {
    const args = parseArguments(command.words, 1, STYLE);
    const [verb, ...operands] = args.operands;
    const settings = optionValues(args, '-o', '--option').map(({ value }) => value);
    const set = (pattern: RegExp): boolean => settings.some((setting) => pattern.test(setting));
    const place = { ...placeOf(command), manager: 'apt' as const };
    const allowChangeHeldPackages = hasOption(args, '--allow-change-held-packages', '--force-yes', '--ignore-hold');
    const name = verb?.text.value ?? '';
    if (name === 'update') return [{ kind: 'package-index-update', ...place }];
    if (UPGRADING.has(name)) return [{ kind: 'package-upgrade', ...place, allowChangeHeldPackages }];
    const packages = operands.map(name === 'satisfy' ? parseDependency : parsePackage);
    if (REMOVING.has(name)) return [{ kind: 'package-remove', ...place, packages, allowChangeHeldPackages }];
    if (!INSTALLING.has(name)) return [];
    // apt reads `name-` as a removal.
    const kept = packages.filter(({ text }) => !isRemoval(text.value));
    const removed = packages.flatMap((spec) =>
      isRemoval(spec.text.value) ? [{ ...spec, name: spec.name.slice(0, spec.name.value.length - 1) }] : [],
    );
    const actions: Action[] = [];
    if (removed.length > 0) actions.push({ kind: 'package-remove', ...place, packages: removed, allowChangeHeldPackages });
    actions.push({
      kind: 'package-install',
      ...place,
      packages: kept,
      assumeYes:
        hasOption(args, '-y', '--yes', '--assume-yes', '--force-yes') ||
        args.options.filter(({ name: option }) => option === '-q').length > 1 ||
        set(/^apt::get::assume-yes\s*=\s*"?(?:true|1|yes)/i) ||
        answersYes(command, pipeline),
      noInstallRecommends: hasOption(args, '--no-install-recommends', '-R', '--without-recommends') || set(/^apt::install-recommends\s*=\s*"?(?:false|0|no)/i),
      allowDowngrades: hasOption(args, '--allow-downgrades', '--force-yes'),
      allowChangeHeldPackages,
      allowUnauthenticated: hasOption(args, '--allow-unauthenticated', '--force-yes') || set(/^apt::get::allowunauthenticated\s*=\s*"?(?:true|1|yes)/i),
      simulated: hasOption(args, '-s', '--simulate', '--just-print', '--dry-run', '--recon', '--no-act', '-d', '--download-only', '--print-uris'),
      targetRelease: optionValue(args, '-t', '--target-release', '--default-release')?.value,
      insertAt: insertionPoint(command, operands),
    });
    return actions;
  },
};

function isRemoval(value: string): boolean {
  return value.length > 1 && value.endsWith('-') && !value.includes('=');
}

/** `apt-get satisfy "name (= version)"`; other bounds do not pin. */
function parseDependency(word: ShellWord): PackageSpec {
  const spec = parsePackage(word);
  const { text } = word;
  const [, name = '', space = '', version] = /^([^\s(]+)(\s*\(\s*(?:=\s*([^\s)]+))?)?/.exec(text.value) ?? [];
  const end = name.length + space.length;
  return { ...spec, name: text.slice(0, name.length), version: version === undefined ? undefined : text.slice(end - version.length, end), release: undefined, architecture: undefined };
}

/** `yes | apt-get install …` */
function answersYes(command: ShellCommand, pipeline: readonly ShellCommand[]): boolean {
  return pipeline.some((other) => other.name === 'yes' && other.pipelineIndex < command.pipelineIndex);
}

/** `apt-mark hold|unhold`. */
export const aptMark: Installer = {
  names: ['apt-mark'],
  recognise(command) {
    const [verb, ...operands] = parseArguments(command.words, 1, STYLE).operands;
    const name = verb?.text.value;
    if (name !== 'hold' && name !== 'unhold') return [];
    return [{ kind: 'package-hold', ...placeOf(command), hold: name === 'hold', packages: operands.map(parsePackage) }];
  },
};
