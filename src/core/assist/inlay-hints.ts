import { libraryOfPackage } from '../facts/apt-builds';
import { newestAptBuild } from '../facts/apt-versions';
import { cudaOfTorch, onnxruntimeRelease, tensorflowWheel } from '../facts/frameworks';
import { formatText, msg, type Message, type Text } from '../l10n/message';
import type { Action, PackageInstall, PipRequirement } from '../shell/installers/model';
import type { ActionStep, StackReport, StackState, StageStack } from '../stack/model';
import { firstParts } from '../version/dotted';
import { describeDriver, driverOf, formatContent, joinTexts, listContents } from './contents';

/** Text that an editor shows behind a place in a Dockerfile as if it stood there. */
export interface InlayHint {
  readonly offset: number;
  readonly kind: 'image' | 'install';
  readonly text: Message;
}

/**
 * What FROM and install lines of a Dockerfile bring, where the line itself does not say it: contents of base images,
 * the version that an unpinned package of TensorRT, cuDNN or NCCL gets, what a variable or a requirements file stands
 * for, the CUDA a wheel was made for. Nothing that is not known, and one hint a line at most.
 * Those of lines that lie wholly before `from` may be left out.
 */
export function listInlayHints({ dockerfile, stages }: StackReport, from = 0): readonly InlayHint[] {
  const hints = new Map<number, { readonly kind: InlayHint['kind']; readonly texts: Map<string, Text> }>();
  const add = (end: number, kind: InlayHint['kind'], texts: readonly Text[]): void => {
    if (texts.length === 0) return;
    const offset = endOfLine(dockerfile.text, end);
    const hint = hints.get(offset) ?? { kind, texts: new Map<string, Text>() };
    // What several packages of a line say alike is said once.
    for (const text of texts) hint.texts.set(formatText(text), text);
    hints.set(offset, hint);
  };
  const start = dockerfile.text.lastIndexOf('\n', from - 1) + 1;
  for (const stage of stages) {
    if (stage.stage.range.end < start) continue;
    add(stage.stage.from.range.end, 'image', describeBase(stage));
    for (const step of stage.steps.flatMap(({ instruction, actions }) => (instruction.range.end < start ? [] : actions))) {
      for (const { end, texts } of describeInstall(step, dockerfile.file, dockerfile.text)) add(end, 'install', texts);
    }
  }
  return [...hints].map(([offset, { kind, texts }]) => ({ offset, kind, text: joinTexts([...texts.values()]) })).sort((a, b) => a.offset - b.offset);
}

/** The end of the line that holds the character before `offset`, behind a continuation: what is written stays together. */
function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', Math.max(0, offset - 1));
  return text.slice(0, newline < 0 ? text.length : newline).trimEnd().length;
}

/** The contents of the image that a stage starts from; of an earlier stage nothing: it stands in the same file. */
function describeBase({ base }: StageStack): readonly Text[] {
  const { image } = base;
  if (image === undefined) return [];
  const contents = listContents(image.components).filter(({ kind }) => kind !== 'nccl');
  // An image of a distribution or of Python alone says in its name all that there is to say.
  if (contents.every(({ kind }) => kind === 'os' || kind === 'python')) return [];
  const driver = driverOf(image);
  // A hint is short: three parts of a version, two of a driver's.
  const short = contents.map((content) => formatContent({ ...content, version: firstParts(content.version, 3) }));
  return [...short, ...(driver === undefined ? [] : [describeDriver(firstParts(driver, 2))])];
}

interface LineTexts {
  readonly end: number;
  readonly texts: readonly Text[];
}

function describeInstall({ action, before, after }: ActionStep, file: string, text: string): readonly LineTexts[] {
  if (action.file !== file) return [];
  switch (action.kind) {
    case 'package-install':
      return [...describeHidden(action, before, after, text), ...describePackages(action, before, text)];
    case 'pip-install':
      return [...describeHidden(action, before, after, text), ...describeWheels(action.requirements, file), ...describeFiles(action, before, after)];
    case 'conda-install':
      return describeHidden(action, before, after, text);
    default:
      return [];
  }
}

/** For unpinned packages what apt takes, as far as the newest build in the repository is known. */
function describePackages({ packages, manager }: PackageInstall, before: StackState, text: string): readonly LineTexts[] {
  if (manager !== 'apt') return [];
  const distro = before.apt.repositories.findLast(({ repository, distro }) => repository === 'cuda' && distro !== undefined)?.distro;
  if (distro === undefined) return [];
  // What several packages of a line get alike is said once: `libnvinfer8 +3`.
  const alike = new Map<string, { readonly end: number; readonly names: string[]; readonly version: string }>();
  for (const { name, version, range } of packages) {
    if (version !== undefined || libraryOfPackage(name.value) === undefined) continue;
    const newest = newestAptBuild(name.value, distro)?.version;
    if (newest === undefined) continue;
    const end = endOfLine(text, range.end);
    const group = alike.get(`${end} ${newest}`) ?? { end, names: [], version: newest };
    group.names.push(name.value);
    alike.set(`${end} ${newest}`, group);
  }
  return [...alike.values()].map(({ end, names, version }) => {
    const shown = names.length === 1 ? names.join('') : `${names[0] ?? ''} +${names.length - 1}`;
    return { end, texts: [msg`${shown}: ${version} or newer`] };
  });
}

/** The CUDA and cuDNN that a pinned wheel was made for. */
function describeWheels(requirements: readonly PipRequirement[], file: string): readonly LineTexts[] {
  return requirements.flatMap((requirement) => {
    const version = /^===?([\w.+!-]+)$/.exec(requirement.specifier)?.[1];
    if (requirement.file !== file || version === undefined) return [];
    const parts = builtFor(requirement.name, version);
    return parts.length === 0 ? [] : [{ end: requirement.range.end, texts: [msg`${requirement.name} for ${parts.join(', ')}`] }];
  });
}

function builtFor(name: string, version: string): readonly string[] {
  switch (name) {
    case 'torch': {
      // A local tag says it itself: 2.1.0+cu118.
      const cuda = version.includes('+') ? undefined : cudaOfTorch(version);
      return cuda === undefined ? [] : [`CUDA ${cuda}`];
    }
    case 'tensorflow':
    case 'tensorflow-gpu': {
      const release = tensorflowWheel(name, version);
      return release === undefined ? [] : [`CUDA ${release.cuda}`, `cuDNN ${release.cudnn}`, ...(release.tensorrt === null || release.tensorrt === 'none' ? [] : [`TensorRT ${release.tensorrt}`])];
    }
    case 'onnxruntime-gpu': {
      const build = onnxruntimeRelease(version);
      return build === undefined ? [] : [`CUDA ${build.cuda}`, ...(build.cudnn === null ? [] : [`cuDNN ${build.cudnn}`]), ...(build.tensorrt === null ? [] : [`TensorRT ${build.tensorrt}`])];
    }
    default:
      return [];
  }
}

/** What requirements files bring, at the word that names the first of them. */
function describeFiles(action: Extract<Action, { kind: 'pip-install' }>, before: StackState, after: StackState): readonly LineTexts[] {
  const named = action.requirementFiles.find(({ found }) => found);
  if (named === undefined) return [];
  const texts = listContents(after.components.filter((item) => !before.components.includes(item) && item.where.file !== action.file)).map(formatContent);
  return [{ end: named.range.end, texts }];
}

/** Components of which the line shows no version because a variable stands for it. */
function describeHidden(action: Action, before: StackState, after: StackState, text: string): readonly LineTexts[] {
  return after.components.flatMap((item) => {
    if (before.components.includes(item) || item.where.file !== action.file) return [];
    const written = text.slice(item.where.range.start, item.where.range.end);
    const [content] = listContents([item]);
    if (content === undefined || !written.includes('$')) return [];
    return [{ end: item.where.range.end, texts: [formatContent(content)] }];
  });
}
