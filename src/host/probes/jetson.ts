import { findJetsonRelease } from '../../core/facts/jetson';
import { remedy, say, verdict } from '../model';
import { onHost, quoteFile, quoteInfo, type Probe } from '../probe';
import { hasNvidiaRuntime } from '../read/gpu-access';
import { readL4t } from '../read/system';

const TITLE = 'Jetson';

/** On Jetson: which release, and does the engine have the runtime that alone gives GPUs there? */
export const jetsonProbe: Probe = {
  id: 'jetson',
  judge: onHost(TITLE, (evidence) => {
    const { machine, engine } = evidence;
    const l4t = readL4t(machine);
    if (l4t === undefined) return verdict('not-applicable', say('This is no Jetson'));
    const release = findJetsonRelease(l4t);
    const data = { l4t, jetpack: release?.jetpack ?? '', cuda: release?.cuda ?? '', tensorrt: release?.tensorrt ?? '' };
    const known = [
      ...(typeof release?.jetpack === 'string' ? [say('It belongs to JetPack {jetpack}.', data)] : []),
      ...(typeof release?.cuda === 'string' && typeof release.tensorrt === 'string' ? [say('That has CUDA {cuda} and TensorRT {tensorrt}.', data)] : []),
      say('Images must be for linux/arm64 and for this release of L4T; `--gpus` is not supported, `--runtime=nvidia` is.'),
    ];
    const quoted = quoteFile(machine.files.tegraRelease);
    const sources = [...(release === undefined ? [] : [release.source]), 'https://github.com/dusty-nv/jetson-containers/issues/108'];
    if (engine.info === null) return verdict('unknown', say('Jetson Linux {l4t}', data), { details: known, evidence: quoted, sources });
    const info = quoteInfo({ Runtimes: engine.info.runtimes, 'Default Runtime': engine.info.defaultRuntime });
    if (hasNvidiaRuntime(evidence)) return verdict('ok', say('Jetson Linux {l4t}, with the runtime nvidia', data), { details: known, evidence: [...quoted, info], sources });
    return verdict('fail', say('Jetson Linux {l4t}, and the engine has no runtime nvidia', data), {
      details: known,
      evidence: [...quoted, info],
      remedies: [
        remedy(say('Install the container toolkit of JetPack and tell Docker of it.'), 'sudo apt-get install -y nvidia-container-toolkit', 'sudo nvidia-ctk runtime configure --runtime=docker', 'sudo systemctl restart docker'),
      ],
      sources: [...sources, 'https://github.com/dusty-nv/jetson-containers/issues/1460'],
    });
  }),
};
