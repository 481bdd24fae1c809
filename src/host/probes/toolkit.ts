import { compareDotted } from '../../core/version/dotted';
import { placeOfEngine } from '../evidence';
import { remedy, say, verdict } from '../model';
import { onHost, quoteCommand, type Probe } from '../probe';
import { hasGpu, hasNvidiaRuntime } from '../read/gpu-access';
import { readToolkitVersion } from '../read/system';
import { TOOLKIT_INSTALL } from '../sources';

const TITLE = 'The NVIDIA Container Toolkit';
/** The first that knows control groups of version 2. */
const FIRST_FOR_CGROUP_2 = '1.8.1';

/** Is the container toolkit there, and not too old? */
export const toolkitProbe: Probe = {
  id: 'toolkit',
  judge: onHost(TITLE, (evidence) => {
    const { machine, engine } = evidence;
    if (machine.platform !== 'linux') return verdict('not-applicable', say(TITLE));
    if (placeOfEngine(evidence) === 'desktop-wsl') return verdict('not-applicable', say('Docker Desktop brings its own container toolkit'));
    const version = readToolkitVersion(machine);
    const quoted = [quoteCommand(machine.commands.ctk, (line) => /version|not/i.test(line))];
    if (version !== undefined) {
      if (engine.info?.cgroupVersion === '2' && compareDotted(version, FIRST_FOR_CGROUP_2) < 0) {
        return verdict('fail', say('Container toolkit {version} is too old for this machine’s control groups (version 2)', { version }), {
          evidence: quoted,
          remedies: [remedy(say('Update it.'), 'sudo apt-get update && sudo apt-get install nvidia-container-toolkit', 'sudo systemctl restart docker')],
          sources: ['https://github.com/NVIDIA/nvidia-docker/issues/1447', TOOLKIT_INSTALL],
        });
      }
      return verdict('ok', say('NVIDIA Container Toolkit {version}', { version }), { evidence: quoted });
    }
    const programs = Object.entries(machine.programs).flatMap(([name, path]) => (name.startsWith('nvidia') && path !== null ? [path] : []));
    if (programs.length > 0) return verdict('ok', say('The container toolkit is there, of a version that is not known'), { evidence: [{ from: 'PATH', lines: programs }] });
    if (machine.commands.ctk.problem !== 'missing') return verdict('unknown', say(TITLE), { evidence: quoted });
    if (hasGpu(evidence) === false) return verdict('not-applicable', say('Without an NVIDIA GPU no container toolkit is needed'));
    return verdict(hasNvidiaRuntime(evidence) || hasGpu(evidence) === undefined ? 'warn' : 'fail', say('The NVIDIA Container Toolkit is not installed'), {
      details: [say('Docker cannot give a container a GPU without it: could not select device driver "" with capabilities: [[gpu]].')],
      evidence: quoted,
      remedies: [
        remedy(
          say('Add NVIDIA’s repository as its guide says, then install the toolkit, tell Docker of it and restart Docker.'),
          'sudo apt-get install -y nvidia-container-toolkit',
          'sudo nvidia-ctk runtime configure --runtime=docker',
          'sudo systemctl restart docker',
        ),
      ],
      sources: [TOOLKIT_INSTALL, 'https://github.com/NVIDIA/nvidia-docker/issues/1034'],
    });
  }),
};
