import type { ComposeService } from '../core/compose/model';
import type { DecodedImage } from '../core/image/model';
import type { Choices, Planned } from './choices';
import { findVariable } from './gpus';
import { createService, writeCompose, type ComposeOptions } from './compose';
import { createDevcontainer, findWorkspace, type ComposeSource, type DevcontainerConfig, type DevcontainerOptions } from './devcontainer';
import { note, type GeneratedFile, type Note, type Output, type RunPlan } from './model';
import { readService } from './read-compose';
import { REQUIRE_GPU, SMOKE_SCRIPT, writeSmokeScript } from './smoke-script';
import { writeDevcontainer } from './write-devcontainer';
import { writeRunScript } from './write-run';

/** Script that prepares the host: its display, its folders. */
const HOST_SCRIPT = 'prepare-host.sh';

/** Where the tools look for the dev container of a folder, in their order (https://containers.dev/implementors/spec/, checked 2026-11-20). */
export const DEVCONTAINER_FILES = ['.devcontainer/devcontainer.json', '.devcontainer.json'] as const;
/** Where Compose looks for its file, in its order (https://docs.docker.com/compose/intro/compose-application-model/, checked 2026-11-20). */
export const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;

/** devcontainer.json of a plan, at its path below the workspace; its scripts, for the host and for the test of the container, in `files`. */
export function devcontainerOf({ plan, extras, hostScript, notes }: Planned, path: string = DEVCONTAINER_FILES[0], options: DevcontainerOptions = {}): { readonly config: DevcontainerConfig; readonly files: readonly GeneratedFile[] } {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.devcontainer';
  const toWorkspace = path.split('/').slice(1).map(() => '..').join('/') || '.';
  const script = hostScript.length === 0 ? undefined : writeHostScript(hostScript, `${folder}/${HOST_SCRIPT}`);
  const test: GeneratedFile | undefined = extras.smokeTest === undefined ? undefined : { path: `${folder}/${SMOKE_SCRIPT}`, text: writeSmokeScript(), executable: true };
  // The command runs in the folder that is opened, which need not be the one that is mounted.
  const root = extras.compose === undefined ? findWorkspace(plan.settings)?.target : undefined;
  const config = createDevcontainer(
    plan,
    {
      ...extras,
      ...(script !== undefined && { initialize: { host: `sh ${script.path}` } }),
      ...(test !== undefined && { postCreate: { 'smoke test': `sh ${root === undefined ? '' : `${root}/`}${test.path}${extras.smokeTest === 'gpu-required' ? ` ${REQUIRE_GPU}` : ''}` } }),
    },
    { ...options, toWorkspace },
  );
  const more = script === undefined ? [] : [note('On Windows open the folder in WSL: {script} needs a shell of Linux.', { script: script.path })];
  return { config: { ...config, notes: [...notes, ...config.notes, ...more] }, files: [script, test].filter((file) => file !== undefined) };
}

/**
 * What is planned, in a dev container that is a service of a Compose file, which stays as it is. `file` is the Compose
 * file's path below the folder that is opened: `docker/compose.yaml`; `others` are laid over it.
 */
export function planService(planned: Planned, service: ComposeService, file: string, others: readonly string[] = []): Planned {
  const gpus = readService(service).plan?.gpus;
  const depth = file.split('/').length - 1;
  const own = service.mounts.find(({ source }) => source !== undefined && normaliseFolder(source) === (depth === 0 ? '.' : Array.from({ length: depth }, () => '..').join('/')));
  const compose: ComposeSource = { files: [file, ...others], service: service.name, workspaceFolder: own?.target ?? '/workspaces/${localWorkspaceFolderBasename}', hasWorkspace: own !== undefined };
  const unused = [...new Set(planned.plan.settings.map(({ option }) => option))].filter((option) => option !== '--interactive' && option !== '--tty');
  return {
    ...adoptPlan({ ...planned.plan, gpus, settings: [] }, [
      note('The service waits for you instead of running its command (overrideCommand): run that in the terminal.'),
      ...(unused.length === 0 ? [] : [note('Left out, for the Compose file says how its service is run: {options}.', { options: unused.join(', ') })]),
    ]),
    extras: { ...planned.extras, compose, smokeTest: gpus === undefined || gpus.through === 'runtime' ? undefined : 'gpu-required' },
  };
}

/** `./` and `.` are one folder. */
function normaliseFolder(source: string): string {
  const parts = source.split('/').filter((part) => part !== '' && part !== '.');
  return source.startsWith('.') ? parts.join('/') || '.' : source;
}

/** A new dev container, at a path below the workspace. */
export function generateDevcontainer(planned: Planned, options: DevcontainerOptions = {}, path: string = DEVCONTAINER_FILES[0]): Output {
  const { config, files } = devcontainerOf(planned, path, options);
  return { files: [{ path, text: writeDevcontainer(config), executable: false }, ...files], notes: config.notes };
}

/** The plan with its user, whom a dev container has in a property of its own. */
export function planWithUser({ plan, extras: { remoteUser } }: Planned): RunPlan {
  return remoteUser === undefined ? plan : { ...plan, settings: [...plan.settings, { option: '--user', value: remoteUser }] };
}

/** A script that runs the container. */
export function generateRunScript(planned: Planned, engine: Choices['engine'] = 'docker'): Output {
  const { hostScript, notes } = planned;
  const plan = planWithUser(planned);
  const kept = plan.settings.some(({ option }) => option === '--rm' || option === '--detach' || option === '--restart' || option === '--name');
  const output = writeRunScript(kept ? plan : { ...plan, settings: [{ option: '--rm' }, ...plan.settings] }, { engine, before: hostScript });
  return { files: output.files, notes: [...notes, ...output.notes] };
}

/** A Compose file with one service, at a path below the workspace; a GPU that is optional stands in a file of its own beside it. */
export function generateCompose(planned: Planned, service: string, options: ComposeOptions = {}, path: string = COMPOSE_FILES[0]): Output {
  const { hostScript, notes } = planned;
  const config = createService(planWithUser(planned), options);
  const hasGpuFile = Object.keys(config.gpu).length > 0;
  const gpuPath = path.replace(/(?=\.ya?ml$)/, '.gpu');
  const files: GeneratedFile[] = [{ path, text: writeCompose({ services: { [service]: config.service }, volumes: config.volumes }), executable: false }];
  if (hasGpuFile) files.push({ path: gpuPath, text: writeCompose({ services: { [service]: config.gpu }, volumes: [] }), executable: false });
  if (hostScript.length > 0) files.push(writeHostScript(hostScript, HOST_SCRIPT));
  const more: Note[] = [
    ...(hasGpuFile ? [note('Compose cannot leave out a GPU that is missing. Where there is one: docker compose -f {file} -f {gpuFile} up', { file: path, gpuFile: gpuPath })] : []),
    ...(hostScript.length > 0 ? [note('Run sh {script} before docker compose up.', { script: HOST_SCRIPT })] : []),
  ];
  return { files, notes: [...notes, ...config.notes, ...more] };
}

function writeHostScript(lines: readonly string[], path: string): GeneratedFile {
  return { path, text: ['#!/bin/sh', 'set -eu', ...lines, ''].join('\n'), executable: true };
}

/** A plan that was read, as what choices come to; what it needs for its display is added, and a test of its GPU where nvidia-smi tells of it. */
export function adoptPlan(read: RunPlan, notes: readonly Note[]): Planned {
  const { plan, notes: mended } = mendCapabilities(read);
  const { gpus } = plan;
  const extras: Planned['extras'] = gpus === undefined || gpus.through === 'runtime' ? {} : { smokeTest: gpus.optional ? 'gpu-optional' : 'gpu-required' };
  return { plan, extras, hostScript: [], notes: [...notes, ...mended] };
}

/** A plan that was read for a form: a dev container that asks for all GPUs opens where there is none, too. GPUs that were named are meant. */
export function allowNoGpu(plan: RunPlan, form: 'devcontainer' | 'compose' | 'run'): RunPlan {
  const { gpus } = plan;
  return form !== 'devcontainer' || gpus?.which !== 'all' ? plan : { ...plan, gpus: { ...gpus, optional: true } };
}

/** A list of driver capabilities without graphics leaves windows without OpenGL. */
function mendCapabilities(plan: RunPlan): { readonly plan: RunPlan; readonly notes: readonly Note[] } {
  const capabilities = findVariable(plan.settings, 'NVIDIA_DRIVER_CAPABILITIES');
  const names = capabilities?.split(',') ?? [];
  const display = plan.settings.some(({ option, value = '' }) => option === '--env' && /^DISPLAY(?:=|$)/.test(value));
  if (capabilities === undefined || names.includes('all') || !display || plan.gpus === undefined) return { plan, notes: [] };
  const missing = ['graphics', 'display'].filter((name) => !names.includes(name));
  if (missing.length === 0) return { plan, notes: [] };
  const value = `NVIDIA_DRIVER_CAPABILITIES=${[...names, ...missing].join(',')}`;
  return {
    plan: { ...plan, settings: plan.settings.map((setting) => (setting.option === '--env' && setting.value?.startsWith('NVIDIA_DRIVER_CAPABILITIES=') === true ? { option: '--env', value } : setting)) },
    notes: [note('The driver capabilities {names} are added: windows with OpenGL need them.', { names: missing.join(' and ') })],
  };
}

/** The memory and limits that an image itself asks for: those of NGC say so when they start. */
export function suggestMemory(image: DecodedImage | undefined): Partial<Pick<Choices, 'shmSize' | 'ulimits'>> {
  switch (image?.family) {
    case 'ngc-pytorch':
    case 'ngc-tensorflow':
      return { shmSize: '8g', ulimits: ['memlock=-1', 'stack=67108864'] };
    case 'ngc-triton':
      return { shmSize: '1g' };
    default:
      return {};
  }
}
