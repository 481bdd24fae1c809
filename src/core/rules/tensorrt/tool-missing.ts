import { pinSet } from '../../facts/tensorrt-pins';
import { tensorRTBuilds } from '../../facts/tensorrt-builds';
import { tensorRTPipFacts } from '../../facts/tensorrt-pip';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { Action } from '../../shell/installers/model';
import type { ShellCommand } from '../../shell/model';
import type { InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponent, findComponents } from '../../stack/query';
import { UNKNOWN } from '../../text/traced';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { hasPrefix } from '../../version/dotted';
import { defineRule, type Fix, type Related, type Report } from '../model';
import { rootUse } from '../support/absence';
import { listLibraryInstalls, type LibraryInstall } from '../support/library-packages';
import { mentions } from '../support/mentions';
import { allActions } from '../support/pip-installs';
import { joinPackages } from './pins';

type MessageId = 'trtexec' | 'polygraphy' | 'headers' | 'module';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-tool-missing',
  family: 'tensorrt',
  severity: 'error',
  summary: 'A tool, the headers or the Python package of TensorRT is used where nothing has installed it.',
  messages: {
    trtexec: 'trtexec is in the package libnvinfer-bin, which nothing installs in this stage{pip}: `trtexec: not found`.',
    polygraphy: 'polygraphy is a package of pip, which nothing installs in this stage: `polygraphy: not found`.',
    headers: 'This compiles against TensorRT, and no development package of it is in the stage: `NvInfer.h: No such file or directory`, `cannot find -lnvinfer`.',
    module: "Nothing installs TensorRT’s Python package in this stage: `ModuleNotFoundError: No module named 'tensorrt'`.",
  },
  docs: {
    what: 'A RUN, CMD or ENTRYPOINT calls trtexec or polygraphy, links with libnvinfer or imports `tensorrt`, and neither the base image nor an instruction has brought it.',
    why: 'TensorRT is packaged in parts: the libraries (`libnvinfer10`), the headers (`libnvinfer-dev`), the bindings (`python3-libnvinfer`), trtexec (`libnvinfer-bin`). The wheels of pip hold [neither trtexec nor headers](https://github.com/NVIDIA/TensorRT/issues/2780). `nvidia/cuda` images hold no TensorRT at all.',
    instead: 'Install the part in the version of the libraries, or start from `nvcr.io/nvidia/tensorrt`, which has all of them.',
    silent: 'The contents of the base image are not known in full, or something may have brought the tool unseen: a script, a package file, an archive, a copy of folders that programs lie in.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the wheel has no trtexec',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install tensorrt-cu12==10.1.0\nCMD [«"trtexec", "--onnx=/model.onnx", "--saveEngine=/model.plan"»]\n',
      messageId: 'trtexec',
    },
    {
      kind: 'bad',
      title: 'the libraries without the tools',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-plugin8=8.6.1.6-1+cuda11.8 libnvonnxparsers8=8.6.1.6-1+cuda11.8\nENTRYPOINT «/usr/src/tensorrt/bin/trtexec --onnx=/m.onnx --saveEngine=/m.plan»\n',
      messageId: 'trtexec',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-plugin8=8.6.1.6-1+cuda11.8 libnvonnxparsers8=8.6.1.6-1+cuda11.8 libnvinfer-bin=8.6.1.6-1+cuda11.8 libnvinfer-vc-plugin8=8.6.1.6-1+cuda11.8 libnvinfer-lean8=8.6.1.6-1+cuda11.8 libnvinfer-dispatch8=8.6.1.6-1+cuda11.8 libnvparsers8=8.6.1.6-1+cuda11.8\nENTRYPOINT /usr/src/tensorrt/bin/trtexec --onnx=/m.onnx --saveEngine=/m.plan\n',
    },
    {
      kind: 'bad',
      title: 'polygraphy in an image without it',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install tensorrt-cu12==10.1.0 onnx\nRUN «polygraphy inspect model /m.onnx»\n',
      messageId: 'polygraphy',
    },
    {
      kind: 'bad',
      title: 'linked without the development package',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y g++ libnvinfer10=10.1.0.27-1+cuda12.4\nCOPY main.cpp /src/\nRUN «g++ -o /app /src/main.cpp -I/usr/local/cuda/include -L/usr/local/cuda/lib64 -lnvinfer -lcudart»\n',
      messageId: 'headers',
    },
    {
      kind: 'bad',
      title: 'imported without the package',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3\nRUN «python3 -c "import tensorrt as trt; print(trt.__version__)"»\n',
      messageId: 'module',
    },
    {
      kind: 'good',
      title: 'the image of TensorRT',
      text: 'FROM nvcr.io/nvidia/tensorrt:24.05-py3\nRUN trtexec --help\nCMD ["python3", "-c", "import tensorrt; print(tensorrt.__version__)"]\n',
    },
    {
      kind: 'good',
      title: 'installed first',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y g++ python3-pip libnvinfer10=10.1.0.27-1+cuda12.4 libnvinfer-dev=10.1.0.27-1+cuda12.4 libnvinfer-headers-dev=10.1.0.27-1+cuda12.4 libnvinfer-bin=10.1.0.27-1+cuda12.4 && pip3 install polygraphy\nCOPY main.cpp /src/\nRUN g++ -o /app /src/main.cpp -lnvinfer && polygraphy --version\nCMD ["trtexec", "--help"]\n',
    },
    {
      kind: 'good',
      title: 'a copy that may hold it',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=nvcr.io/nvidia/tensorrt:24.05-py3 /opt/tensorrt/bin /usr/local/bin\nCMD ["trtexec", "--help"]\n',
    },
    {
      kind: 'good',
      title: 'a question whether it is there',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN command -v trtexec || echo "no trtexec"\nRUN if which trtexec; then trtexec --help; fi\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /trtexec|polygraphy|-lnv|tensorrt/)) return;
    for (const stage of stack.stages) {
      if (rootUse(stack, stage)?.image.componentsComplete !== true) continue;
      for (const step of stage.steps) {
        for (const command of step.commands) {
          const used = toolOf(command);
          if (used === undefined || command.conditional || command.failureIgnored || command.substitution || step.instruction.kind === 'healthcheck') continue;
          const state = step.instruction.kind === 'run' ? stateBefore(step, command) : stage.final;
          if (!isMissing(used, stage, state)) continue;
          report(describe(used, command, stage, state, stack));
        }
      }
    }
  },
});

const COMPILERS = /^(?:g\+\+|gcc|c\+\+|cc|clang|clang\+\+|nvcc)(?:-\d+)?$/;
const IMPORT = /(?:^|[\s;])(?:import|from)\s+tensorrt\b/;

/** What of TensorRT a command uses. */
function toolOf({ name, words }: ShellCommand): MessageId | undefined {
  if (name === 'trtexec' || name === 'polygraphy') return name;
  if (COMPILERS.test(name)) return words.some(({ text }) => /^-lnv(?:infer|onnxparser)\w*$/.test(text.value)) ? 'headers' : undefined;
  return /^python3?$/.test(name) && words.some(({ text }, i) => words[i - 1]?.text.value === '-c' && IMPORT.test(text.value)) ? 'module' : undefined;
}

function stateBefore({ actions, before }: InstructionStep, command: ShellCommand): StackState {
  return actions.find(({ action }) => action.command === command)?.before ?? before;
}

function isMissing(used: MessageId, stage: StageStack, state: StackState): boolean {
  if (state.opaque || findComponent(state, 'l4t') !== undefined || hasComponent(used, state)) return false;
  const pattern = used === 'polygraphy' ? /polygraphy|\/s?bin$/i : used === 'trtexec' ? /tensorrt|trtexec|trt\b|\/s?bin$/i : /tensorrt|nvinfer|trt\b/i;
  if (state.paths.some(({ path }) => pattern.test(path) || path.includes(UNKNOWN))) return false;
  return !allActions(stage).some((action) => mayBring(used, action));
}

function hasComponent(used: MessageId, state: StackState): boolean {
  switch (used) {
    case 'trtexec':
      return findComponent(state, 'trtexec') !== undefined;
    case 'headers':
      return findComponent(state, 'tensorrt-headers') !== undefined || findComponents(state, 'tensorrt').some(({ via }) => via !== 'apt' && via !== 'pip');
    case 'module':
      return findComponent(state, 'tensorrt-python') !== undefined || findComponents(state, 'tensorrt').some(({ via }) => via !== 'apt');
    case 'polygraphy':
      return false;
  }
}

const UNSEEN = /tensorrt|nvinfer|trt/i;

/** Whether an action may bring a part of TensorRT in a way that the stack does not see. */
function mayBring(used: MessageId, action: Action): boolean {
  switch (action.kind) {
    case 'pip-install':
      if (used !== 'polygraphy' && used !== 'module') return false;
      return action.requirementFiles.some(({ found }) => !found) || action.requirements.some(({ name, url, extras }) => name === '' || url !== undefined || extras.length > 0 || (used === 'polygraphy' ? /polygraphy|modelopt/ : /tensorrt|trt|modelopt/).test(name));
    case 'conda-install':
      return action.environmentFile !== undefined || action.packages.some(({ name }) => UNSEEN.test(name.value) || name.value.includes(UNKNOWN));
    case 'package-install':
      return action.packages.some(({ name, localFile, text }) => (localFile && !/cuda-keyring/.test(text.value)) || name.value.includes(UNKNOWN) || (used === 'polygraphy' && /polygraphy/.test(name.value)));
    case 'local-package-install':
      return action.files.some(({ path }) => !/cuda-keyring|-repo-/.test(path.value));
    case 'extract':
      return action.artifact === undefined || action.artifact.kind === 'tensorrt-tar';
    case 'download':
      return action.pipedToShell || UNSEEN.test(action.url.value) || action.url.value.includes(UNKNOWN);
    case 'git-clone':
      return UNSEEN.test(action.url.value);
    default:
      return false;
  }
}

function describe(used: MessageId, command: ShellCommand, stage: StageStack, state: StackState, stack: StackReport): Report<MessageId> {
  const fromPip = findComponents(state, 'tensorrt-python').findLast(({ via }) => via === 'pip');
  const related: Related[] = fromPip === undefined ? [] : [{ location: fromPip.where, message: msg`The wheels of TensorRT come from here.` }];
  const from = rootUse(stack, stage)?.reference.locate();
  if (from !== undefined && related.length === 0) related.push({ location: from, message: msg`This image has none.` });
  const contents = tensorRTPipFacts('tensorrt', 'contents')[0]?.evidence;
  return {
    messageId: used,
    data: { pip: fromPip === undefined ? '' : msg`; the wheels have none` },
    location: { file: command.file, range: command.range },
    evidence: [used === 'trtexec' ? IN_BIN : undefined, used !== 'module' && used !== 'polygraphy' ? contents : undefined].filter((one): one is Evidence => one !== undefined),
    related,
    fixes: used === 'trtexec' ? addTools(stage, stack) : [],
  };
}

const IN_BIN: Evidence = {
  fact: msg`trtexec comes with the archive of TensorRT and with the package libnvinfer-bin.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/2780',
  checked: '2026-11-20',
};

/** `libnvinfer-bin` beside the libraries, in their version, with what it needs in that same version. */
function addTools(stage: StageStack, stack: StackReport): readonly Fix[] {
  const installs = listLibraryInstalls(stack).find((one) => one.stage === stage)?.own ?? [];
  const install = installs.findLast((one): one is LibraryInstall => one.action.manager === 'apt' && !one.action.command.conditional && one.packages.some(({ library, pinned }) => library === 'tensorrt' && pinned === 'exact'));
  const last = install?.packages.findLast(({ library, pinned }) => library === 'tensorrt' && pinned === 'exact');
  const parts = last?.version === undefined ? undefined : parseNvidiaPackageVersion(last.version);
  const build = parts === undefined ? undefined : tensorRTBuilds().find(({ release, cuda }) => cuda === parts.cuda && hasPrefix(parts.upstream, release.version));
  const pins = build === undefined ? undefined : pinSet(['libnvinfer-bin'], build);
  if (install === undefined || last === undefined || pins === undefined) return [];
  const present = new Set(installs.flatMap(({ packages }) => packages.map(({ name }) => name)));
  const words = pins.filter((pin) => !present.has(pin.package)).map((pin) => `${pin.package}=${pin.version}`);
  const { end } = last.spec.range;
  const joined = joinPackages(last, ['', ...words], install, stack);
  return [{ title: msg`Install ${words[0] ?? 'libnvinfer-bin'}`, safe: false, edits: [{ file: install.action.file, range: { start: end, end }, newText: joined }] }];
}
