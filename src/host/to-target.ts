import { findGpu } from '../core/facts/gpus';
import { readTargets } from '../core/target/read';
import type { Target, TargetPlatform, TargetSource } from '../core/target/model';
import { isWindowsDriven, placeOfEngine, type HostEvidence } from './evidence';
import { readSmi } from './read/nvidia-smi';
import { readKernelModule, readL4t, readOsRelease } from './read/system';

/**
 * The engine's machine as a target, in the words of `.trtc.yaml`: GPUs, driver, platform, system. Of a machine that
 * cannot be looked into only the platform is known. Undefined where nothing is. The name comes from the GPU, never from
 * the host: the file is committed.
 */
export function toTarget(evidence: HostEvidence): TargetSource | undefined {
  const { machine, engine } = evidence;
  const place = placeOfEngine(evidence);
  if (place === 'elsewhere' || place === 'desktop-vm') {
    const platform = platformOf(engine.info?.architecture);
    return platform === undefined ? undefined : { name: platform.replace('/', '-'), platform };
  }
  const l4t = readL4t(machine);
  const smi = readSmi(machine);
  const gpus = smi.gpus.flatMap(({ name, computeCapability }) => findGpu(name)?.gpu ?? computeCapability ?? []);
  const driver = smi.driver ?? (smi.failure === 'missing' ? readKernelModule(machine) : undefined);
  const platform = l4t === undefined ? platformOf(engine.info?.architecture ?? machine.architecture) : 'jetson';
  const os = osOf(evidence, l4t);
  if (gpus.length === 0 && driver === undefined && l4t === undefined) return undefined;
  return {
    name: slugOf(gpus[0] ?? (l4t === undefined ? 'host' : `jetson-${l4t}`)),
    ...(gpus.length === 0 ? undefined : { gpus: [...new Set(gpus)] }),
    // The driver of a Jetson is part of its L4T.
    ...(driver === undefined || l4t !== undefined ? undefined : { driver }),
    ...(platform === undefined ? undefined : { platform }),
    ...(os === undefined ? undefined : { os }),
  };
}

/** The same as rules see it. */
export function readHostTarget(evidence: HostEvidence): Target | undefined {
  const source = toTarget(evidence);
  return source === undefined ? undefined : readTargets([{ ...source, ...(source.gpus === undefined ? undefined : { gpus: [...source.gpus] }) }]).targets[0];
}

/** The entry of `targets` in `.trtc.yaml`, as lines with their depth. */
export function targetLines({ name, gpus, driver, platform, os }: TargetSource): readonly (readonly [depth: number, text: string])[] {
  return [
    [0, `- name: ${name}`],
    ...(gpus === undefined ? [] : [[1, `gpus: [${gpus.map(quote).join(', ')}]`] as const]),
    // In quotes: 535.10 is no number.
    ...(driver === undefined ? [] : [[1, `driver: "${driver}"`] as const]),
    ...(platform === undefined ? [] : [[1, `platform: ${platform}`] as const]),
    ...(os === undefined ? [] : [[1, `os: ${quote(os)}`] as const]),
  ];
}

/** A target as the `targets:` of a new `.trtc.yaml`. */
export function renderTargets(target: TargetSource): string {
  return `targets:\n${targetLines(target).map(([depth, text]) => `${'  '.repeat(depth + 1)}${text}\n`).join('')}`;
}

/** Node's, Docker's and the kernel's words for an architecture. */
function platformOf(architecture: string | undefined): TargetPlatform | undefined {
  if (architecture === undefined) return undefined;
  if (/^(?:amd64|x86_64|x64)$/.test(architecture)) return 'linux/amd64';
  return /^(?:arm64|aarch64)/.test(architecture) ? 'linux/arm64' : undefined;
}

/** `ubuntu22.04`, `debian12`, `rhel9`, `wsl2`, `l4t35.4.1`; undefined for other systems. */
function osOf({ machine }: HostEvidence, l4t: string | undefined): string | undefined {
  if (l4t !== undefined) return `l4t${l4t}`;
  // On Windows, too, containers run in WSL.
  if (isWindowsDriven(machine)) return 'wsl2';
  const release = readOsRelease(machine);
  const id = release.get('ID') ?? '';
  const version = release.get('VERSION_ID') ?? '';
  if (id === 'ubuntu' && /^\d\d\.\d\d$/.test(version)) return `ubuntu${version}`;
  if (id === 'debian' && /^\d+$/.test(version)) return `debian${version}`;
  return id === 'rhel' && /^\d+/.test(version) ? `rhel${version.split('.')[0] ?? ''}` : undefined;
}

function slugOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-|-$/g, '');
}

function quote(text: string): string {
  return /^[A-Za-z][\w .-]*$/.test(text) ? text : JSON.stringify(text);
}
