import { resolveInside } from '../core/build/places';
import { findScalar, findValue, listEntries, listItems } from '../core/data/model';
import type { Devcontainer } from '../core/devcontainer/model';
import { isJetsonImage, takeGpus } from './gpus';
import { fromDevcontainerText } from './host-text';
import { note, type Note, type PlanBuild, type RunPlan, type Setting } from './model';
import type { PlanReading } from './read-run-line';
import { readRunWords, tidySettings } from './run-options';

/** The container of a devcontainer.json as a plan. `folder` is that of the file below the workspace; empty for the workspace itself. */
export function readDevcontainerPlan({ root, image, build, compose, options, hostGpu }: Devcontainer, folder = '.devcontainer'): PlanReading {
  const notes: Note[] = [];
  if (compose !== undefined) return { plan: undefined, notes: [note('This dev container is a service of Compose: read that file.')] };
  const words = options.flatMap(({ node, valueNode }) => [node, ...(valueNode === undefined || valueNode === node ? [] : [valueNode])]).map(({ raw }) => fromDevcontainerText(raw));
  const run = readRunWords(words);
  const settings: Setting[] = [...run.settings];
  for (const item of listItems(findValue(root, 'mounts'))) {
    const text = item.kind === 'scalar' ? item.raw : listEntries(item).flatMap(({ key, value }) => (value.kind === 'scalar' ? [`${key}=${value.raw}`] : [])).join(',');
    settings.push({ option: '--mount', value: fromDevcontainerText(text) });
  }
  for (const key of ['containerEnv', 'remoteEnv']) {
    for (const { key: name, value } of listEntries(findValue(root, key))) if (value.kind === 'scalar' && value.type !== 'null') settings.push({ option: '--env', value: `${name}=${fromDevcontainerText(value.raw)}` });
  }
  for (const [key, option] of [['capAdd', '--cap-add'], ['securityOpt', '--security-opt']] as const) {
    for (const item of listItems(findValue(root, key))) if (item.kind === 'scalar') settings.push({ option, value: item.raw });
  }
  for (const [key, option] of [['privileged', '--privileged'], ['init', '--init']] as const) if (findScalar(root, key)?.raw === 'true') settings.push({ option });
  for (const port of listItems(findValue(root, 'forwardPorts'))) if (port.kind === 'scalar' && /^\d+$/.test(port.raw)) settings.push({ option: '--publish', value: `127.0.0.1:${port.raw}:${port.raw}` });
  const mount = findScalar(root, 'workspaceMount');
  if (mount !== undefined && mount.raw !== '') settings.push({ option: '--mount', value: fromDevcontainerText(mount.raw) });
  const workingFolder = findScalar(root, 'workspaceFolder')?.raw;
  if (mount !== undefined && workingFolder !== undefined && /^\/[^$]*$/.test(workingFolder)) settings.push({ option: '--workdir', value: workingFolder });
  const user = findScalar(root, 'containerUser') ?? findScalar(root, 'remoteUser');
  if (user !== undefined) settings.push({ option: '--user', value: user.raw });
  if (findValue(root, 'features') !== undefined) notes.push(note('Features are part of the dev container alone: install in the image what they bring.'));
  const taken = takeGpus(settings, image !== undefined && isJetsonImage(image.raw));
  const wish = hostGpu?.value;
  const optional = wish !== undefined && !(wish.kind === 'scalar' && wish.raw === 'false');
  const plan: RunPlan = {
    image: image === undefined ? undefined : fromDevcontainerText(image.raw),
    build: build === undefined ? undefined : readBuild(root, folder),
    gpus: taken.gpus ?? (optional ? { which: 'all', capabilities: [], optional: true, through: 'gpus' } : undefined),
    settings: tidySettings(taken.settings),
    command: [],
  };
  return { plan, notes: [...run.notes, ...taken.notes, ...notes] };
}

function readBuild(root: Devcontainer['root'], folder: string): PlanBuild {
  const build = findValue(root, 'build');
  const text = (key: string): string | undefined => findScalar(build, key)?.raw ?? (key === 'dockerfile' ? findScalar(root, 'dockerFile')?.raw : key === 'context' ? findScalar(root, 'context')?.raw : undefined);
  const context = fromWorkspace(text('context') ?? '.', folder);
  const dockerfile = fromWorkspace(text('dockerfile') ?? 'Dockerfile', folder);
  return {
    context,
    // From the folder of the file to the one of the context.
    dockerfile: context === '.' ? dockerfile : dockerfile.startsWith(`${context}/`) ? dockerfile.slice(context.length + 1) : dockerfile,
    target: text('target'),
    args: listEntries(findValue(build, 'args')).flatMap(({ key, value }) => (value.kind === 'scalar' ? [`${key}=${fromDevcontainerText(value.raw)}`] : [])),
  };
}

/** A path from the folder of devcontainer.json as one from the workspace; one that leads out of it stays. */
function fromWorkspace(path: string, folder: string): string {
  const fromRoot = /^\$\{localWorkspaceFolder\}\/?/.exec(path)?.[0];
  const resolved = fromRoot === undefined ? resolveInside(folder, path) : resolveInside('', path.slice(fromRoot.length));
  return resolved === '' ? '.' : (resolved ?? path);
}
