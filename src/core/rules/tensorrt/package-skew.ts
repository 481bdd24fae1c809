import { dependencyEvidence, exactDependenciesOf } from '../../facts/tensorrt-pins';
import { aptVersionOf } from '../../facts/tensorrt-packages';
import { findTensorRTRelease, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { isSameRelease } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { locateVersion } from '../support/edit-version';
import { listLibraryInstalls } from '../support/library-packages';
import { belongsTo, isSound, repin, targetOf, type Target } from './pins';
import { forEachPinned, type PinnedPackage } from '../support/skew';

export const rule = defineRule({
  id: 'tensorrt-package-skew',
  family: 'tensorrt',
  severity: 'error',
  summary: 'Packages of TensorRT that need each other in one version are pinned to different ones.',
  messages: {
    skew: '{package} is pinned to {version}, and needs {needed} in that version, which is pinned to {other}: apt stops with `{package} : Depends: {needed} (= {wanted}) but {other} is to be installed`.',
  },
  docs: {
    what: 'Two packages of TensorRT have different versions, or the same version for different CUDA, and one of them depends on the other in exactly its own version.',
    why: 'The packages of a release belong together: libnvinfer-dev needs libnvinfer of [the very same build](https://github.com/tensorflow/tensorflow/issues/31417). apt cannot fulfil both pins and stops with `held broken packages`.',
    instead: 'Give all packages of TensorRT one version, best through one variable.',
    silent: 'The packages stand in different branches, or no dependency between them is known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the development package of another release',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 libnvinfer-dev=«8.5.2-1+cuda11.8»\n',
      messageId: 'skew',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 libnvinfer-dev=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'another patch release, in a later command',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\nRUN apt-get install -y libnvinfer-plugin8=«8.6.0.12-1+cuda12.0»\n',
      messageId: 'skew',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\nRUN apt-get install -y libnvinfer-plugin8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'good',
      title: 'one version',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nARG V=8.5.3-1+cuda11.8\nRUN apt-get update && apt-get install -y libnvinfer8=$V libnvinfer-dev=$V\n',
    },
    {
      kind: 'good',
      title: 'metapackages always have four parts',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.4.3-1+cuda11.6 libnvinfer-plugin8=8.4.3-1+cuda11.6 libnvparsers8=8.4.3-1+cuda11.6 libnvonnxparsers8=8.4.3-1+cuda11.6 tensorrt-libs=8.4.3.1-1+cuda11.6\n',
    },
    {
      kind: 'good',
      title: 'two majors side by side',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0 libnvinfer10=10.0.1.6-1+cuda12.4\n',
    },
  ],
  check({ report, stack }) {
    forEachPinned(stack, 'tensorrt', (now, all) => {
      const said = new Set<string>();
      for (const pinned of now) {
        if (pinned.install.action.manager !== 'apt') continue;
        const finding = judge(pinned, all, stack);
        // One word for all packages that have the wrong version from one place.
        if (finding === undefined || said.has(pinned.item.version ?? '')) continue;
        said.add(pinned.item.version ?? '');
        report(finding);
      }
    });
  },
});

function judge(pinned: PinnedPackage, all: readonly PinnedPackage[], stack: StackReport): Report<'skew'> | undefined {
  const { item, cuda } = pinned;
  const release = releaseOf(pinned);
  if (release === undefined || cuda === undefined) return undefined;
  for (const name of exactDependenciesOf(item.name, release)) {
    const needed = all.find((other) => other.item.name === name);
    if (needed === undefined || needed.cuda === undefined || (releaseOf(needed) === release && needed.cuda === cuda)) continue;
    if (releaseOf(needed) === undefined) continue;
    const fix = align(pinned, needed, stack);
    return {
      messageId: 'skew',
      severity: item.spec.version === undefined || pinned.install.action.command.failureIgnored ? 'warning' : 'error',
      data: { package: item.spec.name.value, version: item.version ?? '', needed: needed.item.spec.name.value, other: needed.item.version ?? '', wanted: aptVersionOf(name, release, cuda) ?? item.version ?? '' },
      location: locateVersion(pinned.install, item),
      evidence: [dependencyEvidence(item.name, release)].filter((evidence) => evidence !== undefined),
      related: [{ location: locateVersion(needed.install, needed.item), message: msg`${needed.item.name} is pinned to ${needed.item.version ?? ''} here.` }],
      fixes: fix === undefined ? [] : [fix],
    };
  }
  return undefined;
}

function releaseOf({ upstream }: PinnedPackage): TensorRTRelease | undefined {
  const release = findTensorRTRelease(upstream);
  return release !== undefined && isSameRelease(release.fullVersion ?? release.version, upstream) ? release : undefined;
}

/** Gives all packages of the stage that have the odd version that of the package it needs; where that cannot be, the other way round. */
function align(pinned: PinnedPackage, needed: PinnedPackage, stack: StackReport): Fix | undefined {
  const installs = listLibraryInstalls(stack).find(({ own }) => own.includes(pinned.install));
  const [odd, right] = [targetOf(pinned.item), targetOf(needed.item)];
  if (installs === undefined || odd === undefined || right === undefined) return undefined;
  const others = installs.own.flatMap(({ packages }) => packages.flatMap((item) => (item.library === 'tensorrt' && item.pinned === 'exact' ? (targetOf(item) ?? []) : [])));
  // With a third build in the stage the fix would only move the contradiction.
  if (others.some((other) => !isSame(other, odd) && !isSame(other, right))) return undefined;
  for (const [from, to] of [[odd, right], [right, odd]] as const) {
    if (!isSound(to, pinned.install)) continue;
    const edits = repin(installs, to, stack, (item, install) => install.action.manager === 'apt' && !install.action.command.conditional && (belongsTo(item, from) || belongsTo(item, to)));
    if (edits !== undefined && edits.length > 0) return { title: msg`Use TensorRT ${to.release.version} for CUDA ${to.cuda} for all of them`, safe: false, edits };
  }
  return undefined;
}

function isSame(a: Target, b: Target): boolean {
  return a.release === b.release && a.cuda === b.cuda;
}
