import { driverFloor, toolkits } from '../../core/facts/cuda-toolkits';
import { findGpu } from '../../core/facts/gpus';
import type { Message } from '../../core/l10n/message';
import { compareDotted, majorMinorOf, majorOf } from '../../core/version/dotted';
import { isWindowsDriven } from '../evidence';
import { say, verdict, type Text } from '../model';
import { onHost, quoteCommand, type Probe } from '../probe';
import { readSmi } from '../read/nvidia-smi';
import { readKernelModule } from '../read/system';
import { FORWARD_COMPATIBILITY } from '../sources';

const TITLE = 'CUDA that the driver supports';

/** How new may the CUDA of an image be? */
export const cudaProbe: Probe = {
  id: 'cuda',
  judge: onHost(TITLE, ({ machine }) => {
    const smi = readSmi(machine);
    const driver = smi.driver ?? readKernelModule(machine);
    const segments = smi.gpus.map(({ name }) => findGpu(name)?.segment);
    const told = smi.cuda !== undefined;
    // Windows drivers, which nvidia-smi also shows on WSL, have numbers of their own.
    const fact = told || driver === undefined || isWindowsDriven(machine) ? undefined : newestCuda(driver);
    const cuda = smi.cuda ?? fact?.cuda;
    if (driver === undefined || cuda === undefined) return verdict(smi.failure === 'missing' && machine.pciGpus?.length === 0 ? 'not-applicable' : 'unknown', say(TITLE));
    const details: Text[] = [
      say('Images with a later CUDA {major} run, too, by minor-version compatibility, but for PTX of that CUDA and what else is new in its driver; those that check the driver (NVIDIA_REQUIRE_CUDA) may refuse to start.', {
        major: String(majorOf(cuda) ?? ''),
      }),
    ];
    if (segments.length > 0 && segments.every((segment) => segment === 'datacenter')) {
      details.push(say('Images of a higher CUDA major need cuda-compat inside; it works on these data-center GPUs with the driver branches that its release names.'));
    } else if (segments.includes('geforce')) {
      details.push(say('Images of a higher CUDA major do not run: cuda-compat is not for GeForce (error 804, forward compatibility was attempted on non supported HW).'));
    }
    return verdict('ok', say('Driver {driver} supports CUDA up to {cuda}', { driver, cuda }), {
      details,
      evidence: told ? [quoteCommand(machine.commands.smi, (line) => line.includes('CUDA Version'))] : fact === undefined ? [] : [{ from: fact.source, lines: [fact.fact] }],
      sources: ['https://docs.nvidia.com/deploy/cuda-compatibility/', FORWARD_COMPATIBILITY],
    });
  }),
};

/** By the tables: the newest CUDA that came with this driver or an older one. Undefined for drivers before all of them. */
function newestCuda(driver: string): { readonly cuda: string; readonly fact: Message; readonly source: string } | undefined {
  const newest = toolkits().findLast(({ driverLinux }) => driverLinux !== null && compareDotted(driver, driverLinux) >= 0);
  const cuda = newest === undefined ? undefined : majorMinorOf(newest.version);
  const evidence = newest === undefined ? undefined : driverFloor(newest.version)?.evidence;
  return cuda === undefined || evidence === undefined ? undefined : { cuda, fact: evidence.fact, source: evidence.source };
}
