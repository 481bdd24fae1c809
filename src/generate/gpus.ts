import { readGpus } from '../core/devcontainer/gpus';
import { decodeImage } from '../core/image/decode';
import { note, type Engine, type GpuRequest, type GpuWay, type Note, type Setting } from './model';
import { findSetting, hasSetting, listSettings } from './run-options';

const CDI = /^nvidia\.com\/gpu=(.+)$/;

/** What is left when the options that ask for GPUs are taken out of others. */
export interface GpuReading {
  readonly gpus: GpuRequest | undefined;
  readonly settings: readonly Setting[];
  readonly notes: readonly Note[];
}

/**
 * Takes what asks for GPUs out of options: `--gpus`, `--runtime=nvidia` with NVIDIA_VISIBLE_DEVICES, CDI devices. The runtime
 * becomes a device request, today's form, unless `keepRuntime`: on Jetson it is the only one.
 */
export function takeGpus(settings: readonly Setting[], keepRuntime = false): GpuReading {
  const gpus = findSetting(settings, '--gpus');
  const runtime = findSetting(settings, '--runtime') === 'nvidia';
  const cdi = settings.flatMap(({ option, value = '' }) => (option === '--device' ? (CDI.exec(value)?.[1] ?? []) : []));
  const visible = findVariable(settings, 'NVIDIA_VISIBLE_DEVICES');
  const rest = settings.filter(({ option, value = '' }) => option !== '--gpus' && !(option === '--runtime' && value === 'nvidia') && !(option === '--device' && CDI.test(value)));
  if (gpus !== undefined) {
    const read = readGpus(gpus);
    if (read.kind === 'error') return { gpus: undefined, settings, notes: [note('Docker refuses --gpus {value}: {message}.', { value: gpus, message: read.message })] };
    const notes = [
      ...(runtime ? [note('--runtime=nvidia is left out: --gpus does its work.')] : []),
      ...(listSettings(settings, '--gpus').length > 1 ? [note('Of several --gpus the last one was read: {value}.', { value: gpus })] : []),
    ];
    // Devices of the driver cdi are those of --device.
    if (/(?:^|,)driver=cdi(?:,|$)/.test(gpus) && read.devices.every((device) => CDI.test(device))) return { gpus: request(read.devices.map((device) => device.replace(CDI, '$1')), 'cdi'), settings: dropVisible(rest), notes };
    const which = read.devices.length > 0 ? read.devices : read.count === -1 || read.count === undefined ? 'all' : read.count;
    // Tutorials mean the first GPU by it.
    if (which === 0) return { gpus: request(['0'], 'gpus', read.capabilities), settings: dropVisible(rest), notes: [...notes, note('--gpus 0 names no GPU, for a number counts them. It became device=0, the first one.')] };
    return { gpus: request(which, 'gpus', read.capabilities), settings: dropVisible(rest), notes };
  }
  if (cdi.length > 0) return { gpus: request(cdi.includes('all') ? 'all' : cdi, 'cdi'), settings: rest, notes: [] };
  if (!runtime) return { gpus: undefined, settings: rest, notes: [] };
  if (visible === 'none' || visible === 'void' || visible === '') return { gpus: undefined, settings, notes: [] };
  const which = visible === undefined || visible === 'all' ? 'all' : visible.split(',').map((id) => id.trim().replace(CDI, '$1'));
  if (keepRuntime) return { gpus: request(which, 'runtime'), settings: dropVisible(rest), notes: [] };
  return {
    gpus: request(which, 'gpus'),
    settings: dropVisible(rest),
    notes: [note('--runtime=nvidia is the older form: --gpus asks for the same GPUs, and needs no runtime registered with the daemon.')],
  };
}

/** On Jetson the runtime is the only way by which containers get the GPU. */
export function isJetsonImage(image: string): boolean {
  return decodeImage(image)?.family === 'ngc-l4t';
}

function request(which: GpuRequest['which'], through: GpuWay, capabilities: readonly string[] = []): GpuRequest {
  return { which, capabilities: capabilities.filter((name) => name !== 'gpu'), optional: false, through };
}

/** The value of a variable of the container; undefined when it is not set or handed on. */
export function findVariable(settings: readonly Setting[], name: string): string | undefined {
  const found = settings.findLast(({ option, value = '' }) => option === '--env' && value.startsWith(`${name}=`));
  return found?.value?.slice(name.length + 1);
}

/** A request sets NVIDIA_VISIBLE_DEVICES by itself. */
function dropVisible(settings: readonly Setting[]): readonly Setting[] {
  return settings.filter(({ option, value = '' }) => !(option === '--env' && value.startsWith('NVIDIA_VISIBLE_DEVICES=')));
}

/** The way for an engine: Podman and CDI name devices, the others take the way of the plan. */
export function wayOf({ through }: GpuRequest, engine: Engine): GpuWay {
  return engine === 'podman' || engine === 'cdi' ? 'cdi' : through;
}

/** The options of `docker run` that ask for the GPUs. */
export function gpuSettings(gpus: GpuRequest, way: GpuWay): readonly Setting[] {
  const ids = listIds(gpus);
  switch (way) {
    case 'gpus':
      return [{ option: '--gpus', value: gpusValue(gpus) }];
    case 'runtime':
      return [{ option: '--runtime', value: 'nvidia' }, { option: '--env', value: `NVIDIA_VISIBLE_DEVICES=${ids.join(',')}` }];
    case 'cdi':
      return ids.map((id) => ({ option: '--device', value: `nvidia.com/gpu=${id}` }));
  }
}

/** `all`, or the names of the devices; a number is taken from the first on. */
export function listIds({ which }: GpuRequest): readonly string[] {
  if (which === 'all') return ['all'];
  return typeof which === 'number' ? Array.from({ length: which }, (_, i) => String(i)) : which;
}

/** The value of `--gpus`: a line of CSV, whose fields need quotes where they hold commas. */
function gpusValue({ which, capabilities }: GpuRequest): string {
  const devices = typeof which === 'string' || typeof which === 'number' ? String(which) : `device=${which.join(',')}`;
  return [devices, ...(capabilities.length === 0 ? [] : [`capabilities=${capabilities.join(',')}`])].map((field) => (field.includes(',') ? `"${field}"` : field)).join(',');
}

/** Notes on the way by which an engine hands out GPUs. */
export function gpuNotes(gpus: GpuRequest | undefined, engine: Engine, settings: readonly Setting[]): readonly Note[] {
  if (gpus === undefined) return [];
  const way = wayOf(gpus, engine);
  return [
    ...(gpus.capabilities.length > 0 && way !== 'gpus' && !hasVariable(settings, 'NVIDIA_DRIVER_CAPABILITIES') ? [note('The driver capabilities {names} of --gpus have no place here: CDI brings what its specification names.', { names: gpus.capabilities.join(', ') })] : []),
    ...(way === 'cdi' ? [note('CDI device names need a specification on the host: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml')] : []),
    ...(engine === 'rootless' ? [note('Rootless Docker needs no-cgroups in the configuration of the NVIDIA Container Toolkit: nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place')] : []),
    ...(engine === 'cdi' ? [note('Docker takes CDI device names from version 25 on, with "features": { "cdi": true } in daemon.json.')] : []),
  ];
}

function hasVariable(settings: readonly Setting[], name: string): boolean {
  return hasSetting(settings, '--env') && findVariable(settings, name) !== undefined;
}
