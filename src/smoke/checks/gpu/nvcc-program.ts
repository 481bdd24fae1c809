import { WORK, pathOf } from '../../files';
import { programIn } from '../../image';
import { NVCC } from '../../programs';
import type { RunCheck } from '../../model';
import { isolate, readStatus } from '../../read-step';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 180_000;

/** What the image's nvcc compiles runs on this GPU. */
export const check: RunCheck = {
  id: 'nvcc-program',
  title: say('A program of nvcc runs'),
  kind: 'gpu',
  applies: (image) => programIn(image, 'nvcc') !== undefined,
  plan: (image) => ({
    commands: [
      { programs: NVCC(image), args: ['-o', `${WORK}/scale`, pathOf('scale.cu')] },
      { programs: [`${WORK}/scale`], args: [] },
    ],
    timeoutMs: TIMEOUT_MS,
    isolation: isolate('all'),
  }),
  read: (result, image) =>
    readStatus(result, image, say('The program of nvcc'), (output) => {
      const [, gpu = 'the GPU', capability = ''] = /kernel ran on (.+), compute capability ([\d.]+)/.exec(output) ?? [];
      return pass(say('A program compiled by nvcc ran on {gpu} and its result is right.', { gpu }), { measured: capability === '' ? {} : { gpu, 'compute capability': capability } });
    }),
};
