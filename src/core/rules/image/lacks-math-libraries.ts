import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import { findComponent } from '../../stack/query';
import { defineRule } from '../model';
import { isBuiltUpon, isKnownCudaImage, mayHold, rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { locateTag, nameOf, retag } from '../support/image-uses';
import { findUnpackedTensorRT, unpackedEvidence } from '../support/unpacked-tensorrt';

export const rule = defineRule({
  id: 'image-lacks-math-libraries',
  family: 'image',
  severity: 'error',
  summary: 'TensorRT up to 8 is unpacked on a base image, which has no cuBLAS.',
  messages: {
    cublas: '{image} has no cuBLAS, and TensorRT {tensorrt} links it: `libcublas.so: cannot open shared object file`.',
  },
  docs: {
    what: 'TensorRT up to 8 comes from its archive, or as libraries copied from another stage, into an image on the `base` flavor of `nvidia/cuda`.',
    why: 'The `base` flavor holds [only the CUDA runtime](https://gitlab.com/nvidia/container-images/cuda/-/tree/e3c1b680f0/dist/12.6.3/ubuntu2404). libnvinfer and its plugins up to TensorRT 8 link [cuBLAS](https://github.com/NVIDIA/TensorRT/issues/3061), which apt would have installed with them; an archive or a copy brings nothing along.',
    instead: 'Take the `runtime` flavor, or install `libcublas-<CUDA>`.',
    silent: 'cuBLAS was installed or copied, or may have been; TensorRT 10 or later, which does without; the stage is not shipped.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the archive on a base image',
      text: 'FROM nvidia/cuda:«11.8.0-base-ubuntu22.04»\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
      messageId: 'cublas',
      fixed:
        'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda11.8\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
    },
    {
      kind: 'good',
      title: 'the runtime flavor',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
    },
    {
      kind: 'good',
      title: 'TensorRT 10 needs no cuBLAS',
      text: 'FROM nvidia/cuda:12.6.3-base-ubuntu24.04\nADD TensorRT-10.7.0.23.Linux.x86_64-gnu.cuda-12.6.tar.gz /tmp/\nRUN tar -xzf /tmp/TensorRT-10.7.0.23.Linux.x86_64-gnu.cuda-12.6.tar.gz -C /opt\n',
    },
    {
      kind: 'good',
      title: 'cuBLAS is installed besides',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libcublas-11-8 libcudnn8=8.9.6.50-1+cuda11.8\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const use = rootUse(stack, stage);
      const tensorrt = findUnpackedTensorRT(stage.final);
      const location = use && locateTag(use);
      if (use === undefined || tensorrt === undefined || location === undefined) continue;
      const { image } = use;
      if (!stage.shipped || image.flavor !== 'base' || !isKnownCudaImage(image)) continue;
      const later = stack.stages.filter((other) => isBuiltUpon(other, stage));
      if (later.some((other) => findComponent(other.final, 'cublas') !== undefined || mayHold(other, other.final, /cublas|cuda-libraries|torch/i))) continue;
      const tags = isCudaImage(image) ? nearestServedCudaTags({ ...wishOf(image), flavor: 'runtime' }) : [];
      report({
        messageId: 'cublas',
        data: { image: nameOf(image), tensorrt: tensorrt.version },
        location,
        evidence: [unpackedEvidence(tensorrt, msg`TensorRT ${tensorrt.release.version} links cuBLAS; from 10.0 on TensorRT does without`)],
        related: [{ location: tensorrt.component.where, message: msg`TensorRT is unpacked here.` }],
        fixes: retag(use, tags.slice(0, 1)),
      });
    }
  },
});
