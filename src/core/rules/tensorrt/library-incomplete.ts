import type { CopyInstruction, Word } from '../../dockerfile/model';
import type { Evidence } from '../../facts/evidence';
import { msg, type Text } from '../../l10n/message';
import type { ShellCommand } from '../../shell/model';
import type { StackReport, StageStack } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { baseName, globToRegExp } from '../../text/path';
import type { Location } from '../../text/range';
import { compareDotted, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf, isBuiltUpon, rootUse } from '../support/absence';
import { copyOrigin } from '../support/copy-origin';
import { listNames } from '../support/library-packages';
import { mentions } from '../support/mentions';
import { allActions } from '../support/pip-installs';

type MessageId = 'linked' | 'builder';

const LOADED_BY_BUILDER: Evidence = {
  fact: msg`The builder of TensorRT loads libnvinfer_builder_resource when it makes an engine; without it no builder can be created.`,
  source: 'https://github.com/wang-xinyu/tensorrtx/issues/1205',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'tensorrt-library-incomplete',
  family: 'tensorrt',
  severity: 'error',
  summary: 'libnvinfer is copied without libraries of TensorRT that are used with it.',
  messages: {
    linked: '{user} needs {missing} too, which is not copied along: `{soname}: cannot open shared object file`.',
    builder: '{user} builds an engine, for which libnvinfer loads {missing}; it is not copied along: `Unable to load library: {soname}`.',
  },
  docs: {
    what: '`COPY --from` takes libnvinfer alone, and the image runs trtexec or ONNX Runtime’s TensorRT provider, which need further libraries of TensorRT.',
    why: 'TensorRT is several libraries. trtexec and ONNX Runtime load the plugins and the ONNX parser; and to build an engine libnvinfer loads `libnvinfer_builder_resource`, which [no program links](https://github.com/wang-xinyu/tensorrtx/issues/1205), so that `ldd` does not name it.',
    instead: 'Copy all of them (`libnvinfer*.so*` and `libnvonnxparser.so*`), or install the packages.',
    silent: 'TensorRT comes another way too, a folder is copied that may hold the rest, or nothing in the file tells how TensorRT is used.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the libraries that are linked, without the one that the builder loads',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS trt\nFROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nCOPY --from=trt /opt/tensorrt/bin/trtexec /usr/local/bin/trtexec\nCOPY --from=trt «/usr/lib/x86_64-linux-gnu/libnvinfer.so*» /usr/lib/x86_64-linux-gnu/libnvinfer_plugin.so* /usr/lib/x86_64-linux-gnu/libnvonnxparser.so* /usr/lib/x86_64-linux-gnu/\nCMD ["trtexec", "--onnx=/m.onnx", "--saveEngine=/m.plan"]\n',
      messageId: 'builder',
      fixed: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS trt\nFROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nCOPY --from=trt /opt/tensorrt/bin/trtexec /usr/local/bin/trtexec\nCOPY --from=trt /usr/lib/x86_64-linux-gnu/libnvinfer*.so* /usr/lib/x86_64-linux-gnu/libnvonnxparser*.so* /usr/lib/x86_64-linux-gnu/\nCMD ["trtexec", "--onnx=/m.onnx", "--saveEngine=/m.plan"]\n',
    },
    {
      kind: 'bad',
      title: 'libnvinfer alone',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS trt\nFROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nCOPY --from=trt /opt/tensorrt/bin/trtexec /usr/local/bin/trtexec\nCOPY --from=trt «/usr/lib/x86_64-linux-gnu/libnvinfer.so.8» /usr/lib/x86_64-linux-gnu/\nCMD trtexec --loadEngine=/m.plan\n',
      messageId: 'linked',
      fixed: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS trt\nFROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nCOPY --from=trt /opt/tensorrt/bin/trtexec /usr/local/bin/trtexec\nCOPY --from=trt /usr/lib/x86_64-linux-gnu/libnvinfer*.so* /usr/lib/x86_64-linux-gnu/libnvonnxparser*.so* /usr/lib/x86_64-linux-gnu/\nCMD trtexec --loadEngine=/m.plan\n',
    },
    {
      kind: 'good',
      title: 'all of them',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS trt\nFROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nCOPY --from=trt /opt/tensorrt/bin/trtexec /usr/local/bin/trtexec\nCOPY --from=trt /usr/lib/x86_64-linux-gnu/libnvinfer* /usr/lib/x86_64-linux-gnu/libnvonnxparser* /usr/lib/x86_64-linux-gnu/\nCMD ["trtexec", "--onnx=/m.onnx", "--saveEngine=/m.plan"]\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /libnvinfer/)) return;
    for (const stage of stack.stages) {
      const finding = judge(stage, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

/** What a program does with TensorRT. */
interface Use {
  readonly user: Text;
  readonly builds: boolean;
  readonly location: Location;
}

/** A library of TensorRT that a stage copies. */
interface Copied {
  readonly word: Word;
  readonly instruction: CopyInstruction;
}

function judge(stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const copied = listCopied(stage, stack);
  const main = copied.find(({ word }) => covers(word, 'libnvinfer'));
  if (main === undefined || !comesByCopyAlone(stage, stack)) return undefined;
  const use = findUse(stage, stack);
  if (use === undefined) return undefined;
  const version = knownVersion(findComponents(stage.final, 'tensorrt').at(-1)?.version);
  const suffix = majorOf(version ?? '') === undefined ? '' : `.${majorOf(version ?? '') ?? ''}`;
  const common = {
    location: { file: stack.dockerfile.file, range: main.word.range },
    related: [{ location: use.location, message: msg`${use.user} runs here.` }],
  };
  const linked = ['libnvinfer_plugin', ...(use.builds ? ['libnvonnxparser'] : [])].filter((name) => !copied.some(({ word }) => covers(word, name)));
  const [first] = linked;
  if (first !== undefined) {
    return { ...common, messageId: 'linked', data: { user: use.user, missing: listNames(linked), soname: `${first}.so${suffix}` }, evidence: [LINKS], fixes: copyAll(copied, main, stack) };
  }
  const hasResource = copied.some(({ word }) => covers(word, 'libnvinfer_builder_resource'));
  // Earlier versions have none.
  if (!use.builds || hasResource || version === undefined || compareDotted(version, '8.4') < 0) return undefined;
  return {
    ...common,
    messageId: 'builder',
    data: { user: use.user, missing: 'libnvinfer_builder_resource', soname: `libnvinfer_builder_resource.so.${version.split('.').slice(0, 3).join('.')}` },
    evidence: [LOADED_BY_BUILDER],
    fixes: copyAll(copied, main, stack),
  };
}

const LINKS: Evidence = {
  fact: msg`trtexec loads libnvinfer_plugin when it starts, and the ONNX parser for a model in that format.`,
  source: 'https://github.com/NVIDIA/TensorRT/blob/main/samples/trtexec/CMakeLists.txt',
  checked: '2026-11-20',
};

const LIBRARY = /^libnv(?:infer|onnxparser|parsers)/;

function listCopied(stage: StageStack, stack: StackReport): readonly Copied[] {
  return chainOf(stage).flatMap((one) =>
    one.steps.flatMap(({ instruction }) => {
      if (instruction.kind !== 'copy' || copyOrigin(stack, one, instruction) === undefined) return [];
      return instruction.sources.filter(({ raw }) => LIBRARY.test(baseName(raw))).map((word) => ({ word, instruction }));
    }),
  );
}

/** Whether a copied name or pattern takes a library along, in whatever version. */
function covers({ raw }: Word, name: string): boolean {
  const pattern = baseName(raw);
  if (pattern === name || pattern.startsWith(`${name}.so`)) return true;
  return /[*?[]/.test(pattern) && ['.so', '.so.8', '.so.8.6.1', '.so.10', '.so.10.3.0', '.so.9'].some((end) => globToRegExp(pattern).test(`${name}${end}`));
}

/** Nothing but these copies brings TensorRT, as far as can be seen. */
function comesByCopyAlone(stage: StageStack, stack: StackReport): boolean {
  if (rootUse(stack, stage)?.image.componentsComplete !== true || stage.final.opaque) return false;
  if (findComponents(stage.final, 'tensorrt').some(({ via }) => via !== 'copy') || findComponents(stage.final, 'tensorrt-python').length > 0) return false;
  const isFolder = ({ path }: { readonly path: string }): boolean => /tensorrt/i.test(path);
  if (stage.final.paths.some(isFolder)) return false;
  // A copy of a whole library folder, or an archive, may hold the rest.
  const hasFolderCopy = chainOf(stage).some(({ steps }) =>
    steps.some(({ instruction }) => instruction.kind === 'copy' && instruction.sources.some(({ raw }) => /\/(?:lib|lib64|x86_64-linux-gnu|aarch64-linux-gnu)\/?\*?$|^\/(?:usr)?\/?$|tensorrt[^/]*\/?$/i.test(raw) && !/trtexec$/.test(raw))),
  );
  return !hasFolderCopy && !allActions(stage).some((action) => action.kind === 'extract' || action.kind === 'download' || (action.kind === 'package-install' && action.packages.some(({ localFile }) => localFile)));
}

function findUse(stage: StageStack, { stages }: StackReport): Use | undefined {
  for (const other of stages) {
    if (!isBuiltUpon(other, stage)) continue;
    for (const { instruction, commands } of other.steps) {
      if (instruction.kind === 'healthcheck') continue;
      const command = commands.find((one) => !one.conditional && (one.name === 'trtexec' || namesProvider(one)));
      if (command === undefined) continue;
      const isTool = command.name === 'trtexec';
      const builds = !isTool || command.words.some(({ text }) => /^--(?:onnx|uff|deploy|model|saveEngine|buildOnly)\b/.test(text.value));
      return { user: isTool ? 'trtexec' : msg`ONNX Runtime’s TensorRT provider`, builds, location: { file: command.file, range: command.range } };
    }
  }
  return undefined;
}

function namesProvider({ words }: ShellCommand): boolean {
  return words.some(({ text }) => /\bTensorrtExecutionProvider\b/.test(text.value));
}

/** Patterns that take all libraries along, in place of the copied names; for a copy into a folder. */
function copyAll(copied: readonly Copied[], main: Copied, { dockerfile }: StackReport): readonly Fix[] {
  const { instruction, word } = main;
  const folder = word.raw.slice(0, word.raw.length - baseName(word.raw).length);
  const own = copied.filter((one) => one.instruction === instruction);
  if (instruction.destination?.raw.endsWith('/') !== true || own.some((one) => !one.word.raw.startsWith(folder)) || own.length !== instruction.sources.length) return [];
  const start = Math.min(...own.map((one) => one.word.range.start));
  const end = Math.max(...own.map((one) => one.word.range.end));
  return [{ title: msg`Copy all libraries of TensorRT`, safe: false, edits: [{ file: dockerfile.file, range: { start, end }, newText: `${folder}libnvinfer*.so* ${folder}libnvonnxparser*.so*` }] }];
}
