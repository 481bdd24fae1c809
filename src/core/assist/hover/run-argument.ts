import { readJsonc } from '../../data/jsonc';
import { findValue, type Data, type Scalar } from '../../data/model';
import { findPlace, type DataPlace } from '../../data/place';
import { readYaml } from '../../data/yaml';
import { ITEM } from '../../data/yaml-place';
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
  const root = kind === 'compose' ? readYaml(text, '') : readJsonc(text, '');
  const place = root && findPlace(root, offset);
  if (root === undefined || place === undefined) return undefined;
  return kind === 'compose' ? describeServicePart(place) : describeProperty(root, place, offset);
}

function describeServicePart({ path, range, value }: DataPlace): Card | undefined {
  const fragment = path[0]?.startsWith('x-') === true ? path.indexOf('deploy') : -1;
  const rest = path[0] === 'services' ? path.slice(2) : fragment > 0 ? path.slice(fragment) : [];
  const at = rest.join('.');
  const last = rest.at(-1) ?? '';
  if (rest[0] === 'environment') return describeEnvironment(rest[1] === ITEM ? (value?.text.value ?? '') : last, rest[1] === ITEM ? undefined : value, range);
  if (/^build\.args\./.test(at)) return describeArgument(last === ITEM ? (value?.text.value.replace(/^\w+=/, '') ?? '') : (value?.text.value ?? ''), range);
  const part = REQUEST.exec(at)?.[1];
  if (part !== undefined) return describeFacts(part, REQUEST_KEYS.get(part), range, part === 'count' ? gpusRow(value?.text.value) : []);
  const [name, facts] = [...SERVICE_KEYS].find(([key]) => at === key || at.startsWith(`${key}.`)) ?? [];
  return name === undefined ? undefined : describeFacts(value === undefined || last === ITEM ? name : `${name}: ${value.raw}`, facts, range, name === 'gpus' ? gpusRow(value?.text.value) : []);
}

function describeProperty(root: Data, { path, range, value }: DataPlace, offset: number): Card | undefined {
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
  if (path[0] === 'build' && path[1] === 'args') return describeArgument(value?.text.value ?? '', range);
  if (path[0] === 'features' && /(?:^|\/)devcontainers\/features\/nvidia-cuda(?::|$)/.test(path[1] ?? '')) return describeFacts('nvidia-cuda', ['cuda-feature', 'cuda-feature-cuda', 'cuda-feature-cudnn'], range, []);
  return describeFacts(value === undefined ? at : `${at}: ${value.raw}`, PROPERTIES.get(at), range, []);
}

/** `NAME`, with its value apart or behind `=`. */
function describeEnvironment(written: string, value: Scalar | undefined, range: Range): Card | undefined {
  const [, name = '', given = value?.text.value] = /^(\w+)(?:=(.*))?$/s.exec(written) ?? [];
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
