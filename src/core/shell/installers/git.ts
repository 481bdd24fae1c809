import { optionStyle, optionValue, parseArguments, placeOf } from './arguments';
import type { Installer } from './model';

const STYLE = optionStyle(
  '-C -c --git-dir --work-tree -b --branch --depth -o --origin --reference --reference-if-able -j --jobs --config --filter --shallow-since --shallow-exclude -u --upload-pack --template --separate-git-dir',
);

/** `git clone [-b BRANCH] URL [DIR]`. */
export const git: Installer = {
  names: ['git'],
  recognise(command) {
    const args = parseArguments(command.words, 1, STYLE);
    const operands = args.operands.filter(({ text }, i) => !(i === 0 && text.value === 'lfs'));
    const [verb, url, directory] = operands;
    if (verb?.text.value !== 'clone' || url === undefined) return [];
    return [{ kind: 'git-clone', ...placeOf(command), url: url.text, branch: optionValue(args, '-b', '--branch')?.value, directory: directory?.text }];
  },
};
