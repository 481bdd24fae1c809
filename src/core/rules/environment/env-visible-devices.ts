import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Report } from '../model';
import { editAssignment, findAssignment, targetStage } from '../support/environment';
import { isGpuImage } from '../support/gpu-image';

type MessageId = 'empty' | 'off' | 'fixed' | 'cudaAll' | 'cudaNone' | 'cudaFixed';

export const rule = defineRule<MessageId>({
  id: 'env-visible-devices',
  family: 'environment',
  severity: 'warning',
  summary: 'NVIDIA_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES is emptied, or fixed to certain GPUs, in the image.',
  messages: {
    empty: 'NVIDIA_VISIBLE_DEVICES is empty: under the NVIDIA runtime the container gets no GPU.',
    off: 'NVIDIA_VISIBLE_DEVICES is `{value}`: under the NVIDIA runtime the container gets no GPU unless it is started with another value.',
    fixed: 'NVIDIA_VISIBLE_DEVICES is fixed to `{value}` in the image: on a host that has no such GPU the container does not start.',
    cudaAll: 'CUDA_VISIBLE_DEVICES knows no `all`: CUDA stops at the first entry that is no index or UUID and shows no GPU.',
    cudaNone: 'CUDA_VISIBLE_DEVICES is {value} in the image: CUDA shows no GPU, however many the container gets.',
    cudaFixed: 'CUDA_VISIBLE_DEVICES is fixed to `{value}` in the image: CUDA shows no others, however many the container gets.',
  },
  docs: {
    what: '`ENV NVIDIA_VISIBLE_DEVICES` with an empty value, `void`, `none`, or certain GPUs, in an image that is made for GPUs; `ENV CUDA_VISIBLE_DEVICES` with `all`, nothing, or certain GPUs.',
    why: 'Which GPUs there are is known where the container is started. Under the NVIDIA runtime, as in Kubernetes, the image’s NVIDIA_VISIBLE_DEVICES decides when nothing else does; CUDA_VISIBLE_DEVICES counts on whatever the container got. Both are hard to find for the one who wonders where the GPUs are. [The values of the toolkit](https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html).',
    instead: '`NVIDIA_VISIBLE_DEVICES=all` in the image, and the choice at the start: `--gpus \'"device=0"\'`, or `-e NVIDIA_VISIBLE_DEVICES=0`.',
    silent: 'The stage is not the one that is shipped, the value comes from outside of the file, or, for the values that turn GPUs off, the image is made for no GPU.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'emptied',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV «NVIDIA_VISIBLE_DEVICES»=\n',
      messageId: 'empty',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_VISIBLE_DEVICES=all\n',
    },
    {
      kind: 'bad',
      title: 'turned off by name',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_VISIBLE_DEVICES=«void»\n',
      messageId: 'off',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_VISIBLE_DEVICES=all\n',
    },
    {
      kind: 'bad',
      title: 'the GPUs of one host',
      text: 'FROM nvcr.io/nvidia/pytorch:24.05-py3\nENV NVIDIA_VISIBLE_DEVICES=«0,1» NVIDIA_DRIVER_CAPABILITIES=compute,utility\n',
      messageId: 'fixed',
      fixed: 'FROM nvcr.io/nvidia/pytorch:24.05-py3\nENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility\n',
    },
    {
      kind: 'bad',
      title: 'a word of the other variable',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\nENV CUDA_VISIBLE_DEVICES «all»\n',
      messageId: 'cudaAll',
      fixed: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n',
    },
    {
      kind: 'bad',
      title: 'no GPU for CUDA',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV CUDA_VISIBLE_DEVICES=«-1»\n',
      messageId: 'cudaNone',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'the first GPU alone',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV CUDA_VISIBLE_DEVICES=«0»\n',
      messageId: 'cudaFixed',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'all',
      text: 'FROM ubuntu:22.04\nENV NVIDIA_VISIBLE_DEVICES=all\n',
    },
    {
      kind: 'good',
      title: 'in a stage that is not shipped',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS test\nENV NVIDIA_VISIBLE_DEVICES=0\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'an image for no GPU',
      text: 'FROM ubuntu:22.04\nENV NVIDIA_VISIBLE_DEVICES=void\n',
    },
  ],
  check({ report, stack }) {
    const stage = targetStage(stack);
    if (stage === undefined) return;
    checkNvidia(stack, stage, report);
    checkCuda(stack, stage, report);
  },
});

type Reporter = (report: Report<MessageId>) => void;

/** An index, a part of one (MIG), or a UUID; several of them. */
const DEVICES = /^(?:\d+(?::\d+)?|(?:GPU|MIG)-[\w/-]+)(?:,(?:\d+(?::\d+)?|(?:GPU|MIG)-[\w/-]+))*$/;

function checkNvidia(stack: StackReport, stage: StageStack, report: Reporter): void {
  const assignment = findAssignment(stack, stage, 'NVIDIA_VISIBLE_DEVICES');
  const value = assignment?.value.trim();
  if (assignment === undefined || value === undefined || value.includes(UNKNOWN)) return;
  const isOff = value === '' || value === 'void' || value === 'none';
  if (isOff ? stage.rootImage === undefined || !isGpuImage(stage.rootImage) : !DEVICES.test(value)) return;
  report({
    messageId: value === '' ? 'empty' : isOff ? 'off' : 'fixed',
    // Who writes one of the words knows what it does.
    severity: isOff && value !== '' ? 'information' : 'warning',
    data: { value },
    location: assignment.location,
    evidence: containerFacts('visible-devices-values'),
    fixes: [{ title: msg`Write all`, safe: false, edits: [editAssignment(assignment, 'all')] }],
  });
}

function checkCuda(stack: StackReport, stage: StageStack, report: Reporter): void {
  const assignment = findAssignment(stack, stage, 'CUDA_VISIBLE_DEVICES');
  const value = assignment?.value.trim();
  if (assignment === undefined || value === undefined || value.includes(UNKNOWN)) return;
  const hidesAll = value === '' || value === '-1';
  if (value !== 'all' && !hidesAll && !DEVICES.test(value)) return;
  // Hiding the GPUs of an image without CUDA has its reasons.
  if (hidesAll && (stage.rootImage === undefined || !isGpuImage(stage.rootImage))) return;
  const { instruction, location } = assignment;
  report({
    messageId: value === 'all' ? 'cudaAll' : hidesAll ? 'cudaNone' : 'cudaFixed',
    severity: value === 'all' || hidesAll ? 'warning' : 'information',
    data: { value: value === '' ? 'empty' : hidesAll ? `\`${value}\`` : value },
    location,
    evidence: containerFacts(value === 'all' ? 'cuda-visible-devices-all' : 'cuda-visible-devices-renumbered'),
    fixes: instruction.assignments.length > 1 ? [] : [{ title: msg`Drop CUDA_VISIBLE_DEVICES`, safe: false, edits: [{ file: location.file, range: lineOf(stack.dockerfile.text, instruction.range), newText: '' }] }],
  });
}

/** An instruction with the end of its line. */
function lineOf(text: string, { start, end }: { readonly start: number; readonly end: number }): { readonly start: number; readonly end: number } {
  const newline = /^\r?\n/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return { start, end: end + newline };
}
