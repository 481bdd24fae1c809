import { msg } from '../../core/l10n/message';
import { remedy, say, verdict } from '../model';
import { quoteInfo, whyUnreadable, type Probe } from '../probe';

const GIB = 1024 ** 3;
/** Images of CUDA with TensorRT or a framework have 10 to 30 GB, and a pull needs room for layers and their contents. */
const TIGHT_BYTES = 30 * GIB;
const FULL_BYTES = 5 * GIB;

/** Is there room for images, and what does the build cache hold? */
export const diskProbe: Probe = {
  id: 'disk',
  judge(evidence) {
    const { engine, machine } = evidence;
    const cache = engine.buildCacheBytes;
    const details = cache === null ? [] : [say('The build cache holds {size}.', { size: formatGib(cache) })];
    const space = machine.dataRoot;
    if (space === null) {
      const reason = whyUnreadable(evidence);
      return verdict('unknown', say('Free space of the engine’s data root'), { details: [...(reason === undefined ? engine.info === null ? [say('No engine answers.')] : [] : [reason]), ...details] });
    }
    const data = { free: formatGib(space.availableBytes), total: formatGib(space.totalBytes), path: space.path };
    const parts = {
      details,
      evidence: [quoteInfo({ 'Docker Root Dir': space.path }), { from: `df ${space.path}`, lines: [msg`${data.free} free of ${data.total}`] }],
      sources: ['https://github.com/NVIDIA-NeMo/Speech/issues/1029', 'https://github.com/dusty-nv/jetson-inference/issues/1569'],
    };
    if (space.availableBytes >= TIGHT_BYTES) return verdict('ok', say('{free} free for images in {path}', data), parts);
    return verdict(space.availableBytes < FULL_BYTES ? 'fail' : 'warn', say('Only {free} free for images in {path}', data), {
      ...parts,
      details: [say('Images with CUDA and TensorRT or a framework have 10 to 30 GB; a pull or build that finds no room ends with “no space left on device”.'), ...details],
      remedies: [
        remedy(say('See what holds the space.'), 'docker system df -v'),
        remedy(say('Remove build cache and images that no container uses. They have to be built or pulled again.'), 'docker builder prune', 'docker image prune -a'),
      ],
    });
  },
};

function formatGib(bytes: number): string {
  const gib = bytes / GIB;
  return `${gib.toFixed(gib < 10 ? 1 : 0)} GiB`;
}
