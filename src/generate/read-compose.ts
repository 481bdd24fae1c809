import { readGpuWish } from '../core/compose/gpu-wish';
import type { ComposeService } from '../core/compose/model';
import { findValue, listEntries, listItems, type Data, type Scalar } from '../core/data/model';
import { splitCommandLine } from './command-line';
import { isJetsonImage } from './gpus';
import { literal } from './host-text';
import { note, type GpuRequest, type Note, type PlanBuild, type Setting } from './model';
import type { PlanReading } from './read-run-line';
import { readMountText, toVolume } from './mounts';
import { listRunOptions, tidySettings } from './run-options';

/** Attributes that are read on their own, or say nothing of a container alone. */
const HANDLED = new Set(['image', 'build', 'command', 'environment', 'volumes', 'ulimits', 'deploy', 'gpus', 'runtime', 'devices', 'network_mode', 'networks', 'healthcheck', 'logging', 'labels', 'annotations', 'sysctls', 'extra_hosts', 'entrypoint', 'stop_grace_period', 'ports', 'extends', 'storage_opt', 'env_file']);
/** Attributes about other services, or about Compose itself. */
const AROUND = new Set(['depends_on', 'profiles', 'container_name', 'secrets', 'configs', 'develop', 'scale']);

/** A service of Compose as a plan. What only Compose can do is told. `root` is the file, whose volumes and networks have names of their own. */
export function readService(service: ComposeService, root?: Data): PlanReading {
  const { node } = service;
  const notes: Note[] = [];
  const settings: Setting[] = [];
  const gpus = readGpus(service, notes);
  for (const { key, value } of node.entries) {
    if (key === 'container_name') settings.push(...scalars(value).map((text) => ({ option: '--name', value: text })));
    if (AROUND.has(key) && key !== 'container_name') notes.push(note('{key} has no counterpart outside Compose, and is left out.', { key }));
    if (HANDLED.has(key) || AROUND.has(key)) continue;
    const option = listRunOptions().find(({ compose }) => compose === key);
    if (option === undefined) notes.push(note('{key} is not read, and left out.', { key }));
    else if (option.kind === 'switch') {
      if (textOf(value) === 'true') settings.push({ option: option.name });
    } else {
      const [others, own] = [scalars(value).filter((text) => /^service:/.test(text)), scalars(value).filter((text) => !/^service:/.test(text))];
      for (const text of others) notes.push(note('{key} is not read, and left out.', { key: `${key}: ${text}` }));
      settings.push(...own.map((text) => ({ option: option.name, value: text })));
    }
  }
  settings.push(...readLists(node, root, notes), ...readNetwork(findValue(node, 'network_mode'), findValue(node, 'networks'), root, notes), ...readHealthcheck(findValue(node, 'healthcheck'), notes), ...readLogging(findValue(node, 'logging')), ...readDeploy(findValue(node, 'deploy'), notes));
  const entrypoint = findValue(node, 'entrypoint');
  const [program, ...before] = wordsOf(entrypoint);
  if (program !== undefined) settings.push({ option: '--entrypoint', value: program });
  const kept = gpus !== undefined ? settings.filter(({ option, value = '' }) => option !== '--env' || !value.startsWith('NVIDIA_VISIBLE_DEVICES=')) : settings;
  return {
    plan: { image: service.image === undefined ? undefined : rawOf(service.image), build: readBuild(findValue(node, 'build'), notes), gpus, settings: tidySettings(kept), command: [...before, ...wordsOf(findValue(node, 'command'))] },
    notes,
  };
}

/** Text as written, in our notation, which is Compose's own. */
function rawOf(scalar: Scalar): string {
  return scalar.type === 'null' ? '' : scalar.raw;
}

function textOf(data: Data | undefined): string | undefined {
  return data?.kind === 'scalar' ? rawOf(data) : undefined;
}

/** A scalar, or the scalars of a list. */
function scalars(data: Data | undefined): readonly string[] {
  if (data?.kind === 'scalar') return data.type === 'null' ? [] : [rawOf(data)];
  return listItems(data).flatMap((item) => (item.kind === 'scalar' ? [rawOf(item)] : []));
}

/** A map as `NAME=value`; a list as it is. */
function assignments(data: Data | undefined, sign = '='): readonly string[] {
  if (data?.kind !== 'map') return scalars(data);
  return listEntries(data).flatMap(({ key, value }) => (value.kind === 'scalar' ? [value.type === 'null' ? key : `${key}${sign}${rawOf(value)}`] : []));
}

function readLists(node: Data, root: Data | undefined, notes: Note[]): readonly Setting[] {
  const put = (option: string, values: readonly string[]): readonly Setting[] => values.map((value) => ({ option, value }));
  const grace = readSeconds(textOf(findValue(node, 'stop_grace_period')));
  const files = findValue(node, 'env_file');
  return [
    ...put('--env-file', [...scalars(files), ...listItems(files).flatMap((item) => scalars(findValue(item, 'path')))]),
    ...put('--env', assignments(findValue(node, 'environment'))),
    ...listItems(findValue(node, 'volumes')).flatMap((item) => readVolume(item, root, notes)),
    ...listItems(findValue(node, 'devices')).flatMap(readDevice),
    ...listItems(findValue(node, 'ports')).flatMap(readPort),
    ...listEntries(findValue(node, 'ulimits')).map(({ key, value }) => ({ option: '--ulimit', value: `${key}=${textOf(value) ?? `${textOf(findValue(value, 'soft')) ?? ''}:${textOf(findValue(value, 'hard')) ?? ''}`}` })),
    ...put('--label', assignments(findValue(node, 'labels'))),
    ...put('--annotation', assignments(findValue(node, 'annotations'))),
    ...put('--sysctl', assignments(findValue(node, 'sysctls'))),
    ...put('--storage-opt', assignments(findValue(node, 'storage_opt'))),
    ...put('--add-host', assignments(findValue(node, 'extra_hosts'), ':')),
    ...put('--stop-timeout', grace === undefined ? [] : [grace]),
  ];
}

/** `1m30s` in seconds, as a text. */
function readSeconds(duration: string | undefined): string | undefined {
  const [all, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration ?? '') ?? [];
  return all === undefined || all === '' ? undefined : String(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0));
}

function readDevice(item: Data): readonly Setting[] {
  const [source, target, permissions] = ['source', 'target', 'permissions'].map((key) => textOf(findValue(item, key)));
  const value = item.kind === 'scalar' ? rawOf(item) : [source, target ?? (permissions === undefined ? undefined : source), permissions].filter((part) => part !== undefined).join(':');
  return value === '' || value.startsWith('nvidia.com/gpu=') ? [] : [{ option: '--device', value }];
}

/** Attributes of a mount in its long form that are read. */
const MOUNT_KEYS = new Set(['type', 'source', 'target', 'read_only', 'bind', 'volume', 'tmpfs', 'bind.propagation', 'bind.create_host_path', 'volume.nocopy', 'tmpfs.size']);

function readVolume(item: Data, root: Data | undefined, notes: Note[]): readonly Setting[] {
  if (item.kind === 'scalar') return [{ option: '--volume', value: nameVolume(rawOf(item), root, notes) }];
  const [type, source, target] = ['type', 'source', 'target'].map((key) => textOf(findValue(item, key)));
  if (target === undefined) return [];
  for (const { key, value } of listEntries(item)) {
    for (const name of [key, ...listEntries(value).map((inner) => `${key}.${inner.key}`)]) if (!MOUNT_KEYS.has(name)) notes.push(note('{key} is not read, and left out.', { key: `volumes: ${name}` }));
  }
  const fields = [
    `type=${type ?? 'volume'}`,
    ...(source === undefined ? [] : [`source=${type === 'volume' ? nameVolume(source, root, notes) : source}`]),
    `target=${target}`,
    ...(textOf(findValue(item, 'read_only')) === 'true' ? ['readonly'] : []),
    ...scalars(findValue(item, 'bind', 'propagation')).map((value) => `bind-propagation=${value}`),
    ...scalars(findValue(item, 'tmpfs', 'size')).map((value) => `tmpfs-size=${value}`),
    ...scalars(findValue(item, 'volume', 'nocopy')).map((value) => `volume-nocopy=${value}`),
  ].join(',');
  // Compose makes a folder that is missing, unless it is told not to: so does -v, and --mount does not.
  const mount = type === 'bind' && textOf(findValue(item, 'bind', 'create_host_path')) !== 'false' ? readMountText(fields) : undefined;
  const short = mount && toVolume(mount);
  return [short === undefined ? { option: '--mount', value: fields } : { option: '--volume', value: short }];
}

/** A volume by the name that the engine knows: Compose puts that of the project before it. */
function nameVolume(value: string, root: Data | undefined, notes: Note[]): string {
  const key = /^[\w.-]+(?=:|$)/.exec(value)?.[0];
  if (key === undefined || /^\.+$/.test(key) || findValue(root, 'volumes') === undefined) return value;
  return (nameOf(root, 'volumes', key, notes, note('The volume {name} is called {project} by Compose: write that name to have the same one.', { name: key, project: `PROJECT_${key}` })) ?? key) + value.slice(key.length);
}

/** The name that a file gives to one of its volumes or networks; one that the project makes is told. */
function nameOf(root: Data | undefined, section: 'volumes' | 'networks', key: string, notes: Note[], made: Note): string | undefined {
  const declared = findValue(root, section, key);
  const own = textOf(findValue(declared, 'name')) ?? textOf(findValue(declared, 'external', 'name'));
  if (own === undefined && textOf(findValue(declared, 'external')) !== 'true') notes.push(made);
  return own;
}

function readPort(item: Data): readonly Setting[] {
  if (item.kind === 'scalar') return [{ option: '--publish', value: rawOf(item) }];
  const [target, published, address, protocol] = ['target', 'published', 'host_ip', 'protocol'].map((key) => textOf(findValue(item, key)));
  if (target === undefined) return [];
  return [{ option: '--publish', value: `${address === undefined ? '' : `${address}:`}${published === undefined ? '' : `${published}:`}${target}${protocol === undefined || protocol === 'tcp' ? '' : `/${protocol}`}` }];
}

function readNetwork(mode: Data | undefined, networks: Data | undefined, root: Data | undefined, notes: Note[]): readonly Setting[] {
  const name = textOf(mode);
  if (name?.startsWith('service:') === true) {
    notes.push(note('{key} is not read, and left out.', { key: `network_mode: ${name}` }));
    return [];
  }
  if (name !== undefined) return [{ option: '--network', value: name }];
  const names = networks?.kind === 'map' ? networks.entries.map(({ key }) => key) : scalars(networks);
  if (names.length > 1) notes.push(note('Of the networks {names} only the first can be given when the container is made.', { names: names.join(', ') }));
  const [first] = names;
  if (first === undefined) return [];
  const details = findValue(networks, first);
  const own = first === 'default' ? undefined : nameOf(root, 'networks', first, notes, note('The network {name} is called {project} by Compose: write the name that docker network ls shows.', { name: first, project: `PROJECT_${first}` }));
  for (const { key } of listEntries(details)) if (!/^(?:aliases|ipv[46]_address|mac_address)$/.test(key)) notes.push(note('{key} is not read, and left out.', { key: `networks: ${key}` }));
  const put = (option: string, key: string): readonly Setting[] => scalars(findValue(details, key)).map((value) => ({ option, value }));
  return [...(first === 'default' ? [] : [{ option: '--network', value: own ?? first }]), ...put('--network-alias', 'aliases'), ...put('--ip', 'ipv4_address'), ...put('--ip6', 'ipv6_address'), ...put('--mac-address', 'mac_address')];
}

/** Limits of a deployment, which docker compose up keeps; what else it says is for a cluster. */
function readDeploy(deploy: Data | undefined, notes: Note[]): readonly Setting[] {
  for (const { key } of listEntries(deploy)) if (key !== 'resources') notes.push(note('{key} has no counterpart outside Compose, and is left out.', { key: `deploy.${key}` }));
  const put = (option: string, ...path: readonly string[]): readonly Setting[] => scalars(findValue(deploy, 'resources', ...path)).map((value) => ({ option, value }));
  return [...put('--cpus', 'limits', 'cpus'), ...put('--memory', 'limits', 'memory'), ...put('--pids-limit', 'limits', 'pids'), ...put('--memory-reservation', 'reservations', 'memory')];
}

function readHealthcheck(data: Data | undefined, notes: Note[]): readonly Setting[] {
  if (data === undefined) return [];
  if (textOf(findValue(data, 'disable')) === 'true') return [{ option: '--no-healthcheck' }];
  const test = findValue(data, 'test');
  const [kind, ...words] = test?.kind === 'list' ? scalars(test) : ['CMD-SHELL', textOf(test) ?? ''];
  const command = kind === 'NONE' || words.join('') === '' ? undefined : kind === 'CMD' ? words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ') : words.join(' ');
  if (kind === 'CMD') notes.push(note('The check of health runs in a shell: docker run knows no other form.'));
  const times = ([['interval', '--health-interval'], ['timeout', '--health-timeout'], ['retries', '--health-retries'], ['start_period', '--health-start-period'], ['start_interval', '--health-start-interval']] as const).flatMap(([key, option]) => scalars(findValue(data, key)).map((value) => ({ option, value })));
  return [...(command === undefined ? [] : [{ option: '--health-cmd', value: command }]), ...times];
}

function readLogging(data: Data | undefined): readonly Setting[] {
  return [...scalars(findValue(data, 'driver')).map((value) => ({ option: '--log-driver', value })), ...assignments(findValue(data, 'options')).map((value) => ({ option: '--log-opt', value }))];
}

function readBuild(data: Data | undefined, notes: Note[]): PlanBuild | undefined {
  if (data === undefined) return undefined;
  if (data.kind === 'scalar') return { context: rawOf(data), dockerfile: undefined, target: undefined, args: [] };
  for (const { key } of listEntries(data)) if (!/^(?:context|dockerfile|target|args)$/.test(key)) notes.push(note('{key} is not read, and left out.', { key: `build.${key}` }));
  return { context: textOf(findValue(data, 'context')) ?? '.', dockerfile: textOf(findValue(data, 'dockerfile')), target: textOf(findValue(data, 'target')), args: assignments(findValue(data, 'args')) };
}

/** A command as words: Compose cuts a text like a shell does. */
function wordsOf(data: Data | undefined): readonly string[] {
  if (data?.kind === 'list') return scalars(data);
  const text = textOf(data);
  return text === undefined ? [] : splitCommandLine(text);
}

function readGpus(service: ComposeService, notes: Note[]): GpuRequest | undefined {
  const wish = readGpuWish(service);
  if (wish === undefined) {
    if (service.requests.length > 0 || service.runtime?.text.value === 'nvidia') notes.push(note('How {service} asks for GPUs is not understood, and left out.', { service: service.name }));
    return undefined;
  }
  const capabilities = service.requests.flatMap((request) => scalars(request.capabilities?.value)).filter((name) => name !== 'gpu' && name !== 'nvidia');
  const which = wish.kind === 'all' ? 'all' : wish.kind === 'count' ? wish.count : wish.ids;
  return { which, capabilities: capabilities.map(literal), optional: false, through: service.cdiDevices.length > 0 ? 'cdi' : service.runtime?.text.value === 'nvidia' && isJetsonImage(service.image?.text.value ?? '') ? 'runtime' : 'gpus' };
}
