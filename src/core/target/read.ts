import { findClosest } from '../engine/spelling';
import { architectureOf } from '../facts/cuda-toolkits';
import { findGpu } from '../facts/gpus';
import { jetsonReleases } from '../facts/jetson';
import { msg, type Message, type Text } from '../l10n/message';
import { checkSchema } from '../schema/check';
import { isList, isMap, type Fault, type Path, type Plain, type PlainMap } from '../schema/model';
import { listGpuNames, targetSchema } from './schema';
import type { Target, TargetGpu, TargetOs, TargetPlatform } from './model';

/** Targets as far as they can be read, and what is wrong with them; paths of faults begin with `path`. */
export interface TargetReading {
  readonly targets: readonly Target[];
  readonly faults: readonly Fault[];
}

/** Reads the list of targets of a config file or a setting. `undefined` and null stand for none. */
export function readTargets(value: Plain | undefined, path: Path = []): TargetReading {
  if (value === undefined || value === null) return { targets: [], faults: [] };
  const faults = [...checkSchema(value, { type: 'array', description: 'Where the image must run.', items: targetSchema() }, path)];
  const targets: Target[] = [];
  for (const [i, item] of (isList(value) ? value : []).entries()) {
    if (!isMap(item)) continue;
    const target = readTarget(item, [...path, i], faults);
    if (targets.some(({ name }) => name === target.name)) faults.push({ path: [...path, i, 'name'], onKey: false, message: msg`Another target is called ${target.name}.` });
    targets.push(target);
  }
  return { targets, faults };
}

function readTarget(item: PlainMap, path: Path, faults: Fault[]): Target {
  const gpus: TargetGpu[] = [];
  for (const [i, name] of textsOf(item['gpus']).entries()) {
    const gpu = findTargetGpu(name);
    if (gpu !== undefined) gpus.push(gpu);
    else faults.push({ path: isList(item['gpus']) ? [...path, 'gpus', i] : [...path, 'gpus'], onKey: false, message: describeUnknownGpu(name) });
  }
  const driver = textOf(item['driver']);
  const platform = textOf(item['platform']);
  const os = textOf(item['os']);
  const host = os === undefined ? undefined : readOs(os);
  if (host !== undefined && host.l4t === undefined && /^(?:l4t|jetpack)/i.test(host.text)) {
    faults.push({ path: [...path, 'os'], onKey: false, message: msg`${host.text} is not in the tables; name an L4T release, such as l4t36.3.0.` });
  }
  return {
    name: textOf(item['name']) ?? 'unnamed',
    gpus,
    driver: driver !== undefined && /^\d{3}(?:\.\d+){0,2}$/.test(driver) ? driver : undefined,
    platform: isPlatform(platform) ? platform : platformOf(gpus),
    os: host,
  };
}

/**
 * The GPU that a text means: a product (`RTX 4090`, `NVIDIA A100-SXM4-80GB`), or a compute capability (`8.9`, `sm_89`).
 * Undefined for what the tables do not have.
 */
export function findTargetGpu(text: string): TargetGpu | undefined {
  const [, major, minor, sm] = /^(?:(\d{1,2})\.(\d)|sm_?(\d{2,3}))$/i.exec(text.trim()) ?? [];
  const capability = sm ?? (major === undefined ? undefined : `${major}${minor ?? ''}`);
  if (capability !== undefined) {
    const known = architectureOf(capability)?.computeCapability;
    return known === undefined ? undefined : { name: `compute capability ${known}`, computeCapability: known, segment: undefined };
  }
  const gpu = findGpu(text);
  return gpu && { name: gpu.gpu, computeCapability: gpu.computeCapability, segment: gpu.segment };
}

/** What a target is called. */
export function nameTarget({ name, said }: Target): Text {
  return said ?? name;
}

/** The product, or for a GPU that is given by it the compute capability. */
export function nameGpu({ name, computeCapability, segment }: TargetGpu): Text {
  return segment === undefined ? msg`compute capability ${computeCapability}` : name;
}

/** Says that the tables lack a GPU, with the nearest one. */
function describeUnknownGpu(name: string): Message {
  const products = new Map(listGpuNames().flatMap((gpu) => [[gpu.toLowerCase(), gpu], [gpu.toLowerCase().replace(/^(?:geforce|quadro) /, ''), gpu]] as const));
  const closest = products.get(findClosest(name.toLowerCase(), products.keys()) ?? '');
  return closest === undefined ? msg`The GPU ${name} is not in the tables; give its compute capability.` : msg`The GPU ${name} is not in the tables; did you mean ${closest}? Its compute capability will do, too.`;
}

function isPlatform(text: string | undefined): text is TargetPlatform {
  return text === 'linux/amd64' || text === 'linux/arm64' || text === 'jetson';
}

/** A machine whose GPUs are all in Jetson modules is a Jetson. */
function platformOf(gpus: readonly TargetGpu[]): TargetPlatform | undefined {
  return gpus.length > 0 && gpus.every(({ segment }) => segment === 'jetson') ? 'jetson' : undefined;
}

function readOs(text: string): TargetOs {
  const name = text.trim().toLowerCase();
  const l4t = /^l4t[\s-]*r?(\d{2}(?:\.\d+){1,2})$/.exec(name)?.[1];
  const jetpack = /^jetpack[\s-]*(\d+(?:\.\d+){0,2})$/.exec(name)?.[1];
  return {
    text,
    windows: /^(?:windows|wsl)/.test(name),
    l4t: l4t ?? jetsonReleases().find((row) => row.jetpack === jetpack)?.l4t,
  };
}

function textOf(value: Plain | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list; a single text counts as a list of one. */
function textsOf(value: Plain | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
