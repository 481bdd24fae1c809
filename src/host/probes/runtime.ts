import { placeOfEngine, type EngineFacts, type HostEvidence } from '../evidence';
import { remedy, say, verdict, type Verdict } from '../model';
import { ofEngine, quoteFile, quoteInfo, whyUnreadable, type Probe } from '../probe';
import { daemonFile, isAboutGpus, readDaemonConfig } from '../read/daemon-json';
import { hasGpu, hasNvidiaRuntime, listCdiGpus } from '../read/gpu-access';
import { readToolkitVersion } from '../read/system';
import { TOOLKIT_INSTALL } from '../sources';

const TITLE = 'The engine’s way to GPUs';
const RESTART = 'sudo systemctl restart docker';
const CONFIGURE = 'sudo nvidia-ctk runtime configure --runtime=docker';

/** Does the running engine know the runtime nvidia, or GPUs by CDI? Held against its configuration file, where that is here. */
export const runtimeProbe: Probe = {
  id: 'runtime',
  judge: ofEngine(TITLE, (info, evidence) => {
    const quoted = quoteInfo({ Runtimes: info.runtimes, 'Default Runtime': info.defaultRuntime, 'CDI devices': info.cdiDevices });
    const cdi = listCdiGpus(evidence);
    if (hasNvidiaRuntime(evidence)) return judgeRegistered(info, evidence);
    if (cdi.length > 0) {
      return verdict('ok', say('The engine gives GPUs by CDI; it has no runtime nvidia'), {
        details: [say('`--device nvidia.com/gpu=all` works; `--runtime=nvidia` does not.')],
        evidence: [quoted],
      });
    }
    if (placeOfEngine(evidence) === 'desktop-wsl') {
      return verdict('ok', say('Docker Desktop gives GPUs by `--gpus`'), { evidence: [quoted], sources: ['https://docs.docker.com/desktop/features/gpu/'] });
    }
    if (hasGpu(evidence) === false) return verdict('not-applicable', say('The engine gives no GPUs, and there are none'), { evidence: [quoted] });
    if (whyUnreadable(evidence) !== undefined) {
      return verdict('unknown', say('The engine lists neither a runtime nvidia nor GPUs by CDI'), {
        details: [say('`--gpus` may work nonetheless, where the container toolkit is on its machine.'), whyUnreadable(evidence) ?? say('')],
        evidence: [quoted],
      });
    }
    return judgeUnregistered(evidence, quoted);
  }),
};

function judgeRegistered(info: EngineFacts, evidence: HostEvidence): Verdict {
  const quoted = quoteInfo({ Runtimes: info.runtimes, 'Default Runtime': info.defaultRuntime });
  const file = daemonFile(evidence);
  const config = readDaemonConfig(file);
  const program = config === undefined || config === 'invalid' ? undefined : config.runtimes.get('nvidia');
  const isStandard = program === 'nvidia-container-runtime' || program === '/usr/bin/nvidia-container-runtime';
  if (isStandard && whyUnreadable(evidence) === undefined && evidence.machine.programs['nvidia-container-runtime'] === null) {
    return verdict('fail', say('The engine’s runtime nvidia names a program that is not there: {program}', { program }), {
      details: info.defaultRuntime === 'nvidia' ? [say('It is the default runtime, so that no container starts at all.')] : [],
      evidence: [quoted, ...quoteFile(file, isAboutGpus)],
      remedies: [remedy(say('Install the container toolkit again.'), 'sudo apt-get install --reinstall nvidia-container-toolkit', RESTART), remedy(say('Or take the runtime out of the configuration: edit {path}.', { path: file.path }))],
      sources: ['https://github.com/NVIDIA/nvidia-docker/issues/1190'],
    });
  }
  return verdict('ok', info.defaultRuntime === 'nvidia' ? say('The engine has the runtime nvidia, as its default') : say('The engine has the runtime nvidia'), {
    details: info.defaultRuntime === 'nvidia' ? [say('Every container whose image asks for GPUs gets them, without `--gpus`.')] : [],
    evidence: [quoted],
  });
}

function judgeUnregistered(evidence: HostEvidence, quoted: ReturnType<typeof quoteInfo>): Verdict {
  const { machine } = evidence;
  const file = daemonFile(evidence);
  const config = readDaemonConfig(file);
  if (config !== undefined && config !== 'invalid' && config.runtimes.has('nvidia')) {
    return verdict('fail', say('{path} names the runtime nvidia, and the running engine does not know it', { path: file.path }), {
      details: [say('The engine was not restarted after that, or it is another one than the file is for (Docker Desktop, a snap, rootless).')],
      evidence: [quoted, ...quoteFile(file, isAboutGpus)],
      remedies: [remedy(say('Restart the engine; running containers stop, unless live-restore is set.'), RESTART)],
      sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/653', 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/150'],
    });
  }
  if (machine.programs['nvidia-container-runtime-hook'] !== null) {
    return verdict('warn', say('The engine has no runtime nvidia; `--gpus` works, `--runtime=nvidia` and dev containers do not find the GPU'), {
      details: [say('The toolkit is installed and Docker was not told of it. `--gpus` works where the engine was started after the toolkit was installed.')],
      evidence: [quoted],
      remedies: [remedy(say('Tell Docker of the runtime, then restart it; running containers stop, unless live-restore is set.'), CONFIGURE, RESTART)],
      sources: [TOOLKIT_INSTALL],
    });
  }
  return verdict('fail', say('The engine has no way to give a container a GPU'), {
    evidence: [quoted],
    remedies: readToolkitVersion(machine) === undefined ? [] : [remedy(say('Tell Docker of the toolkit, then restart it; running containers stop, unless live-restore is set.'), CONFIGURE, RESTART)],
    sources: [TOOLKIT_INSTALL, 'https://github.com/NVIDIA/nvidia-docker/issues/1034'],
  });
}
