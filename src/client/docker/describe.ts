// Containers and images in words, for rows, tooltips and screen readers. All of it is plain text.
import { l10n } from 'vscode';
import type { ConfigStack } from '../../core/image/config';
import type { ImageComponent } from '../../core/image/model';
import { formatText } from '../../core/l10n/message';
import { nameComponent } from '../../core/stack/component-names';
import type { ComponentKind } from '../../core/stack/model';
import type { ContainerSummary, GpuAccess, PublishedPort } from '../../docker/model';
import { toPlain } from './plain';

/** Parts that a row of a list names: those that decide whether two things fit. */
const HEADLINE: ReadonlySet<ComponentKind> = new Set(['tensorrt', 'cuda', 'cudnn', 'triton', 'tensorrt-llm', 'deepstream', 'torch', 'tensorflow', 'l4t']);

/** What a kind of component is called: `cuDNN`. */
export function nameOfKind(kind: ComponentKind): string {
  return kind === 'os' ? l10n.t('Distribution') : formatText(nameComponent(kind), l10n.bundle);
}

/** `CUDA 12.4.1`; without version `CUDA`. An operating system goes by its own name: `Ubuntu 22.04`. */
export function describeComponent({ kind, name, version }: Pick<ImageComponent, 'kind' | 'name' | 'version'>): string {
  const title = kind === 'os' ? toPlain(formatText(nameComponent(kind, name ?? 'Linux'), l10n.bundle), 60) : nameOfKind(kind);
  switch (version.type) {
    case 'exact':
    case 'prefix':
      return `${title} ${toPlain(version.version, 80)}`;
    case 'range':
      return `${title} ${toPlain(version.specifier, 80)}`;
    case 'newest':
    case 'unknown':
      return title;
  }
}

/** The versions that matter, for a row: `TensorRT 10.3.0 · CUDA 12.4.1`; empty when nothing is known. */
export function describeVersions({ components }: ConfigStack): string {
  return components
    .filter(({ kind, version }) => HEADLINE.has(kind) && version.type !== 'unknown')
    .map(describeComponent)
    .join(' · ');
}

/** How a container gets its GPU, as a sentence: `All GPUs, by --gpus`. Compose asks for the same in its own words. */
export function describeGpuAccess(access: GpuAccess, byCompose: boolean): string {
  switch (access.how) {
    case 'none':
      return l10n.t('No GPU');
    case 'gpus':
      return byCompose ? l10n.t('{0}, by Compose', describeDevices(access.devices)) : l10n.t('{0}, by --gpus', describeDevices(access.devices));
    case 'runtime':
      return access.devices === 'none' ? l10n.t('No GPU, though the runtime is {0}', toPlain(access.runtime, 60)) : l10n.t('{0}, by --runtime={1}', describeDevices(access.devices), toPlain(access.runtime, 60));
    case 'cdi':
      return l10n.t('{0}, by CDI', join(access.devices));
    case 'devices':
      return l10n.t('{0}, by --device', join(access.devices));
  }
}

/** Whether a container was given any GPU. */
export function hasGpu(access: GpuAccess): boolean {
  return access.how !== 'none' && !(access.how === 'runtime' && access.devices === 'none') && !(access.how === 'gpus' && access.devices === 0);
}

function describeDevices(devices: 'all' | 'none' | number | readonly string[]): string {
  if (devices === 'all') return l10n.t('All GPUs');
  if (devices === 'none') return l10n.t('No GPU');
  if (typeof devices === 'number') return devices === 1 ? l10n.t('1 GPU') : l10n.t('{0} GPUs', devices);
  return devices.length === 1 ? l10n.t('GPU {0}', join(devices)) : l10n.t('GPUs {0}', join(devices));
}

function join(devices: readonly string[]): string {
  return devices.map((device) => toPlain(device, 60)).join(', ');
}

/** The state of a container in a word. */
export function describeState({ state, health }: ContainerSummary): string {
  if (state === 'running' && health === 'unhealthy') return l10n.t('unhealthy');
  if (state === 'running' && health === 'starting') return l10n.t('starting');
  switch (state) {
    case 'created':
      return l10n.t('never started');
    case 'running':
      return l10n.t('running');
    case 'paused':
      return l10n.t('paused');
    case 'restarting':
      return l10n.t('restarting');
    case 'removing':
      return l10n.t('being removed');
    case 'exited':
      return l10n.t('stopped');
    case 'dead':
      return l10n.t('dead');
  }
}

/** `8080 → 80/tcp`; without a published port `80/tcp`. */
function describePort({ hostPort, hostAddress, containerPort, protocol }: PublishedPort): string {
  const inside = `${containerPort}/${toPlain(protocol, 10)}`;
  if (hostPort === null) return inside;
  const everywhere = hostAddress === null || hostAddress === '' || hostAddress === '0.0.0.0' || hostAddress === '::';
  return everywhere ? `${hostPort} → ${inside}` : `${toPlain(hostAddress, 60)}:${hostPort} → ${inside}`;
}

/** Ports with what they are called, each once: an engine lists the same one for IPv4 and, behind it, for IPv6. */
export function namePorts(ports: readonly PublishedPort[]): readonly { readonly label: string; readonly published: PublishedPort }[] {
  const named = ports.map((published) => ({ label: describePort(published), published }));
  return named.filter(({ label }, index) => named.findIndex((other) => other.label === label) === index);
}

/** Bytes as Docker shows them, with powers of 1000: `5.2 GB`. */
export function describeSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 99.5 || unit === 0 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}

/** How long ago a moment was, in the largest unit: `3 days ago`. Both in seconds since the epoch. */
export function describeAge(createdSeconds: number, nowSeconds: number): string {
  const seconds = Math.max(0, nowSeconds - createdSeconds);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return l10n.t('just now');
  if (hours < 1) return minutes === 1 ? l10n.t('1 minute ago') : l10n.t('{0} minutes ago', minutes);
  if (days < 1) return hours === 1 ? l10n.t('1 hour ago') : l10n.t('{0} hours ago', hours);
  if (days < 60) return days === 1 ? l10n.t('1 day ago') : l10n.t('{0} days ago', days);
  return days < 730 ? l10n.t('{0} months ago', Math.floor(days / 30.44)) : l10n.t('{0} years ago', Math.floor(days / 365.25));
}

/** The first twelve digits of an id, as Docker shows it. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
