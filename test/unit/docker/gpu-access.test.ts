import { describe, expect, it } from 'vitest';
import { readGpuAccess, type GpuEvidence } from '../../../src/docker/gpu-access';
import type { GpuAccess } from '../../../src/docker/model';

const none: GpuAccess = { how: 'none' };

/** What engines (20.10.24 and 26.1.5, the latter with CDI) answer to `docker inspect` for containers made as the name says, cut to what concerns GPUs. */
const CASES: readonly (readonly [string, GpuEvidence, GpuAccess])[] = [
  ['docker run busybox', { Config: { Env: ['PATH=/bin'] }, HostConfig: { Runtime: 'runc', DeviceRequests: null, Devices: [] } }, none],
  [
    '--gpus all',
    { HostConfig: { Runtime: 'runc', DeviceRequests: [{ Driver: '', Count: -1, DeviceIDs: null, Capabilities: [['gpu']] }] } },
    { how: 'gpus', devices: 'all', capabilities: [] },
  ],
  ['--gpus 2', { HostConfig: { DeviceRequests: [{ Driver: '', Count: 2, DeviceIDs: null, Capabilities: [['gpu']] }] } }, { how: 'gpus', devices: 2, capabilities: [] }],
  [
    `--gpus '"device=0,GPU-fef8089b",capabilities=utility'`,
    { HostConfig: { DeviceRequests: [{ Driver: '', Count: 0, DeviceIDs: ['0', 'GPU-fef8089b'], Capabilities: [['gpu', 'utility']] }] } },
    { how: 'gpus', devices: ['0', 'GPU-fef8089b'], capabilities: ['utility'] },
  ],
  [
    'Compose: driver nvidia, count all',
    { HostConfig: { Runtime: 'runc', DeviceRequests: [{ Driver: 'nvidia', Count: -1, DeviceIDs: null, Capabilities: [['gpu']] }] } },
    { how: 'gpus', devices: 'all', capabilities: [] },
  ],
  ['a request for something that is no GPU', { HostConfig: { DeviceRequests: [{ Driver: '', Count: 1, Capabilities: [['tpu']] }] } }, none],
  ['a request of a driver that is not NVIDIA\'s', { HostConfig: { DeviceRequests: [{ Driver: 'amd', Count: -1, Capabilities: [['gpu']] }] } }, none],
  [
    '--device nvidia.com/gpu=all',
    { HostConfig: { Runtime: 'runc', DeviceRequests: [{ Driver: 'cdi', Count: 0, DeviceIDs: ['nvidia.com/gpu=all'], Capabilities: null }] } },
    { how: 'cdi', devices: ['nvidia.com/gpu=all'] },
  ],
  [
    '--gpus driver=cdi,device=nvidia.com/gpu=0',
    { HostConfig: { DeviceRequests: [{ Driver: 'cdi', Count: 0, DeviceIDs: ['nvidia.com/gpu=0'], Capabilities: [['gpu']] }] } },
    { how: 'cdi', devices: ['nvidia.com/gpu=0'] },
  ],
  ['--gpus 0', { HostConfig: { DeviceRequests: [{ Driver: '', Count: 0, DeviceIDs: null, Capabilities: [['gpu']] }] } }, { how: 'gpus', devices: 0, capabilities: [] }],
  ['--device of another vendor through CDI', { HostConfig: { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['example.com/nic=0'] }] } }, none],
  ['CDI by annotation', { HostConfig: { Annotations: { 'cdi.k8s.io/plugin_0': 'nvidia.com/gpu=0,nvidia.com/gpu=1' } } }, { how: 'cdi', devices: ['nvidia.com/gpu=0', 'nvidia.com/gpu=1'] }],
  [
    '--runtime=nvidia with an nvidia/cuda image',
    { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=all', 'NVIDIA_DRIVER_CAPABILITIES=compute,utility'] }, HostConfig: { Runtime: 'nvidia' } },
    { how: 'runtime', runtime: 'nvidia', devices: 'all', capabilities: ['compute', 'utility'] },
  ],
  ['NVIDIA_VISIBLE_DEVICES lists', { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=0, GPU-1'] }, HostConfig: { Runtime: 'nvidia' } }, { how: 'runtime', runtime: 'nvidia', devices: ['0', 'GPU-1'], capabilities: [] }],
  ['NVIDIA_VISIBLE_DEVICES=void', { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=void'] }, HostConfig: { Runtime: 'nvidia' } }, { how: 'runtime', runtime: 'nvidia', devices: 'none', capabilities: [] }],
  ['NVIDIA_VISIBLE_DEVICES=none', { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=none'] }, HostConfig: { Runtime: 'nvidia' } }, { how: 'runtime', runtime: 'nvidia', devices: 'none', capabilities: [] }],
  ['the nvidia runtime and no variable', { Config: { Env: [] }, HostConfig: { Runtime: 'nvidia' } }, { how: 'runtime', runtime: 'nvidia', devices: 'none', capabilities: [] }],
  ['the nvidia runtime and an image from before NVIDIA_REQUIRE_CUDA', { Config: { Env: ['CUDA_VERSION=8.0.61'] }, HostConfig: { Runtime: 'nvidia' } }, { how: 'runtime', runtime: 'nvidia', devices: 'all', capabilities: [] }],
  [
    'devices asked for by mounts',
    { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=void'] }, HostConfig: { Runtime: 'nvidia', Binds: ['/dev/null:/var/run/nvidia-container-devices/1'] } },
    { how: 'runtime', runtime: 'nvidia', devices: ['1'], capabilities: [] },
  ],
  ['the variable without the runtime', { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=all'] }, HostConfig: { Runtime: 'runc' } }, none],
  [
    '--device /dev/nvidia0 --device /dev/nvidiactl',
    { HostConfig: { Runtime: 'runc', Devices: [{ PathOnHost: '/dev/nvidia0' }, { PathOnHost: '/dev/nvidiactl' }, { PathOnHost: '/dev/nvidia-uvm' }] } },
    { how: 'devices', devices: ['/dev/nvidia0'] },
  ],
  ['--device /dev/nvidiactl alone', { HostConfig: { Devices: [{ PathOnHost: '/dev/nvidiactl' }] } }, none],
  ['--device /dev/dxg, as under WSL 2', { HostConfig: { Devices: [{ PathOnHost: '/dev/dxg' }] } }, { how: 'devices', devices: ['/dev/dxg'] }],
  [
    '--gpus all with the nvidia runtime: the request is served',
    { Config: { Env: ['NVIDIA_VISIBLE_DEVICES=1'] }, HostConfig: { Runtime: 'nvidia', DeviceRequests: [{ Driver: '', Count: -1, Capabilities: [['gpu']] }] } },
    { how: 'gpus', devices: 'all', capabilities: [] },
  ],
  ['Podman 4, which drops --gpus', { Config: { Env: null }, HostConfig: { Runtime: 'oci', Devices: [] } }, none],
  ['an answer with nothing in it', {}, none],
];

describe('readGpuAccess', () => {
  it.each(CASES)('%s', (_, evidence, expected) => {
    expect(readGpuAccess(evidence)).toEqual(expected);
  });
});
