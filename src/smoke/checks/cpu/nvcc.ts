import { WORK, pathOf } from '../../files';
import { holds, programIn } from '../../image';
import { NVCC } from '../../programs';
import type { RunCheck } from '../../model';
import { readStatus, stepOf } from '../../read-step';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 120_000;

/** nvcc and the host compiler that it calls turn a kernel into a program. */
export const check: RunCheck = {
  id: 'nvcc-compiles',
  title: say('nvcc compiles a kernel'),
  kind: 'cpu',
  applies: (image) => programIn(image, 'nvcc') !== undefined || holds(image, 'nvcc'),
  plan: (image) => stepOf('cpu', NVCC(image), ['-o', `${WORK}/scale`, pathOf('scale.cu')], TIMEOUT_MS),
  read: (result, image) => readStatus(result, image, 'nvcc', () => pass(say('nvcc compiles and links a kernel.'))),
};
