import { hasOption, optionStyle, optionValue, parseArguments, placeOf } from './arguments';
import type { Installer } from './model';
import { outputFile, writtenText } from './written-text';

const COPY_STYLE = optionStyle('-t --target-directory -S --suffix -m --mode -o --owner -g --group');

/** cp, mv, ln, install. */
export const copy: Installer = {
  names: ['cp', 'mv', 'ln', 'install'],
  recognise(command) {
    const args = parseArguments(command.words, 1, COPY_STYLE);
    const place = placeOf(command);
    const paths = args.operands.map(({ text }) => text);
    if (command.name === 'install' && hasOption(args, '-d', '--directory')) return [{ kind: 'file-make', ...place, paths }];
    const folder = optionValue(args, '-t', '--target-directory');
    const destination = folder ?? paths[paths.length - 1];
    const sources = folder === undefined ? paths.slice(0, -1) : paths;
    if (destination === undefined || sources.length === 0) return [];
    return [{ kind: 'file-copy', ...place, link: command.name === 'ln', sources, destination }];
  },
};

/** `touch -r FILE` takes a value, `rm -r` does not. */
const MAKE_STYLE = optionStyle('-m --mode -r --reference -d --date');
const PLAIN_STYLE = optionStyle('');

/** mkdir, touch, rm, rmdir. */
export const change: Installer = {
  names: ['mkdir', 'touch', 'rm', 'rmdir', 'unlink'],
  recognise(command) {
    const makes = command.name === 'mkdir' || command.name === 'touch';
    const paths = parseArguments(command.words, 1, makes ? MAKE_STYLE : PLAIN_STYLE).operands.map(({ text }) => text);
    return paths.length === 0 ? [] : [{ kind: makes ? 'file-make' : 'file-remove', ...placeOf(command), paths }];
  },
};

/** echo, printf, cat and tee into a file. */
export const write: Installer = {
  names: ['echo', 'printf', 'cat', 'tee'],
  recognise(command, _context, pipeline) {
    const place = placeOf(command);
    if (command.name === 'tee') {
      const args = parseArguments(command.words, 1, PLAIN_STYLE);
      const source = pipeline.find((other) => other.pipelineIndex === command.pipelineIndex - 1);
      const document = command.redirects.find(({ operator }) => operator.includes('<<'))?.target;
      const text = document ?? (source && writtenText(source));
      const append = hasOption(args, '-a', '--append');
      return args.operands.map((word) => ({ kind: 'file-write', ...place, path: word.text, text, append }));
    }
    const output = outputFile(command);
    return output === undefined ? [] : [{ kind: 'file-write', ...place, ...output, text: writtenText(command) }];
  },
};
