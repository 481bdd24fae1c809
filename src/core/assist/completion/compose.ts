import { clashesBelow, ITEM, keysBeside, linesAround, readYamlPlace, type YamlPlace } from '../../data/yaml-place';
import { decodeImage } from '../../image/decode';
import type { DecodedImage } from '../../image/model';
import { msg, type Message } from '../../l10n/message';
import { isJetson } from '../../target/jetson';
import type { Target } from '../../target/model';
import { completeImage } from './images';
import type { Completion } from './model';
import { readImageWishes } from './stage-wishes';
import { completeDriverCapability, completeVariable } from './variables';

/** Sources: facts/tables/container-facts.json, by the id behind each. */
const TEXT = {
  gpus: msg`every GPU; Docker Compose newer than 2.30.0`, // gpus-since
  reserve: msg`every GPU; docker-compose 1.28.0 and later`, // devices-since
  runtime: msg`the older way: needs the runtime nvidia registered with the daemon`, // runtime-legacy
  jetson: msg`the only way on Jetson`, // jetson-runtime
  shmSize: msg`shared memory; Docker gives 64 MB`, // shm-default
  ipc: msg`the shared memory of the host; shm_size has no effect beside it`,
  ulimits: msg`as NVIDIA asks for its framework images`, // shm-ngc
  request: msg`every GPU`,
  driver: msg`GPUs of NVIDIA`,
  count: msg`every GPU; not beside device_ids`, // count-or-ids
  one: msg`one GPU; not beside device_ids`,
  deviceIds: msg`GPUs by index or UUID; not beside count`,
  capabilities: msg`Compose refuses a request without it`, // capabilities-required
} as const;

/** Text to write, with columns counted from the place. */
interface Offer {
  readonly lines: readonly string[];
  readonly detail: Message;
}

/** Where the devices of a service belong, and what one request says. */
const RESERVATION = ['deploy', 'resources', 'reservations', 'devices'];
const REQUEST = ['driver: nvidia', 'count: all', 'capabilities: [gpu]'];

/** Values of a service's keys. */
const SERVICE_VALUES: ReadonlyMap<string, readonly Offer[]> = new Map([
  ['gpus', [{ lines: ['all'], detail: TEXT.gpus }]],
  ['runtime', [{ lines: ['nvidia'], detail: TEXT.runtime }]],
  ['shm_size', [{ lines: ['8gb'], detail: TEXT.shmSize }]],
  ['ipc', [{ lines: ['host'], detail: TEXT.ipc }]],
]);

/** Values of a device request's keys. */
const REQUEST_VALUES: ReadonlyMap<string, readonly Offer[]> = new Map([
  ['driver', [{ lines: ['nvidia'], detail: TEXT.driver }]],
  ['count', [{ lines: ['all'], detail: TEXT.count }, { lines: ['1'], detail: TEXT.one }]],
  ['device_ids', [{ lines: ['["0"]'], detail: TEXT.deviceIds }]],
  ['capabilities', [{ lines: ['[gpu]'], detail: TEXT.capabilities }]],
]);

/** A request for a GPU in the lines of a service. */
const ASKS = /^\s*(?:gpus\s*:|runtime\s*:\s*["']?nvidia\b)|\breservations\s*:[^]*?\bdevices\s*:/m;

/**
 * What can be written at `offset` (UTF-16 code units) of a Compose file: the ways to ask for a GPU and to get more shared
 * memory, the parts of a device request, tags of NVIDIA's images that are served, variables of the container toolkit. The
 * rest is left to the Compose schema of others. The best comes first. Never throws.
 */
export function completeCompose(text: string, offset: number, targets: readonly Target[] = []): readonly Completion[] {
  const place = readYamlPlace(text, offset);
  const rest = place && insideService(place.path);
  if (place === undefined || rest === undefined) return [];
  const { key, written } = place;
  const at = rest.join('.');
  const requestPart = readRequestPart(rest);
  // What is offered has all its lines.
  if (clashesBelow(text, place, key === undefined && place.first ? 'key of an item' : key === undefined && requestPart === 'list' ? 'item' : 'key')) return [];

  if (at === 'environment' || at === `environment.${ITEM}`) return completeEnvironment(text, place, at === 'environment', offset);
  const image = readImage(place, at);
  if (image !== undefined) return completeImage(image, offset, readImageWishes(listOtherImages(text, place), 'runtime', targets), targets);
  if (requestPart === 'capabilities') return completeDriverCapability([], written, offset);
  if (key !== undefined) {
    if (requestPart === 'request' && key === 'capabilities' && /^ *\[/.test(written)) return completeCapabilities(written, offset);
    const values = (at === '' ? SERVICE_VALUES : requestPart === 'request' ? REQUEST_VALUES : undefined)?.get(key) ?? [];
    return offerAll(values, written.replace(/^ *["']?/, ''), offset, place, written === '' ? ' ' : '');
  }
  return offerAll(listOffers(text, place, rest, targets), written, offset, place);
}

/** The path from a service on; of a fragment (`x-gpu: &gpu`) from its `deploy` on. Undefined elsewhere. */
function insideService(path: readonly string[]): readonly string[] | undefined {
  const [root = ''] = path;
  if (root === 'services') return path.length < 2 ? undefined : path.slice(2);
  const deploy = path.indexOf('deploy');
  return root.startsWith('x-') && deploy > 0 ? path.slice(deploy) : undefined;
}

/** Which part of a device request a path inside a service is: the list, one request, or its list of capabilities. */
function readRequestPart(rest: readonly string[]): 'list' | 'request' | 'capabilities' | undefined {
  const list = [RESERVATION, ['gpus']].find((keys) => keys.every((key, i) => rest[i] === key));
  switch (list && rest.slice(list.length).join('.')) {
    case '':
      return 'list';
    case ITEM:
      return 'request';
    case `${ITEM}.capabilities.${ITEM}`:
      return 'capabilities';
    default:
      return undefined;
  }
}

function listOffers(text: string, place: YamlPlace, rest: readonly string[], targets: readonly Target[]): readonly Offer[] {
  const present = new Set(keysBeside(text, place));
  const isNew = ({ lines: [line = ''] }: Offer): boolean => !present.has(line.replace(/:.*/, ''));
  const part = readRequestPart(rest);
  if (part === 'list') return present.size > 0 ? [] : [{ lines: listRequest(), detail: TEXT.request }];
  if (part === 'request') return listRequestKeys(present, place.first).filter(isNew);
  if (rest[0] === 'ulimits' && rest.length === 1) return listUlimits().filter(isNew);
  if (rest.length === 0) return listServiceKeys(text, place, present, targets).filter(isNew);
  // Inside `deploy`, on the way to its devices.
  return !isJetson(targets) && rest.length < RESERVATION.length && rest.every((key, i) => key === RESERVATION[i]) ? [{ lines: listReservation(rest.length), detail: TEXT.reserve }].filter(isNew) : [];
}

function listServiceKeys(text: string, place: YamlPlace, present: ReadonlySet<string>, targets: readonly Target[]): readonly Offer[] {
  const jetson = isJetson(targets);
  const variable = present.has('environment') ? [] : ['environment:', '  NVIDIA_VISIBLE_DEVICES: all'];
  const runtime: Offer = { lines: ['runtime: nvidia', ...variable], detail: jetson ? TEXT.jetson : TEXT.runtime };
  const gpus: Offer = { lines: ['gpus: all'], detail: TEXT.gpus };
  const requests: readonly Offer[] = [
    // Whatever reads the version of a file knows no `gpus`.
    ...(/^version\s*:/m.test(text) ? [] : [gpus]),
    { lines: listReservation(0), detail: TEXT.reserve },
  ];
  return [
    ...(ASKS.test(linesAround(text, place).join('\n')) ? [] : jetson ? [runtime] : [...requests, runtime]),
    ...(present.has('ipc') ? [] : [{ lines: ['shm_size: 8gb'], detail: TEXT.shmSize }]),
    ...(present.has('shm_size') ? [] : [{ lines: ['ipc: host'], detail: TEXT.ipc }]),
    { lines: ['ulimits:', ...listUlimits().flatMap(({ lines }) => lines.map((line) => `  ${line}`))], detail: TEXT.ulimits },
  ];
}

function listUlimits(): readonly Offer[] {
  return ['memlock: -1', 'stack: 67108864'].map((line) => ({ lines: [line], detail: TEXT.ulimits }));
}

/** The keys from one of `RESERVATION` on, with a request below them. */
function listReservation(from: number): readonly string[] {
  const keys = RESERVATION.slice(from);
  const indent = (depth: number, line: string): string => '  '.repeat(depth) + line;
  return [...keys.map((key, depth) => indent(depth, `${key}:`)), ...listRequest().map((line) => indent(keys.length, line))];
}

function listRequest(): readonly string[] {
  return REQUEST.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));
}

/** Keys of a request; of an empty one first all that it needs. */
function listRequestKeys(present: ReadonlySet<string>, first: boolean): readonly Offer[] {
  const [driver = '', count = '', capabilities = ''] = REQUEST;
  return [
    ...(first && present.size === 0 ? [{ lines: REQUEST, detail: TEXT.request }] : []),
    { lines: [driver], detail: TEXT.driver },
    ...(present.has('device_ids') ? [] : [{ lines: [count], detail: TEXT.count }]),
    { lines: [capabilities], detail: TEXT.capabilities },
    ...(present.has('count') ? [] : [{ lines: ['device_ids: ["0"]'], detail: TEXT.deviceIds }]),
  ];
}

/** Offers that begin as what is typed; `gap` goes before them. */
function offerAll(offers: readonly Offer[], typed: string, offset: number, { indent }: YamlPlace, gap = ''): readonly Completion[] {
  return offers
    .filter(({ lines: [line = ''] }) => line.startsWith(typed))
    .map(({ lines, detail }) => {
      const [head = ''] = lines;
      const label = lines.length === 1 ? head : `${head} … ${lines.at(-1)?.trim() ?? ''}`;
      return { label, detail, newText: gap + lines.join(`\n${' '.repeat(indent)}`), range: { start: offset - typed.length, end: offset }, kind: 'value' };
    });
}

/** `capabilities: [gpu, │` */
function completeCapabilities(written: string, offset: number): readonly Completion[] {
  const items = written.replace(/^ *\[/, '').split(',').map((item) => item.trimStart().replace(/^["']|["']\s*$/g, ''));
  return written.includes(']') ? [] : completeDriverCapability(items.slice(0, -1), items.at(-1) ?? '', offset);
}

/** Variables of the container toolkit, as a map or as a list of `NAME=value`. */
function completeEnvironment(text: string, { key, written, first }: YamlPlace, isMap: boolean, offset: number): readonly Completion[] {
  if (!isMap) return key === undefined ? completeVariable(written, offset, text) : [];
  if (key !== undefined) return written === '' ? [] : completeVariable(`${key}=${written.replace(/^ *["']?/, '')}`, offset, text);
  return first ? [] : completeVariable(written, offset, text).map((item) => ({ ...item, newText: item.newText.replace('=', ': ') }));
}

/** The image up to the place: the value of `image`, or of a build argument that holds an image of NVIDIA's. */
function readImage({ key, written }: YamlPlace, at: string): string | undefined {
  // `"`, and the default of `${IMAGE:-nvidia/cuda:…}`.
  const value = (key === undefined ? written.replace(/^["']?\w+=/, '') : written).replace(/^ *["']?(?:\$\{\w+:?-)?/, '');
  if (/\s/.test(value)) return undefined;
  if (at === '') return key === 'image' && written !== '' ? value : undefined;
  return /^build\.args(?:\.\[\])?$/.test(at) && /^(?:nvidia|nvcr\.io)\//.test(value) ? value : undefined;
}

/** The images of the file's other services, each once. */
function listOtherImages(text: string, { lineStart }: YamlPlace): readonly DecodedImage[] {
  const references = [...text.matchAll(/^[ \t]*image[ \t]*:[ \t]*["']?([^\s"'#]+)/gm)].flatMap(({ index, 1: reference = '' }) => (index === lineStart ? [] : reference));
  return [...new Set(references)].flatMap((reference) => decodeImage(reference) ?? []);
}
