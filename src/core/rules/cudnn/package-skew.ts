import { newestAptBuild } from '../../facts/apt-versions';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackState } from '../../stack/model';
import { findComponents } from '../../stack/query';
import type { Location } from '../../text/range';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { defineRule, type Fix, type Report } from '../model';
import { editVersions, locateVersion } from '../support/edit-version';
import { findInstalled, hasAptPreferences, isExecForm, isNamed, listLibraryInstalls, locatePackage, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../support/library-packages';

type MessageId = 'skew' | 'runtimeFloats' | 'imageRuntime';

const NEEDS_RUNTIME: Evidence = {
  fact: msg`The development package of cuDNN depends on its runtime package in exactly its own version.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/298',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'cudnn-package-skew',
  family: 'cudnn',
  severity: 'error',
  summary: 'The development package of cuDNN does not fit its runtime package.',
  messages: {
    skew: '{dev} is pinned to {version} and {runtime} to {other}: apt stops with `{dev} : Depends: {runtime} (= {version}) but {other} is to be installed`.',
    runtimeFloats: '{dev} is pinned to {version}, and {runtime}, which it needs in that very version, is not: apt takes the newest{newest} and stops with `{dev} : Depends: {runtime} (= {version}) but … is to be installed`.',
    imageRuntime: '{dev} is pinned to {version}, and the base image has {runtime} {other}: apt stops with `{dev} : Depends: {runtime} (= {version}) but {other} is to be installed`.',
  },
  docs: {
    what: '`libcudnn8-dev` is installed in another version than `libcudnn8`, or with a version while `libcudnn8` has none. The same for every cuDNN up to 8.',
    why: 'The development package [needs the runtime package](https://github.com/NVIDIA/nvidia-docker/issues/298) in exactly its own version, CUDA suffix included. For a runtime package without a version apt takes the newest, and gives up on the contradiction.',
    instead: 'Name both with one version. In a `cudnn` image take the version that the image has, or allow apt to change the held package.',
    silent: 'The runtime package was installed before in a version that cannot be told, preferences choose it, or the packages stand in different branches. Where nothing newer is known it is a warning.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'two versions',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=«8.9.5.30-1+cuda11.8»\n',
      messageId: 'skew',
      fixed: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=8.9.6.50-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'the runtime package is not named',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn8-dev=8.9.6.50-1+cuda11.8»\n',
      messageId: 'runtimeFloats',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=8.9.6.50-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'the image has another one',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn8-dev=8.9.5.29-1+cuda12.2»\n',
      messageId: 'imageRuntime',
    },
    {
      kind: 'bad',
      title: 'a failure is tolerated',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN (apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=«8.9.5.30-1+cuda11.8») || true\n',
      messageId: 'skew',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN (apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8 libcudnn8-dev=8.9.6.50-1+cuda11.8) || true\n',
    },
    {
      kind: 'good',
      title: 'both in one version',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nARG V=8.9.6.50-1+cuda11.8\nRUN apt-get update && apt-get install -y libcudnn8=$V libcudnn8-dev=$V\n',
    },
    {
      kind: 'good',
      title: 'the runtime package was installed before',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04 AS run\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8\nFROM run\nRUN apt-get update && apt-get install -y libcudnn8-dev=8.9.6.50-1+cuda11.8\n',
    },
  ],
  check({ report, stack }) {
    for (const installs of listLibraryInstalls(stack)) {
      for (const install of installs.own) {
        if (install.action.manager !== 'apt' || install.action.command.conditional || install.hasUnknownPackages) continue;
        for (const item of install.packages) {
          const finding = judge(item, install, installs);
          // A build goes on after a command whose failure is tolerated.
          if (finding !== undefined) report(install.action.command.failureIgnored ? { ...finding, severity: 'warning' } : finding);
        }
      }
    }
  },
});

function judge(item: LibraryPackage, install: LibraryInstall, installs: StageInstalls): Report<MessageId> | undefined {
  const runtime = /^(libcudnn\d+)-dev$/.exec(item.name)?.[1];
  const wanted = item.pinned === 'exact' ? parseNvidiaPackageVersion(item.version ?? '') : undefined;
  if (runtime === undefined || wanted === undefined) return undefined;
  const data = { dev: item.spec.name.value, version: item.version ?? '', runtime };
  const beside = install.packages.find((other) => isNamed(other, runtime));
  if (beside !== undefined && beside.pinned !== 'no') {
    if (beside.pinned !== 'exact' || beside.version === item.version) return undefined;
    const edits = editVersions(install, [item], new Map([[item.name, beside.version ?? '']]));
    return {
      messageId: 'skew',
      data: { ...data, other: beside.version ?? '' },
      location: locateVersion(install, item),
      evidence: [NEEDS_RUNTIME],
      related: [{ location: locateVersion(install, beside), message: msg`${runtime} is pinned here.` }],
      fixes: edits === undefined ? [] : [{ title: msg`Use ${beside.version ?? ''} for both`, safe: false, edits }],
    };
  }
  const installed = findInstalled(runtime, install, installs);
  if (beside === undefined && installed !== undefined) {
    if (!installed.certain || (installed.upstream === wanted.upstream && installed.cuda === wanted.cuda)) return undefined;
    return { messageId: 'skew', data: { ...data, other: `${installed.upstream}-1+cuda${installed.cuda ?? ''}` }, location: locatePackage(install, item), evidence: [NEEDS_RUNTIME] };
  }
  if (hasAptPreferences(install.before) || hasUnknownRuntime(runtime, install, installs)) return undefined;
  const image = imageRuntime(runtime, install.before);
  if (image === 'unknown') return undefined;
  if (image !== undefined && beside === undefined) {
    if (wanted.upstream === image.version) return undefined;
    return {
      messageId: 'imageRuntime',
      severity: image.certain ? 'error' : 'warning',
      data: { ...data, other: image.version },
      location: locatePackage(install, item),
      evidence: [NEEDS_RUNTIME, ...(image.evidence === undefined ? [] : [image.evidence])],
      related: [{ location: image.where, message: msg`The image has cuDNN ${image.version}.` }],
    };
  }
  const distro = networkDistro(install.before);
  const newest = distro === undefined ? undefined : newestAptBuild(runtime, distro);
  if (distro === undefined && install.before.opaque) return undefined;
  const fix = pinRuntime(runtime, item, beside, install);
  return {
    messageId: 'runtimeFloats',
    severity: newest === undefined || newest.version === item.version ? 'warning' : 'error',
    data: { ...data, newest: newest === undefined || newest.version === item.version ? '' : ` (${newest.version})` },
    location: locatePackage(install, item),
    evidence: [NEEDS_RUNTIME, ...(newest?.evidence === undefined ? [] : [newest.evidence])],
    fixes: fix === undefined ? [] : [fix],
  };
}

/** An earlier command installed the runtime package in a version that only the build knows. */
function hasUnknownRuntime(runtime: string, install: LibraryInstall, { own, inherited }: StageInstalls): boolean {
  const before = [...inherited, ...own.slice(0, own.indexOf(install))];
  return before.some(({ packages, hasUnknownPackages }) => hasUnknownPackages || packages.some((item) => isNamed(item, runtime)));
}

interface ImageRuntime {
  readonly version: string;
  readonly certain: boolean;
  readonly where: Location;
  readonly evidence: Evidence | undefined;
}

/** The cuDNN of the base image; `unknown` when it may have one of a version that is not known. */
function imageRuntime(runtime: string, state: StackState): ImageRuntime | 'unknown' | undefined {
  const image = findComponents(state, 'cudnn').findLast(({ via, name }) => via === 'base-image' && (name === runtime || !name.startsWith('libcudnn')));
  if (image === undefined) return undefined;
  if (image.version.type !== 'exact') return 'unknown';
  return { version: image.version.version, certain: image.certainty !== 'assumed', where: image.where, evidence: image.evidence };
}

function pinRuntime(runtime: string, { spec, version }: LibraryPackage, beside: LibraryPackage | undefined, install: LibraryInstall): Fix | undefined {
  const title = msg`Pin ${runtime} to ${version ?? ''} too`;
  if (beside !== undefined) {
    const edit = beside.spec.text.edit(0, beside.spec.text.value.length, `${runtime}=${version ?? ''}`);
    return edit && { title, safe: true, edits: [edit] };
  }
  const start = spec.range.start;
  return isExecForm(install) || spec.text.edit(0, 1, '') === undefined ? undefined : { title, safe: true, edits: [{ file: install.action.file, range: { start, end: start }, newText: `${runtime}=${version ?? ''} ` }] };
}
