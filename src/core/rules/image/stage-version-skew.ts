import type { Evidence } from '../../facts/evidence';
import type { CopyInstruction, Word } from '../../dockerfile/model';
import type { DecodedImage } from '../../image/model';
import { ngcReleases } from '../../facts/ngc-images';
import { msg } from '../../l10n/message';
import type { Component, ComponentKind, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf, rootUse } from '../support/absence';
import { copyOrigin, originPath, type CopyOrigin } from '../support/copy-origin';
import { findPart, locatePart, retag } from '../support/image-uses';

type MessageId = 'stub' | 'triton' | 'library';

const STUB_OF_RELEASE: Evidence = {
  fact: msg`The stub of Triton’s Python backend works only with the release that it was built from.`,
  source: 'https://github.com/triton-inference-server/server/issues/3847',
  checked: '2026-11-20',
};

const SAME_MAJOR: Evidence = {
  fact: msg`A program asks the loader for the major version of cuDNN, TensorRT and the CUDA runtime that it was linked with.`,
  source: 'https://github.com/PaddlePaddle/Paddle/issues/10764',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'image-stage-version-skew',
  family: 'image',
  severity: 'warning',
  summary: 'What one stage compiles is copied to a stage with another major version of a library that it links, or another Triton release.',
  messages: {
    stub: 'This stub is from Triton {built}, the server here is {loaded}: `Failed to initialize stub`.',
    triton: '{path} is from Triton {built}, the server here is {loaded}; a backend fits the release that it was built for.',
    library: '{path} is compiled in a stage with {library} {built}, and this stage has {library} {loaded}: `{soname}: cannot open shared object file`, or a refusal for the version.',
  },
  docs: {
    what: '`COPY --from` brings what a stage has compiled into a stage whose cuDNN, TensorRT or CUDA has another major version, or parts of one Triton release into another.',
    why: 'The compiled file names the major version of each library that it needs (`libcudnn.so.8`). In an image with another one it does not load, and a link under the wanted name [only moves the failure](https://github.com/PaddlePaddle/Paddle/issues/10764). Triton’s parts [speak a protocol that changes with the release](https://github.com/triton-inference-server/server/issues/3847).',
    instead: 'Build and run on the same version: one ARG for both FROM lines.',
    silent: 'Nothing is compiled in the first stage, the second has the library in both versions, or what is copied brings its own libraries.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'compiled with cuDNN 7, run with cuDNN 5',
      text: 'FROM nvidia/cuda:8.0-cudnn7-devel-ubuntu16.04 AS build\nRUN make -C /paddle wheel\nFROM nvidia/cuda:8.0-cudnn5-runtime-ubuntu16.04\nCOPY --from=build «/paddle/dist/paddlepaddle_gpu.whl» /tmp/\nRUN pip install /tmp/paddlepaddle_gpu.whl\n',
      messageId: 'library',
    },
    {
      kind: 'bad',
      title: 'compiled with CUDA 12, run with CUDA 11',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nWORKDIR /src\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86 . && cmake --build build\nFROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nCOPY --from=build «/src/build/server» /usr/local/bin/server\n',
      messageId: 'library',
    },
    {
      kind: 'bad',
      title: 'the stub of another Triton release',
      text: 'FROM nvcr.io/nvidia/tritonserver:21.10-py3 AS stub\nRUN cd /opt/python_backend/build && make triton-python-backend-stub\nFROM nvcr.io/nvidia/tritonserver:21.12-py3\nCOPY --from=stub «/opt/python_backend/build/triton_python_backend_stub» /models/m/triton_python_backend_stub\n',
      messageId: 'stub',
      severity: 'error',
      fixed: 'FROM nvcr.io/nvidia/tritonserver:21.12-py3 AS stub\nRUN cd /opt/python_backend/build && make triton-python-backend-stub\nFROM nvcr.io/nvidia/tritonserver:21.12-py3\nCOPY --from=stub /opt/python_backend/build/triton_python_backend_stub /models/m/triton_python_backend_stub\n',
    },
    {
      kind: 'bad',
      title: 'a backend of another Triton release',
      text: 'FROM nvcr.io/nvidia/tritonserver:24.05-py3\nCOPY --from=nvcr.io/nvidia/tritonserver:24.01-py3 «/opt/tritonserver/backends/onnxruntime» /opt/tritonserver/backends/onnxruntime\n',
      messageId: 'triton',
    },
    {
      kind: 'good',
      title: 'another minor version',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build\nRUN cmake -B /build -DWITH_CUDA=ON . && cmake --build /build\nFROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nCOPY --from=build /build/bin/app /usr/local/bin/\n',
    },
    {
      kind: 'good',
      title: 'nothing is compiled',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS fetch\nRUN curl -fsSLo /model.onnx https://example.com/model.onnx\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=fetch /model.onnx /models/\n',
    },
    {
      kind: 'good',
      title: 'one release of Triton',
      text: 'ARG RELEASE=24.05\nFROM nvcr.io/nvidia/tritonserver:${RELEASE}-py3 AS stub\nRUN make triton-python-backend-stub\nFROM nvcr.io/nvidia/tritonserver:${RELEASE}-py3\nCOPY --from=stub /build/triton_python_backend_stub /models/m/\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const { instruction } of stage.steps) {
        if (instruction.kind !== 'copy') continue;
        const origin = copyOrigin(stack, stage, instruction);
        const finding = origin === undefined ? undefined : (judgeTriton(instruction, origin, stage, stack) ?? judgeLibraries(instruction, origin, stage, stack));
        if (finding !== undefined) report(finding);
      }
    }
  },
});

const STUB = /triton_python_backend_stub$/;
const TRITON_PART = /^\/opt\/tritonserver\/(?:backends|lib|bin|caches|repoagents)(?:\/|$)|\/libtriton_\w+\.so/;

function judgeTriton({ sources }: CopyInstruction, origin: CopyOrigin, stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const built = releaseOf(origin.image);
  const loaded = releaseOf(stage.rootImage);
  if (built === undefined || loaded === undefined || built === loaded) return undefined;
  const source = sources.find(({ raw }) => STUB.test(raw) || TRITON_PART.test(originPath(raw)));
  if (source === undefined) return undefined;
  const isStub = STUB.test(source.raw);
  const from = rootUse(stack, stage);
  const part = from === undefined ? undefined : findPart(from.image, 'release');
  const server = from === undefined || part === undefined ? undefined : locatePart(from, part);
  return {
    messageId: isStub ? 'stub' : 'triton',
    severity: isStub ? 'error' : 'warning',
    data: { path: source.raw, built, loaded },
    location: { file: stack.dockerfile.file, range: source.range },
    evidence: [STUB_OF_RELEASE],
    related: server === undefined ? [] : [{ location: server, message: msg`Triton ${loaded} comes from here.` }],
    fixes: useRelease(origin, loaded, stack),
  };
}

/** The release in the tag of a Triton image; undefined for others. */
function releaseOf(image: DecodedImage | undefined): string | undefined {
  return image?.family === 'ngc-triton' ? findPart(image, 'release')?.value : undefined;
}

/** The stage that builds for it on the release of the server. */
function useRelease({ stage }: CopyOrigin, release: string, stack: StackReport): readonly Fix[] {
  const from = stage === undefined ? undefined : rootUse(stack, stage);
  const part = from === undefined ? undefined : findPart(from.image, 'release');
  const tag = from?.image.reference.tag;
  if (from === undefined || part === undefined || tag === undefined || !ngcReleases(from.image.canonical).some((row) => row.release === release)) return [];
  return retag(from, [`${tag.slice(0, part.range.start)}${release}${tag.slice(part.range.end)}`]);
}

/** Libraries in the order in which they tell most, with what proves that a stage compiles against them. */
const LIBRARIES: readonly { readonly kind: ComponentKind; readonly proof: ComponentKind; readonly name: string; readonly soname: (major: number) => string }[] = [
  { kind: 'tensorrt', proof: 'tensorrt-headers', name: 'TensorRT', soname: (major) => `libnvinfer.so.${major}` },
  { kind: 'cudnn', proof: 'cudnn-headers', name: 'cuDNN', soname: (major) => `libcudnn.so.${major}` },
  { kind: 'cuda', proof: 'nvcc', name: 'CUDA', soname: (major) => (major >= 11 ? `libcudart.so.${major === 11 ? '11.0' : major}` : 'libcudart.so') },
];

function judgeLibraries({ sources }: CopyInstruction, { stage: from }: CopyOrigin, stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const source = sources.find(isCompiled);
  if (from === undefined || source === undefined || !compiles(from) || bringsOwnLibraries(stage.final)) return undefined;
  for (const { kind, proof, name, soname } of LIBRARIES) {
    const built = onlyMajor(findComponents(from.final, kind));
    const loaded = majorsOf(findComponents(stage.final, kind));
    const [other] = loaded;
    if (built === undefined || other === undefined || loaded.some(({ major }) => major === undefined || major === built.major)) continue;
    if (findComponents(from.final, proof).length === 0 && kind !== 'cudnn') continue;
    // Images of the base flavor are for programs that bring, or have linked in, what they need.
    if (kind === 'cuda' && stage.rootImage?.flavor === 'base') continue;
    return {
      messageId: 'library',
      data: { path: source.raw, library: name, built: String(built.major), loaded: String(other.major), soname: soname(built.major) },
      location: { file: stack.dockerfile.file, range: source.range },
      evidence: [SAME_MAJOR],
      related: [
        { location: built.component.where, message: msg`It is compiled with ${name} ${built.major} from here.` },
        { location: other.component.where, message: msg`${name} ${other.major ?? ''} comes from here.` },
      ],
    };
  }
  return undefined;
}

interface MajorOf {
  readonly component: Component;
  readonly major: number | undefined;
}

function majorsOf(components: readonly Component[]): readonly MajorOf[] {
  return components.map((component) => ({ component, major: majorOf(knownVersion(component.version) ?? '') }));
}

function onlyMajor(components: readonly Component[]): { readonly component: Component; readonly major: number } | undefined {
  const found = majorsOf(components);
  const [first] = found;
  if (first?.major === undefined || found.some(({ major }) => major !== first.major)) return undefined;
  return { component: first.component, major: first.major };
}

/** What a build leaves: a library, a wheel, a program, or a folder of such. */
function isCompiled({ raw }: Word): boolean {
  if (raw.includes('$') || /\.(?:py|json|ya?ml|txt|sh|md|toml|cfg|onnx|engine|plan|pt|pth|h|hpp|cu|cuh|c|cpp|conf|html|js|deb|gz|zip|xml|proto)$/.test(raw)) return false;
  return /\.(?:whl|so[.\d*]*|a|egg)$|(?:^|\/)(?:build|dist|bin|sbin|install|lib|lib64|out|output|target|release|wheels?)(?:\/|$|\*)/i.test(raw);
}

function compiles(stage: StageStack): boolean {
  return chainOf(stage).some(({ steps }) => steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'compile')));
}

/** Wheels of a framework have the CUDA libraries that they were built with beside them. */
function bringsOwnLibraries({ components }: StackState): boolean {
  return components.some(({ kind, via }) => (via === 'pip' || via === 'conda' || via === 'copy') && (kind === 'torch' || kind === 'tensorflow' || kind === 'cudart' || kind === 'cudnn' || kind === 'jax'));
}

