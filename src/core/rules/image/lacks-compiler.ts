import type { Evidence } from '../../facts/evidence';
import { imageFact } from '../../facts/image-facts';
import { nvccPackageEvidence, nvccPackages, type NvccPackage } from '../../facts/source-packages';
import type { DecodedImage } from '../../image/model';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import type { Action, Compile, PipInstall, PipRequirement } from '../../shell/installers/model';
import type { ShellCommand } from '../../shell/model';
import { findScriptCall } from '../../shell/script-call';
import type { ActionStep, InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import type { Location } from '../../text/range';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf, isBuiltUpon, isKnownCudaImage, mayHold, rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { findPart, nameOf, retag, type ImageUse } from '../support/image-uses';

type MessageId = 'nvcc' | 'compile' | 'package' | 'project' | 'run';

/** What may bring nvcc without being told apart by the stack. */
const TOOLKIT = /nvcc|nvhpc|hpc-?sdk|cuda-?toolkit|(?:^|\/)cuda(?:$|[_/*\uFFFC]|-(?:\d|\uFFFC|compiler|minimal-build))|^(?!lib|cuda-|cupy-|nvidia-cu)[\w.+-]*cuda/i;
/** Indexes that serve what PyPI serves, and no wheels of their own for packages that PyPI has as sources. */
const PYPI_LIKE = /pypi|pythonhosted|download\.pytorch\.org|tsinghua|aliyun|ustc|tencent|douban|huawei|\/simple\/?$/;

/** Options with which llama.cpp and its like refuse to be built without the toolkit. */
const CUDA_DEFINES = ['GGML_CUDA', 'LLAMA_CUDA', 'LLAMA_CUBLAS', 'WHISPER_CUBLAS'];

export const rule = defineRule<MessageId>({
  id: 'image-lacks-compiler',
  family: 'image',
  severity: 'error',
  summary: 'CUDA code is compiled in an image without nvcc.',
  messages: {
    nvcc: 'nvcc is not in {image}, only in the devel flavor: `nvcc: not found`.',
    compile: '{tool} compiles CUDA code, and {image} has no nvcc: `No such file or directory: \'/usr/local/cuda/bin/nvcc\'`.',
    package: '{package} is compiled with nvcc when it is installed, and {image} has none: `{error}`.',
    project: 'CUDA_HOME is set for this build, and {image} has no nvcc: if the project compiles CUDA code, it stops with `No such file or directory: \'/usr/local/cuda/bin/nvcc\'`.',
    run: '{package} compiles kernels when the program runs, and {image} has no nvcc: `{error}`.',
  },
  docs: {
    what: 'nvcc, or the installation of a package that compiles CUDA code, in a stage on a `base` or `runtime` image, with no toolkit installed before it.',
    why: 'Of the `nvidia/cuda` flavors only `devel` [holds](https://gitlab.com/nvidia/container-images/cuda/-/tree/e3c1b680f0/dist/12.6.3/ubuntu2404) nvcc and the CUDA headers. The same goes for `pytorch/pytorch`: CUDA there comes from wheels, which bring no compiler. Some packages compile later: sglang and flashinfer build kernels when the server starts.',
    instead: 'Take the devel flavor, or compile in a devel stage and copy the result into the smaller image.',
    silent: 'The toolkit was installed or copied before, a step may have brought it, the package is given as a wheel or from an index of its own, or the variable is set that keeps it from compiling.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'nvcc in a runtime image',
      text: 'FROM nvidia/cuda:11.4.3-runtime-ubuntu20.04\nCOPY hello.cu .\nRUN «nvcc -o hello hello.cu»\n',
      messageId: 'nvcc',
      fixed: 'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nCOPY hello.cu .\nRUN nvcc -o hello hello.cu\n',
    },
    {
      kind: 'bad',
      title: 'a build that asks for its CUDA part',
      text: 'FROM nvidia/cuda:11.7.1-cudnn8-runtime-ubuntu22.04\nRUN «pip install -v --global-option="--cpp_ext" --global-option="--cuda_ext" git+https://github.com/NVIDIA/apex.git»\n',
      messageId: 'compile',
      fixed: 'FROM nvidia/cuda:11.7.1-cudnn8-devel-ubuntu22.04\nRUN pip install -v --global-option="--cpp_ext" --global-option="--cuda_ext" git+https://github.com/NVIDIA/apex.git\n',
    },
    {
      kind: 'bad',
      title: 'llama.cpp with CUDA',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN git clone https://github.com/ggml-org/llama.cpp && cd llama.cpp && «cmake -B build -DGGML_CUDA=ON» && cmake --build build\n',
      messageId: 'compile',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN git clone https://github.com/ggml-org/llama.cpp && cd llama.cpp && cmake -B build -DGGML_CUDA=ON && cmake --build build\n',
    },
    {
      kind: 'bad',
      title: 'a package that PyPI has only as sources, on PyTorch’s runtime image',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\nRUN pip install «flash-attn==2.5.9.post1» --no-build-isolation\n',
      messageId: 'package',
      fixed: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-devel\nRUN pip install flash-attn==2.5.9.post1 --no-build-isolation\n',
    },
    {
      kind: 'bad',
      title: 'a project with CUDA_HOME set for its build',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV CUDA_HOME=/usr/local/cuda\nCOPY . /app\nRUN pip install -e «/app»\n',
      messageId: 'project',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV CUDA_HOME=/usr/local/cuda\nCOPY . /app\nRUN pip install -e /app\n',
    },
    {
      kind: 'bad',
      title: 'kernels that are compiled when the server starts',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN pip install «"sglang[all]>=0.4.3"»\n',
      messageId: 'run',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\nRUN pip install "sglang[all]>=0.4.3"\n',
    },
    {
      kind: 'bad',
      title: 'the server that compiles them is the command of the image',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN pip install sglang\nCMD ["python3", "-m", «"sglang.launch_server"»]\n',
      messageId: 'run',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\nRUN pip install sglang\nCMD ["python3", "-m", "sglang.launch_server"]\n',
    },
    {
      kind: 'good',
      title: 'compiled in a devel stage',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN nvcc -o hello hello.cu\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /hello /hello\n',
    },
    {
      kind: 'good',
      title: 'the compiler is installed first',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-nvcc-12-4\nRUN nvcc -o hello hello.cu\n',
    },
    {
      kind: 'good',
      title: 'a wheel',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install https://github.com/Dao-AILab/flash-attention/releases/download/v2.6.3/flash_attn-2.6.3+cu123torch2.3cxx11abiFALSE-cp310-cp310-linux_x86_64.whl\n',
    },
    {
      kind: 'good',
      title: 'a script that may have brought the toolkit',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY install-toolkit.sh /tmp/\nRUN /tmp/install-toolkit.sh && nvcc --version\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const use = rootUse(stack, stage);
      if (use === undefined || !lacksToolkit(use.image)) continue;
      for (const step of stage.steps) checkStep(step, { stack, stage, use, report });
    }
  },
});

interface Setting {
  readonly stack: StackReport;
  readonly stage: StageStack;
  readonly use: ImageUse;
  readonly report: (report: Report<MessageId>) => void;
}

/** An image of which it is certain that it has no nvcc. */
function lacksToolkit(image: DecodedImage): boolean {
  if (image.flavor !== 'base' && image.flavor !== 'runtime') return false;
  return isKnownCudaImage(image) || (image.family === 'pytorch' && !image.mirrored);
}

function checkStep({ instruction, before, commands, actions }: InstructionStep, setting: Setting): void {
  if (instruction.kind !== 'run') return;
  const byCommand = new Map<ShellCommand, ActionStep[]>();
  for (const step of actions) {
    const own = byCommand.get(step.action.command);
    if (own === undefined) byCommand.set(step.action.command, [step]);
    else own.push(step);
  }
  let state = before;
  for (const command of commands) {
    const own = byCommand.get(command) ?? [];
    state = own[0]?.before ?? state;
    if (!command.conditional && !command.failureIgnored && !command.substitution) checkCommand(command, own.map(({ action }) => action), state, commands, setting);
    state = own.at(-1)?.after ?? state;
  }
}

function checkCommand(command: ShellCommand, actions: readonly Action[], state: StackState, commands: readonly ShellCommand[], setting: Setting): void {
  const compile = actions.find((action): action is Compile => action.kind === 'compile' && (action.usesNvcc || asksForCuda(action)));
  const pips = actions.filter((action): action is PipInstall => action.kind === 'pip-install');
  if ((command.name !== 'nvcc' && compile === undefined && pips.length === 0) || !hasNoCompiler(setting.stage, state)) return;
  if (command.name === 'nvcc') reportCommand(command, 'nvcc', true, commands, setting);
  else if (compile !== undefined) reportCommand(command, 'compile', asksForCuda(compile), commands, setting);
  else for (const action of pips) checkPip(action, state, setting);
}

/** Whether a build is told to use CUDA, and has no other way then. */
function asksForCuda({ defines }: Compile): boolean {
  return CUDA_DEFINES.some((name) => /^(?:1|on|yes|true)$/i.test(defines.get(name)?.value ?? ''));
}

function hasNoCompiler(stage: StageStack, state: StackState): boolean {
  if (findComponent(state, 'nvcc') !== undefined) return false;
  // What else is in PyTorch's image is not known, so that its states are opaque from the start.
  const known = stage.rootImage?.componentsComplete === true;
  return !mayHold(stage, known ? state : { ...state, opaque: runsScript(stage) }, TOOLKIT);
}

/** Whether a stage or one below it calls a script, which may have installed anything. */
function runsScript(stage: StageStack): boolean {
  return chainOf(stage).some(({ steps }) => steps.some(({ instruction, commands }) => instruction.kind === 'run' && commands.some((command) => findScriptCall(command)?.harmless === false)));
}

function reportCommand(command: ShellCommand, messageId: 'nvcc' | 'compile', certain: boolean, commands: readonly ShellCommand[], setting: Setting): void {
  // The shell takes the exit status of the last command of a pipeline.
  const last = commands.every((other) => other.pipeline !== command.pipeline || other.file !== command.file || other.pipelineIndex <= command.pipelineIndex);
  setting.report({
    messageId,
    // cmake may be told of architectures by a project that then leaves CUDA out.
    ...(last && (certain || command.name !== 'cmake') ? undefined : { severity: 'warning' }),
    data: { image: nameOf(setting.use.image), tool: command.name },
    location: { file: command.file, range: command.range },
    ...background(setting, imageFact('cuda-image-libraries')),
  });
}

function checkPip(action: PipInstall, state: StackState, setting: Setting): void {
  const indexes = [action.indexUrl ?? state.pip.indexUrl, ...action.extraIndexUrls, ...state.pip.extraIndexUrls];
  if (action.findLinks.length > 0 || action.noIndex || indexes.some((url) => url !== undefined && !PYPI_LIKE.test(url.value))) return;
  if (action.options.some(({ value }) => value.startsWith('--only-binary'))) return;
  const names = new Set(action.requirements.map(({ name }) => name));
  for (const requirement of action.requirements) {
    if (requirement.marker !== undefined || requirement.wheel !== undefined || requirement.url?.endsWith('.whl') === true) continue;
    if (isLocalProject(requirement) && setting.stage.final.env.has('CUDA_HOME')) reportLocalProject(requirement, setting);
    const row = nvccPackages(requirement.name, requirement.url).find((one) => compiles(one, action.command, state));
    // flashinfer has its kernels ready-made in two more packages.
    if (row === undefined || (row.when === 'run' && (names.has('flashinfer-cubin') || names.has('flashinfer-jit-cache')))) continue;
    reportPackage(requirement, row, setting);
  }
}

/** Whether the variables of a package let it compile. */
function compiles({ condition }: NvccPackage, { assignments }: ShellCommand, { env }: StackState): boolean {
  const values = new Map([...[...env].map(([name, value]) => [name, value.value] as const), ...assignments.map(({ name, value }) => [name, value.value] as const)]);
  if ([...values.keys()].some((name) => /SKIP_CUDA|USE_PRECOMPILED|TARGET_DEVICE$/.test(name))) return false;
  if (condition === null) return true;
  const [name = '', text = ''] = condition.split('=');
  const value = values.get(name) ?? '';
  return value.includes(text) && !new RegExp(`${text}=(?:off|0|false)`, 'i').test(value);
}

function isLocalProject({ text }: PipRequirement): boolean {
  return /^(?:\.|\/)/.test(text.value) && !/\.(?:whl|zip|tar\.\w+|tgz)$/.test(text.value);
}

/** A build of which only CUDA_HOME tells that CUDA is meant. */
function reportLocalProject({ file, range }: PipRequirement, setting: Setting): void {
  setting.report({
    messageId: 'project',
    severity: 'information',
    data: { image: nameOf(setting.use.image) },
    location: { file, range },
    ...background(setting, imageFact('cuda-image-libraries')),
  });
}

function reportPackage(requirement: PipRequirement, row: NvccPackage, setting: Setting): void {
  setting.report({
    messageId: row.when === 'run' ? 'run' : 'package',
    ...(row.when === 'run' ? { severity: 'warning' } : undefined),
    data: { image: nameOf(setting.use.image), package: row.package ?? row.vcs, error: row.error },
    location: (row.when === 'run' ? findLaunch(requirement.name, setting) : undefined) ?? { file: requirement.file, range: requirement.range },
    ...background(setting, nvccPackageEvidence(row)),
  });
}

/** The word of CMD or ENTRYPOINT that starts a package, in the stage or one built upon it. */
function findLaunch(name: string, { stack, stage }: Setting): Location | undefined {
  for (const other of stack.stages) {
    if (!isBuiltUpon(other, stage)) continue;
    for (const { instruction, commands } of other.steps) {
      if (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint') continue;
      for (const { file, words } of commands) {
        const word = words.find(({ text }) => text.value.split(/[./]/).some((part) => part === name));
        if (word !== undefined) return { file, range: word.range };
      }
    }
  }
  return undefined;
}

/** What goes with every report: evidence, the FROM line, and the devel image. */
function background({ use }: Setting, evidence: Evidence | undefined): Pick<Report, 'evidence' | 'related' | 'fixes'> {
  const from = use.reference.locate();
  return {
    evidence: evidence === undefined ? [] : [evidence],
    related: from === undefined ? [] : [{ location: from, message: msg`The ${use.image.flavor ?? ''} flavor is chosen here.` }],
    fixes: useDevel(use),
  };
}

function useDevel(use: ImageUse): readonly Fix[] {
  const { image } = use;
  if (isCudaImage(image)) return retag(use, nearestServedCudaTags({ ...wishOf(image), flavor: 'devel' }).slice(0, 1));
  const flavor = findPart(image, 'flavor');
  const tag = image.reference.tag;
  if (image.family !== 'pytorch' || flavor === undefined || tag === undefined) return [];
  return retag(use, [`${tag.slice(0, flavor.range.start)}devel${tag.slice(flavor.range.end)}`]);
}
