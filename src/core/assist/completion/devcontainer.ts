import { readJsonc } from '../../data/jsonc';
import { readJsonPlace, type JsonPlace } from '../../data/json-place';
import { findScalar, findValue, listItems, type DataMap } from '../../data/model';
import { ITEM } from '../../data/yaml-place';
import { readRunOptions } from '../../devcontainer/run-options';
import { isRunSwitch } from '../../facts/docker-run';
import { msg, type Message, type Text } from '../../l10n/message';
import { isJetson } from '../../target/jetson';
import type { Target } from '../../target/model';
import { completeImage } from './images';
import type { Completion } from './model';
import { readImageWishes } from './stage-wishes';
import { completeVariable } from './variables';

/** Sources: facts/tables/container-facts.json, by the id behind each. */
const TEXT = {
  optional: msg`every GPU where Docker has the NVIDIA runtime; starts without one elsewhere`, // host-gpu
  required: msg`as "optional", with a warning in the log where there is none`, // host-gpu-warning
  gpus: msg`every GPU; the container does not start where Docker has none`, // gpus-mandatory
  one: msg`one GPU, by index or UUID`,
  shmSize: msg`shared memory; Docker gives 64 MB`, // shm-default
  ipc: msg`the shared memory of the host; --shm-size has no effect beside it`,
  ulimit: msg`as NVIDIA asks for its framework images`, // shm-ngc
  camera: msg`a camera; the container does not start where it is missing`,
  runtime: msg`the older way: needs the runtime nvidia registered with Docker`, // runtime-legacy
  jetson: msg`the only way on Jetson`, // jetson-runtime
} as const;

/** Text to write in the place of a token, quotes included. */
interface Offer {
  readonly newText: string;
  readonly detail: Text;
}

/** An option of `docker run` and a value for it. */
interface RunArg {
  readonly name: string;
  readonly value: string;
  readonly detail: Message;
  /** It can be given as two elements as well; where both are offered, they come first. */
  readonly split?: true;
}

const MEMORY: readonly RunArg[] = [
  { name: '--shm-size', value: '8g', detail: TEXT.shmSize },
  { name: '--ipc', value: 'host', detail: TEXT.ipc },
  { name: '--ulimit', value: 'memlock=-1', detail: TEXT.ulimit },
  { name: '--ulimit', value: 'stack=67108864', detail: TEXT.ulimit },
];
const GPUS: readonly RunArg[] = [
  { name: '--gpus', value: 'all', detail: TEXT.gpus, split: true },
  { name: '--gpus', value: 'device=0', detail: TEXT.one },
];
const CAMERA: RunArg = { name: '--device', value: '/dev/video0', detail: TEXT.camera };

const HOST_GPU: readonly Offer[] = [
  { newText: '"optional"', detail: TEXT.optional },
  { newText: 'true', detail: TEXT.required },
];

/**
 * What can be written at `offset` (UTF-16 code units) of a devcontainer.json: options of `docker run` for GPUs and shared
 * memory, `hostRequirements.gpu`, tags of NVIDIA's images that are served, variables of the container toolkit. The rest is
 * left to the schema of the Dev Containers extension. The best comes first. Never throws.
 */
export function completeDevcontainer(text: string, offset: number, targets: readonly Target[] = []): readonly Completion[] {
  const place = readJsonPlace(text, offset);
  if (place?.allowed !== true || place.hasValue) return [];
  const data = readJsonc(text, '');
  const root = data?.kind === 'map' ? data : undefined;
  const at = place.path.join('.');
  if (place.isKey) {
    if (at === '') return offerAll(listRootKeys(root, targets), place, offset);
    if (at === 'hostRequirements' && findValue(root, 'hostRequirements', 'gpu') === undefined) return offerAll(HOST_GPU.map(({ newText, detail }) => ({ newText: `"gpu": ${newText}`, detail })), place, offset);
    return at === 'containerEnv' ? completeVariableName(text, place, offset) : [];
  }
  if (at === 'hostRequirements.gpu') return offerAll(HOST_GPU, place, offset);
  if (at === `runArgs.${ITEM}`) return completeRunArg(text, root, place, offset, targets);
  if (!place.quoted) return [];
  if (/^containerEnv\.\w+$/.test(at)) return completeVariable(`${place.path[1] ?? ''}=${place.typed}`, offset, text);
  if (at === 'image' || (/^build\.args\.\w+$/.test(at) && /^(?:nvidia|nvcr\.io)\//.test(place.typed))) return completeImage(place.typed, offset, readImageWishes([], 'devel', targets), targets);
  return [];
}

/** The properties that ask for a GPU; none for Compose, which asks in its own files. */
function listRootKeys(root: DataMap | undefined, targets: readonly Target[]): readonly Offer[] {
  if (root !== undefined && (findValue(root, 'dockerComposeFile') !== undefined || asksForGpu(root))) return [];
  const hasKey = (key: string): boolean => findValue(root, key) !== undefined;
  return [
    ...(hasKey('hostRequirements') || isJetson(targets) ? [] : [{ newText: '"hostRequirements": { "gpu": "optional" }', detail: TEXT.optional }]),
    ...(hasKey('runArgs') ? [] : [isJetson(targets) ? { newText: '"runArgs": ["--runtime=nvidia"]', detail: TEXT.jetson } : { newText: '"runArgs": ["--gpus", "all"]', detail: TEXT.gpus }]),
  ];
}

/** True where `hostRequirements.gpu` or `runArgs` ask for a GPU; `besides` is the offset of an element that does not count. */
function asksForGpu(root: DataMap | undefined, besides = -1): boolean {
  const gpu = findValue(root, 'hostRequirements', 'gpu');
  const options = readRunOptions(findValue(root, 'runArgs')).filter(({ node }) => node.range.start !== besides);
  return (gpu !== undefined && findScalar(root, 'hostRequirements', 'gpu')?.raw !== 'false') || options.some(({ name, value }) => name === '--gpus' || (name === '--runtime' && value === 'nvidia'));
}

/** An element of `runArgs`: an option, or the value of the one before. */
function completeRunArg(text: string, root: DataMap | undefined, place: JsonPlace, offset: number, targets: readonly Target[]): readonly Completion[] {
  // With Compose they are ignored: run-args-compose.
  if (findValue(root, 'dockerComposeFile') !== undefined) return [];
  const list = findValue(root, 'runArgs');
  const { start } = place.token;
  const before = list?.kind === 'list' ? readRunOptions({ ...list, items: listItems(list).filter(({ range }) => range.start < start) }) : [];
  const pending = before.at(-1);
  const isValue = pending?.name.startsWith('-') === true && pending.valueNode === undefined && !isRunSwitch(pending.name);
  const runtime: RunArg = { name: '--runtime', value: 'nvidia', detail: isJetson(targets) ? TEXT.jetson : TEXT.runtime };
  const gpus = isJetson(targets) ? [runtime] : [...GPUS, runtime];
  if (isValue) {
    if (pending.name === '-e' || pending.name === '--env') return place.quoted ? completeVariable(place.typed, offset, text) : [];
    const values = [...gpus, ...MEMORY, CAMERA].filter(({ name }) => name === pending.name);
    return offerAll(values.map(({ value, detail }) => ({ newText: `"${value}"`, detail })), place, offset);
  }
  const variable = /^(?:--env=|-e)(.*)$/.exec(place.typed)?.[1];
  if (variable !== undefined) return completeVariable(variable, offset, text);
  const others = readRunOptions(list).filter(({ node }) => node.range.start !== start);
  const has = (name: string, value?: string): boolean => others.some((option) => option.name === name && (value === undefined || option.value === value));
  const memory = MEMORY.filter(({ name, value }) => (name === '--ulimit' ? !has(name, value) : !has('--shm-size') && !has('--ipc')));
  const [first, ...more] = asksForGpu(root, start) ? [] : gpus;
  const args = [...(first === undefined ? [] : [first]), ...memory, ...(has(CAMERA.name, CAMERA.value) ? [] : [CAMERA]), ...more];
  return offerAll(args.flatMap(writeArg), place, offset);
}

/** One element that joins name and value; before it two elements where people write it so. */
function writeArg({ name, value, detail, split }: RunArg): readonly Offer[] {
  return [...(split === undefined ? [] : [{ newText: `"${name}", "${value}"`, detail }]), { newText: `"${name}=${value}"`, detail }];
}

/** `"NVIDIA_…": "value"`, with the value that most want; the name alone where it has one. */
function completeVariableName(text: string, place: JsonPlace, offset: number): readonly Completion[] {
  if (!place.quoted) return [];
  const variables = completeVariable(place.typed, offset, text).filter(({ kind }) => kind === 'variable');
  return offerAll(
    variables.map(({ newText, detail = '' }) => {
      const name = newText.replace('=', '');
      return { newText: place.next === ':' ? `"${name}"` : `"${name}": "${completeVariable(newText, offset, text)[0]?.newText ?? ''}"`, detail };
    }),
    { ...place, next: place.next === ':' ? ',' : place.next },
    offset,
  );
}

/** Offers that begin as what is typed, in the place of the whole token; with a comma where another element follows. */
function offerAll(offers: readonly Offer[], { quoted, typed, token, next }: JsonPlace, offset: number): readonly Completion[] {
  const written = (quoted ? '"' : '') + typed;
  // A property has its value already.
  if (next === ':') return [];
  const comma = next === '"' ? ',' : '';
  const range = { start: token.start, end: Math.max(token.end, offset) };
  return offers.filter(({ newText }) => newText.startsWith(written)).map(({ newText, detail }) => ({ label: newText, detail, newText: newText + comma, range, kind: 'value' }));
}
