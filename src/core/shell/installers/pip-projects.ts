import { readPyproject, type Pyproject } from '../../requirements/pyproject';
import { normaliseName } from '../../requirements/requirement';
import { resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import { exactVersionOf } from '../../version/pep440';
import type { ShellCommand } from '../model';
import { hasOption, type Arguments } from './arguments';
import type { Action, InstallerContext, PipInstall, PipRequirement } from './model';
import { createPipInstall, emptyCollection, type Collected } from './pip-install';

/**
 * Adds what the projects depend on that an install names by their paths: `pip install .[gpu]`. What uv takes from an
 * index of its own (`tool.uv.sources`) comes back, one collection an index.
 */
export function addProjects(tool: PipInstall['tool'], command: ShellCommand, context: InstallerContext, collected: Collected): readonly Collected[] {
  return [...collected.requirements].flatMap(({ url, extras, wheel }) => {
    if (url === undefined || wheel !== undefined || /:\/\/|\.(?:whl|gz|tgz|zip|bz2|xz)$/.test(url) || url.includes(UNKNOWN)) return [];
    const project = findProject(url.replace(/\[[^\]]*\]$/, ''), command, context);
    if (project === undefined) return [];
    const wanted = [...project.dependencies, ...extras.flatMap((extra) => project.extras.get(normaliseName(extra)) ?? [])];
    return addProject(project, wanted, tool, collected);
  });
}

/** `uv sync`: the lock file chooses the versions, so that only exact pins are known. */
export function syncProject(args: Arguments, command: ShellCommand, context: InstallerContext): readonly Action[] {
  if (hasOption(args, '--dry-run', '-h', '--help', '--package', '--all-packages', '--script', '--only-group')) return [];
  const project = findProject(args.options.find(({ name }) => name === '--project' || name === '--directory')?.value?.value ?? '.', command, context);
  if (project === undefined) return [];
  const wanted = chooseDependencies(project, args).filter(({ specifier }) => exactVersionOf(specifier) !== undefined);
  const collected = emptyCollection();
  return [collected, ...addProject(project, wanted, 'uv', collected)].map((each) => createPipInstall(command, each, 'uv'));
}

/** The dependencies with the extras and groups that the options name; the group `dev` comes unless it is left out. */
function chooseDependencies({ dependencies, extras, groups }: Pyproject, args: Arguments): readonly PipRequirement[] {
  const named = (option: string): readonly string[] => args.options.flatMap(({ name, value }) => (name === option && value !== undefined ? [normaliseName(value.value)] : []));
  const withoutDev = hasOption(args, '--no-dev', '--no-default-groups');
  const chosenExtras = hasOption(args, '--all-extras') ? [...extras.keys()] : named('--extra');
  const chosenGroups = hasOption(args, '--all-groups') ? [...groups.keys()] : [...named('--group'), ...(withoutDev ? [] : ['dev'])];
  return [...(hasOption(args, '--only-dev') ? [] : dependencies), ...chosenExtras.flatMap((name) => extras.get(name) ?? []), ...chosenGroups.flatMap((name) => groups.get(name) ?? [])];
}

function findProject(path: string, command: ShellCommand, context: InstallerContext): Pyproject | undefined {
  if (path.includes(UNKNOWN)) return undefined;
  const file = `${path === '.' ? '' : `${path.replace(/\/$/, '')}/`}pyproject.toml`;
  const found = context.readImageFile(command.workingDirectory === undefined ? file : resolvePath(command.workingDirectory, file));
  return found === undefined ? undefined : readPyproject(found.file, found.text);
}

/** Adds requirements of a project to an install; uv minds the indexes that the project names, pip does not. */
function addProject({ uv }: Pyproject, wanted: readonly PipRequirement[], tool: PipInstall['tool'], collected: Collected): readonly Collected[] {
  if (tool !== 'uv') {
    collected.requirements.push(...wanted);
    return [];
  }
  collected.requirements.push(...wanted.filter(({ name }) => !uv.sources.has(name)));
  for (const { url, isDefault, explicit } of uv.indexes) {
    if (explicit) continue;
    if (isDefault) collected.indexUrl ??= url;
    else collected.extraIndexUrls.push(url);
  }
  collected.findLinks.push(...uv.findLinks);
  return uv.indexes.flatMap(({ name, url }) => {
    const requirements = wanted.filter((one) => name !== undefined && uv.sources.get(one.name) === name);
    return requirements.length === 0 ? [] : [{ ...emptyCollection(), requirements, indexUrl: url }];
  });
}
