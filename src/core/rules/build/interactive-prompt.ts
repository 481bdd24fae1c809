import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { ActionStep, InstructionStep, StageStack } from '../../stack/model';
import { findComponent, knownVersion } from '../../stack/query';
import { compareDotted } from '../../version/dotted';
import { defineRule } from '../model';
import { chainOf, rootStage } from '../support/absence';

const PROMPT: Evidence = {
  fact: msg`tzdata asks for the geographic area while it is configured, and the build waits for an answer, unless DEBIAN_FRONTEND is noninteractive`,
  source: 'https://github.com/docker/docs/issues/13980',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'build-interactive-prompt',
  family: 'build',
  severity: 'warning',
  summary: 'A package is installed that asks questions, and nothing tells it not to.',
  messages: {
    prompt: '{name} asks a question while it is configured (`{question}`): the build waits for an answer.',
  },
  docs: {
    what: '`apt-get install` of tzdata, keyboard-configuration or console-setup on Ubuntu, without `DEBIAN_FRONTEND=noninteractive`.',
    why: '`-y` answers apt, not the packages: these [ask through debconf](https://github.com/docker/docs/issues/13980) for a time zone or a keyboard, and nobody answers in a build.',
    instead: '`RUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata`, or `ARG DEBIAN_FRONTEND=noninteractive` for the build alone. As `ENV` it would stay in the image.',
    silent: 'The frontend is set in some way, an answer is given (debconf-set-selections, a pipe, `/etc/localtime`), the package may be there already, or the base image is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'tzdata',
      text: 'FROM nvidia/cuda:11.4.3-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3 «tzdata»\n',
      messageId: 'prompt',
      fixed: 'FROM nvidia/cuda:11.4.3-runtime-ubuntu20.04\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y python3 tzdata\n',
    },
    {
      kind: 'bad',
      title: 'the keyboard',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y «keyboard-configuration» xorg\n',
      messageId: 'prompt',
      fixed: 'FROM ubuntu:22.04\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y keyboard-configuration xorg\n',
    },
    {
      kind: 'good',
      title: 'set for the build',
      text: 'FROM ubuntu:22.04\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get update && apt-get install -y tzdata\n',
    },
    {
      kind: 'good',
      title: 'Ubuntu 16.04, which has a time zone',
      text: 'FROM ubuntu:16.04\nRUN apt-get update && apt-get -y install tzdata locales\n',
    },
    {
      kind: 'good',
      title: 'set in the command',
      text: 'FROM ubuntu:22.04\nRUN export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install -y tzdata\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y keyboard-configuration\n',
    },
    {
      kind: 'good',
      title: 'the time zone is there before',
      text: 'FROM ubuntu:22.04\nENV TZ=Etc/UTC\nRUN ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone\nRUN apt-get update && apt-get install -y tzdata\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const ubuntu = askingUbuntu(stage);
      if (ubuntu === undefined) continue;
      for (const step of stage.steps) {
        for (const one of step.actions) {
          if (one.action.kind !== 'package-install' || one.action.manager !== 'apt' || one.action.simulated) continue;
          const found = one.action.packages.find(({ name }) => QUESTIONS.has(name.value) && !(name.value === 'tzdata' && compareDotted(ubuntu, FIRST_WITHOUT_TIME_ZONE) < 0));
          const question = found && QUESTIONS.get(found.name.value);
          if (found === undefined || question === undefined || isAnswered(stage, step, one, found, one.action)) continue;
          const start = one.action.command.words[0]?.range.start;
          report({
            messageId: 'prompt',
            data: { name: found.name.value, question },
            location: { file: one.action.file, range: found.range },
            evidence: [PROMPT],
            fixes: start === undefined ? [] : [{ title: msg`Set DEBIAN_FRONTEND=noninteractive`, safe: true, edits: [{ file: one.action.file, range: { start, end: start }, newText: 'DEBIAN_FRONTEND=noninteractive ' }] }],
          });
        }
      }
    }
  },
});

const QUESTIONS: ReadonlyMap<string, string> = new Map([
  ['tzdata', 'Please select the geographic area in which you live'],
  ['keyboard-configuration', 'Country of origin for the keyboard'],
  ['console-setup', 'Encoding to use on the console'],
]);

/** The images before it had UTC as their time zone (https://github.com/GoogleContainerTools/base-images-docker/issues/201). */
const FIRST_WITHOUT_TIME_ZONE = '18.04';

/** The version of Ubuntu as its own images and the CUDA images have it, without these packages; newer releases may ask no more. */
function askingUbuntu(stage: StageStack): string | undefined {
  const image = rootStage(stage).base.image;
  const os = findComponent(stage.initial, 'os');
  const version = knownVersion(os?.version);
  return (image?.family === 'distribution' || image?.family === 'nvidia-cuda') && os?.name === 'ubuntu' && version !== undefined && compareDotted(version, '22.04') <= 0 ? version : undefined;
}

function isAnswered(stage: StageStack, step: InstructionStep, { before }: ActionStep, { name }: PackageSpec, { command }: PackageInstall): boolean {
  if (command.pipelineIndex > 0 || command.conditional || command.redirects.some(({ operator }) => operator.startsWith('<'))) return true;
  if (step.variable('DEBIAN_FRONTEND') !== undefined || command.assignments.some((one) => one.name === 'DEBIAN_FRONTEND')) return true;
  const { instruction } = step;
  if (instruction.kind === 'run' && /DEBIAN_FRONTEND|debconf/.test(instruction.script ?? '')) return true;
  if (command.words.some(({ text }) => /DEBIAN_FRONTEND|^-o$|Dpkg::/.test(text.value))) return true;
  if (before.opaque || before.paths.some(({ path }) => /^\/etc\/(?:localtime|timezone|default\/(?:keyboard|console-setup))$|debconf/.test(path))) return true;
  return chainOf(stage).some(({ steps }) =>
    steps.some(({ actions, commands }) =>
      actions.some(({ action, after }) => action.kind === 'package-install' && after !== before && action.command !== command && action.command.range.start < command.range.start && action.packages.some((one) => one.name.value === name.value)) ||
      commands.some((one) => one.name === 'debconf-set-selections' || (one.name !== command.name && one.words.some(({ text }) => text.value.includes('DEBIAN_FRONTEND') || text.value.includes('debconf/frontend')))),
    ),
  );
}
