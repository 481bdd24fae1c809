import { readCondaEnvironment, readCondaList, type CondaSpecText } from '../../requirements/conda-environment';
import { resolvePath } from '../../text/path';
import { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';
import { optionStyle, optionValue, optionValues, parseArguments, placeOf } from './arguments';
import type { Action, CondaInstall, Installer, InstallerContext } from './model';
import { collectionOf, createPipInstall } from './pip-install';

const STYLE = optionStyle('-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --revision --platform --subdir --clone --category --root-prefix -r --rc-file --experimental-solver');

/** conda, mamba, micromamba: install, create, update, `env create`, `env update`, with what their files list. */
export const conda: Installer = {
  names: ['conda', 'mamba', 'micromamba'],
  recognise(command, context) {
    const args = parseArguments(command.words, 1, STYLE);
    const inEnvironment = args.operands[0]?.text.value === 'env';
    const verb = args.operands[inEnvironment ? 1 : 0]?.text.value;
    if (verb !== 'install' && verb !== 'create' && verb !== 'update' && verb !== 'upgrade') return [];
    const operands = args.operands.slice(inEnvironment ? 2 : 1);
    const given = optionValue(args, '-f', '--file');
    const environmentFile = given ?? (inEnvironment && operands.length === 0 ? new Traced([{ text: 'environment.yml', file: command.file, range: command.range, verbatim: false }]) : undefined);
    const install: CondaInstall = {
      kind: 'conda-install',
      ...placeOf(command),
      tool: command.name as CondaInstall['tool'],
      packages: inEnvironment ? [] : operands.map(parseCondaPackage),
      channels: optionValues(args, '-c', '--channel').map(({ value }) => value),
      environment: optionValue(args, '-n', '--name', '-p', '--prefix')?.value,
      environmentFile,
    };
    return environmentFile === undefined ? [install] : [install, ...readFile(environmentFile.value, install, command, context)];
  },
};

/** What a file of packages adds to an install: actions whose places lie in it. */
function readFile(path: string, install: CondaInstall, command: ShellCommand, context: InstallerContext): readonly Action[] {
  const found = context.readImageFile(command.workingDirectory === undefined ? path : resolvePath(command.workingDirectory, path));
  if (found === undefined) return [];
  const { file, text } = found;
  if (!/\.ya?ml$/.test(path)) {
    const packages = readCondaList(file, text).map(parseCondaPackage);
    return packages.length === 0 ? [] : [{ ...install, file, range: { start: 0, end: text.length }, packages, environmentFile: undefined }];
  }
  const environment = readCondaEnvironment(file, text);
  if (environment === undefined) return [];
  const { channels, packages, name, pip, pipRange, range } = environment;
  const listed: CondaInstall = {
    ...install,
    file,
    range,
    packages: packages.map(parseCondaPackage),
    channels: [...install.channels, ...channels],
    environment: install.environment ?? name,
    environmentFile: undefined,
  };
  if (pip === undefined || pipRange === undefined) return [listed];
  const indent = /[ \t]*$/.exec(text.slice(0, pipRange.start))?.[0] ?? '';
  return [listed, { ...createPipInstall(command, collectionOf(pip), 'pip'), file, range: pipRange, insertAt: pipRange.end, beforeOption: `\n${indent}- ` }];
}

/**
 * `channel::name=version=build`, `name>=1.2`, `name==1.2`, `name 1.2 build`, `name[version='>=1.2']`:
 * https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
 */
function parseCondaPackage(word: CondaSpecText): CondaInstall['packages'][number] {
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
