// Why a program failed, in one sentence: out of the table of known errors where it is there, else in its own words.
import { decodeError, type DecodedError } from '../core/decode/decode-error';
import { msg, type Text } from '../core/l10n/message';
import type { Refusal, Sentence, Verdict } from './model';
import { wordsOfProbe } from './probe-words';
import { block, fail, say, skip } from './verdict';

/**
 * Known errors that say nothing about the image: the driver, its kernel module or the container runtime is at fault. The
 * same words as the host check has for them.
 */
export const HOST_ERRORS: ReadonlySet<string> = new Set([
  'bpf-rootless',
  'cdi-host-device',
  'cdi-unresolvable',
  'cgroup-devices',
  'compose-no-gpu-driver',
  'cuda-802',
  'cuda-803',
  'cuda-804',
  'cuda-error-35',
  'cuda-no-device',
  'docker-cdi-driver-missing',
  'docker-no-gpu-driver',
  'driver-insufficient',
  'exec-format',
  'hook-no-help-topic',
  'hook-not-in-path',
  'jetson-gpus-flag',
  'libcuda-open',
  'libcuda-so1',
  'modprobe-nvidia',
  'ngc-driver-release',
  'ngc-no-driver',
  'nvcli-cuda-error',
  'nvcli-device-node',
  'nvcli-driver-not-loaded',
  'nvcli-ldconfig-failed',
  'nvcli-ldconfig-missing',
  'nvcli-libnvidia-ml',
  'nvcli-nvml-mismatch',
  'nvcli-nvml-unknown',
  'nvcli-process-request',
  'nvcli-unknown-device',
  'nvcli-unsatisfied-cuda',
  'nvml-mismatch',
  'nvml-perm',
  'nvml-unknown',
  'ptx-toolchain',
  'rootless-devices-allow',
  'runtime-not-in-path',
  'runtime-unknown',
  'smi-no-driver',
  'smi-not-found-device',
  'torch-driver-old',
  'torch-no-driver',
  'torch-no-gpus',
  'torch-unknown-error',
  'trt-cuda-init',
]);

/**
 * Errors of the CUDA driver that lie outside the image, by number.
 * https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html (cudaErrorInsufficientDriver is 35 in the runtime API)
 */
const HOST_CUDA_ERRORS: Readonly<Record<number, Sentence>> = {
  35: say('The driver of the host is too old for the CUDA of the image.'),
  100: say('No GPU reached the container.'),
  101: say('The GPU that was asked for is not there.'),
  222: say('The driver of the host is too old for this code.'),
  802: say('The GPUs are not ready: the Fabric Manager of the host does not run.'),
  803: say("The driver's library in the container does not fit the host's kernel module."),
  804: say("The image's cuda-compat library is used on a GPU that forward compatibility does not serve."),
};

/** What frameworks say when they find no GPU, in words of their own: torch.cuda, and the log of TensorFlow's CUDA driver. */
const NO_GPU = /No CUDA GPUs are available|failed call to cuInit: (?:CUDA_ERROR_NO_DEVICE|INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE)/;

/** So many characters of output are kept as evidence. */
const EVIDENCE_CHARACTERS = 4_000;

/** How a failure is told; `what` is the subject: "trtexec", "import torch". */
export function explainFailure(what: Sentence | string, text: string, whole = text): Verdict {
  const evidence = lastPart(whole);
  const number = /CUDA (?:driver )?error:? (\d{1,3})\b/i.exec(text)?.[1];
  const host = number === undefined ? undefined : HOST_CUDA_ERRORS[Number(number)];
  const decoded = decodeError(text)[0];
  if (decoded !== undefined && decoded.severity === 'error') {
    const more = { details: remediesOf(decoded), evidence, knownError: decoded.id };
    const sentence = say('{what}: {line} – {cause}', { what, line: decoded.line, cause: { template: decoded.cause, data: decoded.values } });
    return HOST_ERRORS.has(decoded.id) || host !== undefined ? block(sentence, more) : fail(sentence, more);
  }
  if (NO_GPU.test(text) || NO_GPU.test(whole)) return block(say('{what}: {line} – no GPU reached the container.', { what, line: lastLine(text) }), { evidence });
  if (host !== undefined) return block(say('{what}: CUDA error {number}. {cause}', { what, number: number ?? '', cause: host }), { evidence });
  return fail(say('{what}: {line}', { what, line: lastLine(text) }), { evidence });
}

/** Why the engine did not run the container. */
export function explainRefusal({ kind, detail }: Refusal): Verdict {
  const decoded = decodeError(detail)[0];
  const more = { details: decoded === undefined ? [] : remediesOf(decoded), evidence: detail, knownError: decoded?.id ?? null };
  return kind === 'not-found' ? skip(refusalSentence(kind, detail), more) : block(refusalSentence(kind, detail), more);
}

function remediesOf({ remedies, values }: DecodedError): readonly Sentence[] {
  return remedies.map((template) => ({ template, data: values }));
}

function refusalSentence(kind: Refusal['kind'], detail: string): Sentence {
  switch (kind) {
    case 'no-gpu-runtime':
      return say('The engine has no way to give a container a GPU: {detail}', { detail });
    case 'exec-format':
      return say('The image is made for another processor than that of the host: {detail}', { detail });
    case 'not-found':
      return say('It needs a program that the image has not: {detail}', { detail });
    case 'cluster':
      return say('The cluster did not run the container to its end: {detail}', { detail });
    case 'no-node':
      return /Insufficient nvidia\.com\/gpu/.test(detail) ? say('No node of the cluster has a GPU to give: {detail}', { detail }) : say('No node of the cluster takes the container: {detail}', { detail });
    case 'cancelled':
      return say('The run was cancelled.');
    case 'engine':
      return say('The engine did not run the container: {detail}', { detail });
  }
}

/** The last line with something on it, cut where it is long. */
function lastLine(text: string): Text {
  const last = text.split(/\r?\n/).map((line) => line.trim()).findLast((line) => line !== '');
  return last === undefined ? msg`(no output)` : wordsOfProbe(cut(last, 300));
}

/** The end of a long output. */
export function lastPart(text: string): string {
  return text.length <= EVIDENCE_CHARACTERS ? text.trim() : `…${text.slice(-EVIDENCE_CHARACTERS).trim()}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
