import { baseName } from '../../text/path';
import type { ShellCommand, ShellWord } from '../model';
import { hasOption, optionStyle, parseArguments, placeOf } from './arguments';
import { recogniseArtifact } from './known-artifacts';
import type { Action, Installer } from './model';
import { parsePackage } from './package-spec';
import { writtenText } from './written-text';

const STYLE = optionStyle('--root --admindir --instdir --log --status-fd -D');

/** `dpkg -i FILE…`, `dpkg -r NAME…`, `dpkg -x FILE DIR`, `echo "NAME hold" | dpkg --set-selections`. */
export const dpkg: Installer = {
  names: ['dpkg', 'dpkg-deb', 'gdebi'],
  recognise(command, _context, pipeline) {
    const args = parseArguments(command.words, 1, STYLE);
    const { operands } = args;
    const place = placeOf(command);
    if (command.name === 'gdebi' || hasOption(args, '-i', '--install', '--unpack')) {
      return operands.length === 0 ? [] : [{ kind: 'local-package-install', ...place, tool: 'dpkg', files: operands.map(({ text, range }) => ({ path: text, range })) }];
    }
    if (hasOption(args, '-r', '--remove', '-P', '--purge')) {
      const packages = operands.map(parsePackage);
      return [{ kind: 'package-remove', ...place, manager: 'apt', packages, allowChangeHeldPackages: hasOption(args, '--force-all', '--force-hold') }];
    }
    if (hasOption(args, '-x', '--extract')) {
      const [archive, into] = operands;
      const artifact = recogniseArtifact(baseName(archive?.text.value ?? ''));
      return [{ kind: 'extract', ...place, archive: archive?.text, artifact, into: into?.text, installsDriver: false }];
    }
    return hasOption(args, '--set-selections') ? readSelections(command, pipeline) : [];
  },
};

function readSelections(command: ShellCommand, pipeline: readonly ShellCommand[]): readonly Action[] {
  const text = pipeline.map((other) => (other.pipelineIndex < command.pipelineIndex ? writtenText(other) : undefined)).find((value) => value !== undefined);
  if (text === undefined) return [];
  const held: ShellWord[] = [];
  for (const line of text.value.matchAll(/^[ \t]*(\S+)[ \t]+hold[ \t]*$/gm)) {
    const name = line[1] ?? '';
    const start = line.index + line[0].indexOf(name);
    const value = text.slice(start, start + name.length);
    held.push({ text: value, range: value.locate()?.range ?? command.range, quoted: false });
  }
  return held.length === 0 ? [] : [{ kind: 'package-hold', ...placeOf(command), hold: true, packages: held.map(parsePackage) }];
}
