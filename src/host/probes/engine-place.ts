import { placeOfEngine } from '../evidence';
import { remedy, say, verdict } from '../model';
import { ofEngine, quoteInfo, type Probe } from '../probe';
import { hasGpu } from '../read/gpu-access';

const TITLE = 'Which engine it is';

/** Is it the engine that can see the GPU of this machine: not one in a virtual machine, a snap, or another of several? */
export const enginePlaceProbe: Probe = {
  id: 'engine-place',
  judge: ofEngine(TITLE, (info, evidence) => {
    const { address, others } = evidence.engine;
    const { platform, programs } = evidence.machine;
    const quoted = quoteInfo({ 'Operating System': info.operatingSystem, 'Docker Root Dir': info.dataRoot, Context: address?.name ?? null });
    const local = others.filter(({ url }) => /^(?:unix|npipe):/.test(url) && url !== address?.url);
    const details = local.map(({ name, url }) => say('Another engine of this machine: {name} at {url}.', { name, url }));
    switch (placeOfEngine(evidence)) {
      case 'desktop-vm':
        if (platform !== 'linux' || hasGpu(evidence) !== true) break;
        return verdict('fail', say('The engine runs in Docker Desktop’s virtual machine, where the GPU of this machine is not'), {
          details,
          evidence: [quoted],
          remedies: [remedy(say('Use the engine of this machine; install Docker Engine where it has none.'), 'docker context use default')],
          sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/229', 'https://github.com/docker/desktop-linux/issues/213'],
        });
      case 'desktop-wsl':
        return verdict('ok', say('The engine is Docker Desktop on WSL 2, which passes the GPU on'), { evidence: [quoted] });
      case 'elsewhere':
        return verdict('not-applicable', say('The engine runs on another machine'), { details, evidence: [quoted] });
      case 'unknown':
        return verdict('unknown', say(TITLE), { details });
      case 'here':
        break;
    }
    if (info.dataRoot.startsWith('/var/snap/') || programs.docker?.startsWith('/snap/') === true) {
      return verdict(hasGpu(evidence) === true ? 'warn' : 'ok', say('Docker comes from a snap, which sees little of the driver'), {
        details,
        evidence: [quoted, ...(programs.docker === null ? [] : [{ from: 'docker', lines: [programs.docker] }])],
        remedies: [remedy(say('Where GPUs are not found, replace it by Docker’s own packages or those of the distribution. Images and containers of the snap are lost by this.'), 'sudo snap remove docker')],
        sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/83', 'https://github.com/NVIDIA/nvidia-docker/issues/1591'],
      });
    }
    return verdict('ok', say('The engine runs on this machine'), { details, evidence: [quoted] });
  }),
};
