import { remedy, say, verdict } from '../model';
import { onHost, quoteCommand, type Probe } from '../probe';
import { readMigInstances } from '../read/nvidia-smi';

const TITLE = 'Division of the GPUs (MIG)';
const MIG_GUIDE = 'https://docs.nvidia.com/datacenter/tesla/mig-user-guide/getting-started-with-mig.html';

/** Is a GPU in MIG mode, and does it have instances? Without one nothing can compute on it. */
export const migProbe: Probe = {
  id: 'mig',
  judge: onHost(TITLE, ({ machine }) => {
    const count = readMigInstances(machine);
    if (count === undefined) return verdict('not-applicable', say('No GPU is divided by MIG'));
    const evidence = [quoteCommand(machine.commands.smi, (line) => /MIG|Enabled/.test(line))];
    if (count > 0) {
      return verdict('ok', say('MIG divides the GPUs into instances: {count}', { count: String(count) }), {
        details: [say('A container gets one by its GPU and place, or by its UUID: `--gpus device=0:0` is the first of GPU 0.')],
        evidence,
        sources: [MIG_GUIDE],
      });
    }
    return verdict('fail', say('MIG is on, and there is no instance'), {
      details: [say('CUDA finds no device on a GPU in this mode until instances are made, in containers as little as outside.')],
      evidence,
      remedies: [
        remedy(say('See which instances the GPU can have, then make one of a profile of this list with `nvidia-smi mig -cgi PROFILE -C` as root.'), 'sudo nvidia-smi mig -lgip'),
        remedy(say('Or turn MIG off.'), 'sudo nvidia-smi -mig 0'),
      ],
      sources: [MIG_GUIDE],
    });
  }),
};
