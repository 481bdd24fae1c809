import { remedy, say, verdict } from '../model';
import { onHost, quoteCommand, quoteFile, type Probe } from '../probe';
import { readSmi } from '../read/nvidia-smi';
import { readKernelModule } from '../read/system';

const TITLE = 'Kernel module and libraries of the driver';

/** Do kernel module and libraries of the driver have one version? After an update without a restart they do not. */
export const driverVersionsProbe: Probe = {
  id: 'driver-versions',
  judge: onHost(TITLE, ({ machine }) => {
    const smi = readSmi(machine);
    const module = readKernelModule(machine);
    const evidence = [...quoteFile(machine.files.kernelModule, (line) => line.startsWith('NVRM')), quoteCommand(machine.commands.smi, (line) => /Driver Version|NVML/.test(line))];
    if (smi.failure === 'mismatch') {
      const data = { module: module ?? '?', library: smi.libraryVersion ?? '?' };
      const title = module !== undefined && smi.libraryVersion !== undefined ? say('The loaded kernel module is {module}, the libraries are {library}', data) : say('The loaded kernel module and the libraries of the driver differ');
      return verdict('fail', title, {
        details: [say('The driver was updated and the old module is still loaded. Nothing can use the GPU, in containers as little as outside.')],
        evidence,
        remedies: [remedy(say('Restart the machine, so that the new module is loaded.'), 'sudo reboot'), remedy(say('Where it comes back at every update, hold the packages of the driver.'), "sudo apt-mark hold 'nvidia-driver-*' 'libnvidia-*'")],
        sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/394', 'https://github.com/NVIDIA/nvidia-docker/issues/584'],
      });
    }
    if (module === undefined || smi.driver === undefined) return verdict('not-applicable', say(TITLE));
    if (module !== smi.driver) return verdict('warn', say('The kernel module is {module}, and nvidia-smi reports {driver}', { module, driver: smi.driver }), { evidence });
    return verdict('ok', say('Kernel module and libraries of the driver are both {module}', { module }), { evidence });
  }),
};
