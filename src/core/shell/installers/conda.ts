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

/**
 * `channel::name=version=build`, `name>=1.2`, `name==1.2`, `name 1.2 build`, `name[version='>=1.2']`:
 * https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
 */
function parseCondaPackage(word: ShellWord): CondaInstall['packages'][number] {
  const { text } = word;
  const value = text.value;
  const [, channel, name = '', rest = ''] = /^(?:(.*?)::)?([^\s<>!~=[]*)(.*)$/s.exec(value) ?? [];
  const restStart = value.length - rest.length;
  const nameStart = restStart - name.length;
  const bracket = /^\[.*?\bversion\s*=\s*["']?([^"'\],]*(?:,[^"'\]=]*)?)/.exec(rest);
  // One `=` only separates; the build string follows a second one, or a blank.
  const plain = /^\s*(?:=(?!=)\s*)?((?:[<>!~=]=|[^\s=])*)(?:[\s=]\s*(\S+))?/.exec(rest);
  const version = bracket?.[1] ?? (rest.startsWith('[') ? '' : (plain?.[1] ?? ''));
  const versionStart = restStart + rest.indexOf(version);
  return {
    name: text.slice(nameStart, restStart),
    version: version === '' ? undefined : text.slice(versionStart, versionStart + version.length),
    architecture: undefined,
    release: undefined,
    range: word.range,
    text,
    localFile: /\.(?:conda|tar\.bz2)$/.test(value),
    channel,
    build: bracket === null && version !== '' ? plain?.[2] : undefined,
  };
}
