import { programIn, promises } from '../../image';
import { FFMPEG } from '../../programs';
import type { RunCheck } from '../../model';
import { readStatus, stepOf } from '../../read-step';
import { fail, pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 30_000;

/** ffmpeg is built with NVIDIA's decoders. */
export const check: RunCheck = {
  id: 'ffmpeg-cuvid',
  title: say("ffmpeg has NVIDIA's decoders"),
  kind: 'cpu',
  applies: (image) => programIn(image, 'ffmpeg') !== undefined,
  plan: (image) => stepOf('cpu', FFMPEG(image), ['-hide_banner', '-decoders'], TIMEOUT_MS),
  read: (result, image) =>
    readStatus(result, image, 'ffmpeg', (output) => {
      const decoders = [...new Set(Array.from(output.matchAll(/\b(\w+_cuvid)\b/g), ([, name]) => name ?? ''))];
      if (decoders.length > 0) return pass(say('ffmpeg lists {decoders}.', { decoders: decoders.join(', ') }));
      // Only who asks for the video libraries wants them used.
      const sentence = say('This ffmpeg is built without NVIDIA decoders (no _cuvid in ffmpeg -decoders).');
      return promises(image, 'video') ? fail(sentence, { evidence: 'NVIDIA_DRIVER_CAPABILITIES' }) : skip(sentence);
    }),
};
