import type { EnvInstruction } from '../../dockerfile/model';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Fix } from '../model';
import { chainOf } from '../support/absence';

const NAME = 'LD_LIBRARY_PATH';

const GKE: Evidence = {
  fact: msg`Where the driver is mounted without NVIDIA’s container toolkit, as on GKE, it lies in /usr/local/nvidia/lib64 and is found through LD_LIBRARY_PATH alone.`,
  source: 'https://github.com/GoogleCloudPlatform/community/issues/2227',
  checked: '2026-11-20',
};
const LOST: Evidence = {
  fact: msg`An image that set LD_LIBRARY_PATH anew did not find the mounted libnvidia-ml.so any more.`,
  source: 'https://github.com/tensorflow/tensorflow/issues/4363',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'env-library-path-clobbered',
  family: 'environment',
  severity: 'warning',
  summary: 'LD_LIBRARY_PATH is set anew, without the folders that the base image had put there.',
  messages: {
    clobbered: 'This drops {lost} of the base image from LD_LIBRARY_PATH: {consequence}.',
  },
  docs: {
    what: '`ENV LD_LIBRARY_PATH=…` without the older value, in an image that has one for a reason: `nvidia/cuda` has `/usr/local/nvidia/lib64`, newer ones `/usr/local/cuda/lib64`.',
    why: 'GKE and other hosts without NVIDIA’s container toolkit mount the driver at `/usr/local/nvidia`, where only `LD_LIBRARY_PATH` [leads](https://github.com/GoogleCloudPlatform/community/issues/2227). There the image finds no GPU: `libcuda.so.1: cannot open shared object file`.',
    instead: 'Keep the older value: `ENV LD_LIBRARY_PATH=/opt/app/lib:${LD_LIBRARY_PATH}`.',
    silent: 'A later `ENV` puts the folders back, the stage is only built in, or it is not known what the image had.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'only the folder of CUPTI is left',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=«/usr/local/cuda/extras/CUPTI/lib64»\n',
      messageId: 'clobbered',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/extras/CUPTI/lib64:${LD_LIBRARY_PATH}\n',
    },
    {
      kind: 'bad',
      title: 'in a stage that the last one is built upon',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04 AS base\nENV PATH=/opt/bin:$PATH LD_LIBRARY_PATH=«"/opt/lib:/opt/lib64"»\nFROM base\nCOPY app /app\n',
      messageId: 'clobbered',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04 AS base\nENV PATH=/opt/bin:$PATH LD_LIBRARY_PATH="/opt/lib:/opt/lib64:${LD_LIBRARY_PATH}"\nFROM base\nCOPY app /app\n',
    },
    {
      kind: 'good',
      title: 'the older value is kept',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=/opt/app/lib:${LD_LIBRARY_PATH}\n',
    },
    {
      kind: 'good',
      title: 'the folders are named again',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=/opt/app/lib:/usr/local/nvidia/lib:/usr/local/nvidia/lib64\n',
    },
    {
      kind: 'good',
      title: 'in a stage that is not shipped',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nENV LD_LIBRARY_PATH=/opt/lib\nRUN make\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /app /app\n',
    },
  ],
  check({ report, stack }) {
    const last = stack.stages.at(-1);
    const root = last && chainOf(last)[0];
    const original = foldersOf(root?.initial);
    const shipped = foldersOf(last?.final);
    if (last === undefined || original === undefined || shipped === undefined) return;
    const lost = original.filter((folder) => folder !== '' && !shipped.includes(folder));
    // A path of one's own to the same driver will do.
    if (lost.length === 0 || shipped.some((folder) => folder.includes(UNKNOWN) || folder.startsWith('/usr/local/nvidia/lib64'))) return;
    const step = findLoss(last, lost);
    if (step === undefined) return;
    const { instruction } = step;
    const assignment = instruction.assignments.findLast(({ name }) => name === NAME);
    if (assignment === undefined) return;
    const driver = lost.some((folder) => folder.startsWith('/usr/local/nvidia'));
    const from = root?.base.reference.locate();
    const fix = keepOlder(assignment, stack);
    report({
      messageId: 'clobbered',
      data: { lost: lost.join(':'), consequence: driver ? msg`where the driver is mounted there, as on GKE, \`libcuda.so.1: cannot open shared object file\`` : msg`libraries in there are no longer found before others of their name` },
      ...(driver ? undefined : { severity: 'information' }),
      location: { file: stack.dockerfile.file, range: assignment.value.range },
      evidence: [GKE, LOST],
      related: from === undefined ? [] : [{ location: from, message: msg`The image sets ${NAME} to ${original.join(':')}.` }],
      fixes: fix === undefined ? [] : [fix],
    });
  },
});

function foldersOf(state: StageStack['initial'] | undefined): readonly string[] | undefined {
  return state?.env.get(NAME)?.value.split(':');
}

/** The first ENV after which one of the folders is missing. */
function findLoss(last: StageStack, lost: readonly string[]): (InstructionStep & { readonly instruction: EnvInstruction }) | undefined {
  for (const { steps } of chainOf(last)) {
    for (const step of steps) {
      const { instruction, after } = step;
      if (instruction.kind !== 'env') continue;
      const folders = foldersOf(after) ?? [];
      if (lost.some((folder) => !folders.includes(folder))) return { ...step, instruction };
    }
  }
  return undefined;
}

/** The older value behind the new one. Within single quotes no variable is expanded. */
function keepOlder({ value: { raw, range } }: EnvInstruction['assignments'][number], { dockerfile }: StackReport): Fix | undefined {
  if (raw.includes("'") || raw.includes('\n') || raw === '') return undefined;
  const at = raw.endsWith('"') ? range.end - 1 : range.end;
  return { title: msg`Keep the older value of ${NAME}`, safe: false, edits: [{ file: dockerfile.file, range: { start: at, end: at }, newText: `:\${${NAME}}` }] };
}
