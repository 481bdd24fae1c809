import { findGpu } from '../../core/facts/gpus';
import { say, verdict } from '../model';
import { onHost, quoteCommand, type Probe } from '../probe';
import { hasGpu } from '../read/gpu-access';
import { readSmi, type ListedGpu } from '../read/nvidia-smi';

/** Which GPUs are there? */
export const gpusProbe: Probe = {
  id: 'gpus',
  judge: onHost('The GPUs', (evidence) => {
    const { gpus } = readSmi(evidence.machine);
    if (gpus.length > 0) {
      const title = gpus.length === 1 ? say('One GPU: {name}', { name: gpus[0]?.name ?? '' }) : say('{count} GPUs', { count: String(gpus.length) });
      return verdict('ok', title, { details: gpus.map(describe), evidence: [quoteCommand(evidence.machine.commands.smiGpus)] });
    }
    if (hasGpu(evidence) === false) return verdict('not-applicable', say('There is no NVIDIA GPU in this machine'));
    return verdict('unknown', say('The GPUs are not known'));
  }),
};

function describe({ index, name, memoryMiB, computeCapability }: ListedGpu): ReturnType<typeof say> {
  const capability = computeCapability ?? findGpu(name)?.computeCapability;
  const data = { index, name, memory: memoryMiB === null ? '?' : (memoryMiB / 1024).toFixed(0), capability: capability ?? '?' };
  if (memoryMiB === null) return capability === undefined ? say('GPU {index}: {name}', data) : say('GPU {index}: {name}, compute capability {capability}', data);
  return capability === undefined ? say('GPU {index}: {name}, {memory} GiB', data) : say('GPU {index}: {name}, {memory} GiB, compute capability {capability}', data);
}
