import { WORK } from '../../files';
import { programIn, promises } from '../../image';
import { FFMPEG } from '../../programs';
import type { RunCheck } from '../../model';
import { isolate, readEnding } from '../../read-step';
import { explainFailure } from '../../explain';
import { pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** A film that ffmpeg itself has made is decoded on the GPU. MPEG-2, because every ffmpeg can write it. */
export const check: RunCheck = {
  id: 'ffmpeg-decodes',
  title: say('ffmpeg decodes on the GPU'),
  kind: 'gpu',
  applies: (image) => programIn(image, 'ffmpeg') !== undefined && promises(image, 'video'),
  plan: (image) => ({
    commands: [
      { programs: FFMPEG(image), args: ['-hide_banner', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc=duration=1:size=320x240:rate=25', '-c:v', 'mpeg2video', `${WORK}/film.mpg`] },
      { programs: FFMPEG(image), args: ['-hide_banner', '-v', 'error', '-c:v', 'mpeg2_cuvid', '-i', `${WORK}/film.mpg`, '-f', 'null', '-'] },
    ],
    timeoutMs: TIMEOUT_MS,
    isolation: isolate('all'),
  }),
  read(result, image) {
    const ending = readEnding(result, image, 'ffmpeg');
    if (ending !== undefined) return ending;
    if (result.status === 0) return pass(say('ffmpeg decoded a film on the GPU.'));
    if (/Unknown decoder 'mpeg2_cuvid'/.test(result.output)) return skip(say('This ffmpeg has no mpeg2_cuvid.'));
    return explainFailure('ffmpeg', result.output);
  },
};
