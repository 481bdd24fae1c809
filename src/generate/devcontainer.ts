import { gpuNotes, gpuSettings, listIds, wayOf } from './gpus';
import { dependsOnHost, hasNestedFallback, literal, readHostText, toDevcontainerText } from './host-text';
import type { Json } from './json';
import { note, type Engine, type Note, type RunPlan, type Setting } from './model';
import { readMountSetting, toMountText } from './mounts';
import { findSetting, hasSetting, listSettings, tidySettings } from './run-options';

/** What a dev container has besides the container: what VS Code and the tools do with it. */
export interface DevcontainerExtras {
  readonly name?: string;
  /** Ports of the container that VS Code forwards. */
  readonly forwardPorts?: readonly number[];
  readonly remoteUser?: string;
  /** References of features, with their options. */
  readonly features?: Readonly<Record<string, Json>>;
  /** Identifiers of extensions. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, Json>>;
  /** Commands for the host before each start, by a name that is shown. */
  readonly initialize?: Readonly<Record<string, string>>;
  /** Commands for the container once it was made, by a name that is shown. */
  readonly postCreate?: Readonly<Record<string, string>>;
  /** The container is tested once it was made; whether it fails without a GPU. The script is not written here: see devcontainerOf. */
  readonly smokeTest?: 'gpu-optional' | 'gpu-required' | undefined;
  /** The container is a service of Compose. */
  readonly compose?: ComposeSource;
}

/** The service that is the container, and where the opened folder stands in it. */
export interface ComposeSource {
  /** Below the folder that is opened. */
  readonly files: readonly string[];
  readonly service: string;
  readonly workspaceFolder: string;
  /** The service has that folder by itself; else devcontainer.json mounts it. */
  readonly hasWorkspace: boolean;
}

/** How a devcontainer.json is written. */
export interface DevcontainerOptions {
  readonly engine?: Engine;
  /** From the folder of devcontainer.json to the workspace; `..` for `.devcontainer/devcontainer.json`. */
  readonly toWorkspace?: string;
}

/** The properties of a devcontainer.json, in order, with comments that stand above some of them. */
export interface DevcontainerConfig {
  readonly properties: Readonly<Record<string, Json>>;
  /** By property: lines without `//`. */
  readonly comments: Readonly<Record<string, string>>;
  readonly notes: readonly Note[];
}

/** Variables that belong to a session of the desktop: set anew for each terminal and not for the life of the container. */
const SESSION = new Set(['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY']);
/** What the tools do by themselves, or replace. */
const OWN = new Set(['--rm', '--interactive', '--tty', '--detach', '--attach', '--sig-proxy', '--quiet', '--detach-keys']);
/** What cannot be told to the tools, which make the container by docker run themselves. */
const FOREIGN = new Set(['--cidfile', '--pull']);
/** Options whose value is a file of the host. */
const FILES = new Set(['--env-file', '--label-file']);

/** A plan as properties of devcontainer.json. */
export function createDevcontainer(plan: RunPlan, extras: DevcontainerExtras = {}, { engine = 'docker', toWorkspace = '..' }: DevcontainerOptions = {}): DevcontainerConfig {
  const notes: Note[] = [];
  const comments: Record<string, string> = {};
  const container = extras.compose === undefined ? describeContainer(plan, extras, engine, toWorkspace, notes, comments) : describeService(extras.compose, toWorkspace, extras.forwardPorts);
  const customizations = { ...(extras.extensions !== undefined && extras.extensions.length > 0 && { extensions: extras.extensions }), ...(isFilled(extras.settings) && { settings: extras.settings }) };
  const user = extras.remoteUser;
  const properties: Record<string, Json> = {
    ...(extras.name !== undefined && { name: extras.name }),
    ...container,
    ...(isFilled(extras.features) && { features: extras.features }),
    ...(user !== undefined && { remoteUser: user }),
    ...(user !== undefined && user !== 'root' && engine !== 'rootless' && { updateRemoteUserUID: true }),
    ...(isFilled(extras.initialize) && { initializeCommand: oneOrAll(extras.initialize) }),
    ...(isFilled(extras.postCreate) && { postCreateCommand: oneOrAll(extras.postCreate) }),
    ...(Object.keys(customizations).length > 0 && { customizations: { vscode: customizations } }),
  };
  return { properties, comments, notes };
}

/** A command alone needs no name. */
function oneOrAll(commands: Readonly<Record<string, string>>): Json {
  const [only, ...others] = Object.values(commands);
  return only !== undefined && others.length === 0 ? only : commands;
}

function isFilled<T>(record: Readonly<Record<string, T>> | undefined): record is Readonly<Record<string, T>> {
  return record !== undefined && Object.keys(record).length > 0;
}

/** `mounts` serve Compose too: the tools lay a file over the project (https://github.com/devcontainers/cli/blob/f683c29f/src/spec-node/dockerCompose.ts). */
function describeService({ files: below, service, workspaceFolder, hasWorkspace }: ComposeSource, toWorkspace: string, forwardPorts: readonly number[] = []): Record<string, Json> {
  const files = below.map((file) => (toWorkspace === '.' ? file : `${toWorkspace}/${file}`));
  return {
    dockerComposeFile: files.length === 1 ? (files[0] ?? '') : files,
    service,
    workspaceFolder,
    ...(!hasWorkspace && { mounts: [`source=\${localWorkspaceFolder},target=${workspaceFolder},type=bind`] }),
    // Of a service the command is run by default: where it ends, the container does.
    overrideCommand: true,
    ...(forwardPorts.length > 0 && { forwardPorts }),
  };
}

function describeContainer(plan: RunPlan, extras: DevcontainerExtras, engine: Engine, toWorkspace: string, notes: Note[], comments: Record<string, string>): Record<string, Json> {
  const { image, build, command } = plan;
  const gpu = describeGpus(plan, engine, notes);
  if (gpu.comment !== undefined) comments['runArgs'] = gpu.comment;
  const settings = tidySettings([...gpu.settings, ...plan.settings]);
  const workspace = findWorkspace(settings);
  const containerEnv: Record<string, string> = {};
  const remoteEnv: Record<string, string> = {};
  const mounts: string[] = [];
  const runArgs: string[] = [...gpu.runArgs];
  const ports: number[] = [];
  for (const setting of settings) {
    const { option, value } = setting;
    if (OWN.has(option) || setting === workspace?.setting) continue;
    if (FOREIGN.has(option)) {
      notes.push(note('{option} has no place in devcontainer.json, and is left out.', { option: `${option} ${value ?? ''}`.trim() }));
      continue;
    }
    if (hasNestedFallback(value ?? '')) notes.push(note('{text}: devcontainer.json knows no variable in the place of one that is not set; {used} is used.', { text: (value ?? '').replaceAll('$$', '$'), used: toDevcontainerText(value ?? '') }));
    const mount = readMountSetting(setting);
    const mountText = mount === undefined ? undefined : toMountText({ ...mount, ...(mount.source !== undefined && { source: absolute(mount.source) }) });
    if (mountText !== undefined) mounts.push(toDevcontainerText(mountText));
    else if (option === '--env' && value !== undefined) addVariable(value, containerEnv, remoteEnv);
    else if (option === '--publish' && /^127\.0\.0\.1:(\d+):\1$/.test(value ?? '')) ports.push(Number(/\d+$/.exec(value ?? '')?.[0]));
    else if (option === '--user') describeUser(value ?? '', runArgs, notes);
    else if (option === '--workdir' && (workspace !== undefined || extras.remoteUser !== undefined)) continue;
    else if (option === '--entrypoint') notes.push(note('--entrypoint is left out: a dev container starts a shell that waits. Run {value} in its terminal.', { value: value ?? '' }));
    else if (!PROPERTIES.has(option)) runArgs.push(toDevcontainerText(value === undefined ? option : `${option}=${FILES.has(option) ? inWorkspace(value) : value}`));
  }
  if (command.length > 0) notes.push(note('A dev container does not run the command {command}: it waits for you. Run it in its terminal.', { command: command.map((word) => readHostText(word).map((part) => (typeof part === 'string' ? part : `$${part.name}`)).join('')).join(' ') }));
  if (hasSetting(settings, '--rm') || hasSetting(settings, '--detach')) notes.push(note('--rm and --detach are left out: the tools keep the container, and attach to it by themselves.'));
  const forwardPorts = [...new Set([...ports, ...(extras.forwardPorts ?? [])])];
  const workingFolder = workspace?.target ?? findSetting(settings, '--workdir');
  return {
    ...(build === undefined ? { image: image ?? '' } : { build: describeBuild(build, toWorkspace) }),
    ...(gpu.hostRequirements && { hostRequirements: { gpu: 'optional' } }),
    ...(workspace !== undefined && { workspaceMount: `source=\${localWorkspaceFolder},target=${workspace.target},type=bind`, workspaceFolder: workingFolder ?? workspace.target }),
    ...(runArgs.length > 0 && { runArgs }),
    ...(hasSetting(settings, '--privileged') && { privileged: true }),
    ...(hasSetting(settings, '--init') && { init: true }),
    ...(hasSetting(settings, '--cap-add') && { capAdd: listSettings(settings, '--cap-add') }),
    ...(hasSetting(settings, '--security-opt') && { securityOpt: listSettings(settings, '--security-opt') }),
    ...(mounts.length > 0 && { mounts }),
    ...(isFilled(containerEnv) && { containerEnv }),
    ...(isFilled(remoteEnv) && { remoteEnv }),
    ...(forwardPorts.length > 0 && { forwardPorts }),
  };
}

/** Options that have a property of their own. */
const PROPERTIES = new Set(['--privileged', '--init', '--cap-add', '--security-opt']);

function describeBuild({ context, dockerfile, target, args }: NonNullable<RunPlan['build']>, toWorkspace: string): Json {
  const folder = context === '.' ? toWorkspace : `${toWorkspace}/${context}`;
  return {
    dockerfile: `${folder}/${dockerfile ?? 'Dockerfile'}`,
    context: folder,
    ...(target !== undefined && { target }),
    ...(args.length > 0 && { args: Object.fromEntries(args.map((arg) => [arg.split('=')[0] ?? '', toDevcontainerText(arg.slice(arg.indexOf('=') + 1))])) }),
  };
}

interface GpuProperties {
  readonly hostRequirements: boolean;
  readonly runArgs: readonly string[];
  /** Settings that go the way of all others. */
  readonly settings: readonly Setting[];
  readonly comment: string | undefined;
}

function describeGpus({ gpus, settings }: RunPlan, engine: Engine, notes: Note[]): GpuProperties {
  const nothing = { hostRequirements: false, runArgs: [], settings: [], comment: undefined };
  if (gpus === undefined) return nothing;
  notes.push(...gpuNotes(gpus, engine, settings));
  const way = wayOf(gpus, engine);
  const podman: readonly Setting[] = engine !== 'podman' ? [] : [{ option: '--security-opt', value: 'label=disable' }, { option: '--userns', value: 'keep-id' }];
  if (way === 'gpus' && gpus.optional) {
    const ids = gpus.which === 'all' ? [] : listIds(gpus);
    // By itself CUDA counts the fastest GPU first, and nvidia-smi by the bus (https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html, checked 2026-11-20).
    const order = ids.some((id) => /^\d+$/.test(id)) ? ['CUDA_DEVICE_ORDER=PCI_BUS_ID'] : [];
    if (ids.length > 0) notes.push(note('An optional GPU is always all GPUs: the tools add --gpus all. CUDA_VISIBLE_DEVICES makes programs of CUDA use {ids} alone.', { ids: ids.join(', ') }));
    return { ...nothing, hostRequirements: true, settings: [...[...order, ...(ids.length === 0 ? [] : [`CUDA_VISIBLE_DEVICES=${ids.join(',')}`])].map((value) => ({ option: '--env', value })), ...podman] };
  }
  if (gpus.optional) notes.push(note('The container does not start where the GPU is missing: for this way to pass it the tools cannot leave it out.'));
  const written = gpuSettings(gpus, way);
  return {
    hostRequirements: false,
    runArgs: written.flatMap(({ option, value = '' }) => (option === '--env' ? [] : [`${option}=${value}`])),
    settings: [...written.filter(({ option }) => option === '--env'), ...podman],
    comment: way === 'gpus' ? 'trtc ignore=devcontainer-host-requirements -- the container is of no use without this GPU' : undefined,
  };
}

/** The mount of the folder that is opened: it becomes the workspace. */
export function findWorkspace(settings: readonly Setting[]): { readonly setting: Setting; readonly target: string } | undefined {
  for (const setting of settings) {
    const mount = readMountSetting(setting);
    if (mount?.type === 'bind' && /^(?:\$\{PWD\}|\.)\/?$/.test(mount.source ?? '') && !mount.readOnly && mount.others.length === 0 && !dependsOnHost(mount.target)) return { setting, target: mount.target };
  }
  return undefined;
}

/** A file, wherever the tools call docker from. */
function inWorkspace(file: string): string {
  return /^(?:[./~]|\$\{|[A-Za-z]:)/.test(file) ? absolute(file) : `\${PWD}/${file}`;
}

/** `./data` counts from the folder that is opened. */
function absolute(source: string): string {
  return source === '.' ? '${PWD}' : source.replace(/^\.\//, '${PWD}/').replace(/^\.\.\//, '${PWD}/../').replace(/^~(?=\/|$)/, '${HOME}');
}

function addVariable(value: string, containerEnv: Record<string, string>, remoteEnv: Record<string, string>): void {
  const at = value.indexOf('=');
  const name = at < 0 ? value : value.slice(0, at);
  const text = at < 0 ? `\${${name}}` : value.slice(at + 1);
  (SESSION.has(name) ? remoteEnv : containerEnv)[name] = toDevcontainerText(text);
}

function describeUser(value: string, runArgs: string[], notes: Note[]): void {
  if (!dependsOnHost(value)) runArgs.push(`--user=${toDevcontainerText(value)}`);
  else notes.push(note('--user {value} is left out: the tools give the user of the image (remoteUser) the numbers of the local user by themselves, if it is not root.', { value: value.replaceAll(literal('$'), '$') }));
}
