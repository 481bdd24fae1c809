import { remedy, say, verdict } from '../model';
import { ofEngine, onHost, quoteFile, quoteInfo, type Probe } from '../probe';
import { hasGpu, listCdiGpus } from '../read/gpu-access';
import { readToolkitSwitch } from '../read/system';
import { TOOLKIT_INSTALL } from '../sources';

const TITLE = 'Rootless engine';
const SETTING = 'sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place';

/** Does the toolkit know that a rootless engine may not change device rules, and only then? */
export const rootlessProbe: Probe = {
  id: 'rootless',
  judge: onHost(TITLE, ofEngine(TITLE, (info, evidence) => {
    const { machine } = evidence;
    const isRootless = info.securityOptions.includes('name=rootless');
    const noCgroups = readToolkitSwitch(machine, 'no-cgroups') ?? false;
    const quoted = [quoteInfo({ 'Security Options': info.securityOptions }), ...quoteFile(machine.files.toolkitConfig, (line) => line.includes('no-cgroups'))];
    if (hasGpu(evidence) !== true) return verdict('not-applicable', isRootless ? say('The engine is rootless') : say('The engine is not rootless'), { evidence: quoted });
    if (!isRootless && noCgroups) {
      return verdict('warn', say('The toolkit is set for rootless engines (no-cgroups), and this one is not'), {
        details: [say('Containers see the GPU’s files and may not open them, unless the devices are given by `--device`.')],
        evidence: quoted,
        remedies: [remedy(say('Take the setting back, unless a rootless engine on this machine needs it.'), `${SETTING.replace('no-cgroups', 'no-cgroups=false')}`)],
        sources: ['https://github.com/NVIDIA/nvidia-docker/issues/1447', TOOLKIT_INSTALL],
      });
    }
    if (!isRootless) return verdict('not-applicable', say('The engine is not rootless'), { evidence: quoted });
    if (noCgroups) return verdict('ok', say('The engine is rootless, and the toolkit is set for it'), { evidence: quoted });
    const hasCdi = listCdiGpus(evidence).length > 0;
    return verdict(hasCdi ? 'warn' : 'fail', say('The engine is rootless, and the toolkit is not set for it'), {
      details: [say('`--gpus` fails: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted.'), ...(hasCdi ? [say('GPUs by CDI do without.')] : [])],
      evidence: quoted,
      remedies: [remedy(say('Set it.'), SETTING), remedy(say('Or give GPUs by CDI: `--device nvidia.com/gpu=all`.'))],
      sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/106', TOOLKIT_INSTALL],
    });
  })),
};
