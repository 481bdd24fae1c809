import { placeOfEngine, type HostEvidence } from '../evidence';
import { readSmi } from './nvidia-smi';
import { readKernelModule, readL4t } from './system';

/** Whether the engine's machine has an NVIDIA GPU; undefined where nothing tells, as of another machine. */
export function hasGpu(evidence: HostEvidence): boolean | undefined {
  if (placeOfEngine(evidence) === 'elsewhere') return undefined;
  const { machine } = evidence;
  const smi = readSmi(machine);
  if (smi.gpus.length > 0 || smi.driver !== undefined || readKernelModule(machine) !== undefined || readL4t(machine) !== undefined) return true;
  if (machine.pciGpus !== null) return machine.pciGpus.length > 0;
  return machine.platform === 'darwin' ? false : undefined;
}

/** GPUs that the engine gives by CDI, as it says itself. */
export function listCdiGpus({ engine: { info } }: HostEvidence): readonly string[] {
  return (info?.cdiDevices ?? []).filter((device) => /(?:^|\.)nvidia\.com\//.test(device));
}

/** The engine knows the runtime of the container toolkit. */
export function hasNvidiaRuntime({ engine: { info } }: HostEvidence): boolean {
  return info?.runtimes.includes('nvidia') === true;
}
