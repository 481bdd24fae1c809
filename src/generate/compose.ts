import { stringify } from 'yaml';
import { gpuNotes, listIds, wayOf } from './gpus';
import { isRecord, type Json } from './json';
import { note, type Engine, type GpuRequest, type Note, type RunPlan, type Setting } from './model';
import { readMountSetting, toVolume } from './mounts';
import { findRunOption, findSetting, hasSetting, listSettings } from './run-options';

/** How a Compose file asks for GPUs: `deploy` since docker-compose 1.28, `gpus` since Docker Compose 2.30. */
export type ComposeGpuSyntax = 'deploy' | 'gpus';

/** How a service is written. */
export interface ComposeOptions {
  readonly engine?: Engine;
  readonly gpuSyntax?: ComposeGpuSyntax;
}

/** A service as its attributes, in order, with the volumes that it names. */
export interface ServiceConfig {
  readonly service: Readonly<Record<string, Json>>;
  /** Attributes that only machines with a GPU need; empty where the GPU is not optional. */
  readonly gpu: Readonly<Record<string, Json>>;
  readonly volumes: readonly string[];
  readonly notes: readonly Note[];
}

/** Attributes in the order in which people write them; others follow. */
const ORDER = ['image', 'build', 'container_name', 'platform', 'command', 'entrypoint', 'init', 'stdin_open', 'tty', 'restart', 'user', 'working_dir', 'network_mode', 'networks', 'ports', 'environment', 'volumes', 'devices', 'group_add', 'shm_size', 'ipc', 'ulimits', 'deploy', 'gpus', 'runtime'];
/** Attributes that hold a number or `true` where docker run takes words. */
const NUMBERS = new Set(['cpus', 'cpu_shares', 'cpu_quota', 'cpu_period', 'mem_swappiness', 'oom_score_adj', 'pids_limit']);
/** What `docker compose up` and `run` do by themselves. */
const OWN: Readonly<Record<string, Note>> = {
  '--rm': note('{option} is no matter of the file: docker compose run --rm, or docker compose down.', { option: '--rm' }),
  '--detach': note('{option} is no matter of the file: docker compose up --detach.', { option: '--detach' }),
};
const SILENT = new Set(['--attach', '--sig-proxy', '--quiet', '--detach-keys', '--cidfile', '--help', '--disable-content-trust']);

/** A plan as a service of Compose. */
export function createService(plan: RunPlan, { engine = 'docker', gpuSyntax = 'deploy' }: ComposeOptions = {}): ServiceConfig {
  const { image, build, gpus, settings, command } = plan;
  const notes: Note[] = [...gpuNotes(gpus, engine, settings)];
  const attributes: Record<string, Json> = {};
  const volumes: string[] = [];
  for (const setting of settings) addSetting(setting, attributes, notes, volumes);
  addNetwork(settings, attributes);
  addHealthcheck(settings, attributes);
  addLogging(settings, attributes);
  const asked = gpus === undefined ? {} : describeGpus(gpus, engine, gpuSyntax);
  if (engine === 'podman' && gpus !== undefined && !hasSetting(settings, '--security-opt')) attributes['security_opt'] = ['label=disable'];
  const optional = gpus?.optional === true;
  const all: Record<string, Json> = {
    ...(image !== undefined && { image }),
    ...(build !== undefined && { build: describeBuild(build) }),
    ...(command.length > 0 && { command }),
    ...attributes,
    ...(!optional && merge(attributes, asked)),
  };
  if (/^(?:\$\{[UG]ID\}:?)+$/.test(findSetting(settings, '--user') ?? '')) notes.push(note('Compose knows no UID and GID: export them first (export UID GID="$(id -g)").'));
  return { service: sort(all), gpu: optional ? asked : {}, volumes, notes };
}

/** Lists that both have are joined: CDI devices stand beside others. */
function merge(attributes: Readonly<Record<string, Json>>, asked: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(asked).map(([key, value]) => {
      const old = attributes[key];
      return [key, Array.isArray(old) && Array.isArray(value) ? [...(value as Json[]), ...(old as Json[])] : isRecord(old) && isRecord(value) ? { ...old, ...value } : value];
    }),
  );
}

function sort(attributes: Readonly<Record<string, Json>>): Record<string, Json> {
  const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => rank(a) - rank(b)));
}

function describeBuild({ context, dockerfile, target, args }: NonNullable<RunPlan['build']>): Json {
  if (dockerfile === undefined && target === undefined && args.length === 0) return context;
  return { context, ...(dockerfile !== undefined && { dockerfile }), ...(target !== undefined && { target }), ...(args.length > 0 && { args: Object.fromEntries(args.map(splitAssignment)) }) };
}

function describeGpus(gpus: GpuRequest, engine: Engine, syntax: ComposeGpuSyntax): Record<string, Json> {
  const way = wayOf(gpus, engine);
  if (way === 'runtime') return { runtime: 'nvidia', environment: { NVIDIA_VISIBLE_DEVICES: listIds(gpus).join(',') } };
  if (way === 'cdi') return { devices: listIds(gpus).map((id) => `nvidia.com/gpu=${id}`) };
  const { which } = gpus;
  const capabilities = ['gpu', ...gpus.capabilities];
  if (syntax === 'gpus' && which === 'all' && gpus.capabilities.length === 0) return { gpus: 'all' };
  const request = { driver: 'nvidia', ...(typeof which === 'string' || typeof which === 'number' ? { count: which } : { device_ids: which }), capabilities };
  return syntax === 'gpus' ? { gpus: [request] } : { deploy: { resources: { reservations: { devices: [request] } } } };
}

function addSetting(setting: Setting, attributes: Record<string, Json>, notes: Note[], volumes: string[]): void {
  const { option, value } = setting;
  const known = findRunOption(option);
  const mount = readMountSetting(setting);
  if (mount !== undefined) {
    const source = mount.source === undefined ? undefined : relative(mount.source);
    // A mount, other than a volume, makes no folder where its source is missing: only the long form says so.
    const isStrict = option === '--mount' && mount.type === 'bind';
    const short = isStrict ? undefined : toVolume({ ...mount, source });
    if (mount.type === 'volume' && source !== undefined) volumes.push(source);
    const { bind, ...others } = short === undefined ? longOptions(mount.others, notes) : {};
    push(attributes, 'volumes', short ?? { type: mount.type, ...(source !== undefined && { source }), target: mount.target, ...(mount.readOnly && { read_only: true }), ...(isStrict && { bind: { create_host_path: false, ...(isRecord(bind) && bind) } }), ...others });
  } else if (option === '--env' && value !== undefined) {
    const environment = attributes['environment'];
    const [name, text] = splitAssignment(value);
    attributes['environment'] = { ...(isRecord(environment) ? environment : {}), [name]: value.includes('=') ? text : null };
  } else if (option === '--ulimit' && value !== undefined) {
    const [name, text] = splitAssignment(value);
    const [soft, hard] = text.split(':').map(Number);
    const ulimits = attributes['ulimits'];
    attributes['ulimits'] = { ...(isRecord(ulimits) ? ulimits : {}), [name]: hard === undefined ? (soft ?? 0) : { soft: soft ?? 0, hard } };
  } else if (option === '--stop-timeout') attributes['stop_grace_period'] = `${value ?? ''}s`;
  else if (option === '--storage-opt' && value !== undefined) {
    const existing = attributes['storage_opt'];
    const [name, text] = splitAssignment(value);
    attributes['storage_opt'] = { ...(isRecord(existing) ? existing : {}), [name]: text };
  } else if (HANDLED.has(option) || SILENT.has(option)) return;
  else if (OWN[option] !== undefined) notes.push(OWN[option]);
  else if (known === undefined || known.compose === '') notes.push(note('{option} has no place in a Compose file, and is left out.', { option: value === undefined ? option : `${option} ${value}` }));
  else if (known.kind === 'switch') attributes[known.compose] = true;
  else if (known.kind === 'many') push(attributes, known.compose, value ?? '');
  else attributes[known.compose] = NUMBERS.has(known.compose) && /^-?\d+(?:\.\d+)?$/.test(value ?? '') ? Number(value) : (value ?? '');
}

/** The folder of the file by its own name, wherever Compose is called. */
function relative(source: string): string {
  return source.replace(/^\$\{PWD\}(?=\/|$)/, '.');
}

/** Options that other functions read, each several at once. */
const HANDLED = new Set(['--network', '--network-alias', '--ip', '--ip6', '--mac-address', '--health-cmd', '--health-interval', '--health-retries', '--health-start-interval', '--health-start-period', '--health-timeout', '--no-healthcheck', '--log-driver', '--log-opt']);

/** Options of `--mount` by the names that the long form has. */
function longOptions(others: readonly string[], notes: Note[]): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const other of others) {
    const [name, text] = splitAssignment(other);
    if (name === 'bind-propagation') result['bind'] = { propagation: text };
    else if (name === 'consistency') result['consistency'] = text;
    else if (name === 'tmpfs-size') result['tmpfs'] = { size: text };
    else if (name === 'volume-nocopy') result['volume'] = { nocopy: text !== 'false' };
    else notes.push(note('{option} of a mount has no place in a Compose file, and is left out.', { option: other }));
  }
  return result;
}

/** Modes of the engine are `network_mode`; any other name is a network that exists. */
function addNetwork(settings: readonly Setting[], attributes: Record<string, Json>): void {
  const network = findSetting(settings, '--network');
  const aliases = listSettings(settings, '--network-alias');
  const ip = findSetting(settings, '--ip');
  const ip6 = findSetting(settings, '--ip6');
  const mac = findSetting(settings, '--mac-address');
  if (mac !== undefined) attributes['mac_address'] = mac;
  if (network !== undefined && /^(?:host|none|bridge|container:.+|service:.+)$/.test(network)) attributes['network_mode'] = network;
  else if (network !== undefined || aliases.length > 0 || ip !== undefined || ip6 !== undefined) {
    const details = { ...(aliases.length > 0 && { aliases }), ...(ip !== undefined && { ipv4_address: ip }), ...(ip6 !== undefined && { ipv6_address: ip6 }) };
    attributes['networks'] = Object.keys(details).length === 0 ? [network ?? 'default'] : { [network ?? 'default']: details };
  }
}

function addHealthcheck(settings: readonly Setting[], attributes: Record<string, Json>): void {
  if (hasSetting(settings, '--no-healthcheck')) {
    attributes['healthcheck'] = { disable: true };
    return;
  }
  const test = findSetting(settings, '--health-cmd');
  const parts = { interval: '--health-interval', timeout: '--health-timeout', retries: '--health-retries', start_period: '--health-start-period', start_interval: '--health-start-interval' };
  const values = Object.entries(parts).flatMap(([key, option]) => {
    const value = findSetting(settings, option);
    return value === undefined ? [] : [[key, key === 'retries' ? Number(value) : value] as const];
  });
  if (test !== undefined || values.length > 0) attributes['healthcheck'] = { ...(test !== undefined && { test }), ...Object.fromEntries(values) };
}

function addLogging(settings: readonly Setting[], attributes: Record<string, Json>): void {
  const driver = findSetting(settings, '--log-driver');
  const options = listSettings(settings, '--log-opt');
  if (driver !== undefined || options.length > 0) attributes['logging'] = { ...(driver !== undefined && { driver }), ...(options.length > 0 && { options: Object.fromEntries(options.map(splitAssignment)) }) };
}

function push(attributes: Record<string, Json>, key: string, item: Json): void {
  const old = attributes[key];
  attributes[key] = [...(Array.isArray(old) ? (old as Json[]) : []), item];
}

function splitAssignment(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Several services with the volumes and networks that they name. */
export interface ComposeConfig {
  readonly services: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly volumes: readonly string[];
}

/** A Compose file. */
export function writeCompose({ services, volumes }: ComposeConfig): string {
  const networks = Object.values(services).flatMap(({ networks: names }) => (Array.isArray(names) ? (names as string[]) : isRecord(names) ? Object.keys(names) : []));
  const external = [...new Set(networks.filter((name) => name !== 'default'))];
  return printYaml({
    services,
    ...(external.length > 0 && { networks: Object.fromEntries(external.map((name) => [name, { external: true }])) }),
    ...(volumes.length > 0 && { volumes: Object.fromEntries([...new Set(volumes)].map((name) => [name, null])) }),
  });
}

/** YAML as people write Compose files: no folded lines, `name:` for what is empty. */
export function printYaml(value: Json): string {
  // Programs that read YAML 1.1 take 22:22 for a number of base 60 and `on` for true: what could be read so is quoted.
  return stringify(value, { version: '1.1', lineWidth: 0, nullStr: '', indentSeq: true })
    .replace(/: +$/gm, ':')
    .replace(/^( *- )(\d[\d.]*:[\d:]+)$/gm, '$1"$2"')
    .replace(/^( *)capabilities:\n((?: +- [a-z0-9]+\n)+)/gm, (_, indent: string, items: string) => `${indent}capabilities: [${items.match(/[a-z0-9]+/g)?.join(', ') ?? ''}]\n`);
}
