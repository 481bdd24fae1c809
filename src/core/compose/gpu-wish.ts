import { listItems } from '../data/model';
import { findVariable } from './service';
import type { ComposeService, DeviceRequest } from './model';

/** Which GPUs a service asks for. */
export type GpuWish =
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'devices'; readonly ids: readonly string[] };

/** The four ways to write it. */
export type GpuSyntax = 'deploy' | 'gpus' | 'runtime' | 'cdi';

/** The ways in which a service asks for GPUs now, in the order of this list. */
export function listSyntaxes({ requests, runtime, cdiDevices }: ComposeService): readonly GpuSyntax[] {
  return [
    ...(requests.some(({ syntax }) => syntax === 'deploy') ? ['deploy' as const] : []),
    ...(requests.some(({ syntax }) => syntax === 'gpus') ? ['gpus' as const] : []),
    ...(runtime?.text.value === 'nvidia' ? ['runtime' as const] : []),
    ...(cdiDevices.length > 0 ? ['cdi' as const] : []),
  ];
}

/** The GPUs that a service asks for; undefined when it does not, in several ways, or with values that are not known. */
export function readGpuWish(service: ComposeService): GpuWish | undefined {
  const syntaxes = listSyntaxes(service);
  switch (syntaxes.length === 1 ? syntaxes[0] : undefined) {
    case 'deploy':
    case 'gpus':
      return service.requests.length === 1 && service.requests[0] !== undefined ? readRequest(service.requests[0]) : undefined;
    case 'runtime':
      return readVisibleDevices(findVariable(service, 'NVIDIA_VISIBLE_DEVICES')?.value?.value);
    case 'cdi': {
      const devices = service.cdiDevices.map(({ device }) => device);
      return devices.length === 1 && devices[0] === 'all' ? { kind: 'all' } : { kind: 'devices', ids: devices };
    }
    default:
      return undefined;
  }
}

function readRequest({ node, count, deviceIds, driver }: DeviceRequest): GpuWish | undefined {
  if (node.kind === 'scalar') return node.text.value === 'all' ? { kind: 'all' } : undefined;
  if (driver !== undefined && driver.text.value !== 'nvidia' && driver.text.value !== 'cdi') return undefined;
  if (deviceIds !== undefined) {
    const ids = listItems(deviceIds.value).flatMap((item) => (item.kind === 'scalar' && item.text.known ? item.text.value : []));
    return count !== undefined || ids.length === 0 || ids.length < listItems(deviceIds.value).length ? undefined : { kind: 'devices', ids: ids.map((id) => id.replace(/^nvidia\.com\/gpu=/, '')) };
  }
  if (count === undefined) return { kind: 'all' };
  const value = count.value.kind === 'scalar' ? count.value.text.value : '';
  if (/^(?:all|-1)$/i.test(value)) return { kind: 'all' };
  return /^[1-9]\d*$/.test(value) ? { kind: 'count', count: Number(value) } : undefined;
}

/** `all`, or the list of devices; unset means what the image has, for NVIDIA's all. */
function readVisibleDevices(value: string | undefined): GpuWish | undefined {
  if (value === undefined || value === 'all') return { kind: 'all' };
  const ids = value.split(',').map((id) => id.trim());
  return ids.every((id) => /^(?:\d+|GPU-[\w-]+|MIG-[\w/-]+)$/.test(id)) ? { kind: 'devices', ids } : undefined;
}
