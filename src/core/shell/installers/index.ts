import { baseName } from '../../text/path';
import type { Traced } from '../../text/traced';
import type { ShellCommand, ShellScript } from '../model';
import { apt, aptMark } from './apt';
import { runfile, tar, unzip } from './archives';
import { placeOf } from './arguments';
import { builders, nvcc, recogniseArchitectures, setupScript } from './compile';
import { conda } from './conda';
import { download } from './download';
import { dpkg } from './dpkg';
import { change, copy, write } from './files';
import { git } from './git';
import { aptKey, fetchedKeys, gpg } from './keys';
import type { Action, Installer, InstallerContext } from './model';
import { apk, pacman, zypper } from './other-managers';
import { pip } from './pip';
import { addAptRepository, repositoryLists, repositoryPackages, repositoryRemoval } from './repositories';
import { rpm } from './rpm';
import { outputFile } from './written-text';
import { yum, yumConfigManager } from './yum';

/** All installers; where several answer to a name their actions follow one another in this order. */
const INSTALLERS: readonly Installer[] = [
  download,
  fetchedKeys,
  repositoryPackages,
  addAptRepository,
  repositoryLists,
  repositoryRemoval,
  aptKey,
  gpg,
  apt,
  aptMark,
  dpkg,
  rpm,
  yum,
  yumConfigManager,
  apk,
  zypper,
  pacman,
  pip,
  conda,
  tar,
  unzip,
  runfile,
  git,
  copy,
  change,
  write,
  nvcc,
  builders,
  setupScript,
];

const BY_NAME = new Map<string, Installer[]>();
const BY_PATTERN: (readonly [RegExp, Installer])[] = [];
for (const installer of INSTALLERS) {
  for (const name of installer.names) {
    if (typeof name === 'string') BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), installer]);
    else BY_PATTERN.push([name, installer]);
  }
}

/** What the commands of a script do to the image, in their order; an unclaimed command with a known name is `execute`. */
export function recogniseActions(script: ShellScript, context: InstallerContext): readonly Action[] {
  const actions: Action[] = [];
  const pipelines = readPipelines(script.commands);
  const fetched = new Map<string, Traced>();
  let current: ShellCommand | undefined;
  const inScript: InstallerContext = {
    readImageFile: (path) => context.readImageFile(path, current),
    downloadUrl: (path) => fetched.get(baseName(path)) ?? context.downloadUrl?.(path),
  };
  for (const command of script.commands) {
    if (command.name === '') continue;
    current = command;
    const pipeline = pipelines.get(command.pipeline) ?? [command];
    const before = actions.length;
    for (const installer of installersOf(command.name)) {
      for (const action of installer.recognise(command, inScript, pipeline)) {
        actions.push(action);
        if (action.kind === 'download') fetched.set(baseName((action.output ?? action.url).value.replace(/[?#].*$/, '')), action.url);
      }
    }
    const claimed = actions.length > before;
    if (!actions.slice(before).some(({ kind }) => kind === 'compile')) {
      const build = recogniseArchitectures(command);
      if (build !== undefined) actions.push(build);
    }
    if (claimed) continue;
    actions.push({ kind: 'execute', ...placeOf(command) });
    const output = outputFile(command);
    if (output !== undefined) actions.push({ kind: 'file-write', ...placeOf(command), ...output, text: undefined });
  }
  return actions;
}

/** Installers by command name, for the names met so far. */
const resolved = new Map<string, readonly Installer[]>();
const MAX_RESOLVED = 2000;

function installersOf(name: string): readonly Installer[] {
  const known = resolved.get(name);
  if (known !== undefined) return known;
  const matched = BY_PATTERN.filter(([pattern]) => pattern.test(name)).map(([, installer]) => installer);
  const found = [...(BY_NAME.get(name) ?? []), ...matched];
  if (resolved.size >= MAX_RESOLVED) resolved.clear();
  resolved.set(name, found);
  return found;
}

/** Commands of each pipeline that has more than one. */
function readPipelines(commands: readonly ShellCommand[]): ReadonlyMap<number, readonly ShellCommand[]> {
  const pipelines = new Map<number, ShellCommand[]>();
  for (const command of commands) {
    if (command.pipelineIndex > 0 && !pipelines.has(command.pipeline)) pipelines.set(command.pipeline, []);
  }
  if (pipelines.size > 0) for (const command of commands) pipelines.get(command.pipeline)?.push(command);
  return pipelines;
}
