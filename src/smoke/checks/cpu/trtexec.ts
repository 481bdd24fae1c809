import { holds, programIn } from '../../image';
import type { RunCheck } from '../../model';
import { readEnding, stepOf } from '../../read-step';
import { TRTEXEC } from '../../programs';
import { explainFailure } from '../../explain';
import { pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** trtexec finds all its libraries and prints its help. */
export const check: RunCheck = {
  id: 'trtexec-starts',
  title: say('trtexec starts'),
  kind: 'cpu',
  applies: (image) => programIn(image, 'trtexec') !== undefined || holds(image, 'trtexec'),
  plan: (image) => stepOf('cpu', TRTEXEC(image), ['--help'], TIMEOUT_MS),
  read(result, image) {
    const ending = readEnding(result, image, 'trtexec');
    if (ending !== undefined) return ending;
    if (result.status === 0) return pass(say('trtexec starts.'));
    // The driver's library comes with the GPU; without one there is nothing to say.
    if (/libcuda\.so\.1: cannot open/.test(result.output)) return skip(say("trtexec needs the driver's libcuda.so.1 to start; the GPU profile checks it."));
    return explainFailure('trtexec', result.output);
  },
};
