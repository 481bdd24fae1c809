import { aptBuilds, evidenceOfBuild, isInNetworkRepository } from '../../facts/apt-builds';
import { msg } from '../../l10n/message';
import { isCudaCompatible } from '../../version/cuda';
import { compareDebian, parseNvidiaPackageVersion } from '../../version/debian';
import { defineRule } from '../model';
import { chooseVersion, reportCudaMismatch, type Choice, type MismatchedGroup } from '../support/cuda-mismatch';
import { reportUnavailable, type UnavailableMessage } from '../support/unavailable';

export const rule = defineRule<'mismatch' | UnavailableMessage>({
  id: 'nccl-cuda-mismatch',
  family: 'tensorrt',
  severity: 'error',
  summary: 'NCCL is pinned to a build for another CUDA, or to one that was never published.',
  messages: {
    mismatch: '{package} {version} is built for CUDA {built}, this stage has CUDA {cuda}: NCCL brings the runtime of CUDA {builtMajor} in it and asks for its driver (`NCCL WARN Cuda failure`).',
    unavailable: 'NVIDIA’s repository for {distro} never had {package} {version}. The build stops with `{message}`.',
    otherRepository: '{package} {version} is known only from NVIDIA’s machine-learning repository, and this stage asks the CUDA repository for {distro} alone: `E: Version \'{version}\' for \'{package}\' was not found`.',
  },
  docs: {
    what: 'apt or yum installs NCCL (`libnccl2`, `libnccl-dev`) in a build for another CUDA major than the stage has, or in a version that does not exist.',
    why: 'Each NCCL release is [built for two or three CUDA versions](https://docs.nvidia.com/deeplearning/nccl/release-notes/), named in the suffix. The CUDA runtime is linked into the library: a build for a newer major works only under a newer driver than the image asks for.',
    instead: 'Take the build for the CUDA of the stage; `runtime` and `devel` images of nvidia/cuda have it already, on hold.',
    silent: 'The CUDA of the stage is not known; the command stands in a branch; only the minor version differs; nothing rules the version out.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a build for CUDA 12 on CUDA 11',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libnccl2=«2.19.3-1+cuda12.3»\n',
      messageId: 'mismatch',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libnccl2=2.15.5-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'a suffix that names no minor version',
      text: 'FROM nvidia/cuda:11.6.2-base-ubuntu20.04\nRUN apt-get update && apt-get install -y libnccl2=«2.12.10-1+cuda11»\n',
      messageId: 'unavailable',
      fixed: 'FROM nvidia/cuda:11.6.2-base-ubuntu20.04\nRUN apt-get update && apt-get install -y libnccl2=2.12.10-1+cuda11.6\n',
    },
    {
      kind: 'bad',
      title: 'a build of the machine-learning repository, which newer images no longer list',
      text: 'FROM ubuntu:18.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/cuda-keyring_1.0-1_all.deb /tmp/k.deb\nRUN dpkg -i /tmp/k.deb && apt-get update && apt-get install -y libnccl2=«2.4.8-1+cuda10.1»\n',
      messageId: 'otherRepository',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'built for the stage’s CUDA',
      text: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libnccl2=2.26.2-1+cuda12.8\n',
    },
    {
      kind: 'good',
      title: 'another minor version',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libnccl2=2.13.4-1+cuda11.7\n',
    },
  ],
  check({ report, stack }) {
    // The package installs, and works where the driver is new enough.
    reportCudaMismatch(stack, 'nccl', (found) => report({ ...found, severity: 'warning' }), chooseVersions);
    reportUnavailable(stack, 'nccl', report);
  },
});

/** The newest version that runs with the stage's CUDA. */
function chooseVersions(group: MismatchedGroup, distro: string): readonly Choice[] {
  const seen = aptBuilds({ package: group.packages[0].name, distro }).filter((build) => {
    const built = parseNvidiaPackageVersion(build.version)?.cuda;
    return isInNetworkRepository(build) && built !== undefined && isCudaCompatible(built, group.cuda) === true;
  });
  const [best] = [...seen].sort((a, b) => compareDebian(b.version, a.version));
  return best === undefined ? [] : chooseVersion(group, best.version, msg`Take NCCL ${best.version}`, evidenceOfBuild(best, group.packages[0].name));
}
