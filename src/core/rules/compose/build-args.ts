import type { BuildArgument } from '../../build/model';
import { locateData } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { defineComposeRule, type Fix } from '../model';

/** Arguments that decide which CUDA, TensorRT, framework or Python an image has. */
const DECISIVE = /cuda|cudnn|tensorrt|(?:^|_)trt|torch|tensorflow|(?:^|_)tf_|nccl|python|ubuntu|base|l4t|jetpack|onnx|triton|driver/i;
/** Handed to a build without being declared (BuildKit, docs of ARG). */
const PREDEFINED = /^(?:https?_proxy|ftp_proxy|no_proxy|all_proxy|buildkit_\w+|source_date_epoch|docker_\w+|compose_\w+)$/i;

export const rule = defineComposeRule({
  id: 'compose-build-args',
  severity: 'warning',
  summary: 'A build argument does not reach the Dockerfile as it is meant.',
  messages: {
    undeclared: 'The Dockerfile declares no ARG {name}: the build drops the value and takes its own.',
    number: 'Without quotes {written} is a number: the build is given {given}.',
  },
  docs: {
    what: 'A service hands its build an argument for a version or a base image that no `ARG` of the Dockerfile declares, or a version such as `3.10` without quotes.',
    why: 'An argument that nobody declares is [dropped](https://docs.docker.com/reference/dockerfile/#arg): the image is built with other versions than the file says. An unquoted `3.10` is [the number 3.1](https://yaml.org/spec/1.2.2/#10214-floating-point). What the arguments bring about in the Dockerfile (a tag that does not exist, a TensorRT for another CUDA) is reported by the rules on Dockerfiles, here, at the argument.',
    instead: 'The name that the Dockerfile declares; versions in quotes.',
    silent: 'The Dockerfile cannot be read, or the argument is one that says nothing of versions.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'another name',
      text: 'services:\n  app:\n    build:\n      context: .\n      args:\n        «CUDA»: "12.4.1"\n    gpus: all\n',
      context: { Dockerfile: 'ARG CUDA_VERSION=12.2.2\nFROM nvidia/cuda:${CUDA_VERSION}-base-ubuntu22.04\n' },
      messageId: 'undeclared',
    },
    {
      kind: 'bad',
      title: 'a version that ends in zero',
      text: 'services:\n  app:\n    build:\n      context: .\n      args:\n        PYTHON_VERSION: «3.10»\n',
      context: { Dockerfile: 'ARG PYTHON_VERSION=3.9\nFROM ubuntu:22.04\nARG PYTHON_VERSION\nRUN echo $PYTHON_VERSION\n' },
      messageId: 'number',
      fixed: 'services:\n  app:\n    build:\n      context: .\n      args:\n        PYTHON_VERSION: "3.10"\n',
    },
    {
      kind: 'good',
      title: 'declared, in quotes',
      text: 'services:\n  app:\n    build:\n      context: .\n      args:\n        CUDA_VERSION: "12.4.1"\n        HTTP_PROXY: http://proxy:3128\n    gpus: all\n',
      context: { Dockerfile: 'ARG CUDA_VERSION=12.2.2\nFROM nvidia/cuda:${CUDA_VERSION}-base-ubuntu22.04\n' },
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      const built = imageOf(service)?.built;
      const declared = built && listDeclared(built.stack);
      for (const argument of service.build?.args ?? []) {
        const { name, value, node, location } = argument;
        if (!DECISIVE.test(name) || PREDEFINED.test(name)) continue;
        if (declared !== undefined && !declared.has(name)) {
          const range = { start: location.range.start, end: location.range.start + name.length };
          report({ messageId: 'undeclared', data: { name }, location: { file: location.file, range }, evidence: containerFacts('args-unconsumed') });
        }
        if (node === undefined || value === undefined || !isShortened(argument)) continue;
        const fixes: readonly Fix[] = [{ title: msg`Put it in quotes`, safe: true, edits: [{ ...locateData(node), newText: `"${node.raw}"` }] }];
        report({ messageId: 'number', data: { written: node.raw, given: value.value }, location: locateData(node), evidence: containerFacts('args-numbers'), fixes });
      }
    }
  },
});

/** A number that loses its last zero. */
function isShortened({ node, value }: BuildArgument): boolean {
  return node?.type === 'number' && value !== undefined && value.value !== node.raw && /^\d+\.\d*0$/.test(node.raw);
}

function listDeclared({ dockerfile }: StackReport): ReadonlySet<string> {
  const instructions = [...dockerfile.globals, ...dockerfile.stages.flatMap((stage) => stage.instructions)];
  return new Set(instructions.flatMap((instruction) => (instruction.kind === 'arg' ? instruction.declarations.map(({ name }) => name) : [])));
}
