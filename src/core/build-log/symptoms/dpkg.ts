import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const DPKG: Sought = { kind: 'command', names: ['dpkg', 'apt-get', 'apt', 'gdebi'] };

const dpkgLines = readLines([
  {
    code: 'dpkg-file-missing',
    pattern: /^dpkg(?:-deb)?: error: (?:cannot access archive|failed to read archive) [`'](?<path>[^']+)': No such file or directory/,
    template: 'There is no package file {path} in the image at this point.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, DPKG],
  },
  {
    code: 'dpkg-not-a-package',
    pattern: /^dpkg-deb: error: [`'](?<path>[^']+)' is not a Debian format archive/,
    template: '{path} is no Debian package: mostly the download brought a page with an error instead.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, DPKG],
  },
  {
    code: 'dpkg-architecture',
    pattern: /^(?:dpkg: error processing archive (?<path>\S+).*)?.*package architecture \((?<architecture>\S+)\) does not match system \((?<system>\S+)\)/,
    template: 'The package is for {architecture}, the image is {system}.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, DPKG],
  },
  {
    code: 'dpkg-unmet-dependencies',
    pattern: /^ (?<name>\S+) depends on (?<dependency>[^;]+); however:/,
    template: '{name} needs {dependency}; dpkg installs no dependencies, apt-get install ./FILE.deb does.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, { kind: 'file', path: name }, DPKG],
  },
  {
    code: 'dpkg-overwrite',
    pattern: /trying to overwrite '(?<path>[^']+)', which is also in package (?<name>\S+)/,
    template: 'Two packages bring {path}; the other one is {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, DPKG],
  },
  {
    code: 'dpkg-script-failed',
    pattern: /^dpkg: error processing (?:package|archive) (?<name>\S+) \(--\w+\):/,
    template: 'dpkg could not set up {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name: name.replace(/:\w+$/, '') }, { kind: 'file', path: name }, DPKG],
  },
]);

/** What dpkg says, by itself or under apt; where it is only a list of packages at its end, that list. */
export const dpkg: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const told = dpkgLines.read(lines);
    return told.length > 0 ? told : readErrors(lines);
  },
};

/** `Errors were encountered while processing:` and the packages below it. */
function readErrors(lines: readonly string[]): readonly Symptom[] {
  const begin = lines.findLastIndex((line) => /^Errors were encountered while processing:/.test(line));
  if (begin < 0) return [];
  const length = lines.slice(begin + 1).findIndex((line) => !/^ \S+$/.test(line));
  const names = lines.slice(begin + 1, length < 0 ? lines.length : begin + 1 + length).map((line) => line.trim());
  if (names.length === 0) return [];
  return [
    {
      code: 'dpkg-script-failed',
      template: 'dpkg could not set up {names}.',
      data: { names: names.join(', ') },
      first: begin,
      last: begin + names.length,
      seeks: [...names.map((name) => ({ kind: 'package', name: name.replace(/:\w+$/, '') }) as const), { kind: 'text', text: 'install' }, DPKG],
    },
  ];
}
