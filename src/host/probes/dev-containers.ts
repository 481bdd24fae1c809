import { remedy, say, verdict } from '../model';
import { ofEngine, quoteInfo, type Probe } from '../probe';
import { hasGpu, hasNvidiaRuntime } from '../read/gpu-access';

const DETECTION = 'https://github.com/devcontainers/cli/blob/f683c29f/src/spec-node/singleContainer.ts#L335';

/** Do the dev container tools see that this engine has GPUs? They look for the runtime's name alone. */
export const devContainersProbe: Probe = {
  id: 'dev-containers',
  judge: ofEngine('GPU detection of dev containers', (info, evidence) => {
    const quoted = quoteInfo({ Runtimes: info.runtimes });
    const gpu = hasGpu(evidence);
    if (hasNvidiaRuntime(evidence)) {
      const isReal = gpu !== false;
      return verdict(isReal ? 'ok' : 'warn', isReal ? say('Dev containers with hostRequirements.gpu get the GPU') : say('Dev containers ask for a GPU that is not there'), {
        details: isReal ? [] : [say('The tools see the runtime nvidia and add `--gpus all`, though there is no GPU: the container does not start.')],
        evidence: [quoted],
        remedies: isReal ? [] : [remedy(say('Take the runtime out of the engine’s configuration, or start with `devcontainer up --gpu-availability none`.'))],
        sources: [DETECTION, 'https://github.com/microsoft/vscode-remote-release/issues/9385'],
      });
    }
    if (gpu === undefined) return verdict('unknown', say('Whether dev containers get a GPU'), { details: [say('The engine has no runtime nvidia, which the tools look for, and whether it has a GPU is not known.')], evidence: [quoted] });
    if (!gpu) return verdict('not-applicable', say('Dev containers get no GPU from this engine'), { evidence: [quoted] });
    return verdict('warn', say('Dev containers with hostRequirements.gpu do not find the GPU'), {
      details: [say('The tools look for the runtime nvidia in `docker info`; GPUs by CDI or `--gpus` alone they do not see.')],
      evidence: [quoted],
      remedies: [
        remedy(say('Tell Docker of the runtime, too; running containers stop, unless live-restore is set.'), 'sudo nvidia-ctk runtime configure --runtime=docker', 'sudo systemctl restart docker'),
        remedy(say('Or write the request into devcontainer.json: "runArgs": ["--gpus", "all"].')),
        remedy(say('Or start with the command line.'), 'devcontainer up --gpu-availability all'),
      ],
      sources: [DETECTION, 'https://github.com/microsoft/vscode-remote-release/issues/10124'],
    });
  }),
};
