import { baseName } from '../../text/path';
import type { Traced } from '../../text/traced';
import type { ShellCommand, ShellWord } from '../model';
import { readInnerShell } from '../wrappers';
import { hasOption, optionStyle, optionValue, parseArguments, placeOf } from './arguments';
import { recogniseArtifact } from './known-artifacts';
import type { Extract, Installer } from './model';

function extract(command: ShellCommand, archive: Traced | undefined, into: Traced | undefined, installsDriver = false): Extract {
  const artifact = archive && recogniseArtifact(baseName(archive.value));
  return { kind: 'extract', ...placeOf(command), archive, artifact, into, installsDriver };
}

const TAR = optionStyle('-f --file -C --directory -T --files-from -X --exclude-from --exclude --strip-components --transform --xform --strip -I --use-compress-program --wildcards-match-slash');

/** `tar -xzf FILE -C DIR`, `tar xf -`, also without dash. */
export const tar: Installer = {
  names: ['tar', 'bsdtar'],
  recognise(command) {
    const first = command.words[1];
    const bare = first !== undefined && /^[A-Za-z]+$/.test(first.text.value) ? first.text.value : '';
    if (bare !== '') {
      // Letters without a dash take their values from the words that follow, in their order.
      const rest = command.words.slice(2);
      const valued = [...bare].filter((letter) => 'fCbXT'.includes(letter));
      const archive = valued.includes('f') ? rest[valued.indexOf('f')]?.text : undefined;
      const folder = valued.includes('C') ? rest[valued.indexOf('C')]?.text : undefined;
      const args = parseArguments(rest, valued.length, TAR);
      return bare.includes('x') ? [extract(command, file(archive), folder ?? optionValue(args, '-C', '--directory'))] : [];
    }
    const args = parseArguments(command.words, 1, TAR);
    if (!hasOption(args, '-x', '--extract', '--get')) return [];
    return [extract(command, file(optionValue(args, '-f', '--file')), optionValue(args, '-C', '--directory'))];
  },
};

/** `-` is the standard input. */
function file(archive: Traced | undefined): Traced | undefined {
  return archive?.value === '-' ? undefined : archive;
}

const UNZIP = optionStyle('-d -x -P');
const SEVEN_ZIP = optionStyle('', false);

/** unzip, 7z. */
export const unzip: Installer = {
  names: ['unzip', '7z', '7za', '7zr'],
  recognise(command) {
    if (command.name === 'unzip') {
      const args = parseArguments(command.words, 1, UNZIP);
      const archive = args.operands[0]?.text;
      return archive === undefined || hasOption(args, '-l', '-t', '-Z') ? [] : [extract(command, archive, optionValue(args, '-d'))];
    }
    const args = parseArguments(command.words, 1, SEVEN_ZIP);
    const [verb, archive] = args.operands;
    if (archive === undefined || !/^[xe]$/.test(verb?.text.value ?? '')) return [];
    const folder = args.options.map(({ word }) => word.text).find(({ value }) => /^-o./.test(value));
    return [extract(command, archive.text, folder?.slice(2))];
  },
};

/** A patch for an installed toolkit, `cuda_9.0.176.2_linux-run`: it has no driver. */
const PATCH = /^cuda_\d+(?:\.\d+){3}_/;

const CONDA_INSTALLER = optionStyle('-p --prefix');

/** `sh cuda_….run --silent --toolkit`, `./cuda_….run`, `bash Miniconda3-….sh -b -p DIR`. */
export const runfile: Installer = {
  names: ['sh', 'bash', 'dash', 'zsh', /\.run$/, /linux-run$/, /^(?:Ana|Mini)conda.*\.sh$/, /^(?:Miniforge|Mambaforge).*\.sh$/],
  recognise(command) {
    const shell = readInnerShell(command.words);
    if (shell !== undefined && shell.kind !== 'file') return [];
    const archive = shell === undefined ? command.words[0]?.text : shell.path;
    const artifact = archive && recogniseArtifact(baseName(archive.value));
    if (archive === undefined || artifact === undefined) return [];
    const at = command.words.findIndex(({ text }) => text === archive);
    const rest = command.words.slice(at + 1);
    if (artifact.kind === 'conda-installer') return [extract(command, archive, optionValue(parseArguments(rest, 0, CONDA_INSTALLER), '-p', '--prefix'))];
    if (artifact.kind === 'driver-runfile') return [extract(command, archive, undefined, !hasFlag(rest, 'x', 'extract-only'))];
    if (artifact.kind !== 'cuda-runfile' || hasFlag(rest, 'help', 'h')) return [];
    const extracts = flagValue(rest, 'extract');
    if (extracts !== undefined) return [extract(command, archive, extracts)];
    const into = flagValue(rest, 'toolkitpath') ?? flagValue(rest, 'installpath') ?? flagValue(rest, 'prefix');
    const isPatch = PATCH.test(baseName(archive.value));
    // `--tar xf` and `--noexec` are answered by the wrapper, which then runs no installer.
    const isUnpacked = hasFlag(rest, 'tar', 'noexec');
    return [extract(command, archive, into, !isPatch && !isUnpacked && (hasFlag(rest, 'driver') || !hasFlag(rest, 'toolkit')))];
  },
};

/** The runfile takes its options with one dash or two. */
function hasFlag(words: readonly ShellWord[], ...names: readonly string[]): boolean {
  return words.some(({ text }) => names.includes(text.value.replace(/^--?/, '')) && text.value.startsWith('-'));
}

function flagValue(words: readonly ShellWord[], name: string): Traced | undefined {
  for (const { text } of words) {
    const match = /^--?([a-z-]+)=/.exec(text.value);
    if (match?.[1] === name) return text.slice(match[0].length);
  }
  return undefined;
}
