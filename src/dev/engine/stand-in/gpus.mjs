// The GPUs that are not there: two of a desktop model, with a driver that came with CUDA 12.4.

/** What `nvidia-smi` tells of a GPU; memory in MiB, power in watts, utilisation in percent. */
const GPU = {
  name: 'NVIDIA GeForce RTX 4090',
  computeCapability: '8.9',
  memoryMiB: 24564,
  usedMiB: 1536,
  utilizationPercent: 37,
  memoryUtilizationPercent: 12,
  temperatureC: 48,
  powerW: 96.42,
  powerLimitW: 450,
};

/** A machine with a GPU, as the stand-ins show it. `gpus` in the order of their indices. */
export const MACHINE = {
  driver: '550.54.15',
  cuda: '12.4',
  gpus: [
    { ...GPU, uuid: 'GPU-5d1c1a0e-3d1b-4f0e-9c53-5a0c1f6b7a10', bus: '00000000:01:00.0' },
    { ...GPU, uuid: 'GPU-8b6e2c54-77aa-4d2f-8f0d-0b9f4f3c2d21', bus: '00000000:41:00.0', usedMiB: 1, utilizationPercent: 0, memoryUtilizationPercent: 0 },
  ],
};

/** The GPUs that an NVIDIA_VISIBLE_DEVICES asks for: `all`, indices or UUIDs. Throws an Error with the name of one that is not there. */
export function findGpus(gpus, visible) {
  if (visible === 'all') return gpus;
  if (visible === 'none') return [];
  return visible.split(',').map((name) => {
    const found = gpus.find((gpu, index) => String(index) === name || gpu.uuid === name || (/^GPU-[0-9a-f]{4}/.test(name) && gpu.uuid.startsWith(name)));
    if (found === undefined) throw new Error(name);
    return found;
  });
}
