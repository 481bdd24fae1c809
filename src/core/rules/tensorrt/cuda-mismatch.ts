import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import { msg, type Message, type Text } from '../../l10n/message';
import { recogniseArtifact } from '../../shell/installers/known-artifacts';
import type { ActionStep, StackReport, StageStack } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';
import { isCudaCompatible } from '../../version/cuda';
import { firstParts, majorOf } from '../../version/dotted';
import { defineRule, type Report } from '../model';
import { listLibraryInstalls, type StageInstalls } from '../support/library-packages';
import { belongsTo, listBuilds, repin } from './pins';
import { MINOR_COMPATIBILITY, reportCudaMismatch, type Choice, type MismatchedGroup } from '../support/cuda-mismatch';

type MessageId = 'mismatch' | 'archive' | 'localRepository';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-cuda-mismatch',
  family: 'tensorrt',
  severity: 'error',
  summary: 'TensorRT is built for another CUDA major than the stage has.',
  messages: {
    mismatch: '{package} {version} is built for CUDA {built}, this stage has CUDA {cuda}: the package brings the libraries of CUDA {builtMajor} along and needs its driver (`CUDA driver version is insufficient for CUDA runtime version`).',
    archive: '{archive} is built for CUDA {built}, this stage has CUDA {cuda}: its libraries do not find those of CUDA {builtMajor} (`libcublas.so.{builtMajor}: cannot open shared object file`), or need a newer driver than the image asks for.',
    localRepository: '{archive} holds builds for CUDA {built}, this stage has CUDA {cuda}: what is installed from it needs the libraries and the driver of CUDA {builtMajor}.',
  },
  docs: {
    what: 'A TensorRT package with a CUDA suffix (`+cuda12.0`, RPM `.cuda12.0`), a tar archive (`….cuda-12.0.tar.gz`) or a local repository package is made for a CUDA that the stage does not have.',
    why: 'TensorRT is linked against one CUDA major. From CUDA 11 on [every minor version of that major](https://docs.nvidia.com/deploy/cuda-compatibility/#minor-version-compatibility) will do, older or newer; before, the minor version had to be the same. Another major is another set of libraries and another driver floor: loading TensorRT fails, or works on the machine of the author and nowhere else.',
    instead: 'Take the build of the same TensorRT release for the CUDA of the stage, or a base image with the CUDA of the build.',
    silent: 'The CUDA of the stage is not known, or several are installed; the command stands in a branch; only the minor version differs.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a build for CUDA 12 on CUDA 11',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=«8.6.1.6-1+cuda12.0» libnvinfer-plugin8=8.6.1.6-1+cuda12.0\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-plugin8=8.6.1.6-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'the version is an ARG',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nARG V=10.9.0.34-1+cuda11.8\nRUN apt-get update && apt-get install -y libnvinfer10=«$V» libnvinfer-plugin10=$V\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nARG V=10.9.0.34-1+cuda12.8\nRUN apt-get update && apt-get install -y libnvinfer10=$V libnvinfer-plugin10=$V\n',
    },
    {
      kind: 'bad',
      title: 'number and CUDA in variables of their own',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nENV TRT=8.6.1.6\nENV CUDA=12.0\nRUN apt-get update && apt-get install -y libnvinfer8=«${TRT}-1+cuda${CUDA}» libnvinfer-plugin8=${TRT}-1+cuda${CUDA}\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nENV TRT=8.6.1.6\nENV CUDA=12.0\nRUN apt-get update && apt-get install -y libnvinfer8=${TRT}-1+cuda11.8 libnvinfer-plugin8=${TRT}-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'a pattern that matches builds for several CUDA versions',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=«10.9.0.*»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.9.0.34-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'an archive for another CUDA',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04\nRUN wget -q https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/secure/8.6.1/tars/TensorRT-8.6.1.6.Linux.x86_64-gnu.«cuda-12.0».tar.gz && tar xf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz -C /opt\n',
      messageId: 'archive',
    },
    {
      kind: 'bad',
      title: 'a local repository for another CUDA',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04\nCOPY nv-tensorrt-local-repo-ubuntu2204-8.6.1-cuda-12.0_1.0-1_amd64.deb /tmp/\nRUN dpkg -i «/tmp/nv-tensorrt-local-repo-ubuntu2204-8.6.1-cuda-12.0_1.0-1_amd64.deb» && apt-get update\n',
      messageId: 'localRepository',
    },
    {
      kind: 'good',
      title: 'another minor version of the same major',
      text: 'FROM nvidia/cuda:12.3.2-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'good',
      title: 'a build for each CUDA',
      text: 'ARG CUDA=11.8.0\nFROM nvidia/cuda:${CUDA}-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && if test -e /usr/local/cuda-12; then apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0; else apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8; fi\n',
    },
    {
      kind: 'good',
      title: 'an image without CUDA of its own',
      text: 'FROM ubuntu:22.04\nRUN tar xf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz\n',
    },
  ],
  check({ report, stack }) {
    reportCudaMismatch(stack, 'tensorrt', report, (group, distro) => {
      const installs = listLibraryInstalls(stack).find(({ own }) => own.includes(group.install));
      return installs === undefined ? [] : chooseBuild(group, distro, installs, stack);
    });
    for (const stage of stack.stages) {
      for (const step of stage.steps) for (const action of step.actions) reportFiles(action, stage, report);
    }
  },
});

/** The same release for the stage's CUDA, and the best other release of its major. */
function chooseBuild({ install, packages, version, cuda }: MismatchedGroup, distro: string, installs: StageInstalls, stack: StackReport): readonly Choice[] {
  const names = packages.map(({ name }) => name);
  const release = findTensorRTRelease(version.replace(/[-*+].*$/, '').replace(/\.$/, ''));
  const wanted = release === undefined ? [] : [release.version, String(majorOf(release.version))];
  const builds = wanted.flatMap((prefix) => listBuilds(names, cuda, distro, { version: prefix }).slice(0, 1));
  return builds
    .filter((build, i) => builds.findIndex((other) => other.release === build.release && other.cuda === build.cuda) === i)
    .flatMap((build) => {
      const edits = repin(installs, build, stack, (item, other) => item.version === version || (other === install && belongsTo(item, build)));
      return edits === undefined ? [] : [{ fix: { title: msg`Take TensorRT ${build.release.version} for CUDA ${build.cuda}`, safe: false, edits }, evidence: build.evidence }];
    });
}

/** Archives that are unpacked, and local repositories that are installed. */
function reportFiles({ action, before, after }: ActionStep, stage: StageStack, report: (report: Report<MessageId>) => void): void {
  if (action.command.conditional || (action.kind !== 'extract' && action.kind !== 'local-package-install')) return;
  const cuda = stageCuda(before);
  if (cuda === undefined) return;
  const describe = (built: string, name: Text): Message['data'] => ({ archive: name, built, builtMajor: built.split('.')[0] ?? '', cuda: cuda.version });
  const common = { evidence: [MINOR_COMPATIBILITY], related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }] };
  if (action.kind === 'extract') {
    const added = after.components.find((item) => item.kind === 'tensorrt' && item.via === 'archive' && !before.components.includes(item));
    if (added?.cuda === undefined || isCudaCompatible(added.cuda, cuda.version) !== false) return;
    const version = 'version' in added.version ? added.version.version : '';
    // TensorRT 10 brings its CUDA runtime inside the library: only the driver decides.
    const severity = (majorOf(version) ?? 0) >= 10 ? 'warning' : 'error';
    report({ messageId: 'archive', severity, data: describe(added.cuda, `TensorRT ${version}`), location: locateArchive(stage, added.cuda, version) ?? { file: action.file, range: action.range }, ...common });
    return;
  }
  for (const { path, range } of action.files) {
    const artifact = recogniseArtifact(baseName(path.value));
    if (artifact?.kind !== 'tensorrt-local-repo' || artifact.cuda === undefined || isCudaCompatible(artifact.cuda, cuda.version) !== false) continue;
    report({ messageId: 'localRepository', data: describe(artifact.cuda, artifact.version === undefined ? msg`The local repository of TensorRT` : msg`The local repository of TensorRT ${artifact.version}`), location: { file: action.file, range }, ...common });
  }
}

/** Where the stage downloads the archive, its CUDA. */
function locateArchive(stage: StageStack, cuda: string, version: string): Location | undefined {
  for (const { actions } of stage.steps) {
    for (const { action } of actions) {
      if (action.kind !== 'download') continue;
      const artifact = action.artifact ?? recogniseArtifact(baseName(action.url.value));
      if (artifact?.kind !== 'tensorrt-tar' || artifact.cuda !== cuda || firstParts(artifact.version ?? '', 3) !== firstParts(version, 3)) continue;
      return locateText(action.url, `cuda-${cuda}`) ?? action.url.locate();
    }
  }
  return undefined;
}

function locateText(value: Traced, text: string): Location | undefined {
  const at = value.value.lastIndexOf(text);
  return at < 0 ? undefined : value.locate(at, at + text.length);
}
