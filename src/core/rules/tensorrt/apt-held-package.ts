import { newestAptBuild } from '../../facts/apt-versions';
import { aptBuilds, evidenceOfBuild, libraryOfPackage } from '../../facts/apt-builds';
import type { Evidence } from '../../facts/evidence';
import { formatText, msg, type Message } from '../../l10n/message';
import type { PackageInstall, PackageRemove, PackageSpec } from '../../shell/installers/model';
import type { ActionStep, Component, ComponentKind, StackReport, StageStack } from '../../stack/model';
import { findComponents } from '../../stack/query';
import type { FileEdit } from '../../text/edit';
import { UNKNOWN } from '../../text/traced';
import { compareDebian, isAptPattern, matchesAptPattern, parseNvidiaPackageVersion } from '../../version/debian';
import { compareDotted, firstParts } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { dropPackage } from '../support/edit-packages';
import { listNames, networkDistro } from '../support/library-packages';

type MessageId = 'removed' | 'changed' | 'upgraded' | 'needsNewer' | 'downgraded' | 'unheld';

const HELD: Evidence = {
  fact: msg`NVIDIA’s CUDA images hold cuDNN, NCCL and cuBLAS with apt-mark, and apt with -y refuses to change held packages.`,
  source: 'https://github.com/NVIDIA/TensorRT-LLM/pull/669',
  checked: '2026-11-20',
};

const DOWNGRADE: Evidence = {
  fact: msg`apt with -y refuses to install an older version of a package than the image has.`,
  source: 'https://github.com/horovod/horovod/issues/418',
  checked: '2026-11-20',
};

const FLOATS: Evidence = {
  fact: msg`apt upgrades every package that is not held to the newest build in the repository, whatever CUDA that is made for.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/4545',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'apt-held-package',
  family: 'tensorrt',
  severity: 'error',
  summary: 'apt changes a package that is on hold, or lowers its version, without being allowed to.',
  messages: {
    removed: '{packages} {are} on hold: apt removes nothing and stops with `E: Held packages were changed and -y was used without --allow-change-held-packages.`',
    changed: '{package} is on hold at {present}, and {wanted} is asked for: apt stops with `E: Held packages were changed and -y was used without --allow-change-held-packages.`',
    upgraded: '{package} is on hold at {present} and asked for without a version: as soon as the repository has a newer one, as {newest}, apt stops with `E: Held packages were changed and -y was used without --allow-change-held-packages.`',
    needsNewer: '{package} is asked for without a version, and its newest build needs {runtime} in that same version, which is on hold at {present}: apt stops with `{package} : Depends: {runtime} (= {newest}) but {present} is to be installed`.',
    downgraded: '{package} is there as {present}, newer than {wanted}: apt stops with `E: Packages were downgraded and -y was used without --allow-downgrades.`',
    unheld: 'The upgrade moves {packages} from the version that was pinned to the newest build, for the newest CUDA: nothing holds {them}.',
  },
  docs: {
    what: 'apt installs, upgrades or removes a package that is on hold, or installs an older version of one that is there, and the command does not allow it. Also: an upgrade of all packages after a pinned TensorRT, cuDNN or NCCL that nobody holds.',
    why: 'The `runtime`, `devel` and `cudnn` flavors of nvidia/cuda put cuBLAS, NCCL and cuDNN on hold so that no upgrade swaps them for builds for another CUDA. With `-y` apt [refuses to touch them](https://github.com/NVIDIA/TensorRT-LLM/pull/669); an older version [needs its own permission](https://github.com/horovod/horovod/issues/418).',
    instead: 'Leave the package as the image has it, or take an image that has the wanted one. Where it must change, say so: `--allow-change-held-packages`, and `--allow-downgrades` for an older version. A script for many images says `--no-upgrade`: what is there stays. Hold what you pin.',
    silent: 'The version asked for is, or may be, the one that is there; the options allow the change; the command stands in a branch. A plain upgrade of an image keeps held packages back and is fine.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'cuDNN removed from a cudnn image',
      text: "FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get remove --purge -y «'libcudnn8*'»\n",
      messageId: 'removed',
      fixed: "FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get remove --allow-change-held-packages --purge -y 'libcudnn8*'\n",
    },
    {
      kind: 'bad',
      title: 'another NCCL than the image holds',
      text: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnccl2=2.26.2-1+cuda12.8»\n',
      messageId: 'changed',
      fixed: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install --allow-change-held-packages -y libnccl2=2.26.2-1+cuda12.8\n',
    },
    {
      kind: 'bad',
      title: 'a held package named without a version',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnccl2»\n',
      messageId: 'upgraded',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install --no-upgrade -y libnccl2\n',
    },
    {
      kind: 'bad',
      title: 'held packages among others',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y \\\n    curl \\\n    «libcudnn8» \\\n    python3-pip\n',
      messageId: 'upgraded',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y \\\n    curl \\\n    python3-pip\n',
    },
    {
      kind: 'bad',
      title: 'the headers of a held library',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y «libcudnn8-dev»\n',
      messageId: 'needsNewer',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'an older version of what the image has',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y --allow-change-held-packages «libnccl2=2.20.5-1+cuda12.4»\n',
      messageId: 'downgraded',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install --allow-downgrades -y --allow-change-held-packages libnccl2=2.20.5-1+cuda12.4\n',
    },
    {
      kind: 'bad',
      title: 'an upgrade after a pin',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8\nRUN apt-get update && «apt-get upgrade -y»\n',
      messageId: 'unheld',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8\nRUN apt-get update && apt-mark hold libnvinfer8 && apt-get upgrade -y\n',
    },
    {
      kind: 'good',
      title: 'the change is allowed',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y --allow-downgrades --allow-change-held-packages libcudnn8=8.9.5.29-1+cuda12.2\n',
    },
    {
      kind: 'good',
      title: 'what is there stays',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y --no-upgrade libnccl2 libcudnn8\n',
    },
    {
      kind: 'good',
      title: 'headers of another major than the image’s, which are another package',
      text: 'FROM nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8-dev=8.9.7.29-1+cuda12.2 libcudnn8=8.9.7.29-1+cuda12.2\n',
    },
    {
      kind: 'good',
      title: 'the hold is taken off first',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-mark unhold libcudnn8 && apt-get remove -y libcudnn8\n',
    },
    {
      kind: 'good',
      title: 'an upgrade of the base image',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get upgrade -y\n',
    },
    {
      kind: 'good',
      title: 'a pin that is held before the upgrade',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 && apt-mark hold libnvinfer8\nRUN apt-get upgrade -y\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        for (const action of step.actions) for (const finding of judge(action, stage, stack)) report(finding);
      }
    }
  },
});

function judge(step: ActionStep, stage: StageStack, stack: StackReport): readonly Report<MessageId>[] {
  const { action } = step;
  if (!('manager' in action) || action.manager !== 'apt' || action.command.conditional || action.command.failureIgnored) return [];
  switch (action.kind) {
    case 'package-remove':
      return action.allowChangeHeldPackages ? [] : judgeRemoval(action, step, stack);
    case 'package-install':
      return action.simulated ? [] : action.packages.flatMap((spec) => judgeInstall(action, spec, step, stage, stack));
    case 'package-upgrade':
      return judgeUpgrade(step);
    default:
      return [];
  }
}

function judgeRemoval(action: PackageRemove, { before }: ActionStep, stack: StackReport): readonly Report<MessageId>[] {
  const held = action.packages.flatMap((spec) => {
    const names = [...before.apt.held].filter((name) => isMeant(spec.name.value, name));
    return names.length === 0 ? [] : [{ spec, names }];
  });
  const [first] = held;
  if (first === undefined) return [];
  const names = held.flatMap((item) => item.names);
  return [
    {
      messageId: 'removed',
      data: { packages: listNames(names), are: names.length === 1 ? msg`is` : msg`are` },
      location: { file: action.file, range: first.spec.range },
      evidence: [HELD],
      fixes: allow(action, '--allow-change-held-packages', msg`Allow apt to change held packages`, stack),
    },
  ];
}

/** apt reads a word as a name, a shell pattern, or else a regular expression that may match anywhere. */
function isMeant(word: string, name: string): boolean {
  if (word === name) return true;
  if (word.includes(UNKNOWN) || !/[*?[^$|+]/.test(word)) return false;
  if (/^[\w.+*?-]+$/.test(word) && /[*?]/.test(word)) return matchesAptPattern(word, name);
  return word.startsWith('^') && name.startsWith(/^\^([\w-]*)/.exec(word)?.[1] ?? UNKNOWN) && /^\^[\w-]+(?:\.\*)?\$?$/.test(word);
}

function judgeInstall(action: PackageInstall, spec: PackageSpec, step: ActionStep, stage: StageStack, stack: StackReport): readonly Report<MessageId>[] {
  const { before } = step;
  const name = spec.name.value;
  if (spec.localFile || spec.release !== undefined || libraryOfPackage(name) === undefined) return [];
  const held = before.apt.held.has(name);
  const location = { file: action.file, range: spec.range };
  const wanted = spec.version?.value;
  if (wanted?.includes(UNKNOWN) === true) return [];
  const present = presentVersion(name, before, stage);
  if (wanted === undefined || wanted === '*') return action.allowChangeHeldPackages ? [] : judgeUnversioned(action, spec, step, present, stage, stack);
  const parts = isAptPattern(wanted) ? undefined : parseNvidiaPackageVersion(wanted);
  if (parts === undefined || present === undefined || present.versions.includes(parts.upstream)) return [];
  const isOlder = present.versions.every((version) => compareDotted(parts.upstream, version) < 0);
  const data = { package: name, present: present.versions.at(-1) ?? '', wanted };
  const severity = present.certain ? 'error' : 'warning';
  const related = [{ location: present.where, message: msg`${name} ${data.present} comes from here.` }];
  const evidence = present.evidence === undefined ? [] : [present.evidence];
  if (held && !action.allowChangeHeldPackages) {
    const options = isOlder && !action.allowDowngrades ? '--allow-downgrades --allow-change-held-packages' : '--allow-change-held-packages';
    return [{ messageId: 'changed', severity, data, location, related, evidence: [HELD, ...evidence], fixes: allow(action, options, msg`Allow apt to change held packages`, stack) }];
  }
  if (!isOlder || action.allowDowngrades) return [];
  return [{ messageId: 'downgraded', severity, data, location, related, evidence: [DOWNGRADE, ...evidence], fixes: allow(action, '--allow-downgrades', msg`Allow apt to lower versions`, stack) }];
}

/** The newest build is known to be newer than what is on hold. */
function judgeUnversioned(action: PackageInstall, spec: PackageSpec, { before }: ActionStep, present: Present | undefined, stage: StageStack, stack: StackReport): readonly Report<MessageId>[] {
  const name = spec.name.value;
  const distro = networkDistro(before);
  const newest = distro === undefined ? undefined : newestAptBuild(name, distro);
  const evidence = [HELD, ...(newest?.evidence === undefined ? [] : [newest.evidence])];
  const location = { file: action.file, range: spec.range };
  const upstream = newest === undefined ? undefined : parseNvidiaPackageVersion(newest.version)?.upstream;
  if (newest === undefined || upstream === undefined) return [];
  if (before.apt.held.has(name)) {
    const isLeft = action.command.words.some(({ text }) => text.value === '--no-upgrade');
    if (isLeft || present === undefined || !present.versions.every((version) => compareDebian(upstream, version) > 0)) return [];
    const data = { package: name, present: present.versions.at(-1) ?? '', newest: newest.version };
    return [{ messageId: 'upgraded', severity: 'warning', data, location, evidence, fixes: leave(action, spec, stack) }];
  }
  const runtime = name.replace(/-dev$/, name === 'libnccl-dev' ? '2' : '');
  const runtimePresent = runtime === name || !/^libcudnn\d-dev$|^libnccl-dev$/.test(name) || !before.apt.held.has(runtime) ? undefined : presentVersion(runtime, before, stage);
  const isNamedToo = action.packages.some((other) => other !== spec && (other.name.value === runtime || isAptPattern(other.name.value)));
  if (runtimePresent === undefined || isNamedToo || !runtimePresent.versions.every((version) => compareDebian(upstream, version) > 0)) return [];
  const data = { package: name, runtime, present: runtimePresent.versions.at(-1) ?? '', newest: newest.version };
  return [{ messageId: 'needsNewer', severity: 'warning', data, location, evidence }];
}

/** A package as the stage has it. */
interface Present {
  /** Upstream versions that it may have: rebuilds of an image bring newer ones under the same tag. */
  readonly versions: readonly string[];
  readonly certain: boolean;
  readonly where: Component['where'];
  readonly evidence: Evidence | undefined;
}

const KINDS: readonly (readonly [RegExp, ComponentKind])[] = [
  [/^libcudnn\d+(?:-cuda-\d+)?$/, 'cudnn'],
  [/^libcudnn\d+-dev(?:-cuda-\d+)?$/, 'cudnn-headers'],
  [/^libnccl(?:2|-dev)$/, 'nccl'],
  [/^libnvinfer\d+$/, 'tensorrt'],
];

function presentVersion(name: string, state: ActionStep['before'], stage: StageStack): Present | undefined {
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1];
  if (kind === undefined) return undefined;
  const component = findComponents(state, kind).findLast((item) => item.via === 'apt' || item.via === 'base-image');
  if (component === undefined && kind === 'nccl') return publishedNccl(name, stage);
  if (component?.version.type !== 'exact') return undefined;
  if (component.via === 'apt' && component.name !== name) return undefined;
  if (component.via === 'base-image' && kind.startsWith('cudnn') && !component.version.version.startsWith(`${/^libcudnn(\d+)/.exec(name)?.[1] ?? ''}.`)) return undefined;
  const revisions = /installed cuDNN ([\d., ]+) and last/.exec(formatText(component.evidence?.fact ?? ''))?.[1]?.split(', ') ?? [];
  return { versions: [...revisions, component.version.version], certain: component.certainty !== 'assumed' || kind === 'nccl', where: component.where, evidence: component.evidence };
}

/** NCCL of old CUDA images, of which only the versions are known that NVIDIA's Dockerfiles installed one after another. */
function publishedNccl(name: string, { rootImage, base }: StageStack): Present | undefined {
  const cuda = rootImage?.parts.find(({ kind }) => kind === 'cuda')?.value;
  const distro = rootImage?.aptRepositories.find(({ repository }) => repository === 'cuda')?.distro;
  const holds = rootImage?.family === 'nvidia-cuda' && (rootImage.flavor === 'devel' || (rootImage.flavor === 'runtime' && name === 'libnccl2'));
  const where = base.reference.locate();
  if (!holds || cuda === undefined || distro === undefined || where === undefined) return undefined;
  const builds = aptBuilds({ package: name, distro }).filter(
    (build) => build.evidence === 'nvidia-dockerfile' && build.distro === distro && parseNvidiaPackageVersion(build.version)?.cuda === firstParts(cuda, 2),
  );
  const last = builds.at(-1);
  if (last === undefined) return undefined;
  return { versions: builds.map(({ version }) => version.split('-')[0] ?? ''), certain: false, where, evidence: evidenceOfBuild(last, name) };
}

/** Packages with an exact version from apt that an upgrade may take along. */
function judgeUpgrade({ action, before }: ActionStep): readonly Report<MessageId>[] {
  const distro = networkDistro(before);
  if (distro === undefined) return [];
  const moved = new Set<string>();
  for (const { name, via, version, cuda, certainty } of before.components) {
    if (via !== 'apt' || version.type !== 'exact' || certainty === 'assumed' || before.apt.held.has(name) || libraryOfPackage(name) === undefined) continue;
    const newest = newestAptBuild(name, distro);
    const parts = newest === undefined ? undefined : parseNvidiaPackageVersion(newest.version);
    const difference = parts === undefined ? 0 : compareDotted(parts.upstream, version.version) || (parts.cuda === undefined || cuda === undefined ? 0 : compareDotted(parts.cuda, cuda));
    if (difference > 0) moved.add(name);
  }
  if (moved.size === 0) return [];
  const names = [...moved];
  const start = action.range.start;
  const hold: Fix = { title: msg`Hold the pinned packages first`, safe: false, edits: [{ file: action.file, range: { start, end: start }, newText: `apt-mark hold ${names.join(' ')} && ` }] };
  return [
    {
      messageId: 'unheld',
      severity: 'warning',
      data: { packages: listNames(names), them: names.length === 1 ? msg`it` : msg`them` },
      location: { file: action.file, range: action.range },
      evidence: [FLOATS],
      fixes: [hold],
    },
  ];
}

/** The package taken out of the command, or what is there left alone; neither where the newest headers need the newest library. */
function leave(action: PackageInstall, spec: PackageSpec, stack: StackReport): readonly Fix[] {
  if (action.packages.some(({ name, version }) => version === undefined && name.value !== spec.name.value && /^lib(?:cudnn\d-dev|nccl-dev)$/.test(name.value))) return [];
  const dropped = dropPackage(action, spec, stack);
  const drop: readonly Fix[] = dropped === undefined ? [] : [{ title: msg`Leave ${spec.name.value} as it is there`, safe: false, edits: [dropped] }];
  return [...drop, ...allow(action, '--no-upgrade', msg`Leave installed packages as they are`, stack)];
}

/** Options put behind the verb of a command (`apt-get install …`). */
function allow({ command, file }: PackageInstall | PackageRemove, options: string, title: Message, { dockerfile, files }: StackReport): readonly Fix[] {
  const verb = command.words.find(({ text }) => /^(?:install|remove|purge|autoremove|reinstall)$/.test(text.value));
  const source = file === dockerfile.file ? dockerfile.text : files.get(file);
  if (verb === undefined || source?.slice(verb.range.start, verb.range.end) !== verb.text.value) return [];
  const edit: FileEdit = { file, range: { start: verb.range.end, end: verb.range.end }, newText: ` ${options}` };
  return [{ title, safe: false, edits: [edit] }];
}
