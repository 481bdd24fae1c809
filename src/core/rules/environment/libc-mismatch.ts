import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { Action } from '../../shell/installers/model';
import type { ComponentKind, StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import { defineRule } from '../model';
import { chainOf, rootStage } from '../support/absence';
import { nameOf } from '../support/image-uses';

/** Libraries and programs of NVIDIA, all of them linked to glibc. */
const GLIBC_KINDS: ReadonlySet<ComponentKind> = new Set(['cuda', 'cudart', 'nvcc', 'cublas', 'cudnn', 'tensorrt', 'trtexec', 'nccl', 'cuda-compat', 'driver-library']);
/** Python packages whose wheels are all for glibc. */
const GLIBC_WHEELS = /^(?:torch|torchvision|torchaudio|tensorflow|tensorflow-gpu|onnxruntime-gpu|tensorrt(?:-cu\d+)?|nvidia-[a-z-]+-cu\d+|cupy-cuda\w+|paddlepaddle-gpu|jaxlib)$/;
/** What lets some glibc programs run on Alpine. */
const GLIBC_PACKAGE = /^(?:gcompat|libc6-compat|glibc.*)$/;
const GLIBC_FILE = /glibc|gcompat/;

const NOT_FOUND: Evidence = {
  fact: msg`A CUDA program does not start on Alpine: NVIDIA builds CUDA for glibc only`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1606',
  checked: '2026-11-20',
};
const NO_WHEEL: Evidence = {
  fact: msg`On Alpine pip and uv find no wheel of PyTorch and of the CUDA libraries: there are none for musl`,
  source: 'https://github.com/astral-sh/uv/issues/9901',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'libc-mismatch',
  family: 'environment',
  severity: 'error',
  summary: 'GPU software made for glibc is put on Alpine, which has musl.',
  messages: {
    library: '{image} has musl, and {what} is linked to glibc: `Error loading shared library ld-linux-x86-64.so.2`, or `not found` for a program that is there.',
    wheel: '{image} has musl, and {what} has wheels for glibc only: `No matching distribution found`.',
  },
  docs: {
    what: 'CUDA, cuDNN or TensorRT copied or unpacked into an Alpine image, or a Python package installed there whose wheels hold CUDA code.',
    why: 'Alpine’s C library is musl. NVIDIA builds for [glibc only](https://github.com/NVIDIA/nvidia-docker/issues/1606), and so does everyone who links its libraries; PyPI has no `musllinux` wheels of [PyTorch](https://github.com/docker-library/python/issues/341), TensorFlow, ONNX Runtime for GPUs or the `nvidia-…` packages.',
    instead: 'Build on Debian or Ubuntu: `python:3.11-slim`, `ubuntu:22.04`, or an `nvidia/cuda` image.',
    silent: 'A compatibility layer is installed (gcompat, libc6-compat, glibc), it is not known what the image is, or the libraries are in a stage that is not shipped.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'CUDA’s libraries on Alpine',
      text: 'FROM «alpine:3.15»\nCOPY --from=nvidia/cuda:11.4.3-runtime-ubuntu20.04 /usr/local/cuda/lib64 /usr/local/cuda/lib64\n',
      messageId: 'library',
    },
    {
      kind: 'bad',
      title: 'PyTorch on Alpine',
      text: 'FROM «python:3.11-alpine»\nRUN pip install flask torch==2.4.0\n',
      messageId: 'wheel',
    },
    {
      kind: 'bad',
      title: 'another image made upon Alpine',
      text: 'FROM «ghcr.io/astral-sh/uv:python3.10-alpine»\nRUN uv pip install --system tensorflow==2.17.0\n',
      messageId: 'wheel',
    },
    {
      kind: 'good',
      title: 'Debian',
      text: 'FROM python:3.11-slim\nRUN pip install torch==2.4.0\n',
    },
    {
      kind: 'good',
      title: 'Alpine with a compatibility layer',
      text: 'FROM alpine:3.15\nRUN apk add gcompat\nCOPY --from=nvidia/cuda:11.4.3-base-ubuntu20.04 /usr/local/cuda/lib64 /usr/local/cuda/lib64\n',
    },
    {
      kind: 'good',
      title: 'an image of Alpine with glibc',
      text: 'FROM frolvlad/alpine-glibc:alpine-3.9\nRUN wget https://developer.download.nvidia.com/compute/cuda/11.8.0/local_installers/cuda_11.8.0_520.61.05_linux.run && sh cuda_11.8.0_520.61.05_linux.run --silent --toolkit\n',
    },
    {
      kind: 'good',
      title: 'Alpine for another purpose',
      text: 'FROM alpine:3.20 AS fetch\nRUN apk add curl\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=fetch /etc/ssl /etc/ssl\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const root = rootStage(stage);
      const image = root.base.image ?? root.base.parsed;
      const location = root.base.reference.locate();
      if (image === undefined || location === undefined || !hasMusl(root) || hasCompatibility(stage)) continue;
      for (const { what, where, kind } of findGlibc(stage)) {
        report({
          messageId: kind,
          data: { image: nameOf('reference' in image ? image : { reference: image }), what },
          location,
          evidence: [kind === 'library' ? NOT_FOUND : NO_WHEEL],
          related: [{ location: where, message: msg`${what} comes in here.` }],
        });
      }
    }
  },
});

/** Alpine, or an image whose tag says that it is made upon it; frolvlad/alpine-glibc and its like bring glibc besides. */
function hasMusl({ base: { image, parsed, reference } }: StageStack): boolean {
  if (image !== undefined) return image.libc === 'musl';
  return /(?:^|-|[\d.])alpine(?:-|[\d.]|$)/.test(parsed?.tag ?? '') && !/glibc|gcompat/i.test(reference.value);
}

interface Found {
  readonly kind: 'library' | 'wheel';
  readonly what: string;
  readonly where: Location;
}

function findGlibc(stage: StageStack): readonly Found[] {
  const found: Found[] = [];
  // A stage that is not shipped may only carry the files to another.
  for (const { kind, via, name, where, certainty } of stage.shipped ? stage.final.components : []) {
    if ((via === 'copy' || via === 'archive') && certainty !== 'assumed' && GLIBC_KINDS.has(kind)) found.push({ kind: 'library', what: via === 'copy' ? kind : name, where });
  }
  for (const { actions } of stage.steps) {
    for (const { action } of actions) {
      if (action.kind !== 'pip-install' || action.command.conditional || action.command.failureIgnored) continue;
      for (const { name, marker, file, range } of action.requirements) {
        if (marker === undefined && GLIBC_WHEELS.test(name)) found.push({ kind: 'wheel', what: name, where: { file, range } });
      }
    }
  }
  return found;
}

/** Whether something was installed that stands in for glibc. */
function hasCompatibility(stage: StageStack): boolean {
  return chainOf(stage).some(({ steps }) => steps.some(({ actions, instruction }) => actions.some(({ action }) => isCompatibility(action)) || (instruction.kind === 'copy' && instruction.sources.some(({ raw }) => GLIBC_FILE.test(raw)))));
}

function isCompatibility(action: Action): boolean {
  if (action.kind === 'package-install') return action.packages.some(({ name, text }) => GLIBC_PACKAGE.test(name.value) || GLIBC_FILE.test(text.value));
  return action.kind === 'download' && GLIBC_FILE.test(action.url.value);
}
