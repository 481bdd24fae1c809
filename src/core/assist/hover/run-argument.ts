import { readJsonc } from '../../data/jsonc';
import { findValue, type Data } from '../../data/model';
import { findPlace } from '../../data/place';
import { ITEM, readYamlPlace } from '../../data/yaml-place';
import { readGpus } from '../../devcontainer/gpus';
import { readRunOptions } from '../../devcontainer/run-options';
import { containerFacts } from '../../facts/container-facts';
import { imageVariableMeaning } from '../../facts/image-env';
import { decodeImage } from '../../image/decode';
import { msg, type Text } from '../../l10n/message';
import type { Range } from '../../text/range';
import type { Card, Row } from '../card';
import { describeImage } from './image';

/** What is known of options of `docker run`, by the ids of the facts. */
const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['--gpus', ['gpus-mandatory', 'gpus-csv', 'gpu-not-default', 'jetson-runtime']],
  ['--runtime', ['runtime-legacy', 'jetson-runtime']],
  ['--shm-size', ['shm-default', 'shm-nccl', 'shm-vllm']],
  ['--ipc', ['shm-vllm', 'shm-default']],
  ['--ulimit', ['shm-ngc']],
  ['--privileged', ['privileged-gpu']],
]);

/** Keys of a Compose service, as a path from it on. */
const SERVICE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['gpus', ['gpus-docs', 'gpus-since', 'gpu-not-default']],
  ['runtime', ['runtime-legacy', 'runtime-versions', 'jetson-runtime']],
  ['shm_size', ['shm-default', 'shm-nccl', 'shm-vllm']],
  ['ipc', ['shm-vllm', 'shm-default']],
  ['ulimits', ['shm-ngc']],
  ['privileged', ['privileged-gpu']],
  ['deploy.resources.reservations.devices', ['devices-since', 'devices-place', 'capabilities-required', 'gpu-not-default']],
  ['deploy.resources.reservations.generic_resources', ['generic-resources']],
]);

/** Keys of a device request. */
const REQUEST_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['driver', ['driver-capability-names']],
  ['count', ['count-values', 'count-or-ids', 'count-missing']],
  ['device_ids', ['count-or-ids', 'count-missing']],
  ['capabilities', ['capabilities-required', 'driver-capability-names']],
]);
const REQUEST = new RegExp(`^(?:gpus|deploy\\.resources\\.reservations\\.devices)\\.${ITEM.replace(/[[\]]/g, '\\$&')}\\.(\\w+)`);

/** Properties of devcontainer.json. */
const PROPERTIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['hostRequirements.gpu', ['host-gpu', 'host-gpu-warning', 'host-gpu-compose']],
  ['runArgs', ['run-args-elements', 'run-args-compose']],
  ['remoteEnv', ['remote-env']],
]);

/** Variables that decide which GPU a program gets, and what of the driver. */
const VARIABLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['NVIDIA_VISIBLE_DEVICES', ['visible-devices-values', 'device-request-variable']],
  ['NVIDIA_DRIVER_CAPABILITIES', ['driver-capabilities-default', 'driver-capabilities-graphics', 'driver-capabilities-video']],
  ['CUDA_VISIBLE_DEVICES', ['cuda-visible-devices-all', 'cuda-visible-devices-renumbered']],
  ['XAUTHORITY', ['x11-xauthority']],
  ['DISPLAY', ['x11-socket', 'x11-forwarded']],
]);

/** What an environment variable of GPU containers does, beyond what images say of it. */
export function variableFacts(name: string): ReturnType<typeof containerFacts> {
  return containerFacts(...(VARIABLES.get(name) ?? []));
}

/**
 * What is known of the key, option, value or variable at `offset` (UTF-16 code units) of a Compose file or
 * devcontainer.json, as far as it decides how the container gets its GPUs and shared memory. Undefined elsewhere.
 */
export function describeRunArgumentAt(text: string, kind: 'compose' | 'devcontainer', offset: number): Card | undefined {
  if (kind === 'compose') {
    const place = findLinePlace(text, offset);
    return place && describeServicePart(place);
  }
  const root = readJsonc(text, '');
  const found = root && findPlace(root, offset);
  return found && describeProperty(root, { ...found, value: found.value?.text.value }, offset);
}

/** What stands at an offset. */
interface Place {
  /** Keys from the root on, `ITEM` for each list; the last one is that of the value. */
  readonly path: readonly string[];
  /** The key or the value that the offset is in. */
  readonly range: Range;
  /** Undefined for a map, and for a list in lines of its own. */
  readonly value: string | undefined;
}

/** The key or value at an offset of block YAML. Reads lines, which takes a fraction of the time that the whole document does. */
function findLinePlace(text: string, offset: number): Place | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = (text.slice(lineStart).split('\n', 1)[0] ?? '').replace(/(?:^|\s)#.*$|\s+$/, '');
  const end = lineStart + line.length;
  const place = readYamlPlace(text, end);
  if (place === undefined || offset > end) return undefined;
  const { path, key, written, indent } = place;
  const value = written.trim();
  const own = { start: end - value.length, end };
  const keyStart = lineStart + indent;
  const keyRange = { start: keyStart, end: keyStart + (/^(?:"[^"]*"|'[^']*'|[\w.-]+)/.exec(line.slice(indent))?.[0].length ?? 0) };
  const range = [...(key === undefined ? [] : [keyRange]), ...(value === '' ? [] : [own])].find(({ start, end: last }) => start <= offset && offset <= last);
  return range && { path: key === undefined ? path : [...path, key], range, value: /^[&!]|^$/.test(value) ? undefined : value.replace(/^(["'])(.*)\1$/, '$2') };
}

function describeServicePart({ path, range, value }: Place): Card | undefined {
  const fragment = path[0]?.startsWith('x-') === true ? path.indexOf('deploy') : -1;
  const rest = path[0] === 'services' ? path.slice(2) : fragment > 0 ? path.slice(fragment) : [];
  const at = rest.join('.');
  const last = rest.at(-1) ?? '';
  if (rest[0] === 'environment') return describeEnvironment(last === ITEM ? (value ?? '') : last, last === ITEM ? undefined : value, range);
  if (/^build\.args\./.test(at)) return describeArgument(last === ITEM ? (value?.replace(/^\w+=/, '') ?? '') : (value ?? ''), range);
  const part = REQUEST.exec(at)?.[1];
  if (part !== undefined) return describeFacts(part, REQUEST_KEYS.get(part), range, part === 'count' ? gpusRow(value) : []);
  const [name, facts] = [...SERVICE_KEYS].find(([key]) => at === key || at.startsWith(`${key}.`)) ?? [];
  return name === undefined ? undefined : describeFacts(value === undefined || last === ITEM ? name : `${name}: ${value}`, facts, range, name === 'gpus' ? gpusRow(value) : []);
}

function describeProperty(root: Data, { path, range, value }: Place, offset: number): Card | undefined {
  const at = path.join('.');
  if (at === `runArgs.${ITEM}`) {
    const option = readRunOptions(findValue(root, 'runArgs')).find(({ node, valueNode = node }) => node.range.start <= offset && offset <= valueNode.range.end);
    if (option === undefined) return undefined;
    const { name, value: given, node, valueNode = node } = option;
    const whole = { start: node.range.start, end: valueNode.range.end };
    if (name === '-e' || name === '--env') return describeEnvironment(given ?? '', undefined, whole);
    return describeFacts(given === undefined ? name : `${name} ${given}`, OPTIONS.get(name), whole, name === '--gpus' ? gpusRow(given) : []);
  }
  if (path.length === 2 && /^(?:containerEnv|remoteEnv)$/.test(path[0] ?? '')) return describeEnvironment(path[1] ?? '', value, range);
  if (path[0] === 'build' && path[1] === 'args') return describeArgument(value ?? '', range);
  if (path[0] === 'features' && /(?:^|\/)devcontainers\/features\/nvidia-cuda(?::|$)/.test(path[1] ?? '')) return describeFacts('nvidia-cuda', ['cuda-feature', 'cuda-feature-cuda', 'cuda-feature-cudnn'], range, []);
  return describeFacts(value === undefined ? at : `${at}: ${value}`, PROPERTIES.get(at), range, []);
}

/** `NAME`, with its value apart or behind `=`. */
function describeEnvironment(written: string, value: string | undefined, range: Range): Card | undefined {
  const [, name = '', given = value] = /^(\w+)(?:=(.*))?$/s.exec(written) ?? [];
  const meaning = imageVariableMeaning(name);
  const facts = variableFacts(name);
  if (meaning === undefined && facts.length === 0) return undefined;
  const rows: Row[] = [...(meaning === undefined ? [] : [[msg`Meaning`, meaning.fact] as const]), ...(given === undefined || given === '' ? [] : [[msg`Value here`, given] as const])];
  return { range, title: name, rows, notes: facts.map(({ fact }) => fact), sources: [...facts, ...(meaning === undefined ? [] : [meaning])] };
}

/** A build argument that holds an image of NVIDIA's. */
function describeArgument(value: string, range: Range): Card | undefined {
  const image = /^(?:nvidia|nvcr\.io)\//.test(value) ? decodeImage(value) : undefined;
  return image && describeImage(image, range);
}

function gpusRow(value: string | undefined): readonly Row[] {
  const wish = value === undefined || value === '' ? undefined : readGpus(value);
  if (wish?.kind !== 'request') return [];
  const shown: Text = wish.devices.length > 0 ? wish.devices.join(', ') : wish.count === 'all' || wish.count === -1 ? msg`every GPU` : String(wish.count ?? '');
  return [[msg`GPUs`, shown]];
}

function describeFacts(title: string, ids: readonly string[] | undefined, range: Range, rows: readonly Row[]): Card | undefined {
  const facts = containerFacts(...(ids ?? []));
  return facts.length === 0 ? undefined : { range, title, rows, notes: facts.map(({ fact }) => fact), sources: facts };
}
