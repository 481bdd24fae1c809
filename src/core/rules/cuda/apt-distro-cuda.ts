import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { ActionStep, InstructionStep, StackReport, StageStack } from '../../stack/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import { defineRule, type Report } from '../model';
import { chainOf } from '../support/absence';
import { endsBuild } from '../support/build-failure';
import { dropPackage } from '../support/edit-packages';

type MessageId = 'nonFree' | 'beside';

/** What Debian and Ubuntu package of CUDA themselves. */
const DISTRIBUTION = /^nvidia-(?:cuda-(?:toolkit(?:-gcc)?|dev|gdb)|cudnn|profiler|visual-profiler|nsight)$/;

const NON_FREE: Evidence = {
  fact: msg`Debian has nvidia-cuda-toolkit in non-free, which its images do not list.`,
  source: 'https://github.com/unclecode/crawl4ai/issues/2020',
  checked: '2026-11-20',
};
const OTHER_RELEASE: Evidence = {
  fact: msg`nvidia-cuda-toolkit of Ubuntu puts an nvcc of the CUDA release that the distribution froze into /usr/bin: 9.1 in 18.04.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/740',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'apt-distro-cuda',
  family: 'cuda',
  severity: 'warning',
  summary: 'CUDA as the distribution packages it is installed, beside NVIDIA’s own or where apt has no such package.',
  messages: {
    nonFree: 'Debian keeps {package} in non-free, which this image does not list: `E: Package \'{package}\' has no installation candidate`.',
    beside: '{package} is the CUDA of the distribution, of another release than the {cuda} that is here: /usr/bin/nvcc and the libraries of both get mixed, `CUDA version detected from nvcc does not match`.',
  },
  docs: {
    what: '`nvidia-cuda-toolkit`, `nvidia-cuda-dev` or `nvidia-cudnn` of Debian or Ubuntu in an image that has CUDA from NVIDIA, or in a Debian image without the section non-free.',
    why: 'The package holds one release of CUDA, years old, with nvcc in `/usr/bin`, headers in `/usr/include` and libraries among those of the system. A build then finds the [wrong half](https://github.com/NVIDIA/nvidia-docker/issues/740) of either. In Debian’s own images the package cannot be found at all.',
    instead: 'For nvcc take the `devel` flavor of `nvidia/cuda`, or `cuda-nvcc-X-Y` from NVIDIA’s repository.',
    silent: 'There is no CUDA of NVIDIA in a stage on Ubuntu, the sources of apt are changed, or the command may not run.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'another nvcc in a runtime image',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y git «nvidia-cuda-toolkit»\n',
      messageId: 'beside',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y git\n',
    },
    {
      kind: 'bad',
      title: 'Debian without non-free',
      text: 'FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends «nvidia-cuda-toolkit»\n',
      messageId: 'nonFree',
      severity: 'error',
    },
    {
      kind: 'good',
      title: 'non-free is listed',
      text: 'FROM debian:bookworm\nRUN sed -i "s/Components: main/Components: main contrib non-free/" /etc/apt/sources.list.d/debian.sources && apt-get update && apt-get install -y nvidia-cuda-toolkit\n',
    },
    {
      kind: 'good',
      title: 'the only CUDA of the image',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y nvidia-cuda-toolkit\n',
    },
    {
      kind: 'good',
      title: 'NVIDIA’s own package',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-nvcc-11-8\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        for (const { action, before } of step.actions) {
          if (action.kind !== 'package-install' || action.manager !== 'apt' || action.simulated || action.command.conditional) continue;
          for (const spec of action.packages) {
            if (DISTRIBUTION.test(spec.name.value)) checkPackage(action, spec, before, { step, stage, stack, report });
          }
        }
      }
    }
  },
});

interface Setting {
  readonly step: InstructionStep;
  readonly stage: StageStack;
  readonly stack: StackReport;
  readonly report: (report: Report<MessageId>) => void;
}

function checkPackage(action: PackageInstall, spec: PackageSpec, state: ActionStep['before'], { step, stage, stack, report }: Setting): void {
  const location = { file: action.file, range: spec.range };
  const name = spec.name.value;
  if (lacksNonFree(stage, state)) {
    const severity = endsBuild(action.command, step, stack) ? 'error' : 'warning';
    report({ messageId: 'nonFree', severity, data: { package: name }, location, evidence: [NON_FREE] });
    return;
  }
  const cuda = findComponents(state, 'cuda').find(({ via }) => via === 'base-image' || via === 'apt' || via === 'archive');
  if (cuda === undefined) return;
  const edit = dropPackage(action, spec, stack);
  const version = knownVersion(cuda.version);
  report({
    messageId: 'beside',
    data: { package: name, cuda: version === undefined ? 'CUDA' : `CUDA ${version}` },
    location,
    evidence: [OTHER_RELEASE],
    related: [{ location: cuda.where, message: msg`NVIDIA’s CUDA comes from here.` }],
    fixes: edit === undefined ? [] : [{ title: msg`Leave out ${name}`, safe: false, edits: [edit] }],
  });
}

/** Debian's own image, or python's on top of it, with the sources of apt as they came. */
function lacksNonFree(stage: StageStack, state: ActionStep['before']): boolean {
  const { rootImage } = stage;
  const plain = rootImage !== undefined && !rootImage.mirrored && (rootImage.family === 'distribution' || rootImage.family === 'python');
  const os = findComponent(state, 'os');
  if (!plain || os?.name !== 'debian' || state.opaque || state.paths.some(({ path }) => path.startsWith('/etc/apt'))) return false;
  return !chainOf(stage).some(({ steps }) =>
    steps.some(
      ({ commands, actions }) =>
        commands.some(({ words }) => words.some(({ text }) => /non-free|\/etc\/apt\/sources/.test(text.value))) ||
        actions.some(({ action }) => action.kind === 'repository-add' && action.nvidia === undefined),
    ),
  );
}
