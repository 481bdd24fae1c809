import { isWslKernel } from '../evidence';
import { remedy, say, verdict } from '../model';
import { onHost, type Probe } from '../probe';
import { readKernelModule, readL4t } from '../read/system';

const TITLE = 'Device nodes of the GPU';
/** Without the last one CUDA does not start, though nvidia-smi works. */
const NEEDED = ['nvidiactl', 'nvidia-uvm'];

/** Are the device nodes there that containers are given? */
export const deviceNodesProbe: Probe = {
  id: 'device-nodes',
  judge: onHost(TITLE, ({ machine }) => {
    if (readKernelModule(machine) === undefined || isWslKernel(machine.kernel) || readL4t(machine) !== undefined) return verdict('not-applicable', say(TITLE));
    const { dev } = machine.folders;
    if (!('names' in dev)) return verdict('unknown', say(TITLE), { evidence: [{ from: dev.path, lines: [dev.code] }] });
    const present = dev.names.filter((name) => name.startsWith('nvidia'));
    const evidence = [{ from: '/dev', lines: [present.length === 0 ? '-' : present.join(' ')] }];
    const missing = NEEDED.filter((name) => !present.includes(name));
    if (missing.length === 0 && present.some((name) => /^nvidia\d+$/.test(name))) return verdict('ok', say('Device nodes of the GPU are there'), { evidence });
    return verdict('warn', missing.length === 0 ? say('No GPU has a device node') : say('Device nodes are missing: {names}', { names: missing.map((name) => `/dev/${name}`).join(', ') }), {
      details: [say('They appear when the driver is first used as root. Until then CUDA may fail in a container with an unknown error.')],
      evidence,
      remedies: [remedy(say('Load the modules and make the nodes.'), 'sudo nvidia-modprobe -u -c=0')],
      sources: ['https://github.com/AbdBarho/stable-diffusion-webui-docker/issues/388', 'https://github.com/NVIDIA/nvidia-modprobe'],
    });
  }),
};
