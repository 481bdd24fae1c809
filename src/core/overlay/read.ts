import type { ConfigProblem } from '../config/model';
import { parseImageReference } from '../image/reference';
import { msg } from '../l10n/message';
import { checkSchema } from '../schema/check';
import { isList, isMap, type Fault, type Plain, type PlainMap } from '../schema/model';
import { readPlainYaml } from '../schema/yaml';
import type { Overlay, OverlayImage, OverlayMirror, OverlayTags } from './model';
import { CONTENTS, overlaySchema } from './schema';

/** An overlay file as far as it can be read, and what is wrong with it, in order of position. */
export interface OverlayReading {
  readonly overlay: Overlay;
  readonly problems: readonly ConfigProblem[];
}

/** No date is given; evidence shows this in its place. */
const UNDATED = msg`on no stated day`.template;

/** Reads an overlay, YAML or JSON. Entries that are wrong are left out, each with a problem at its place. Never throws. */
export function readOverlay(text: string, file: string): OverlayReading {
  const yaml = readPlainYaml(text);
  const root = isMap(yaml.value) ? yaml.value : {};
  const faults = [...checkSchema(yaml.value, overlaySchema)];
  const origin = { source: file, checked: textOf(root['checked']) ?? UNDATED };
  const overlay: Overlay = {
    images: mapsOf(root['images']).flatMap((item, i) => readImage(item, i, origin, faults) ?? []),
    mirrors: mapsOf(root['mirrors']).flatMap((item) => readMirror(item) ?? []),
    tags: mapsOf(root['tags']).flatMap((item) => readTags(item, origin) ?? []),
  };
  const problems = [...yaml.errors, ...faults.map((fault) => ({ range: yaml.locate(fault), message: fault.message }))]
    .map(({ range, message }) => ({ location: { file, range }, message }))
    .sort((a, b) => a.location.range.start - b.location.range.start);
  return { overlay, problems };
}

/** Several overlays as one; of two that speak of one image the earlier counts. */
export function joinOverlays(overlays: readonly Overlay[]): Overlay | undefined {
  return overlays.length <= 1 ? overlays[0] : { images: overlays.flatMap(({ images }) => images), mirrors: overlays.flatMap(({ mirrors }) => mirrors), tags: overlays.flatMap(({ tags }) => tags) };
}

interface Origin {
  readonly source: string;
  readonly checked: string;
}

function readImage(item: PlainMap, index: number, origin: Origin, faults: Fault[]): OverlayImage | undefined {
  const name = textOf(item['name']);
  if (name === undefined) return undefined;
  const path = ['images', index, 'name'];
  const colon = name.indexOf(':', name.indexOf('/') + 1);
  if (colon >= 0) faults.push({ path, onKey: false, message: msg`The name has no tag; write tags: ['${name.slice(colon + 1)}'].` });
  const base = textOf(item['base']);
  if (base !== undefined && parseImageReference(base) === undefined) faults.push({ path: ['images', index, 'base'], onKey: false, message: msg`This is no name of an image.` });
  const versions = Object.entries(CONTENTS).flatMap(([key, { kind }]) => {
    const version = textOf(item[key]);
    return version === undefined || !/^\d/.test(version) ? [] : [[kind, version] as const];
  });
  const flavor = textOf(item['flavor']);
  return {
    name,
    tags: isList(item['tags']) ? textsOf(item['tags']) : undefined,
    base,
    os: textOf(item['os']),
    versions: new Map(versions),
    flavor: flavor === 'base' || flavor === 'runtime' || flavor === 'devel' ? flavor : undefined,
    env: new Map(isMap(item['env']) ? Object.entries(item['env']).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])) : []),
    driver: textOf(item['driver']),
    platforms: isList(item['platforms']) ? textsOf(item['platforms']) : undefined,
    complete: item['complete'] === 'true',
    source: textOf(item['source']) ?? origin.source,
    checked: origin.checked,
  };
}

function readMirror(item: PlainMap): OverlayMirror | undefined {
  const prefix = textOf(item['prefix'])?.replace(/\/+$/, '');
  const of = textOf(item['of'])?.replace(/\/+$/, '');
  return prefix === undefined || of === undefined ? undefined : { prefix, of, faithful: item['faithful'] === 'true' };
}

function readTags(item: PlainMap, origin: Origin): OverlayTags | undefined {
  const image = textOf(item['image']);
  return image === undefined
    ? undefined
    : { image, served: textsOf(item['served']), removed: textsOf(item['removed']), source: textOf(item['source']) ?? origin.source, checked: origin.checked };
}

function mapsOf(value: Plain | undefined): readonly PlainMap[] {
  return isList(value) ? value.filter(isMap) : [];
}

function textsOf(value: Plain | undefined): readonly string[] {
  return isList(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function textOf(value: Plain | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
