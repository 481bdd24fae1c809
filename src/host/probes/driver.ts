import type { MachineEvidence } from '../evidence';
import { remedy, say, verdict, type Text } from '../model';
import { onHost, quoteCommand, quoteFile, type Probe } from '../probe';
import { readSmi } from '../read/nvidia-smi';
import { readKernelModule, readL4t, readOsRelease } from '../read/system';

const TITLE = 'The NVIDIA driver';
const DRIVER_INSTALL = 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/';

/** Is a driver loaded, and does it answer? */
export const driverProbe: Probe = {
  id: 'driver',
  judge: onHost(TITLE, ({ machine }) => {
    const smi = readSmi(machine);
    const module = readKernelModule(machine);
    const l4t = readL4t(machine);
    const header = quoteCommand(machine.commands.smi, (line) => /NVIDIA-SMI|Driver Version|NVML|driver|No devices/i.test(line));
    const quoted = [header, ...quoteFile(machine.files.kernelModule, (line) => line.startsWith('NVRM'))];
    if (smi.failure === undefined && smi.driver !== undefined) return verdict('ok', say('NVIDIA driver {driver}', { driver: smi.driver }), { evidence: quoted });
    if (l4t !== undefined) return verdict('ok', say('The driver is that of Jetson Linux {l4t}', { l4t }), { evidence: quoteFile(machine.files.tegraRelease) });
    if (module !== undefined && smi.failure === 'mismatch') return verdict('ok', say('Kernel module {module} of the driver is loaded', { module }), { evidence: quoted });
    if (module !== undefined && smi.failure === 'missing') {
      return verdict('warn', say('Kernel module {module} of the driver is loaded, and nvidia-smi is missing', { module }), {
        evidence: quoted,
        remedies: [remedy(say('Install the programs of this driver: the package is nvidia-utils-{branch} on Ubuntu, nvidia-smi on Debian.', { branch: module.split('.')[0] ?? '' }))],
      });
    }
    switch (smi.failure) {
      case 'timed-out':
        return verdict('fail', say('nvidia-smi does not answer'), {
          evidence: quoted,
          remedies: [remedy(say('A GPU may have fallen off the bus; the kernel’s log tells of it as Xid.'), 'sudo dmesg | grep -i -E "nvrm|xid"')],
          sources: ['https://docs.nvidia.com/deploy/xid-errors/index.html'],
        });
      case 'no-driver':
        return verdict('fail', say('nvidia-smi is installed, and the kernel module of the driver is not loaded'), {
          details: [...secureBoot(machine)],
          evidence: quoted,
          remedies: [remedy(say('Load it. Where that fails after an update of the kernel, build it anew or install the driver again; Secure Boot refuses modules that are not signed.'), 'sudo modprobe nvidia', 'dkms status')],
          sources: [DRIVER_INSTALL],
        });
      case 'no-devices':
        return verdict('fail', say('The driver finds no GPU that it can use'), {
          evidence: quoted,
          remedies: [remedy(say('The kernel’s log says why.'), 'sudo dmesg | grep -i nvrm', 'lspci -nn -d 10de:')],
        });
      case 'missing':
        break;
      default:
        return verdict('fail', say('nvidia-smi fails'), { evidence: quoted });
    }
    const gpus = machine.pciGpus;
    if (gpus === null) return verdict(machine.platform === 'darwin' ? 'not-applicable' : 'unknown', say('No NVIDIA driver was found'), { evidence: [header] });
    if (gpus.length === 0) return verdict('not-applicable', say('There is no NVIDIA GPU in this machine'));
    const others = [...new Set(gpus.flatMap(({ driver }) => (driver === null ? [] : [driver])))];
    return verdict('fail', say('There is an NVIDIA GPU, and no NVIDIA driver'), {
      details: [...others.map((driver) => say('The GPU is held by the kernel driver {driver}.', { driver })), ...secureBoot(machine)],
      evidence: [{ from: '/sys/bus/pci/devices', lines: gpus.map(({ device, driver }) => `10de:${device.replace(/^0x/, '')} ${driver ?? '-'}`) }],
      remedies: [remedy(say('Install the driver, then restart.'), ...installCommands(readOsRelease(machine)))],
      sources: [DRIVER_INSTALL],
    });
  }),
};

function secureBoot({ secureBoot: isOn }: MachineEvidence): readonly Text[] {
  return isOn === true ? [say('Secure Boot is on: the kernel refuses a module that is not signed with a key enrolled in the firmware.')] : [];
}

function installCommands(release: ReadonlyMap<string, string>): readonly string[] {
  switch (release.get('ID')) {
    case 'ubuntu':
      return ['sudo ubuntu-drivers install'];
    case 'debian':
      return ['sudo apt-get install nvidia-driver'];
    default:
      return [];
  }
}
