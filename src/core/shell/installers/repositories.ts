import { baseName } from '../../text/path';
import type { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';
import { hasOption, optionStyle, parseArguments, placeOf } from './arguments';
import { fetchedUrls } from './download-target';
import type { Action, Installer, InstallerContext, RepositoryAdd } from './model';
import { parseNvidiaRepositoryUrl } from './nvidia-repository';
import { outputFile, writtenText } from './written-text';

const APT_LIST = /^\/etc\/apt\/sources\.list(?:$|\.d\/)/;
const YUM_LIST = /^\/etc\/yum\.repos\.d\//;

/** `deb [signed-by=…] URL SUITE COMPONENT…`; the URL in group 1, the suite in group 2. */
const DEB_LINE = /^[ \t]*deb(?:-src)?[ \t]+(?:\[[^\]\n]*\][ \t]+)?(\S+)[ \t]+(\S+)/gm;
/** A source in deb822 form, or a repository of yum. */
const URI_FIELD = /^[ \t]*(?:URIs:|baseurl[ \t]*=)[ \t]*(\S+)/gim;
const SUITES_FIELD = /^[ \t]*Suites:[ \t]*(\S+)/im;

const ADD_STYLE = optionStyle('-p --pocket -c --component -k --keyserver');

/** `add-apt-repository "deb URL SUITE …"|URL|ppa:…`. */
export const addAptRepository: Installer = {
  names: ['add-apt-repository', 'apt-add-repository'],
  recognise(command) {
    const args = parseArguments(command.words, 1, ADD_STYLE);
    if (hasOption(args, '-r', '--remove')) {
      return args.operands.map(({ text }) => ({ kind: 'repository-remove', ...placeOf(command), path: text }));
    }
    return args.operands.flatMap(({ text }) => {
      const lines = readLists(command, text);
      return lines.length > 0 ? lines : [repository(command, 'apt', text, undefined)];
    });
  },
};

/** Lists and `.repo` files that echo, printf, cat or tee write, and those that wget or curl fetch. */
export const repositoryLists: Installer = {
  names: ['echo', 'printf', 'cat', 'tee', 'wget', 'curl'],
  recognise(command, _context, pipeline) {
    const path = listPath(command);
    if (path === undefined) return [];
    const fetched = pipeline.flatMap((other) => fetchedUrls(other));
    if (fetched.length > 0) return fetched.map(({ url }) => repository(command, managerOf(path), url, undefined));
    const source = command.name === 'tee' ? pipeline.find((other) => other.pipelineIndex === command.pipelineIndex - 1) : command;
    const text = source && writtenText(source);
    return text === undefined ? [] : readLists(command, text);
  },
};

function listPath(command: ShellCommand): string | undefined {
  const paths =
    command.name === 'tee'
      ? command.words.slice(1).map(({ text }) => text.value)
      : [outputFile(command)?.path.value, ...fetchedUrls(command).map(({ url, output }) => output?.value ?? inFolder(command, url))];
  return paths.find((path) => path !== undefined && (APT_LIST.test(path) || YUM_LIST.test(path)));
}

/** A file fetched under its own name after `cd /etc/yum.repos.d`. */
function inFolder(command: ShellCommand, url: Traced): string | undefined {
  return command.workingDirectory === undefined ? undefined : `${command.workingDirectory}/${baseName(url.value)}`;
}

function managerOf(path: string): RepositoryAdd['manager'] {
  return YUM_LIST.test(path) ? 'yum' : 'apt';
}

function readLists(command: ShellCommand, text: Traced): readonly RepositoryAdd[] {
  const found: RepositoryAdd[] = [];
  for (const match of text.value.matchAll(DEB_LINE)) {
    const [line, url = '', suite = ''] = match;
    const start = match.index + line.indexOf(url);
    found.push(repository(command, 'apt', text.slice(start, start + url.length), suite));
  }
  for (const match of text.value.matchAll(URI_FIELD)) {
    const [field, url = ''] = match;
    const end = match.index + field.length;
    const manager = /^\s*baseurl/i.test(field) ? 'yum' : 'apt';
    found.push(repository(command, manager, text.slice(end - url.length, end), SUITES_FIELD.exec(text.value)?.[1]));
  }
  return found;
}

function repository(command: ShellCommand, manager: RepositoryAdd['manager'], url: Traced, suite: string | undefined): RepositoryAdd {
  const codename = /^([a-z]+)(?:-(?:updates|security|backports|proposed|pgdg))?$/.exec(suite ?? '')?.[1];
  return { kind: 'repository-add', ...placeOf(command), manager, url, nvidia: parseNvidiaRepositoryUrl(url.value), codename };
}

const REMOVE_STYLE = optionStyle('-t --target-directory -S --suffix');
const SED_STYLE = optionStyle('-e --expression -f --file');

/** `rm`, `mv` and `sed -i … d` on repository lists. */
export const repositoryRemoval: Installer = {
  names: ['rm', 'mv', 'sed', 'unlink'],
  recognise(command) {
    const { operands } = parseArguments(command.words, 1, command.name === 'sed' ? SED_STYLE : REMOVE_STYLE);
    const listed = operands.filter(({ text }) => APT_LIST.test(text.value) || YUM_LIST.test(text.value));
    const paths = command.name === 'mv' ? listed.filter((word) => word !== operands[operands.length - 1]) : listed;
    if (command.name === 'sed' && !comments(command)) return [];
    return paths.map(({ text }) => ({ kind: 'repository-remove', ...placeOf(command), path: text }));
  },
};

/** `sed -i '/nvidia/d'` and `sed -i 's/^deb/#deb/'` take lines out of a list. */
function comments(command: ShellCommand): boolean {
  return command.words.some(({ text }) => /^\/.*(?:nvidia|cuda).*\/\s*d$|^s(.)\^?\(?deb.*\1\s*#/.test(text.value));
}

/** A package that holds NVIDIA's repository list: `cuda-keyring_1.1-1_all.deb`, `cuda-repo-ubuntu1804_10.0.130-1_amd64.deb`. */
export const repositoryPackages: Installer = {
  names: ['dpkg', 'apt', 'apt-get', 'gdebi', 'rpm', 'yum', 'dnf'],
  recognise(command, context) {
    return command.words.slice(1).flatMap(({ text }) => (CUDA_PACKAGE.test(text.value) ? repositoryPackage(command, text, context) : []));
  },
};

const CUDA_PACKAGE = /cuda-(?:keyring|repo).*\.(?:deb|rpm)$/;

/** Packages of NVIDIA's network repositories and of cuda-keyring, by file name: the distribution in group 1, the architecture in group 2. */
const NETWORK_PACKAGE = /^cuda-repo-([a-z]+\d+)[-_]\d+(?:\.\d+)+-\d+[._](amd64|arm64|x86_64|aarch64|ppc64le|ppc64el)\.(?:deb|rpm)$/;

function repositoryPackage(command: ShellCommand, text: Traced, context: InstallerContext): readonly Action[] {
  const name = baseName(text.value);
  const place = placeOf(command);
  const url = text.value.includes('://') ? text : context.downloadUrl?.(text.value);
  const network = NETWORK_PACKAGE.exec(name);
  if (network !== null) {
    const [, distro = '', arch = ''] = network;
    const architecture = arch === 'amd64' ? 'x86_64' : arch;
    return [{ kind: 'repository-add', ...place, manager: name.endsWith('.rpm') ? 'yum' : 'apt', url, nvidia: { repository: 'cuda', distro, arch: architecture }, codename: undefined }];
  }
  if (!/^cuda-keyring(?:[_*].*)?\.deb$/.test(name)) return [];
  return [
    { kind: 'repository-key', ...place, tool: 'keyring-package', url, keyId: undefined, removed: false },
    { kind: 'repository-add', ...place, manager: 'apt', url, nvidia: url && parseNvidiaRepositoryUrl(url.value), codename: undefined },
  ];
}
