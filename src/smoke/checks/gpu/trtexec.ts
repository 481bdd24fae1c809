import { WORK, pathOf } from '../../files';
import { holds, programIn } from '../../image';
import { TRTEXEC } from '../../programs';
import type { RunCheck } from '../../model';
import { isolate, readStatus } from '../../read-step';
import { fail, pass, say } from '../../verdict';

const TIMEOUT_MS = 300_000;
/** Few runs: it is no benchmark. */
const SHORT = ['--warmUp=0', '--duration=0', '--iterations=10'];

/** trtexec builds an engine of the tiny network and saves it; a second process loads and runs it. */
export const check: RunCheck = {
  id: 'trtexec-engine',
  title: say('trtexec builds and runs an engine'),
  kind: 'gpu',
  applies: (image) => programIn(image, 'trtexec') !== undefined || holds(image, 'trtexec'),
  plan: (image) => ({
    commands: [
      { programs: TRTEXEC(image), args: [`--onnx=${pathOf('network.onnx')}`, `--saveEngine=${WORK}/trtexec.engine`, ...SHORT] },
      { programs: TRTEXEC(image), args: [`--loadEngine=${WORK}/trtexec.engine`, ...SHORT] },
    ],
    timeoutMs: TIMEOUT_MS,
    isolation: isolate('all'),
  }),
  read: (result, image) =>
    readStatus(result, image, 'trtexec', (output) => {
      // "&&&& PASSED TensorRT.trtexec [TensorRT v8601] # trtexec …", once a process.
      const passes = output.match(/&&&& PASSED/g)?.length ?? 0;
      if (passes < 2) return fail(say('trtexec ended without saying PASSED.'), { evidence: output.slice(-2_000) });
      const version = /\[TensorRT v(\d+)\]/.exec(output)?.[1];
      return pass(say('trtexec built an engine, saved it, loaded it again and ran it.'), { measured: version === undefined ? {} : { trtexec: version } });
    }),
};
