import { hasPython, promises } from '../../image';
import type { RunCheck } from '../../model';
import { probeStep, readProbe, textOf } from '../../python-probe';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 30_000;

/** An X server answers, where a smoke file hands in DISPLAY and its socket. */
export const check: RunCheck = {
  id: 'x11',
  title: say('The X server answers'),
  kind: 'gpu',
  applies: (image) => promises(image, 'display') && hasPython(image),
  plan: (image) => probeStep('gpu', image, 'display.py', ['x11'], [], TIMEOUT_MS),
  read: (result, image) => readProbe(result, image, 'X11', (data) => pass(say('The X server at {display} answers.', { display: textOf(data['display']) ?? '' }))),
};
