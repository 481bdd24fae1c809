import { remedy, say, verdict } from '../model';
import { ofEngine, quoteInfo, type Probe } from '../probe';
import { hasGpu } from '../read/gpu-access';
import { TOOLKIT_TROUBLESHOOTING } from '../sources';

/** Does the engine separate containers by SELinux, which keeps them from the GPU? */
export const selinuxProbe: Probe = {
  id: 'selinux',
  judge: ofEngine('SELinux', (info, evidence) => {
    const quoted = quoteInfo({ 'Security Options': info.securityOptions });
    if (!info.securityOptions.includes('name=selinux')) return verdict('not-applicable', say('The engine does not separate containers by SELinux'), { evidence: [quoted] });
    return verdict(hasGpu(evidence) === false ? 'ok' : 'warn', say('SELinux may keep containers from the GPU'), {
      details: [say('Where it does, nvidia-smi says in the container: Failed to initialize NVML: Insufficient Permissions.')],
      evidence: [quoted],
      remedies: [remedy(say('Start such a container with `--security-opt=label=disable`.'))],
      sources: [TOOLKIT_TROUBLESHOOTING],
    });
  }),
};
