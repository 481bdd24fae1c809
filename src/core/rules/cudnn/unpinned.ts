import { newestAptBuild } from '../../facts/apt-versions';
import { chooseCudnnBuilds, parseCudnnPackage } from '../../facts/cudnn';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import { findComponents, knownVersion } from '../../stack/query';
import type { FileEdit } from '../../text/edit';
import { isCudaCompatible } from '../../version/cuda';
import { compareDebian } from '../../version/debian';
import { majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { cudaOf, hasAptPreferences, isExecForm, isNamed, listLibraryInstalls, listNames, locatePackage, networkDistro, type LibraryInstall, type LibraryPackage } from '../support/library-packages';

type MessageId = 'otherCuda' | 'floats' | 'floatsWithinMajor';

export const rule = defineRule<MessageId>({
  id: 'cudnn-unpinned',
  family: 'cudnn',
  severity: 'warning',
  summary: 'apt installs cuDNN without a version: the newest build, for the newest CUDA.',
  messages: {
    otherCuda: '{packages} {have} no version: apt takes the newest build, {newest}, made for CUDA {newestCuda}. This stage has CUDA {cuda}: cuDNN does not find the libraries of CUDA {newestMajor} (`libcublas.so.{newestMajor}: cannot open shared object file`).',
    floats: '{packages} {have} no version: apt takes the newest build whatever CUDA it is made for{newest}.',
    floatsWithinMajor: '{packages} {have} no version: each build of the image may bring another cuDNN 9{newest}.',
  },
  docs: {
    what: 'apt installs `libcudnn8` or another cuDNN package without `=version`.',
    why: 'Up to cuDNN 8 one package name stands for builds for all CUDA versions, and apt [takes the highest version string](https://github.com/NVIDIA/JAX-Toolbox/pull/301): the newest release for the newest CUDA. From cuDNN 9 on the CUDA major is part of the name (`libcudnn9-cuda-12`), and only the release moves: new ones drop old GPUs (9.11 everything below compute capability 7.5).',
    instead: 'Name the version of a build for the CUDA of the stage, or take a `cudnn` flavor of nvidia/cuda.',
    silent: 'The package is on hold, a file in `/etc/apt/preferences.d` may choose the version, the repository is Jetson’s, or there is no NVIDIA repository at all. Within cuDNN 9, and where the newest build fits, it is information.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the newest build is for another CUDA',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn8» libcudnn8-dev\n',
      messageId: 'otherCuda',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=8.9.6.50-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'the newest build fits today',
      text: 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn8»\n',
      messageId: 'floats',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.7.29-1+cuda12.2\n',
    },
    {
      kind: 'bad',
      title: 'cuDNN 9 moves within one CUDA major',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn9-cuda-12»\n',
      messageId: 'floatsWithinMajor',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'a version, or a pattern of one',
      text: "FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 'libcudnn8-dev=8.9.6.50-1+cuda11*'\n",
    },
    {
      kind: 'good',
      title: 'Jetson',
      text: 'FROM nvcr.io/nvidia/l4t-cuda:11.4.19-devel\nRUN apt-get update && apt-get install -y libcudnn8-dev\n',
    },
    {
      kind: 'good',
      title: 'the flavor brings it',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y git\n',
    },
  ],
  check({ report, stack }) {
    for (const { own } of listLibraryInstalls(stack)) {
      for (const install of own) {
        const finding = judge(install);
        if (finding !== undefined) report(finding);
      }
    }
  },
});

function judge(install: LibraryInstall): Report<MessageId> | undefined {
  const { action, before, packages } = install;
  const distro = networkDistro(before);
  if (action.manager !== 'apt' || distro === undefined || hasAptPreferences(before)) return undefined;
  const floating = packages.filter(({ library, pinned, name }) => library === 'cudnn' && pinned === 'no' && parseCudnnPackage(name) !== undefined && !isHeld(name, install));
  const [first] = floating;
  if (first === undefined) return undefined;
  const names = floating.map(({ name }) => name);
  const data = { packages: listNames(names), have: names.length === 1 ? msg`has` : msg`have` };
  const location = locatePackage(install, first);
  const cuda = cudaOf(install);
  const newest = newestOf(floating, distro);
  const evidence = newest?.evidence === undefined ? [] : [newest.evidence];
  const known = newest === undefined ? '' : msg`, ${newest.version} when this was checked`;
  if (parseCudnnPackage(first.name)?.cuda !== undefined) {
    return { messageId: 'floatsWithinMajor', severity: 'information', data: { ...data, newest: known }, location, evidence };
  }
  const fix = cuda === undefined ? undefined : pinToCuda(install, floating, cuda.version, distro);
  const fixes = fix === undefined ? [] : [fix];
  if (cuda === undefined || newest?.cuda === undefined || isCudaCompatible(newest.cuda, cuda.version) !== false) {
    // Packages of cuDNN 8 and older get no new builds: the newest one that fits stays the newest.
    const settled = cuda !== undefined && newest?.cuda !== undefined;
    return evidence.length === 0 ? undefined : { messageId: 'floats', ...(settled ? { severity: 'information' } : undefined), data: { ...data, newest: known }, location, evidence, fixes };
  }
  return {
    messageId: 'otherCuda',
    data: { ...data, newest: newest.version, newestCuda: newest.cuda, newestMajor: newest.cuda.split('.')[0] ?? '', cuda: cuda.version },
    location,
    evidence,
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
    fixes,
  };
}

/** On hold itself, or tied to a runtime package that is: then another rule speaks. */
function isHeld(name: string, { before, action }: LibraryInstall): boolean {
  if (action.allowChangeHeldPackages) return false;
  return before.apt.held.has(name) || before.apt.held.has(name.replace(/-dev\b/, ''));
}

function newestOf(items: readonly LibraryPackage[], distro: string): { readonly version: string; readonly cuda: string | undefined; readonly evidence: Evidence | undefined } | undefined {
  return items
    .flatMap(({ name }) => newestAptBuild(name, distro) ?? [])
    .sort((a, b) => compareDebian(a.version, b.version))
    .at(-1);
}

/** The newest build for the stage's CUDA that has all these packages. */
function pinToCuda(install: LibraryInstall, items: readonly LibraryPackage[], cuda: string, distro: string): Fix | undefined {
  const major = parseCudnnPackage(items[0]?.name ?? '')?.major;
  if (major === undefined || items.some(({ name }) => parseCudnnPackage(name)?.major !== major)) return undefined;
  const [newest] = [...chooseCudnnBuilds({ cuda, major, distro })].filter(({ seenThere }) => seenThere).sort((a, b) => compareDebian(b.version, a.version));
  if (newest === undefined) return undefined;
  const { packages, action, before } = install;
  const edits: FileEdit[] = [];
  const runtime = `libcudnn${major}`;
  const [dev] = items.filter(({ name }) => name === `${runtime}-dev`);
  // The development package needs the runtime package in its own version.
  if (dev !== undefined && !packages.some((item) => isNamed(item, runtime)) && !findComponents(before, 'cudnn').some(({ version }) => majorOf(knownVersion(version) ?? '') === major)) {
    if (isExecForm(install)) return undefined;
    const start = dev.spec.range.start;
    edits.push({ file: action.file, range: { start, end: start }, newText: `${runtime}=${newest.version} ` });
  }
  for (const { spec } of items) {
    const edit = spec.text.edit(0, spec.text.value.length, `${spec.name.value}=${newest.version}`);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return { title: msg`Pin cuDNN to ${newest.version}`, safe: false, edits };
}
