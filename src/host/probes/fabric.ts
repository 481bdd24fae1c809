import { remedy, say, verdict } from '../model';
import { onHost, quoteCommand, type Probe } from '../probe';
import { readFabricStates } from '../read/nvidia-smi';

const TITLE = 'NVSwitch fabric';

/** Has the fabric manager set up the NVSwitches between the GPUs? CUDA does not start before. */
export const fabricProbe: Probe = {
  id: 'fabric',
  judge: onHost(TITLE, ({ machine }) => {
    const states = readFabricStates(machine);
    if (states.length === 0) return verdict('not-applicable', say('The GPUs are on no NVSwitch fabric'));
    const evidence = [quoteCommand(machine.commands.smiFabric)];
    const waiting = states.filter(({ state }) => state !== 'Completed').map(({ index }) => index);
    if (waiting.length === 0) return verdict('ok', say('The NVSwitch fabric is set up'), { evidence });
    return verdict('fail', say('The NVSwitch fabric is not set up for GPU {indexes}', { indexes: waiting.join(', ') }), {
      details: [say('Until the fabric manager has done it, CUDA fails in every container: Error 802, system not yet initialized.')],
      evidence,
      remedies: [remedy(say('See that the fabric manager is installed and runs.'), 'systemctl status nvidia-fabricmanager', 'sudo systemctl enable --now nvidia-fabricmanager')],
      sources: ['https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/index.html', 'https://github.com/NVIDIA/NVSentinel/issues/883', 'https://github.com/gpustack/gpustack/issues/4154'],
    });
  }),
};
