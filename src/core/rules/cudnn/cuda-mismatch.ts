import { chooseCudnnBuilds, cudnnPackageOf, parseCudnnPackage } from '../../facts/cudnn';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { findComponent, knownVersion, stageCuda } from '../../stack/query';
import { compareDotted, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { chooseVersion, MINOR_COMPATIBILITY, reportCudaMismatch, type Choice, type MismatchedGroup } from '../support/cuda-mismatch';
import { listLibraryInstalls, type LibraryInstall, type LibraryPackage } from '../support/library-packages';

type MessageId = 'mismatch' | 'otherMajor';

export const rule = defineRule<MessageId>({
  id: 'cudnn-cuda-mismatch',
  family: 'cudnn',
  severity: 'error',
  summary: 'cuDNN is built for another CUDA than the stage has.',
  messages: {
    mismatch: '{package} {version} is built for CUDA {built}, this stage has CUDA {cuda}: cuDNN does not find the libraries it is linked to (`libcublas.so.{builtMajor}: cannot open shared object file`, `CUDNN_STATUS_NOT_INITIALIZED`).',
    otherMajor: '{package} is cuDNN for CUDA {built}, this stage has CUDA {cuda}: it does not find the libraries of CUDA {built} (`libcublas.so.{built}: cannot open shared object file`).',
  },
  docs: {
    what: 'A cuDNN package is made for another CUDA: by its version up to cuDNN 8 (`libcudnn8=8.9.7.29-1+cuda12.2`), by its name from cuDNN 9 on (`libcudnn9-cuda-11`).',
    why: 'cuDNN loads cuBLAS and NVRTC of the CUDA major it was built for. From CUDA 11 on [every minor version of that major](https://docs.nvidia.com/deploy/cuda-compatibility/#minor-version-compatibility) will do; before, the minor version had to be the same. The package installs in any image, and the first convolution fails.',
    instead: 'Take the build for the CUDA of the stage, or the `cudnn` flavor of the base image.',
    silent: 'The CUDA of the stage is not known, or several are installed; the command stands in a branch; only the minor version differs.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a build for CUDA 12 on CUDA 11',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=«8.9.7.29-1+cuda12.2»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'the package of another CUDA major',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libcudnn9-cuda-11»=9.5.1.17-1\n',
      messageId: 'otherMajor',
      fixed: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.5.1.17-1\n',
    },
    {
      kind: 'good',
      title: 'another minor version of the same major',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.7.29-1+cuda12.2\n',
    },
    {
      kind: 'good',
      title: 'the package of the stage’s CUDA major',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.5.1.17-1\n',
    },
  ],
  check({ report, stack }) {
    reportCudaMismatch(stack, 'cudnn', report, chooseVersions);
    reportNames(stack, report);
  },
});

/** The same version for the stage's CUDA, or the newest of the same cuDNN major; of a held package the version that is there. */
function chooseVersions(group: MismatchedGroup, distro: string): readonly Choice[] {
  const { packages, version, cuda, install } = group;
  const major = parseCudnnPackage(packages[0].name)?.major;
  if (major === undefined) return [];
  const upstreamOf = (candidate: string): string => candidate.split('-')[0] ?? '';
  const candidates = [...chooseCudnnBuilds({ cuda, major, distro })].sort((a, b) => compareDotted(upstreamOf(b.version), upstreamOf(a.version)));
  const present = knownVersion(findComponent(install.before, 'cudnn')?.version);
  const isHeld = install.before.apt.held.has(`libcudnn${major}`);
  const best = candidates.find((candidate) => upstreamOf(candidate.version) === (isHeld ? present : upstreamOf(version))) ?? candidates[0];
  // An older one than is there takes more than a version.
  if (best === undefined || (present !== undefined && majorOf(present) === major && compareDotted(upstreamOf(best.version), present) < 0)) return [];
  return chooseVersion(group, best.version, msg`Take cuDNN ${upstreamOf(best.version)} for CUDA ${best.cuda}`, best.evidence);
}

/** Packages of cuDNN 9, which name their CUDA major. */
function reportNames(stack: StackReport, report: (report: Report<MessageId>) => void): void {
  for (const { own } of listLibraryInstalls(stack)) {
    for (const install of own) {
      const cuda = stageCuda(install.before);
      if (cuda === undefined || install.action.command.conditional) continue;
      for (const item of install.packages) {
        const named = parseCudnnPackage(item.name)?.cuda;
        const built = named === undefined ? undefined : majorOf(named);
        if (built === undefined || built === majorOf(cuda.version)) continue;
        const fix = renamePackage(item, cuda.version);
        report({
          messageId: 'otherMajor',
          data: { package: item.spec.name.value, built: String(built), cuda: cuda.version },
          location: locateName(install, item),
          severity: install.action.command.failureIgnored || cuda.component.certainty === 'assumed' ? 'warning' : 'error',
          evidence: [MINOR_COMPATIBILITY],
          related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
          fixes: fix === undefined ? [] : [fix],
        });
      }
    }
  }
}

function locateName(install: LibraryInstall, { spec }: LibraryPackage): Report['location'] {
  return spec.name.locate() ?? { file: install.action.file, range: spec.range };
}

/** The same package for another CUDA major; the version numbers are the same for all. */
function renamePackage({ spec, name }: LibraryPackage, cuda: string): Fix | undefined {
  const renamed = name.replace(/cuda-\d+/, `cuda-${majorOf(cuda) ?? ''}`);
  const exists = cudnnPackageOf('9', cuda) !== undefined && (majorOf(cuda) ?? 0) >= 11;
  const at = spec.name.value.search(/(?<=cuda-)\d/);
  const end = at + (/^\d+/.exec(spec.name.value.slice(at))?.[0].length ?? 0);
  const edit = at < 0 || !exists ? undefined : spec.name.edit(at, end, String(majorOf(cuda) ?? ''));
  return edit && { title: msg`Install ${renamed}`, safe: false, edits: [edit] };
}
