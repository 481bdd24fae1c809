import { msg } from '../../l10n/message';
import type { Action } from '../../shell/installers/model';
import { recogniseArtifact } from '../../shell/installers/known-artifacts';
import { findScriptCall } from '../../shell/script-call';
import type { ShellCommand } from '../../shell/model';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import { UNKNOWN, type Traced } from '../../text/traced';
import { isSameRelease } from '../../version/dotted';
import { defineRule, type Fix, type Report, type Severity } from '../model';
import { chainOf, rootUse } from '../support/absence';
import { mentions } from '../support/mentions';

type MessageId = 'otherVersion' | 'absent';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-library-path',
  family: 'tensorrt',
  severity: 'error',
  summary: 'A path names a folder of TensorRT that does not exist: another version, or nothing has put it there.',
  messages: {
    otherVersion: 'This names TensorRT-{named}, and what is unpacked in this stage is TensorRT-{unpacked}: `{error}`.',
    absent: 'This names TensorRT-{named}, and nothing puts that folder into this stage: `libnvinfer.so: cannot open shared object file`.',
  },
  docs: {
    what: 'LD_LIBRARY_PATH or another variable, a link, a copy, a line for the loader or a wheel’s path names a folder `TensorRT-<version>`, and the archive in the stage is of another version, or there is none.',
    why: 'The archive of TensorRT unpacks into a folder that carries its four-part version. After an update of the archive one of the places that name the folder is easily forgotten. `cp` then stops the build; a wrong search path shows when the program starts.',
    instead: 'Write the version once, in an ARG, or link the folder to a name without version (`ln -s TensorRT-8.6.1.6 /opt/tensorrt`).',
    silent: 'The version of an archive is not known, or a script or an archive of unknown contents may have made the folder.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the search path was forgotten',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /opt/\nENV LD_LIBRARY_PATH=/opt/«TensorRT-8.4.1.5»/lib:$LD_LIBRARY_PATH\n',
      messageId: 'otherVersion',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /opt/\nENV LD_LIBRARY_PATH=/opt/TensorRT-8.6.1.6/lib:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'bad',
      title: 'the copy was forgotten',
      text: 'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y wget\nRUN wget https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/10.13.0/tars/TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz \\\n    && tar -xf TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz \\\n    && cp -a «TensorRT-10.12.0.36»/lib/*.so* /usr/lib/x86_64-linux-gnu\n',
      messageId: 'otherVersion',
      fixed: 'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y wget\nRUN wget https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/10.13.0/tars/TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz \\\n    && tar -xf TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz \\\n    && cp -a TensorRT-10.13.0.35/lib/*.so* /usr/lib/x86_64-linux-gnu\n',
    },
    {
      kind: 'bad',
      title: 'the archive was saved under another name',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y wget && wget -q https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/secure/8.6.1/tars/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -O /tmp/trt.tgz && tar -xzf /tmp/trt.tgz -C /opt\nENV LD_LIBRARY_PATH=/opt/«TensorRT-8.5.2.2»/lib:$LD_LIBRARY_PATH\n',
      messageId: 'otherVersion',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y wget && wget -q https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/secure/8.6.1/tars/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -O /tmp/trt.tgz && tar -xzf /tmp/trt.tgz -C /opt\nENV LD_LIBRARY_PATH=/opt/TensorRT-8.6.1.6/lib:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'bad',
      title: 'a line for the loader',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nCOPY TensorRT-8.5.3.1.Linux.x86_64-gnu.cuda-11.8.cudnn8.6.tar.gz /tmp/\nRUN tar xzf /tmp/TensorRT-8.5.3.1.Linux.x86_64-gnu.cuda-11.8.cudnn8.6.tar.gz -C /opt\nRUN echo /opt/«TensorRT-8.5.1.7»/lib > /etc/ld.so.conf.d/tensorrt.conf && ldconfig\n',
      messageId: 'otherVersion',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nCOPY TensorRT-8.5.3.1.Linux.x86_64-gnu.cuda-11.8.cudnn8.6.tar.gz /tmp/\nRUN tar xzf /tmp/TensorRT-8.5.3.1.Linux.x86_64-gnu.cuda-11.8.cudnn8.6.tar.gz -C /opt\nRUN echo /opt/TensorRT-8.5.3.1/lib > /etc/ld.so.conf.d/tensorrt.conf && ldconfig\n',
    },
    {
      kind: 'bad',
      title: 'nothing unpacks it',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nENV LD_LIBRARY_PATH=/usr/local/«TensorRT-8.6.1.6»/lib:$LD_LIBRARY_PATH\n',
      messageId: 'absent',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'one version for all',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG TRT=8.6.1.6\nADD TensorRT-${TRT}.Linux.x86_64-gnu.cuda-11.8.tar.gz /opt/\nENV LD_LIBRARY_PATH=/opt/TensorRT-${TRT}/lib:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'an archive of unknown version',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nCOPY tensorrt.tar.gz /tmp/\nRUN tar xzf /tmp/tensorrt.tar.gz -C /opt\nENV LD_LIBRARY_PATH=/opt/TensorRT-8.4.1.5/lib:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'one branch for each CUDA',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG V\nRUN if [ "$V" = 9 ]; then tar xf TensorRT-9.2.0.5.Linux.x86_64-gnu.cuda-11.8.tar.gz && cp -a TensorRT-9.2.0.5/lib/*.so* /usr/lib; else tar xf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz && cp -a TensorRT-8.6.1.6/lib/*.so* /usr/lib; fi\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /TensorRT-/)) return;
    for (const stage of stack.stages) {
      // Most stages name no such folder: what they unpack is looked up only for those that do.
      let provided: Provided | undefined;
      for (const step of stage.steps) {
        for (const mention of listMentions(step, stack)) {
          const finding = judge(mention, (provided ??= listProvided(stage, stack)), stage, stack);
          if (finding !== undefined) report(finding);
        }
      }
    }
  },
});

const FOLDER = /(?:^|[/:=\s"'])(TensorRT-(\d+(?:\.\d+){2,3}))(?=[/:"'\s]|$)/g;

/** A place that names a folder of TensorRT. */
interface Mention {
  readonly version: string;
  readonly value: Traced;
  readonly start: number;
  readonly end: number;
  readonly location: Location;
  /** `cp` and pip stop at once; a search path is missed later; what another command makes of it is not known. */
  readonly use: 'stops' | 'searched' | 'unknown';
  readonly conditional: boolean;
}

function* listMentions(step: InstructionStep, stack: StackReport): Generator<Mention> {
  const { instruction, after, commands } = step;
  if (instruction.kind === 'env') {
    for (const { name, value: word } of instruction.assignments) {
      const value = after.env.get(name);
      if (value === undefined) continue;
      for (const mention of findFolders(value, 'searched', false)) {
        const { file, range } = mention.location;
        // What an earlier value brings along was told there.
        const isHere = file === stack.dockerfile.file && range.start >= word.range.start && range.end <= word.range.end;
        if (isHere && !value.slice(mention.start, mention.end).pieces.some(({ use }) => use?.name === name)) yield mention;
      }
    }
  }
  if (instruction.kind !== 'run') return;
  for (const command of commands) {
    if (command.substitution) continue;
    for (const { text } of command.words.slice(1)) yield* findFolders(text, useOf(command), command.conditional || command.failureIgnored);
  }
}

function useOf({ name, words, redirects }: ShellCommand): Mention['use'] {
  if (name === 'cp' || name === 'mv' || /^pip/.test(name) || (/^python/.test(name) && words[2]?.text.value === 'pip')) return 'stops';
  if (name === 'ln') return 'searched';
  const target = redirects.find(({ operator }) => operator.startsWith('>'))?.target?.value;
  return (name === 'echo' || name === 'printf') && target !== undefined && /ld\.so\.conf|bashrc|profile|environment/.test(target) ? 'searched' : 'unknown';
}

function* findFolders(value: Traced, use: Mention['use'], conditional: boolean): Generator<Mention> {
  if (use === 'unknown' || !value.value.includes('TensorRT-')) return;
  for (const match of value.value.matchAll(FOLDER)) {
    const [whole, folder = '', version = ''] = match;
    const start = match.index + whole.length - folder.length;
    const end = start + folder.length;
    const location = value.locate(start, end);
    if (location !== undefined) yield { version, value, start, end, location, use, conditional };
  }
}

/** The versions of TensorRT whose folders a stage may have. */
interface Provided {
  readonly versions: ReadonlyMap<string, Location>;
  /** Something unpacks or makes folders of unknown names. */
  readonly isOpen: boolean;
}

function listProvided(stage: StageStack, { dockerfile: { file } }: StackReport): Provided {
  const versions = new Map<string, Location>();
  let isOpen = stage.final.opaque;
  const add = (path: string, where: Location): void => {
    if (!path.includes('TensorRT')) return;
    const name = baseName(path.replace(/[?#].*$/, ''));
    const artifact = recogniseArtifact(name);
    const version = artifact?.kind === 'tensorrt-tar' ? artifact.version : /TensorRT-(\d+(?:\.\d+){2,3})/.exec(path)?.[1];
    if (version !== undefined) versions.set(version, where);
    else if (artifact?.kind === 'tensorrt-tar' || path.includes(UNKNOWN)) isOpen = true;
  };
  for (const { path, where } of stage.final.paths) if (!/\.(?:tar|tgz|gz)$/.test(path)) add(path, where);
  // What was fetched under another name is still known by its address.
  const fetched = new Set<string>();
  for (const { steps } of chainOf(stage)) {
    for (const { instruction, actions, commands } of steps) {
      if (instruction.kind === 'copy' || instruction.kind === 'add') {
        for (const { raw, range } of instruction.sources) {
          // A name with a variable may be of any version.
          if (raw.includes('$')) isOpen ||= /tensorrt/i.test(raw);
          else add(raw, { file, range });
        }
      }
      if (instruction.kind === 'run' && commands.some((command) => findScriptCall(command) !== undefined)) isOpen = true;
      for (const { action } of actions) {
        if (action.kind === 'download' && action.output !== undefined && action.artifact?.version !== undefined) fetched.add(baseName(action.output.value));
        const found = pathsOf(action);
        for (const path of found.paths) add(path, { file: action.file, range: action.range });
        isOpen ||= found.isOpen && !(action.kind === 'extract' && action.archive !== undefined && fetched.has(baseName(action.archive.value)));
      }
    }
  }
  return { versions, isOpen };
}

/** Paths that an action brings, and whether it may bring others. */
function pathsOf(action: Action): { readonly paths: readonly string[]; readonly isOpen: boolean } {
  switch (action.kind) {
    case 'download':
      return { paths: [action.url.value, ...(action.output === undefined ? [] : [action.output.value])], isOpen: action.pipedToShell || action.url.value.includes(UNKNOWN) };
    case 'extract': {
      const name = action.archive?.value;
      const isKnown = action.artifact?.version !== undefined || (action.artifact !== undefined && action.artifact.kind !== 'tensorrt-tar');
      return { paths: name === undefined ? [] : [name], isOpen: !isKnown && (name === undefined || recogniseArtifact(baseName(name))?.version === undefined) };
    }
    default:
      return { paths: [], isOpen: false };
  }
}

function judge(mention: Mention, { versions, isOpen }: Provided, stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const { version, location, use, conditional } = mention;
  if (isOpen || [...versions.keys()].some((other) => isSameRelease(other, version))) return undefined;
  const [first] = versions;
  if (first === undefined) {
    const from = rootUse(stack, stage);
    const image = from?.reference.locate();
    // A version out of a variable is chosen elsewhere, and what belongs to it may be too.
    const isWritten = mention.value.slice(mention.start, mention.end).pieces.every((piece) => piece.use === undefined);
    if (use !== 'searched' || !isWritten || from?.image.componentsComplete !== true || image === undefined) return undefined;
    return { messageId: 'absent', severity: 'warning', data: { named: version }, location, related: [{ location: image, message: msg`This image has no TensorRT.` }] };
  }
  const [unpacked, where] = first;
  const severity: Severity = conditional ? 'warning' : 'error';
  return {
    messageId: 'otherVersion',
    severity,
    data: { named: version, unpacked, error: use === 'stops' ? 'No such file or directory' : 'libnvinfer.so: cannot open shared object file' },
    location,
    related: [{ location: where, message: msg`TensorRT-${unpacked} comes from here.` }],
    fixes: versions.size === 1 ? nameUnpacked(mention, unpacked) : [],
  };
}

/** The folder that the archive really makes. */
function nameUnpacked({ value, start, end, version }: Mention, unpacked: string): readonly Fix[] {
  const edit = value.edit(end - version.length, end, unpacked) ?? value.edit(start, end, `TensorRT-${unpacked}`);
  return edit === undefined ? [] : [{ title: msg`Name TensorRT-${unpacked}`, safe: false, edits: [edit] }];
}
