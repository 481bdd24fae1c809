import { newestGcc } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import type { Location } from '../../text/range';
import { defineRule } from '../model';
import { isBuiltUpon } from '../support/absence';
import { findCompiler } from './toolkit';

type MessageId = 'chosen' | 'distribution';

/** gcc of the package `gcc`, where a CUDA of that time meets a newer one. */
const DEFAULT_GCC: Readonly<Record<string, { readonly major: number; readonly source: string }>> = {
  'ubuntu20.04': { major: 9, source: 'https://github.com/wilicc/gpu-burn/issues/28' },
  'ubuntu24.04': { major: 13, source: 'https://github.com/NVlabs/instant-ngp/issues/1562' },
};

export const rule = defineRule<MessageId>({
  id: 'cuda-compiler-unsupported',
  family: 'cuda',
  severity: 'warning',
  summary: 'gcc is newer than the nvcc of the stage accepts.',
  messages: {
    chosen: 'gcc {gcc} becomes the compiler here, and nvcc of CUDA {cuda} accepts gcc up to {most}: `unsupported GNU version! gcc versions later than {most} are not supported!`.',
    distribution: 'gcc of {os} is {gcc}, and nvcc of CUDA {cuda} accepts gcc up to {most}: `unsupported GNU version! gcc versions later than {most} are not supported!`.',
  },
  docs: {
    what: 'The gcc that nvcc finds, chosen with update-alternatives, a link in `/usr/bin` or `CUDAHOSTCXX`, or the one of the distribution, is of a later major version than the toolkit accepts.',
    why: 'nvcc hands the host part of a file to gcc. Its headers check the version and [stop](https://github.com/NVIDIA/cccl/issues/10) at one that is newer than the toolkit.',
    instead: 'Install a gcc that the toolkit accepts and name it: `CUDAHOSTCXX=g++-12`, `-DCMAKE_CUDA_HOST_COMPILER=g++-12`, `nvcc -ccbin g++-12`.',
    silent: 'Nothing is compiled, the host compiler of nvcc is named, the check is turned off, or the version of nvcc is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a newer gcc is made the default',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y gcc-12 g++-12 cmake && «update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-12 100»\nRUN cmake -S /src -B /build && cmake --build /build\n',
      messageId: 'chosen',
    },
    {
      kind: 'bad',
      title: 'named as the host compiler of nvcc',
      text: 'FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nENV CUDAHOSTCXX=«/usr/bin/g++-13»\nRUN cmake -S /src -B /build && cmake --build /build\n',
      messageId: 'chosen',
    },
    {
      kind: 'bad',
      title: 'an older toolkit on a newer Ubuntu',
      text: 'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y build-essential wget && wget https://developer.download.nvidia.com/compute/cuda/12.1.1/local_installers/cuda_12.1.1_530.30.02_linux.run && sh cuda_12.1.1_530.30.02_linux.run --silent --toolkit\nRUN «nvcc -o app app.cu»\n',
      messageId: 'distribution',
    },
    {
      kind: 'good',
      title: 'a gcc that fits',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y gcc-10 g++-10 && update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-10 100\nRUN cmake -S /src -B /build && cmake --build /build\n',
    },
    {
      kind: 'good',
      title: 'nvcc gets one of its own',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y gcc-12 g++-12 && update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-12 100\nRUN cmake -S /src -B /build -DCMAKE_CUDA_HOST_COMPILER=g++-11 && cmake --build /build\n',
    },
    {
      kind: 'good',
      title: 'nothing is compiled with nvcc',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y gcc-12 && update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-12 100\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const choice = findChoice(stage) ?? findDefault(stage);
      const compiler = choice && findCompiler(stage, stage.final);
      if (choice === undefined || compiler?.certain !== true || !compiles(stack, stage) || namesHostCompiler(stack, stage, choice)) continue;
      const newest = newestGcc(compiler.version);
      if (newest === undefined || choice.major <= newest.major) continue;
      report({
        messageId: choice.os === undefined ? 'chosen' : 'distribution',
        data: { gcc: String(choice.major), cuda: compiler.version, most: String(newest.major), os: choice.os ?? '' },
        location: choice.location,
        evidence: choice.evidence === undefined ? [newest.evidence] : [newest.evidence, choice.evidence],
        related: [{ location: compiler.component.where, message: msg`nvcc of CUDA ${compiler.version} comes from here.` }],
      });
    }
  },
});

interface Choice {
  readonly major: number;
  readonly location: Location;
  /** Named for nvcc itself, by CUDAHOSTCXX. */
  readonly forNvcc: boolean;
  /** Set when it is the distribution's. */
  readonly os?: string;
  readonly evidence?: Evidence;
}

const VERSIONED = /(?:^|\/)(?:gcc|g\+\+|c\+\+)-(\d+)$/;
const HOST_VARIABLE = /^(?:CUDAHOSTCXX|NVCC_CCBIN)$/;

/** The gcc that the stage makes the one of nvcc, the last one that it surely does. */
function findChoice(stage: StageStack): Choice | undefined {
  let choice: Choice | undefined;
  for (const step of stage.steps) {
    const { instruction, after, commands } = step;
    if (instruction.kind === 'env') {
      for (const { name } of instruction.assignments) {
        const value = HOST_VARIABLE.test(name) ? after.env.get(name) : undefined;
        const location = value?.locate();
        const major = VERSIONED.exec(value?.value ?? '')?.[1];
        if (location !== undefined && major !== undefined) choice = { major: Number(major), location, forNvcc: true };
      }
    }
    if (instruction.kind !== 'run') continue;
    for (const { name, words, conditional, file, range } of commands) {
      if (conditional || choice?.forNvcc === true) continue;
      const values = words.map(({ text }) => text.value);
      const links = name === 'ln' && values.some((value) => /^\/usr\/(?:local\/)?bin\/(?:gcc|g\+\+|cc|c\+\+)$/.test(value));
      const alternative = name === 'update-alternatives' && /^--(?:install|set)$/.test(values[1] ?? '') && values.some((value) => value === 'gcc' || value === 'g++' || value === 'c++' || value === 'cc');
      const major = links || alternative ? values.map((value) => VERSIONED.exec(value)?.[1]).find((value) => value !== undefined) : undefined;
      if (major !== undefined) choice = { major: Number(major), location: { file, range }, forNvcc: false };
    }
  }
  return alternatives(stage) > 1 ? undefined : choice;
}

/** How many versions are offered as alternatives without one being set: which wins is then a matter of priorities. */
function alternatives(stage: StageStack): number {
  const versions = new Set<string>();
  for (const { commands } of stage.steps) {
    for (const { name, words } of commands) {
      if (name !== 'update-alternatives') continue;
      const values = words.map(({ text }) => text.value);
      if (values[1] === '--set' || values[1] === '--config' || values[1] === '--auto') return 0;
      const major = values.map((value) => VERSIONED.exec(value)?.[1]).find((value) => value !== undefined);
      if (major !== undefined) versions.add(major);
    }
  }
  return versions.size;
}

/** gcc of the distribution, for a toolkit that was installed on top of it and is called. */
function findDefault(stage: StageStack): Choice | undefined {
  const os = findComponent(stage.final, 'os');
  const name = os?.version.type === 'exact' && os.certainty !== 'assumed' ? `${os.name}${os.version.version}` : undefined;
  const gcc = name === undefined ? undefined : DEFAULT_GCC[name];
  // Images with a toolkit were built for the gcc of theirs.
  if (os === undefined || name === undefined || gcc === undefined || stage.rootImage?.family !== 'distribution') return undefined;
  if (stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-install' && action.packages.some(({ name: each }) => VERSIONED.test(each.value))))) return undefined;
  for (const { actions } of stage.steps) {
    const call = actions.find(({ action }) => action.kind === 'compile' && action.usesNvcc && !action.command.conditional)?.action;
    if (call !== undefined) {
      const evidence: Evidence = { fact: msg`gcc of ${name} is version ${String(gcc.major)}.`, source: gcc.source, checked: '2026-11-20' };
      return { major: gcc.major, location: { file: call.file, range: call.range }, forNvcc: false, os: name, evidence };
    }
  }
  return undefined;
}

/** Something is built in the stage or on top of it. */
function compiles(stack: StackReport, stage: StageStack): boolean {
  return stack.stages.some((other) => isBuiltUpon(other, stage) && other.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'compile' || (action.kind === 'pip-install' && action.noBuildIsolation))));
}

const HOST_OPTION = /allow-unsupported-compiler|CUDA_HOST_COMPILER|CUDAHOSTCXX|-ccbin|--compiler-bindir|NVCC_CCBIN/;

/** Whether nvcc is told of another compiler, or not to look. */
function namesHostCompiler(stack: StackReport, stage: StageStack, { forNvcc }: Choice): boolean {
  const told = ({ instruction, commands }: InstructionStep): boolean =>
    commands.some(({ words, assignments }) => [...words.map(({ text }) => text.value), ...assignments.flatMap(({ name, value }) => [name, value.value])].some((value) => HOST_OPTION.test(value))) ||
    (!forNvcc && instruction.kind === 'env' && instruction.assignments.some(({ name, value }) => HOST_OPTION.test(`${name}=${value.raw}`)));
  return stack.stages.some((other) => isBuiltUpon(other, stage) && other.steps.some(told));
}
