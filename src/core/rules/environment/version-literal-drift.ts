import type { Instruction } from '../../dockerfile/model';
import { msg } from '../../l10n/message';
import type { Component, ComponentKind, StackReport, StageStack } from '../../stack/model';
import { knownVersion } from '../../stack/query';
import type { Location } from '../../text/range';
import { isDotted, isSameRelease } from '../../version/dotted';
import { defineRule } from '../model';
import { chainOf, rootStage } from '../support/absence';

export const rule = defineRule({
  id: 'version-literal-drift',
  family: 'environment',
  severity: 'information',
  summary: 'A version stands in a variable and again by hand, and the two differ.',
  messages: {
    drift: '{what} {version} is written by hand here, and {name} says {other}: one of them was not changed along.',
  },
  docs: {
    what: '`CUDA_VERSION`, `TENSORRT_VERSION`, `TORCH_VERSION` and their like hold another version than the one that the base image or a package of the same stage names by hand.',
    why: 'A variable is there so that a version is written once. Where it is written again by hand, the next update changes one place: what is built for the variable’s version then meets the other.',
    instead: 'Use the variable in both places, or give it the version that is installed.',
    silent: 'The variable’s version is in the stage as well, or the place takes it from a variable.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the base image was updated',
      text: 'ARG CUDA_VERSION=11.8.0\nFROM «nvidia/cuda:12.4.1-devel-ubuntu22.04»\nARG CUDA_VERSION\nRUN make CUDA=${CUDA_VERSION}\n',
      messageId: 'drift',
    },
    {
      kind: 'bad',
      title: 'the package was updated',
      text: 'FROM python:3.11\nENV TORCH_VERSION=2.3.0\nRUN pip install «torch==2.4.0»\n',
      messageId: 'drift',
    },
    {
      kind: 'good',
      title: 'one place',
      text: 'ARG CUDA_VERSION=12.4.1\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'the same version, in fewer parts',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV CUDA_VERSION=12.4\n',
    },
    {
      kind: 'good',
      title: 'a second toolkit',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG CUDA_VERSION=11.8\nRUN apt-get update && apt-get install -y cuda-toolkit-11-8\n',
    },
  ],
  check({ report, stack }) {
    const globals = listVersions(stack.dockerfile.globals, stack);
    const reported = new Set<Component>();
    for (const stage of stack.stages) {
      const own = chainOf(stage).flatMap(({ steps }) => listVersions(steps.map(({ instruction }) => instruction), stack));
      for (const version of [...globals.filter(({ name }) => !own.some((one) => one.name === name)), ...own]) {
        const drifted = findDrift(version, stage, stack);
        if (drifted === undefined || reported.has(drifted)) continue;
        reported.add(drifted);
        report({
          messageId: 'drift',
          data: { what: version.what, version: knownVersion(drifted.version) ?? '', name: version.name, other: version.value },
          location: drifted.where,
          related: [{ location: version.location, message: msg`${version.name} is set here.` }],
        });
      }
    }
  },
});

interface NamedVersion {
  readonly name: string;
  readonly what: string;
  readonly kinds: readonly ComponentKind[];
  readonly value: string;
  readonly location: Location;
}

const PRODUCTS: readonly { readonly pattern: RegExp; readonly what: string; readonly kinds: readonly ComponentKind[] }[] = [
  { pattern: /^(?:NVIDIA_)?CUDA$/, what: 'CUDA', kinds: ['cuda'] },
  { pattern: /^CUDNN$/, what: 'cuDNN', kinds: ['cudnn'] },
  { pattern: /^(?:TENSORRT|TRT)$/, what: 'TensorRT', kinds: ['tensorrt', 'tensorrt-python'] },
  { pattern: /^(?:PY)?TORCH$/, what: 'PyTorch', kinds: ['torch'] },
  { pattern: /^(?:TENSORFLOW|TF)$/, what: 'TensorFlow', kinds: ['tensorflow'] },
  { pattern: /^NCCL$/, what: 'NCCL', kinds: ['nccl'] },
  { pattern: /^(?:ONNXRUNTIME|ORT)$/, what: 'ONNX Runtime', kinds: ['onnxruntime'] },
];

/** ARGs and ENVs by whose names their values are versions of something known; the values as written. */
function listVersions(instructions: readonly Instruction[], { dockerfile }: StackReport): readonly NamedVersion[] {
  return instructions.flatMap((instruction) => {
    const assignments = instruction.kind === 'arg' ? instruction.declarations : instruction.kind === 'env' ? instruction.assignments : [];
    return assignments.flatMap(({ name, value }): readonly NamedVersion[] => {
      const base = /^(.*?)_?VER(?:SION)?$/.exec(name)?.[1];
      const product = base === undefined ? undefined : PRODUCTS.find(({ pattern }) => pattern.test(base));
      const text = /^["']?v?(\d+(?:\.\d+)+)["']?$/.exec(value?.raw ?? '')?.[1];
      // 24.05 is a release of NVIDIA's containers.
      if (product === undefined || value === undefined || text === undefined || /^[12]\d\.[01]\d$/.test(text)) return [];
      return [{ name, what: product.what, kinds: product.kinds, value: text, location: { file: dockerfile.file, range: value.range } }];
    });
  });
}

/** What a stage has by hand of a kind, when all that it has of the kind is of another version. */
function findDrift({ kinds, value }: NamedVersion, stage: StageStack, stack: StackReport): Component | undefined {
  const found = stage.final.components.filter(({ kind }) => kinds.includes(kind));
  if (found.some(({ version }) => isSameRelease(knownVersion(version) ?? value, value))) return undefined;
  // Builds of a day have names of their own.
  return found.find((item) => item.certainty !== 'assumed' && isDotted(knownVersion(item.version) ?? '') && isWrittenByHand(item, stage, stack));
}

function isWrittenByHand({ via, where }: Component, stage: StageStack, { dockerfile }: StackReport): boolean {
  if (where.file !== dockerfile.file || via === 'copy') return false;
  if (via === 'base-image') {
    const { reference } = rootStage(stage).base;
    return rootStage(stage) === stage && reference.pieces.every(({ use }) => use === undefined);
  }
  return !dockerfile.text.slice(where.range.start, where.range.end).includes('$');
}
