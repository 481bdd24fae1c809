import { supportedArchitectures } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { ShellCommand } from '../../shell/model';
import type { ActionStep, InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { runsWithoutGpu } from '../support/build-gpu';
import { allActions } from '../support/pip-installs';
import { listArchitectures } from './architecture-lists';
import { findCompiler } from './toolkit';

type MessageId = 'native' | 'nvccNative' | 'tinyCudaNn' | 'torch' | 'torchMaybe' | 'cargo';

const CMAKE_NATIVE: Evidence = {
  fact: msg`CMake puts the architecture of the GPU in the machine in the place of \`native\`; without a GPU, or with a CMake older than 3.24, nvcc is asked for \`compute_\`.`,
  source: 'https://github.com/colmap/colmap/issues/1822',
  checked: '2026-11-20',
};
const NVCC_NATIVE: Evidence = {
  fact: msg`With -arch=native nvcc compiles for the GPUs that it sees; where it sees none it warns and takes its default architecture.`,
  source: 'https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/',
  checked: '2026-11-20',
};
const TINY_CUDA_NN: Evidence = {
  fact: msg`tiny-cuda-nn asks PyTorch for the compute capability of the GPU unless TCNN_CUDA_ARCHITECTURES is set.`,
  source: 'https://github.com/NVlabs/tiny-cuda-nn/issues/445',
  checked: '2026-11-20',
};
const TORCH: Evidence = {
  fact: msg`Without TORCH_CUDA_ARCH_LIST, torch.utils.cpp_extension compiles for the GPUs that it sees, and fails where it sees none.`,
  source: 'https://github.com/pytorch/pytorch/issues/28955',
  checked: '2026-11-20',
};
const CARGO: Evidence = {
  fact: msg`bindgen_cuda, which compiles the kernels of candle, runs nvidia-smi unless CUDA_COMPUTE_CAP is set.`,
  source: 'https://github.com/huggingface/candle/issues/1516',
  checked: '2026-11-20',
};

/** What one asks of a setup.py that compiles. */
const BUILD_VERB = /^(?:build|build_ext|bdist_wheel)$/;
/** Projects known to compile candle's kernels or to ask nvidia-smi in the same way. */
/**
 * Projects whose setup.py takes a list of its own where no GPU is seen: https://github.com/NVIDIAGameWorks/kaolin/blob/master/setup.py,
 * https://github.com/NVIDIA/apex/blob/master/setup.py
 */
const WITH_LIST = /(?:^|\/)(?:kaolin|apex)(?:\.git)?(?:[/@#]|$)/i;
const CANDLE = /candle|mistral\.?rs|text-embeddings-inference/i;
/** GPUs of desktops and servers since Volta; the numbers between are Jetson's. */
const COMMON = new Set([70, 75, 80, 86, 89, 90, 100, 120]);

export const rule = defineRule<MessageId>({
  id: 'cuda-arch-autodetect',
  family: 'cuda',
  severity: 'error',
  summary: 'A build asks the GPU which architecture to compile for, and there is no GPU while an image is built.',
  messages: {
    native: '{name} is `native`: CMake asks the GPU for its architecture, and `docker build` has none: `nvcc fatal : Unsupported gpu architecture \'compute_\'`.',
    nvccNative: '`native` stands for the GPU in the machine, and `docker build` has none: nvcc warns and compiles for its default architecture only.',
    tinyCudaNn: 'tiny-cuda-nn asks the GPU for its compute capability, and `docker build` has none: `Unknown compute capability. Specify the target compute capabilities in the TCNN_CUDA_ARCHITECTURES environment variable`.',
    torch: 'FORCE_CUDA is set and TORCH_CUDA_ARCH_LIST is not: PyTorch compiles for the GPUs that it sees, and `docker build` has none: `IndexError: list index out of range`.',
    torchMaybe: 'If this compiles a CUDA extension, PyTorch asks the GPU for its architecture, and `docker build` has none: set TORCH_CUDA_ARCH_LIST.',
    cargo: 'CUDA_COMPUTE_CAP is not set. A crate that compiles its kernels with bindgen_cuda, as candle does, then runs nvidia-smi, and `docker build` has none: `nvidia-smi failed: No such file or directory`.',
  },
  docs: {
    what: 'A build in `RUN` leaves the choice of GPU architectures to a look at the GPU: `CMAKE_CUDA_ARCHITECTURES=native`, `-arch=native`, tiny-cuda-nn without `TCNN_CUDA_ARCHITECTURES`, a PyTorch extension with `FORCE_CUDA` and without `TORCH_CUDA_ARCH_LIST`, candle without `CUDA_COMPUTE_CAP`.',
    why: 'While an image is built there is no GPU and no driver, also on a machine that has them. Some tools then [stop](https://github.com/colmap/colmap/issues/1822), others compile for an architecture that nobody asked for.',
    instead: 'Name the architectures of the GPUs that are to run it, as an ARG with a default.',
    silent: 'The variable is set, by the base image or in the file, the RUN asks for a device, the CMake of the distribution is older than 3.18 and does not know the variable, or the base image is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'native in CMake',
      text: 'FROM nvidia/cuda:11.7.1-devel-ubuntu22.04\nRUN cmake -S /colmap -B /build -DCMAKE_CUDA_ARCHITECTURES=«native» && ninja -C /build\n',
      messageId: 'native',
      fixed: 'FROM nvidia/cuda:11.7.1-devel-ubuntu22.04\nRUN cmake -S /colmap -B /build -DCMAKE_CUDA_ARCHITECTURES="70;75;80;86" && ninja -C /build\n',
    },
    {
      kind: 'bad',
      title: 'native for nvcc',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN nvcc -arch=«native» -o app app.cu\n',
      messageId: 'nvccNative',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'tiny-cuda-nn asks PyTorch',
      text: 'FROM pytorch/pytorch:2.1.2-cuda11.8-cudnn8-devel\nRUN pip install «git+https://github.com/NVlabs/tiny-cuda-nn/#subdirectory=bindings/torch»\n',
      messageId: 'tinyCudaNn',
      fixed: 'FROM pytorch/pytorch:2.1.2-cuda11.8-cudnn8-devel\nENV TCNN_CUDA_ARCHITECTURES=70,75,80,86,89,90\nRUN pip install git+https://github.com/NVlabs/tiny-cuda-nn/#subdirectory=bindings/torch\n',
    },
    {
      kind: 'bad',
      title: 'an extension that must have CUDA',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-devel\nENV FORCE_CUDA=1\nRUN «pip install --no-build-isolation git+https://github.com/facebookresearch/pytorch3d.git»\n',
      messageId: 'torch',
      severity: 'warning',
      fixed: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-devel\nENV FORCE_CUDA=1\nENV TORCH_CUDA_ARCH_LIST="7.0 7.5 8.0 8.6 8.9 9.0+PTX"\nRUN pip install --no-build-isolation git+https://github.com/facebookresearch/pytorch3d.git\n',
    },
    {
      kind: 'bad',
      title: 'something that may be an extension',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-devel\nCOPY . /src\nWORKDIR /src/ops\nRUN «python setup.py build install»\n',
      messageId: 'torchMaybe',
      severity: 'information',
      fixed: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-devel\nCOPY . /src\nWORKDIR /src/ops\nENV TORCH_CUDA_ARCH_LIST="7.0 7.5 8.0 8.6 8.9 9.0+PTX"\nRUN python setup.py build install\n',
    },
    {
      kind: 'bad',
      title: 'a program on candle',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN git clone https://github.com/EricLBuehler/mistral.rs /app && cd /app && «cargo build --release --features cuda»\n',
      messageId: 'cargo',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV CUDA_COMPUTE_CAP=80\nRUN git clone https://github.com/EricLBuehler/mistral.rs /app && cd /app && cargo build --release --features cuda\n',
    },
    {
      kind: 'good',
      title: 'architectures are named',
      text: 'FROM pytorch/pytorch:2.1.2-cuda11.8-cudnn8-devel\nARG TCNN_CUDA_ARCHITECTURES=75,80,86,89\nRUN pip install git+https://github.com/NVlabs/tiny-cuda-nn/#subdirectory=bindings/torch\n',
    },
    {
      kind: 'good',
      title: 'a project that takes a list of its own',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y git python3-pip && pip3 install torch==2.0.0\nRUN git clone --recursive https://github.com/NVIDIAGameWorks/kaolin /kaolin && cd /kaolin && FORCE_CUDA=1 python3 setup.py develop\n',
    },
    {
      kind: 'good',
      title: 'set for one command',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN CUDA_COMPUTE_CAP=80 cargo build --release --features cuda\n',
    },
    {
      kind: 'good',
      title: 'a CMake that does not know the variable',
      text: 'FROM nvidia/cuda:11.7.1-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y cmake ninja-build\nRUN cmake -S /colmap -B /build -DCMAKE_CUDA_ARCHITECTURES=native && ninja -C /build\n',
    },
    {
      kind: 'good',
      title: 'all architectures',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake . -DCMAKE_CUDA_ARCHITECTURES=all-major && make\n',
    },
    {
      kind: 'good',
      title: 'a build with a device',
      text: '# syntax=docker/dockerfile:1-labs\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN --device=nvidia.com/gpu=all cmake . -DCMAKE_CUDA_ARCHITECTURES=native && make\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      reportNative(stage, stack, report);
      // What an image that nobody knows sets is not known either.
      if (stage.rootImage === undefined || stage.rootImage.mirrored) continue;
      for (const step of stage.steps) {
        if (!runsWithoutGpu(step)) continue;
        for (const action of step.actions) checkBuild(action, { step, stage, stack, report });
        for (const command of step.commands) if (isWheelBuild(command)) reportTorch(command, true, { step, stage, stack, report });
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

function reportNative(stage: StageStack, stack: StackReport, report: Setting['report']): void {
  for (const { name, value, requests, build, step, state } of listArchitectures(stage)) {
    const native = requests.find(({ sm }) => sm === 'native');
    const isVariable = build === undefined && step.instruction.kind === 'env' && stage.steps.some((later) => later.actions.some(({ action }) => action.kind === 'compile' || action.kind === 'pip-install'));
    if (native === undefined || (!isVariable && (build === undefined || !runsWithoutGpu(step)))) continue;
    const byCmake = name === 'CMAKE_CUDA_ARCHITECTURES' || name === 'CUDAARCHS';
    if (!byCmake && name !== undefined) continue;
    if (byCmake && readsNoArchitectures(stage, state)) continue;
    // A variable may be meant for the program that runs.
    const certain = build !== undefined && !build.command.conditional && !build.command.failureIgnored;
    const list = commonArchitectures(stage, state);
    const edit = byCmake && list !== undefined && value?.value === 'native' ? value.edit(0, 'native'.length, list.join(';')) : undefined;
    const quotes = edit === undefined || build === undefined || isQuoted(stack, build.command, edit.range.start) ? '' : '"';
    report({
      messageId: byCmake ? 'native' : 'nvccNative',
      ...(byCmake && certain ? undefined : { severity: 'warning' }),
      data: { name: name ?? '' },
      location: { file: native.file, range: native.range },
      evidence: [byCmake ? CMAKE_NATIVE : NVCC_NATIVE],
      fixes: edit === undefined ? [] : [{ title: msg`Compile for ${(list ?? []).join(', ')}`, safe: false, edits: [{ ...edit, newText: `${quotes}${edit.newText}${quotes}` }] }],
    });
  }
}

/** The distribution's CMake alone, older than 3.18: it does not know CMAKE_CUDA_ARCHITECTURES, what happens is up to the project. */
function readsNoArchitectures(stage: StageStack, state: StackState): boolean {
  const os = findComponent(state, 'os');
  const limit = os?.name === 'ubuntu' ? '22.04' : os?.name === 'debian' ? '11' : undefined;
  if (os === undefined || limit === undefined || os.version.type !== 'exact' || compareDotted(os.version.version, limit) >= 0) return false;
  const actions = allActions(stage);
  const isPackaged = actions.some((action) => action.kind === 'package-install' && action.packages.some(({ name }) => name.value === 'cmake'));
  return isPackaged && !actions.some((action) => action.kind !== 'package-install' && action.kind !== 'compile' && action.command.words.some(({ text }) => /cmake|kitware/i.test(text.value)));
}

/** Whether a place inside a command stands between quotes, or in the definition of a variable. */
function isQuoted({ dockerfile }: StackReport, { file, words, assignments }: ShellCommand, at: number): boolean {
  const holder = [...words, ...assignments].find(({ range }) => range.start <= at && at < range.end);
  if (holder === undefined || file !== dockerfile.file) return true;
  return (dockerfile.text.slice(holder.range.start, at).match(/["']/g)?.length ?? 0) % 2 === 1;
}

function checkBuild({ action, before }: ActionStep, setting: Setting): void {
  const { command } = action;
  if (action.kind === 'pip-install') {
    const tiny = action.requirements.find(({ url, name }) => url !== undefined && /tiny-?cuda-?nn/i.test(`${url} ${name}`));
    if (tiny !== undefined) reportTinyCudaNn(command, tiny, before, setting);
    else if (isTinyFolder(command, setting) && action.requirements.some(isLocal)) reportTinyCudaNn(command, command, before, setting);
    else if (action.requirements.some(({ editable, url, wheel }) => editable || (wheel === undefined && /^git\+/.test(url ?? '')))) reportTorch(command, action.noBuildIsolation, setting);
  } else if (action.kind === 'compile' && action.tool === 'setup.py') {
    if (isTinyFolder(command, setting)) reportTinyCudaNn(command, command, before, setting);
    else reportTorch(command, command.words.some(({ text }) => BUILD_VERB.test(text.value)), setting);
  } else if (action.kind === 'compile' && action.tool === 'cargo') reportCargo(command, setting);
}

function isLocal({ url, editable }: { readonly url: string | undefined; readonly editable: boolean }): boolean {
  return editable || (url !== undefined && /^\.{0,2}\/?[\w./-]*$/.test(url) && !url.endsWith('.whl'));
}

function isTinyFolder({ workingDirectory }: ShellCommand, { step }: Setting): boolean {
  return /tiny-?cuda-?nn\/bindings\/torch/i.test(workingDirectory ?? step.before.workdir);
}

function reportTinyCudaNn(command: ShellCommand, place: { readonly file: string; readonly range: Report['location']['range'] }, state: StackState, setting: Setting): void {
  if (isSet('TCNN_CUDA_ARCHITECTURES', command, setting)) return;
  const list = commonArchitectures(setting.stage, state);
  setting.report({
    messageId: 'tinyCudaNn',
    ...(command.conditional || command.failureIgnored ? { severity: 'warning' } : undefined),
    location: { file: place.file, range: place.range },
    evidence: [TINY_CUDA_NN],
    fixes: list === undefined ? [] : [setVariable('TCNN_CUDA_ARCHITECTURES', list.join(','), setting)],
  });
}

/** `pip wheel .` of sources at hand. */
function isWheelBuild({ name, words }: ShellCommand): boolean {
  if (!name.startsWith('pip') && !name.startsWith('python')) return false;
  const pip = words.findIndex(({ text }) => /(?:^|\/)pip[\d.]*$/.test(text.value));
  return pip >= 0 && words[pip + 1]?.text.value === 'wheel' && words.slice(pip + 2).some(({ text }) => /^\.{1,2}(?:\/|$)/.test(text.value));
}

/** PyTorch's own way of choosing architectures. `builds`: whether the command says that there is something to build. */
function reportTorch(command: ShellCommand, builds: boolean, setting: Setting): void {
  const { step, stage, report } = setting;
  const family = stage.rootImage?.family ?? '';
  // NVIDIA's images set the list.
  if (family.startsWith('ngc') || command.conditional || command.failureIgnored || isSet('TORCH_CUDA_ARCH_LIST', command, setting)) return;
  if (WITH_LIST.test(command.workingDirectory ?? step.before.workdir) || command.words.some(({ text }) => WITH_LIST.test(text.value))) return;
  const state = stateBefore(command, step);
  if (findComponent(state, 'nvcc') === undefined || findComponent(state, 'torch') === undefined) return;
  const forced = isForced(command, setting);
  // A plain install may well be of pure Python.
  if (!forced && !builds) return;
  const list = commonArchitectures(stage, state);
  const value = list?.map((sm) => `${String(Math.floor(sm / 10))}.${String(sm % 10)}`).join(' ');
  report({
    messageId: forced ? 'torch' : 'torchMaybe',
    severity: forced ? 'warning' : 'information',
    location: { file: command.file, range: command.range },
    evidence: [TORCH],
    fixes: value === undefined ? [] : [setVariable('TORCH_CUDA_ARCH_LIST', `"${value}+PTX"`, setting)],
  });
}

function isForced(command: ShellCommand, { step }: Setting): boolean {
  const own = command.assignments.find(({ name }) => name === 'FORCE_CUDA')?.value ?? step.variable('FORCE_CUDA');
  return own !== undefined && /^(?:1|on|true)$/i.test(own.value);
}

function reportCargo(command: ShellCommand, setting: Setting): void {
  const words = command.words.map(({ text }) => text.value);
  const asked = words.some((word, i) => /^(?:--features|-F)$/.test(words[i - 1] ?? '') || /^(?:--features=|-F.)/.test(word) ? /(?:^|[\s,=/"'])(?:candle-)?cuda(?:$|[\s,"'])/.test(word) : false);
  if (!asked || isSet('CUDA_COMPUTE_CAP', command, setting) || command.conditional || command.failureIgnored) return;
  const { stage, step } = setting;
  if (findCompiler(stage, stateBefore(command, step)) === undefined) return;
  const named = words.some((word) => CANDLE.test(word)) || stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'git-clone' && CANDLE.test(action.url.value)));
  setting.report({
    messageId: 'cargo',
    severity: named ? 'warning' : 'information',
    location: { file: command.file, range: command.range },
    evidence: [CARGO],
    fixes: [setVariable('CUDA_COMPUTE_CAP', '80', setting)],
  });
}

/** Whether a command finds a variable in its environment: from ENV or ARG, before it on its line, or exported in the same RUN. */
function isSet(name: string, command: ShellCommand, { step }: Setting): boolean {
  if (step.variable(name) !== undefined || command.assignments.some((one) => one.name === name)) return true;
  return step.commands.slice(0, step.commands.indexOf(command)).some((other) => (other.name === '' || other.name === 'export') && other.assignments.some((one) => one.name === name));
}

function stateBefore(command: ShellCommand, { actions, before, after }: InstructionStep): StackState {
  const later = actions.find(({ action }) => action.file === command.file && action.range.start >= command.range.start);
  return later?.before ?? (actions.length === 0 ? before : after);
}

/** The architectures of GPUs in common use that the nvcc of the stage knows; undefined where nvcc is not known. */
function commonArchitectures(stage: StageStack, state: StackState): readonly number[] | undefined {
  const compiler = findCompiler(stage, state);
  const known = compiler && supportedArchitectures(compiler.version);
  const list = known?.complete === true ? known.sm.filter((sm) => COMMON.has(sm)) : [];
  return list.length === 0 ? undefined : list;
}

function setVariable(name: string, value: string, { step, stack }: Setting): Fix {
  const start = step.instruction.range.start;
  return { title: msg`Set ${name} to ${value.replaceAll('"', '')}`, safe: false, edits: [{ file: stack.dockerfile.file, range: { start, end: start }, newText: `ENV ${name}=${value}\n` }] };
}
