import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, torchTensorRTRelease, type TorchTensorRTRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import type { PipRequirement } from '../../shell/installers/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import type { Location } from '../../text/range';
import { firstParts, hasPrefix, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf, parsePep440, satisfiesPep440 } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { listKeptPipUses, locateRequirement, pipSources, replaceRequirement, severityFor, type PipUse } from '../support/pip-installs';

type MessageId = 'torch' | 'together' | 'replaced' | 'tensorrt' | 'library';

const BOUND: Evidence = {
  fact: msg`libtorchtrt.so is linked with one release of torch; with another its symbols are not found when it is loaded.`,
  source: 'https://github.com/pytorch/TensorRT/issues/1002',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'torch-tensorrt-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'Torch-TensorRT is built for another torch or TensorRT than the one in the stage.',
  messages: {
    torch: '{package} {version} is built for torch {built}, and this stage has torch {torch}: the import stops with `undefined symbol: _ZN3c10…`.',
    together: '{package} {version} is built for torch {built}, and the same command asks for torch {torch}: pip stops with `ResolutionImpossible`, or the import with `undefined symbol: _ZN3c10…`.',
    replaced: '{package} {version} is built for torch {built}, and this stage has torch {torch}: pip puts another torch in its place, or the import stops with `undefined symbol: _ZN3c10…`.',
    tensorrt: '{package} {version} depends on {requirement}, and the same command asks for {other}: pip stops with `ResolutionImpossible`.',
    library: '{package} {version} is linked with TensorRT {built}, and this stage has {loaded}: the import stops with `libnvinfer.so.{soname}: cannot open shared object file`.',
  },
  docs: {
    what: 'torch-tensorrt (before 1.0: trtorch) is installed beside a torch of another minor version than it was built for, or beside a TensorRT that it cannot load.',
    why: 'Its library calls into the C++ interface of torch, which changes with every minor version: with another one [the import stops with an undefined symbol](https://github.com/pytorch/TensorRT/issues/1002). [Each release](https://github.com/pytorch/TensorRT/releases) is for one minor version of torch and one of TensorRT; from 1.2 on it asks pip for that TensorRT, earlier ones load the system’s.',
    instead: 'Take the torch-tensorrt that goes with the torch: from 2.1 on both have the same number. Name both in one command, and leave TensorRT to it.',
    silent: 'A version is not pinned, or not in the tables; torch is the image’s and pip that of a virtual environment; on NVIDIA’s images of PyTorch, of which ngc-preinstalled-overridden speaks.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'two versions that do not go together',
      text: 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.3.0 «torch-tensorrt==2.2.0»\n',
      messageId: 'together',
      fixed: 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.3.0 torch-tensorrt==2.3.0\n',
    },
    {
      kind: 'bad',
      title: 'torch is exchanged afterwards',
      text: 'FROM python:3.10\nRUN pip install «torch-tensorrt==2.4.0»\nRUN pip install torch==2.5.1\n',
      messageId: 'torch',
      fixed: 'FROM python:3.10\nRUN pip install torch-tensorrt==2.5.0\nRUN pip install torch==2.5.1\n',
    },
    {
      kind: 'bad',
      title: 'for another torch than the image’s',
      text: 'FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\nRUN pip install «torch-tensorrt==2.2.0»\n',
      messageId: 'replaced',
      severity: 'warning',
      fixed: 'FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\nRUN pip install torch-tensorrt==2.1.0\n',
    },
    {
      kind: 'bad',
      title: 'without its dependencies',
      text: 'FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\nRUN pip install --no-deps «torch-tensorrt==2.2.0»\n',
      messageId: 'torch',
      fixed: 'FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\nRUN pip install --no-deps torch-tensorrt==2.1.0\n',
    },
    {
      kind: 'bad',
      title: 'another TensorRT than it depends on',
      text: 'FROM python:3.10\nRUN pip install torch==2.2.2 «torch-tensorrt==2.2.0» tensorrt==10.0.1\n',
      messageId: 'tensorrt',
    },
    {
      kind: 'bad',
      title: 'linked with another TensorRT than the image’s',
      text: 'FROM nvcr.io/nvidia/tensorrt:21.03-py3\nRUN pip install torch==1.10.0 «torch-tensorrt==1.0.0» -f https://github.com/NVIDIA/Torch-TensorRT/releases\n',
      messageId: 'library',
    },
    {
      kind: 'good',
      title: 'versions that go together',
      text: 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.2.2 torch-tensorrt==2.2.0 "tensorrt==8.6.1"\n',
    },
    {
      kind: 'good',
      title: 'another patch version of torch',
      text: 'FROM python:3.9\nRUN pip install torch==1.13.1 torch-tensorrt==1.3.0 -f https://github.com/pytorch/TensorRT/releases/expanded_assets/v1.3.0\n',
    },
    {
      kind: 'good',
      title: 'torch is left to it',
      text: 'FROM python:3.10\nRUN pip install torch-tensorrt==2.4.0\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const taken = takenRelease(use);
      if (taken === undefined || use.stage.rootImage?.family === 'ngc-pytorch' || findComponent(use.stage.final, 'l4t') !== undefined) continue;
      const finding = judgeTorch(use, taken) ?? judgePipTensorRT(use, taken) ?? judgeLibrary(use, taken);
      if (finding !== undefined) report(finding);
    }
  },
});

interface Taken {
  readonly version: string;
  readonly release: TorchTensorRTRelease;
}

/** The pinned release of a requirement, by its specifier or the name of its wheel. */
function takenRelease({ requirement: { name, specifier, wheel, url } }: PipUse): Taken | undefined {
  if ((name !== 'torch-tensorrt' && name !== 'trtorch') || (url !== undefined && wheel === undefined)) return undefined;
  const parsed = parsePep440(wheel?.version ?? exactVersionOf(specifier) ?? '');
  // What is built every night goes with that night's torch.
  if (parsed === undefined || parsed.isPrerelease) return undefined;
  const release = torchTensorRTRelease(parsed.public);
  return release === undefined ? undefined : { version: parsed.public, release };
}

interface Torch {
  readonly version: string;
  readonly where: Location;
  readonly messageId: 'torch' | 'together' | 'replaced';
}

function judgeTorch(use: PipUse, { version, release }: Taken): Report<MessageId> | undefined {
  const built = majorMinorOf(release.torch?.replace(/\.x$/, '') ?? '');
  const torch = findTorch(use);
  if (built === undefined || torch === undefined || hasPrefix(torch.version, built)) return undefined;
  return {
    messageId: torch.messageId,
    severity: severityFor(use, torch.messageId === 'replaced' ? 'warning' : 'error'),
    data: { package: use.requirement.name, version, built, torch: torch.version },
    location: locateRequirement(use),
    evidence: [releaseEvidence(release, `torch ${release.torch ?? ''}`), BOUND],
    related: [{ location: torch.where, message: msg`torch ${torch.version} comes from here.` }],
    fixes: releaseFor(use, torch.version),
  };
}

/** The torch that there is in the end, in a version that is known to the minor part. */
function findTorch({ requirement, action, before, stage }: PipUse): Torch | undefined {
  const last = findComponent(stage.final, 'torch');
  const version = versionOf(last?.version.type === 'range' ? '' : (knownVersion(last?.version) ?? ''));
  if (last === undefined || version === undefined || last.certainty === 'assumed') return undefined;
  const { where } = last;
  if (action.requirements.some((other) => isAt(other, where))) return { version, where, messageId: action.noDependencies ? 'torch' : 'together' };
  const isEarlier = before.components.includes(last);
  // A virtual environment may not see the image's own.
  if (last.via === 'base-image' && (before.env.has('VIRTUAL_ENV') || action.interpreter?.includes('/') === true || /env\b/.test(before.env.get('PATH')?.value ?? ''))) return undefined;
  // pip, which comes to torch-tensorrt after torch, may still exchange torch.
  const isKept = !isEarlier || action.noDependencies || requirement.name === 'trtorch';
  return { version, where, messageId: isKept ? 'torch' : 'replaced' };
}

function versionOf(text: string): string | undefined {
  const parsed = parsePep440(text);
  return parsed === undefined || parsed.isPrerelease || parsed.release.length < 2 ? undefined : parsed.public;
}

function isAt({ file, range }: PipRequirement, where: Location): boolean {
  return file === where.file && range.start === where.range.start;
}

/** TensorRT in the same command, outside of what the release depends on. */
function judgePipTensorRT(use: PipUse, { version, release }: Taken): Report<MessageId> | undefined {
  const [, name, specifier] = /^([\w-]+)(.*)$/.exec(release.requirement ?? '') ?? [];
  if (name === undefined || specifier === undefined || use.action.noDependencies) return undefined;
  const other = use.action.requirements.find((one) => one.name === name && one.marker === undefined);
  const pinned = other === undefined ? undefined : exactVersionOf(other.specifier);
  if (other === undefined || pinned === undefined || satisfiesPep440(pinned, specifier, true) !== false) return undefined;
  return {
    messageId: 'tensorrt',
    severity: severityFor(use, 'error'),
    data: { package: use.requirement.name, version, requirement: release.requirement ?? '', other: other.text.value.trim() },
    location: locateRequirement(use),
    evidence: [{ fact: msg`${release.package} ${release.version} asks pip for ${release.requirement ?? ''}.`, source: release.source, checked: frameworksChecked() }],
    related: [{ location: { file: other.file, range: other.range }, message: msg`TensorRT ${pinned} is asked for here.` }],
  };
}

/** A release that does not ask pip for TensorRT loads the system's, by its major version. */
function judgeLibrary(use: PipUse, { version, release }: Taken): Report<MessageId> | undefined {
  const { stage } = use;
  const soname = majorOf(release.tensorrt ?? '');
  if (release.requirement !== null || release.tensorrt === null || soname === undefined) return undefined;
  const present = findComponents(stage.final, 'tensorrt');
  const [other] = present;
  const majors = present.map((one) => majorOf(knownVersion(one.version) ?? ''));
  const hasWheel = findComponent(stage.final, 'tensorrt-python')?.via === 'pip';
  if (other === undefined || hasWheel || majors.some((major) => major === undefined || major === soname)) return undefined;
  const loaded = firstParts(knownVersion(other.version) ?? '', 3);
  return {
    messageId: 'library',
    severity: severityFor(use, 'error'),
    data: { package: use.requirement.name, version, built: release.tensorrt, loaded, soname: String(soname) },
    location: locateRequirement(use),
    evidence: [releaseEvidence(release, `TensorRT ${release.tensorrt}`)],
    related: [{ location: other.where, message: msg`TensorRT ${loaded} comes from here.` }],
  };
}

function releaseEvidence({ package: name, version, source }: TorchTensorRTRelease, what: string): Evidence {
  return { fact: msg`${name} ${version} is built with ${what}.`, source, checked: frameworksChecked() };
}

/** The release for a torch: from 2.1 on PyPI has it, under the number of torch. */
function releaseFor(use: PipUse, torch: string): readonly Fix[] {
  const { requirement, action } = use;
  const series = majorMinorOf(torch);
  const release = series === undefined || (majorOf(series) ?? 0) < 2 ? undefined : torchTensorRTRelease(series);
  const { index, others } = pipSources(use);
  const isPinnedBeside = action.requirements.some(({ name, specifier }) => /tensorrt/.test(name) && name !== requirement.name && specifier !== '');
  if (release?.package !== requirement.name || requirement.wheel !== undefined || index !== undefined || others.length > 0 || isPinnedBeside) return [];
  const edit = replaceRequirement(requirement, requirement.name, `==${release.version}`);
  return edit === undefined ? [] : [{ title: msg`Install ${release.package} ${release.version}, built for torch ${series ?? ''}`, safe: false, edits: [edit] }];
}
