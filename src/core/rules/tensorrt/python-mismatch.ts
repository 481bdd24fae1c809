import type { Evidence } from '../../facts/evidence';
import { tensorRTReleases } from '../../facts/tensorrt-releases';
import { parseTensorRTPipPackage, tensorRTPipHasPython, tensorRTPipVersions } from '../../facts/tensorrt-pip';
import { distroPython, distroPythonEvidence } from '../../image/distribution';
import { msg } from '../../l10n/message';
import { findScriptCall } from '../../shell/script-call';
import type { PipRequirement } from '../../shell/installers/model';
import type { ShellCommand } from '../../shell/model';
import type { Component, InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import { Traced } from '../../text/traced';
import { compareDotted, majorMinorOf } from '../../version/dotted';
import { exactVersionOf, parseSpecifier, satisfiesPep440 } from '../../version/pep440';
import { defineRule, type Fix, type Related, type Report } from '../model';
import { chainOf, rootUse } from '../support/absence';
import { copyOrigin } from '../support/copy-origin';
import { findPart, retag } from '../support/image-uses';
import { mentions } from '../support/mentions';
import { allActions, listPipUses, locateRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython, pythonNamed, type StagePython } from '../support/stage-python';

type MessageId = 'noWheel' | 'wheelTag' | 'import' | 'path' | 'copied' | 'distribution';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-python-mismatch',
  family: 'tensorrt',
  severity: 'error',
  summary: 'TensorRT for Python is asked for a Python that it was not made for.',
  messages: {
    noWheel: '{requirement} has no wheel for Python {python}: pip ends with `No matching distribution found`.',
    wheelTag: 'This wheel is for Python {built}, pip here is that of Python {python}: `… is not a supported wheel on this platform`.',
    import: "TensorRT of this stage is installed for Python {own}; Python {python} does not find it: `ModuleNotFoundError: No module named 'tensorrt'`.",
    path: 'TensorRT of this image is installed for Python {own}, there is none for Python {python}: `cannot stat … No such file or directory`.',
    copied: "The bindings of Python {own} are put where Python {python} looks; they are compiled for one version alone: `ModuleNotFoundError: No module named 'tensorrt.tensorrt'`.",
    distribution: "{package} installs for Python {own}, the python3 of {os}; `python3` in this stage is {python} and does not find it: `No module named 'tensorrt'`.",
  },
  docs: {
    what: 'TensorRT’s Python package meets a Python that it has no build for: a pip version without wheels for it, a wheel with another `cpXY` tag, or a Python other than that for which apt or the image installed TensorRT.',
    why: 'The bindings are compiled for one minor version of Python. [8.6 has none for 3.12](https://github.com/NVIDIA/TensorRT/issues/3539), TensorRT-LLM up to 0.15 [only for 3.10](https://github.com/NVIDIA/TensorRT-LLM/issues/725). `python3-libnvinfer` and NVIDIA’s images install them for the `python3` of their Ubuntu alone; another Python beside it [does not see them](https://github.com/open-mmlab/mmdeploy/issues/1881).',
    instead: 'Use a Python that the version has wheels for, or a version that has wheels for the Python. With `python3-libnvinfer` and with NVIDIA’s images use their own `python3`; for another Python install TensorRT with its pip.',
    silent: 'The Python is not known: conda, pyenv, a venv of uv, `update-alternatives`, several Pythons in the stage.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a release older than the Python',
      text: 'FROM python:3.12-slim\nRUN pip install «tensorrt==8.6.1.post1» --extra-index-url https://pypi.nvidia.com\n',
      messageId: 'noWheel',
      fixed: 'FROM python:3.11-slim\nRUN pip install tensorrt==8.6.1.post1 --extra-index-url https://pypi.nvidia.com\n',
    },
    {
      kind: 'bad',
      title: 'a range below the first release for that Python',
      text: 'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install --break-system-packages «"tensorrt<9"»\n',
      messageId: 'noWheel',
    },
    {
      kind: 'bad',
      title: 'TensorRT-LLM needs Python 3.10',
      text: 'FROM nvidia/cuda:12.2.2-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorrt_llm==0.7.1» --extra-index-url https://pypi.nvidia.com\n',
      messageId: 'noWheel',
    },
    {
      kind: 'bad',
      title: 'the wheel of another Python out of the archive',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «/opt/TensorRT-8.6.1.6/python/tensorrt-8.6.1-cp38-none-linux_x86_64.whl»\n',
      messageId: 'wheelTag',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install /opt/TensorRT-8.6.1.6/python/tensorrt-8.6.1-cp310-none-linux_x86_64.whl\n',
    },
    {
      kind: 'bad',
      title: 'a second Python on an image with TensorRT for its own',
      text: 'FROM nvcr.io/nvidia/l4t-tensorrt:r8.2.1-runtime\nRUN apt-get update && apt-get install -y python3.8 python3.8-dev\nRUN «python3.8 -c "import tensorrt"»\n',
      messageId: 'import',
    },
    {
      kind: 'bad',
      title: 'a second Python beside python3-libnvinfer, in the command of the image',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3.9 python3-libnvinfer=8.6.1.6-1+cuda11.8 python3-libnvinfer-dev=8.6.1.6-1+cuda11.8\nCMD [«"python3.9", "-c", "import tensorrt; print(tensorrt.__version__)"»]\n',
      messageId: 'import',
    },
    {
      kind: 'bad',
      title: 'copied from where another Python would have it',
      text: 'FROM nvcr.io/nvidia/tensorrt:20.03-py3\nRUN cp -r «/usr/local/lib/python3.8/dist-packages/tensorrt*» /opt/env/lib/python3.8/site-packages/\n',
      messageId: 'path',
    },
    {
      kind: 'bad',
      title: 'copied for another Python',
      text: 'FROM python:3.10-slim\nCOPY --from=nvcr.io/nvidia/tensorrt:22.03-py3 «/usr/lib/python3.8/dist-packages/tensorrt» /usr/local/lib/python3.10/site-packages/tensorrt\n',
      messageId: 'copied',
    },
    {
      kind: 'bad',
      title: 'python3 was pointed at another Python',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3.9 && update-alternatives --install /usr/bin/python3 python3 /usr/bin/python3.9 1\nRUN apt-get install -y «python3-libnvinfer=8.6.1.6-1+cuda11.8»\n',
      messageId: 'distribution',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'a venv of a Python that has wheels',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y --no-install-recommends python3-venv && python3 -m venv /opt/venv\nENV PATH=/opt/venv/bin:$PATH\nRUN pip install tensorrt-cu12==10.0.1\n',
    },
    {
      kind: 'good',
      title: 'the wheel for this Python',
      text: 'FROM ubuntu:20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install /opt/TensorRT-8.6.1.6/python/tensorrt-8.6.1-cp38-none-linux_x86_64.whl\n',
    },
    {
      kind: 'good',
      title: 'pip of the second Python has installed TensorRT',
      text: 'FROM nvcr.io/nvidia/tensorrt:22.03-py3\nRUN apt-get update && apt-get install -y python3.9 python3.9-distutils && python3.9 -m pip install tensorrt==8.5.3.1\nRUN python3.9 -c "import tensorrt"\n',
    },
    {
      kind: 'good',
      title: 'conda brings some Python',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y python=3.9 && pip install tensorrt==8.6.1\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /tensorrt|nvinfer/i)) return;
    for (const use of listPipUses(stack)) {
      const finding = judgeRequirement(use, stack);
      if (finding !== undefined) report(finding);
    }
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        for (const finding of [...judgeImports(step, stage), ...judgePaths(step, stage, stack), ...judgePackages(step, stage)]) report(finding);
      }
    }
  },
});

function judgeRequirement(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { requirement, stage, before, action } = use;
  const parsed = parseTensorRTPipPackage(requirement.name);
  const name = requirement.name === 'tensorrt-llm' ? 'tensorrt-llm' : 'tensorrt';
  // The libraries are in wheels for every Python.
  if ((parsed === undefined && name !== 'tensorrt-llm') || parsed?.part === 'libs' || (requirement.url !== undefined && requirement.wheel === undefined)) return undefined;
  const python = pipPython(stage, before, action);
  if (python === undefined) return undefined;
  const common = { location: locateRequirement(use), severity: severityFor(use, python.component?.certainty === 'assumed' ? 'warning' : 'error'), related: relate(python) };
  if (requirement.wheel !== undefined) {
    const built = pythonsOfWheel(requirement.wheel);
    if (built === undefined || built.includes(python.version)) return undefined;
    return { ...common, messageId: 'wheelTag', data: { built: built.join(', '), python: python.version }, fixes: retagWheel(requirement, requirement.wheel, python) };
  }
  const evidence = missesPython(requirement, name, python.version);
  return evidence && { ...common, messageId: 'noWheel', data: { requirement: requirement.text.value.trim(), python: python.version }, evidence: [evidence], fixes: usePythonImage(use, stack) };
}

function relate({ version, component }: StagePython): readonly Related[] {
  return component === undefined ? [] : [{ location: component.where, message: msg`Python ${version} comes from here.` }];
}

/** What says that no version which a requirement allows has a wheel for a Python. */
function missesPython({ name, specifier }: PipRequirement, kind: 'tensorrt' | 'tensorrt-llm', python: string): Evidence | undefined {
  const exact = exactVersionOf(specifier);
  const judge = (version: string | undefined): ReturnType<typeof tensorRTPipHasPython> => tensorRTPipHasPython(version, python, kind);
  if (exact !== undefined || kind === 'tensorrt-llm') return without(judge(exact));
  const versions = name === 'nvidia-tensorrt' ? tensorRTPipVersions(name) : tensorRTReleases().map(({ version }) => version);
  const isBounded = parseSpecifier(specifier)?.some(({ operator, wildcard }) => operator.startsWith('<') || operator === '~=' || wildcard) === true;
  if (!isBounded && name !== 'nvidia-tensorrt') return undefined;
  const allowed = versions.filter((version) => specifier === '' || satisfiesPep440(version, specifier) === true);
  const answers = allowed.map((version) => judge(version));
  return answers.every((answer) => answer?.has === false) ? without(answers.at(-1)) : undefined;
}

function without(answer: ReturnType<typeof tensorRTPipHasPython>): Evidence | undefined {
  return answer?.has === false ? answer.evidence : undefined;
}

/** Python versions of a wheel's tags, `cp38` or `cp36.cp37`; undefined for one that serves any or later ones too. */
function pythonsOfWheel({ python, abi }: NonNullable<PipRequirement['wheel']>): readonly string[] | undefined {
  const versions = python.split('.').map((tag) => /^cp3(\d+)$/.exec(tag)?.[1]);
  return abi.includes('abi3') || versions.includes(undefined) ? undefined : versions.map((minor) => `3.${minor ?? ''}`);
}

/** The archive of a release holds a wheel for each Python that it supports. */
function retagWheel({ text }: PipRequirement, { python, abi, version }: NonNullable<PipRequirement['wheel']>, { version: wanted }: StagePython): readonly Fix[] {
  const tags = `-${python}-${abi}-`;
  const start = text.value.lastIndexOf(tags);
  if (start < 0 || python.includes('.') || tensorRTPipHasPython(version, wanted)?.has === false) return [];
  const tag = `cp${wanted.replace('.', '')}`;
  const edit = text.edit(start, start + tags.length, tags.replaceAll(python, tag));
  return edit === undefined ? [] : [{ title: msg`Take the wheel for Python ${wanted}`, safe: false, edits: [edit] }];
}

/** The image of the newest Python that the pinned version has wheels for, where the Python comes from an image of its own. */
function usePythonImage({ stage, requirement }: PipUse, stack: StackReport): readonly Fix[] {
  const from = rootUse(stack, stage);
  const part = from === undefined ? undefined : findPart(from.image, 'python');
  const version = exactVersionOf(requirement.specifier);
  const tag = from?.image.reference.tag;
  if (from === undefined || part === undefined || tag === undefined || version === undefined || from.image.family !== 'python') return [];
  const minor = Number(part.value.split('.')[1]);
  const older = Array.from({ length: Math.max(0, minor - 8) }, (_, i) => `3.${minor - 1 - i}`).find((python) => tensorRTPipHasPython(version, python)?.has === true);
  return older === undefined ? [] : retag(from, [`${tag.slice(0, part.range.start)}${older}${tag.slice(part.range.end)}`]);
}

/** The Python for which apt, the image or JetPack installed TensorRT, while nothing else brought it. */
interface BoundPython {
  readonly version: string;
  readonly source: Component;
}

function boundPython(stage: StageStack | undefined, state: StackState): BoundPython | undefined {
  const bindings = findComponents(state, 'tensorrt-python');
  const l4t = findComponent(state, 'l4t');
  const source = bindings.at(-1) ?? l4t;
  if (source === undefined || bindings.some(({ via }) => via !== 'apt' && via !== 'base-image') || (stage !== undefined && bringsPackages(stage)) || state.env.has('PYTHONPATH')) return undefined;
  const own = findComponents(state, 'python').find(({ via }) => via === 'base-image');
  const version = (source.via === 'base-image' ? majorMinorOf(knownVersion(own?.version) ?? '') : undefined) ?? ubuntuPython(state);
  return version === undefined ? undefined : { version, source };
}

/** Python 3 of the distribution in a state. */
function ubuntuPython(state: StackState): string | undefined {
  const os = osName(state);
  return os === undefined ? undefined : distroPython(os);
}

function osName(state: StackState): string | undefined {
  const os = findComponent(state, 'os');
  const version = knownVersion(os?.version);
  return os === undefined || version === undefined ? undefined : `${os.name}${version}`;
}

/** A script, a file of requirements or a copy may have brought TensorRT for another Python. */
function bringsPackages(stage: StageStack): boolean {
  return chainOf(stage).some(({ steps }) =>
    steps.some(({ instruction, commands, actions }) => {
      if (instruction.kind === 'run' && commands.some((command) => findScriptCall(command)?.harmless === false)) return true;
      if ((instruction.kind === 'copy' || instruction.kind === 'add') && /python|-packages/.test(instruction.destination?.raw ?? '')) return true;
      return actions.some(
        ({ action }) => action.kind === 'pip-install' && (action.requirementFiles.some(({ found }) => !found) || action.requirements.some(({ name }) => name === '' || /tensorrt|trt/.test(name))),
      );
    }),
  );
}

/** The bindings of one Python were copied or linked for another. */
function copiesBindings(stage: StageStack): boolean {
  return allActions(stage).some((action) => action.kind === 'file-copy' && action.sources.some(({ value }) => value.includes('tensorrt')) && /python3?[\d.]*\/|-packages/.test(action.destination.value));
}

const IMPORT = /(?:^|[\s;])(?:import|from)\s+tensorrt\b/;

function* judgeImports({ commands, after, before, instruction }: InstructionStep, stage: StageStack): Generator<Report<MessageId>> {
  for (const command of commands) {
    const python = pythonNamed(command.words[0]?.text.value ?? '');
    if (python === undefined || !importsTensorRT(command)) continue;
    const bound = boundPython(stage, instruction.kind === 'run' ? before : after);
    if (bound === undefined || bound.version === python.version || !hasProgram(stage, command) || copiesBindings(stage)) continue;
    yield {
      messageId: 'import',
      severity: command.conditional || command.failureIgnored ? 'warning' : 'error',
      data: { own: bound.version, python: python.version },
      location: { file: command.file, range: command.range },
      evidence: evidenceOf(after),
      related: [{ location: bound.source.where, message: msg`TensorRT for Python ${bound.version} comes from here.` }],
    };
  }
}

function importsTensorRT({ words }: ShellCommand): boolean {
  return words.some(({ text }, i) => i > 0 && (words[i - 1]?.text.value === '-c' ? IMPORT.test(text.value) : words[i - 1]?.text.value === '-m' && text.value.startsWith('tensorrt')));
}

/** A Python that nothing installed is missed already; only one that the stage brings is of interest. */
function hasProgram(stage: StageStack, { words }: ShellCommand): boolean {
  const name = words[0]?.text.value.replace(/^.*\//, '') ?? '';
  return allActions(stage).some((action) => action.kind === 'package-install' && action.packages.some((spec) => spec.name.value.startsWith(name)));
}

const FOREIGN_PATH = /\/python(3\.\d+)\/(?:dist|site)-packages(?:\/|$)/;

const ONE_PYTHON: Evidence = {
  fact: msg`The bindings of TensorRT are compiled for one minor version of Python.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/3539',
  checked: '2026-11-20',
};

const PACKAGE_PATH = /^\/usr\/(?:local\/)?lib\/python(3\.\d+)\/(?:dist|site)-packages\/tensorrt(?![a-z])/;

function* judgePaths(step: InstructionStep, stage: StageStack, stack: StackReport): Generator<Report<MessageId>> {
  for (const { source, destination, state, from, isLink, conditional } of listSources(step, stage, stack)) {
    const python = PACKAGE_PATH.exec(source.value)?.[1];
    const other = FOREIGN_PATH.exec(destination)?.[1];
    const place = source.locate();
    if (python !== undefined && other !== undefined && other !== python && place !== undefined) {
      yield { messageId: 'copied', severity: conditional ? 'warning' : 'error', data: { own: python, python: other }, location: place, evidence: [ONE_PYTHON] };
      continue;
    }
    const bound = python === undefined ? undefined : boundPython(from, state);
    const location = source.locate();
    if (python === undefined || bound === undefined || bound.version === python || location === undefined) continue;
    yield {
      messageId: 'path',
      severity: isLink || conditional ? 'warning' : 'error',
      data: { own: bound.version, python },
      location,
      evidence: evidenceOf(state),
      related: [{ location: bound.source.where, message: msg`TensorRT for Python ${bound.version} comes from here.` }],
    };
  }
}

interface Source {
  readonly source: Traced;
  readonly destination: string;
  readonly state: StackState;
  /** Undefined for an external image. */
  readonly from: StageStack | undefined;
  readonly isLink: boolean;
  readonly conditional: boolean;
}

/** What `cp` and `ln` take from the stage, and `COPY --from` from elsewhere. */
function listSources({ actions, instruction }: InstructionStep, stage: StageStack, stack: StackReport): readonly Source[] {
  const origin = instruction.kind === 'copy' ? copyOrigin(stack, stage, instruction) : undefined;
  if (instruction.kind === 'copy' && origin !== undefined) {
    const { state, stage: from } = origin;
    const destination = instruction.destination?.raw ?? '';
    return instruction.sources.map(({ raw, range }) => ({ source: Traced.literal(raw, stack.dockerfile.file, range), destination, state, from, isLink: false, conditional: false }));
  }
  return actions.flatMap(({ action, before }): readonly Source[] => {
    if (action.kind !== 'file-copy') return [];
    const { conditional, failureIgnored } = action.command;
    return action.sources.map((source) => ({ source, destination: action.destination.value, state: before, from: stage, isLink: action.link, conditional: conditional || failureIgnored }));
  });
}

function* judgePackages({ actions, after }: InstructionStep, stage: StageStack): Generator<Report<MessageId>> {
  for (const { action, before } of actions) {
    if (action.kind !== 'package-install' || action.manager !== 'apt' || action.simulated || action.command.conditional) continue;
    const spec = action.packages.find(({ name }) => /^python3-libnvinfer(?:-lean|-dispatch|-dev)?$/.test(name.value));
    const own = ubuntuPython(before);
    const os = osName(before);
    const other = spec === undefined ? undefined : defaultPython(stage, before);
    if (spec === undefined || own === undefined || os === undefined || other === undefined || other.version === own) continue;
    yield {
      messageId: 'distribution',
      severity: 'warning',
      data: { package: spec.name.value, own, os: os.replace(/^([a-z]+)/, (name) => `${name[0]?.toUpperCase() ?? ''}${name.slice(1)} `), python: other.version },
      location: { file: action.file, range: spec.range },
      evidence: evidenceOf(after),
      related: [{ location: other.location, message: msg`\`python3\` becomes Python ${other.version} here.` }],
    };
  }
}

/** Where `python3` was made another version: by the base image, by `update-alternatives` or by a link. */
function defaultPython(stage: StageStack, state: StackState): { readonly version: string; readonly location: Component['where'] } | undefined {
  for (const { steps } of [...chainOf(stage)].reverse()) {
    for (const { commands } of [...steps].reverse()) {
      const command = commands.find(({ name, words }) => (name === 'update-alternatives' || name === 'ln') && words.some(({ text }) => /^\/usr\/(?:local\/)?bin\/python3$/.test(text.value)));
      const target = command?.words.map(({ text }) => /(?:^|\/)python(3\.\d+)$/.exec(text.value)?.[1]).find((version) => version !== undefined);
      if (command !== undefined) return target === undefined || command.conditional ? undefined : { version: target, location: { file: command.file, range: command.range } };
    }
  }
  const own = findComponents(state, 'python').find(({ via }) => via === 'base-image');
  const version = majorMinorOf(knownVersion(own?.version) ?? '');
  return own === undefined || version === undefined || compareDotted(version, '3') < 0 ? undefined : { version, location: own.where };
}

function evidenceOf(state: StackState): readonly Evidence[] {
  const os = osName(state);
  const evidence = os === undefined ? undefined : distroPythonEvidence(os);
  return evidence === undefined ? [] : [evidence];
}
