import { defineRule } from '../model';
import { reportUnavailable } from '../support/unavailable';

export const rule = defineRule({
  id: 'cudnn-version-unavailable',
  family: 'cudnn',
  severity: 'error',
  summary: 'cuDNN is pinned to a version that NVIDIA’s repository never had.',
  messages: {
    unavailable: 'NVIDIA’s repository for {distro} never had {package} {version}. The build stops with `{message}`.',
    otherRepository: '{package} {version} is known only from NVIDIA’s machine-learning repository, and this stage asks the CUDA repository for {distro} alone: `E: Version \'{version}\' for \'{package}\' was not found`.',
  },
  docs: {
    what: 'apt or yum is asked for a version of a cuDNN package that was never published for the distribution.',
    why: 'cuDNN up to 8 has four-part versions and one build for each CUDA minor version or major (`8.9.7.29-1+cuda12.2`); cuDNN 9 carries the CUDA major in the name of the package and has no suffix (`libcudnn9-cuda-12=9.10.2.21-1`). A version in another form, or one that the [repository’s index](https://developer.download.nvidia.com/compute/cuda/repos/) lacks, cannot be installed.',
    instead: 'Take the nearest version that exists, or the `cudnn` flavor of the base image.',
    silent: 'Nothing rules the version out: it is newer than the tables, or was merely never seen. Silent too in the branches of an `if`, and on Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a suffix on cuDNN 9',
      text: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=«9.8.0.87-1+cuda12.8»\n',
      messageId: 'unavailable',
      fixed: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'bad',
      title: 'a build of the machine-learning repository, which newer images no longer list',
      text: 'FROM ubuntu:18.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/cuda-keyring_1.0-1_all.deb /tmp/k.deb\nRUN dpkg -i /tmp/k.deb && apt-get update && apt-get install -y libcudnn7=«7.6.5.32-1+cuda10.1»\n',
      messageId: 'otherRepository',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'an old image, which lists the machine-learning repository',
      text: 'FROM nvidia/cuda:10.1-devel-ubuntu18.04\nRUN apt-get update && apt-get install -y libcudnn7=7.6.5.32-1+cuda10.1\n',
    },
    {
      kind: 'good',
      title: 'a version that exists',
      text: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'good',
      title: 'a pattern',
      text: "FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y 'libcudnn8=8.8.*+cuda11.8'\n",
    },
  ],
  check({ report, stack }) {
    reportUnavailable(stack, 'cudnn', report);
  },
});
