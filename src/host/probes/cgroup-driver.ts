import { isWslKernel } from '../evidence';
import { remedy, say, verdict } from '../model';
import { ofEngine, onHost, quoteInfo, type Probe } from '../probe';
import { hasGpu, listCdiGpus } from '../read/gpu-access';
import { readL4t } from '../read/system';
import { TOOLKIT_CDI, TOOLKIT_TROUBLESHOOTING } from '../sources';

const TITLE = 'GPUs after a systemctl daemon-reload';

/** Do running containers keep their GPUs when systemd reads its units again? */
export const cgroupDriverProbe: Probe = {
  id: 'cgroup-driver',
  judge: onHost(TITLE, ofEngine(TITLE, (info, evidence) => {
    const { machine } = evidence;
    const quoted = quoteInfo({ 'Cgroup Driver': info.cgroupDriver, 'Cgroup Version': info.cgroupVersion });
    const data = { driver: info.cgroupDriver };
    if (hasGpu(evidence) !== true || isWslKernel(machine.kernel) || readL4t(machine) !== undefined) return verdict('not-applicable', say('Control groups are managed by {driver}', data), { evidence: [quoted] });
    if (info.cgroupDriver !== 'systemd') return verdict('ok', say('Control groups are managed by {driver}: a systemctl daemon-reload takes no GPU away', data), { evidence: [quoted] });
    if (machine.hasDeviceLinks) return verdict('ok', say('systemd can name the GPUs’ devices: a daemon-reload takes no GPU away'), { evidence: [quoted, { from: '/dev/char', lines: ['195:255'] }] });
    const hasCdi = listCdiGpus(evidence).length > 0;
    return verdict('warn', say('A systemctl daemon-reload may take the GPUs away from running containers'), {
      details: [
        say('Then they fail with “Failed to initialize NVML: Unknown Error” until they are created anew. It concerns GPUs given by `--gpus` or `--runtime=nvidia` where systemd manages control groups.'),
        ...(hasCdi ? [say('This engine has CDI: containers with `--device nvidia.com/gpu=all` keep their GPUs.')] : []),
      ],
      evidence: [quoted],
      remedies: [
        remedy(say('Give systemd the links that it names devices by. They are gone after a restart of the machine: a udev rule that calls the command keeps them.'), 'sudo nvidia-ctk system create-dev-char-symlinks --create-all'),
        remedy(say('Or give GPUs by CDI: `--device nvidia.com/gpu=all`.')),
        remedy(say('Or let Docker manage control groups: "exec-opts": ["native.cgroupdriver=cgroupfs"] in daemon.json, then restart it.'), 'sudo systemctl restart docker'),
      ],
      sources: [TOOLKIT_TROUBLESHOOTING, 'https://github.com/NVIDIA/nvidia-docker/issues/1730', 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/1227', TOOLKIT_CDI],
    });
  })),
};
