import { msg } from '../../core/l10n/message';
import { isWslKernel } from '../evidence';
import { remedy, say, verdict } from '../model';
import { onHost, quoteFile, type Probe } from '../probe';
import { WSL_GUIDE } from '../sources';

const TITLE = 'WSL 2';

/** On WSL 2: does Windows pass its driver in, and is no Linux driver in the way? */
export const wslProbe: Probe = {
  id: 'wsl',
  judge: onHost(TITLE, ({ machine }) => {
    if (!isWslKernel(machine.kernel)) return verdict('not-applicable', say('This is not WSL'));
    const { dev, wslLibraries } = machine.folders;
    const hasDevice = 'names' in dev && dev.names.includes('dxg');
    const libraries = 'names' in wslLibraries ? wslLibraries.names.filter((name) => /^(?:libcuda|libnvidia-ml)\.so/.test(name)) : [];
    const evidence = [
      { from: '/dev/dxg', lines: [hasDevice ? msg`there` : msg`missing`] },
      { from: wslLibraries.path, lines: ['code' in wslLibraries ? wslLibraries.code : libraries.length === 0 ? '-' : libraries.join(' ')] },
    ];
    if ('text' in machine.files.kernelModule) {
      return verdict('warn', say('A Linux driver is loaded in WSL, where only that of Windows can work'), {
        evidence: [...evidence, ...quoteFile(machine.files.kernelModule)],
        remedies: [remedy(say('Remove the packages of the Linux driver from this distribution.'), "sudo apt-get remove 'nvidia-driver-*' 'libnvidia-compute-*'")],
        sources: [WSL_GUIDE],
      });
    }
    if (!hasDevice || libraries.length === 0) {
      return verdict('fail', say('Windows passes no NVIDIA driver into WSL'), {
        evidence,
        remedies: [remedy(say('Install the NVIDIA driver on Windows, bring WSL up to date, then restart it. Run these in Windows.'), 'wsl --update', 'wsl --shutdown')],
        sources: [WSL_GUIDE],
      });
    }
    return verdict('ok', say('Windows passes its NVIDIA driver into WSL'), {
      details: [say('Driver files inside an image are in the way here: “libnvidia-ml.so.1: file exists”. Build images without libnvidia-* and libcuda.')],
      evidence,
      sources: [WSL_GUIDE, 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/289'],
    });
  }),
};
