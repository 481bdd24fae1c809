import type { ShellWord } from '../model';
import { optionStyle, optionValue, optionValues, parseArguments, placeOf } from './arguments';
import type { CondaInstall, Installer } from './model';

const STYLE = optionStyle('-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --revision --platform --subdir --clone --category --root-prefix -r --rc-file --experimental-solver');

/** conda, mamba, micromamba: install, create, update, `env create`, `env update`. */
export const conda: Installer = {
  names: ['conda', 'mamba', 'micromamba'],
  recognise(command) {
    const args = parseArguments(command.words, 1, STYLE);
    const inEnvironment = args.operands[0]?.text.value === 'env';
    const verb = args.operands[inEnvironment ? 1 : 0]?.text.value;
    if (verb !== 'install' && verb !== 'create' && verb !== 'update' && verb !== 'upgrade') return [];
    const operands = args.operands.slice(inEnvironment ? 2 : 1);
    return [
      {
        kind: 'conda-install',
        ...placeOf(command),
        tool: command.name as CondaInstall['tool'],
        packages: inEnvironment ? [] : operands.map(parseCondaPackage),
        channels: optionValues(args, '-c', '--channel').map(({ value }) => value),
        environment: optionValue(args, '-n', '--name', '-p', '--prefix')?.value,
        environmentFile: optionValue(args, '-f', '--file'),
      },
    ];
  },
};

/** `channel::name=version=build`, `name>=1.2`, `name==1.2`: https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html */
function parseCondaPackage(word: ShellWord): CondaInstall['packages'][number] {
  const { text } = word;
  const value = text.value;
  const separator = value.indexOf('::');
  const nameStart = separator < 0 ? 0 : separator + 2;
  const operator = /\s*(?:[<>!~=]=?|\s)/.exec(value.slice(nameStart));
  const nameEnd = operator === null ? value.length : nameStart + operator.index;
  let versionStart = nameEnd;
  if (operator !== null && operator[0].trim() === '=') versionStart += operator[0].length;
  while (value.charAt(versionStart) === ' ') versionStart++;
  // The build string follows a further `=` that is no operator.
  const build = /[^<>!~=,|]=([^=,|<>]+)$/.exec(value.slice(versionStart));
  const versionEnd = build === null ? value.length : versionStart + build.index + 1;
  return {
    name: text.slice(nameStart, nameEnd),
    version: versionStart < versionEnd ? text.slice(versionStart, versionEnd) : undefined,
    architecture: undefined,
    release: undefined,
    range: word.range,
    text,
    localFile: /\.(?:conda|tar\.bz2)$/.test(value),
    channel: separator < 0 ? undefined : value.slice(0, separator),
    build: build?.[1],
  };
}
