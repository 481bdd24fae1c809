import { aptVersionOf } from '../../facts/tensorrt-packages';
import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { defineRule } from '../model';
import { editVersions } from '../support/edit-version';
import { belongsTo, repin } from './pins';
import { reportUnavailable } from '../support/unavailable';

export const rule = defineRule({
  id: 'tensorrt-version-unavailable',
  family: 'tensorrt',
  severity: 'error',
  summary: 'TensorRT is pinned to a version that NVIDIA’s repository never had.',
  messages: {
    unavailable: 'NVIDIA’s repository for {distro} never had {package} {version}. The build stops with `{message}`.',
    otherRepository: '{package} {version} is known only from NVIDIA’s machine-learning repository, and this stage asks the CUDA repository for {distro} alone: `E: Version \'{version}\' for \'{package}\' was not found`.',
  },
  docs: {
    what: 'apt or yum is asked for a version of a TensorRT package that was never published: a CUDA suffix without a build, a version with the wrong number of parts, a release for another distribution.',
    why: 'Each TensorRT release is built for one or two CUDA versions only, and serves the others of the same major: 8.5.2 has `+cuda11.8` and `+cuda10.2`, not `+cuda11.4`. A suffix put together from the version of the base image [does not exist](https://github.com/NVIDIA/TensorRT/issues/2591) for most images; `${CUDA_VERSION%.*}` even turns a two-part `10.2` [into `10`](https://github.com/NVIDIA/TensorRT/issues/1804). Libraries have three-part versions before 8.6 (`8.5.2-1+cuda11.8`) and four-part ones from then on.',
    instead: 'Write the suffix of a published build of the same CUDA major; CUDA’s minor versions are compatible within a major.',
    silent: 'Nothing rules the version out: it is newer than the tables, or was merely never seen. Silent too in the branches of an `if`, and on Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a suffix taken from the base image',
      text: 'ARG CUDA_VERSION=11.4.3\nFROM nvidia/cuda:${CUDA_VERSION}-cudnn8-devel-ubuntu20.04\nARG CUDA_VERSION\nENV TRT_VERSION=8.5.2.2\nRUN «v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}"» && apt-get update && \\\n    apt-get install -y libnvinfer8=${v} libnvinfer-plugin8=${v}\n',
      messageId: 'unavailable',
      fixed: 'ARG CUDA_VERSION=11.4.3\nFROM nvidia/cuda:${CUDA_VERSION}-cudnn8-devel-ubuntu20.04\nARG CUDA_VERSION\nENV TRT_VERSION=8.5.2.2\nRUN v="${TRT_VERSION%.*}-1+cuda11.8" && apt-get update && \\\n    apt-get install -y libnvinfer8=${v} libnvinfer-plugin8=${v}\n',
    },
    {
      kind: 'bad',
      title: 'three parts where there are four',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=«8.6.1-1+cuda12.0»\n',
      messageId: 'unavailable',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'bad',
      title: 'a build of the machine-learning repository',
      text: 'FROM nvidia/cuda:11.2.2-cudnn8-devel-ubuntu18.04\nRUN apt-get update && apt-get install -y libnvinfer7=«7.2.3-1+cuda11.1» libnvinfer-plugin7=7.2.3-1+cuda11.1\n',
      messageId: 'otherRepository',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the published suffix on another minor version',
      text: 'FROM nvidia/cuda:11.4.3-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.2-1+cuda11.8\n',
    },
    {
      kind: 'good',
      title: 'newer than the tables',
      text: 'FROM nvidia/cuda:13.2.0-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y libnvinfer19=19.1.0.1-1+cuda19.1\n',
    },
    {
      kind: 'good',
      title: 'one branch for each CUDA',
      text: 'ARG CUDA=11.4.3\nFROM nvidia/cuda:${CUDA}-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && if ls /usr/local/cuda-10*; then apt-get install -y libnvinfer8=8.2.1-1+cuda10.2; else apt-get install -y libnvinfer8=8.2.1-1+cuda11.4; fi\n',
    },
  ],
  check({ report, stack }) {
    // The packages of the whole stage move together, and take along what they need.
    reportUnavailable(stack, 'tensorrt', report, (version, items, install, installs) => {
      const wanted = items[0]?.version;
      const parts = parseNvidiaPackageVersion(version);
      const release = parts === undefined ? undefined : findTensorRTRelease(parts.upstream);
      if (release === undefined || parts?.cuda === undefined) return undefined;
      const target = { release, cuda: parts.cuda };
      if (install.action.manager !== 'apt') return editVersions(install, items, new Map(items.map(({ name }) => [name, aptVersionOf(name, release, target.cuda) ?? version])));
      return repin(installs, target, stack, (item, other) => other.action.manager === 'apt' && (item.version === wanted || (other === install && belongsTo(item, target))));
    });
  },
});
