import type { Evidence } from '../../facts/evidence';
import { otherFrameworks } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { stageCuda } from '../../stack/query';
import { cudaOfPipTag, isCudaCompatible } from '../../version/cuda';
import { firstParts, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Fix } from '../model';
import { listKeptPipUses, locateRequirement, renameRequirement, severityFor, type PipUse } from '../support/pip-installs';

export const rule = defineRule({
  id: 'framework-cuda-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'A package that is built for one CUDA, and loads it from the system, in a stage with another.',
  messages: {
    mismatch: '{requirement} is built for CUDA {built} and loads it from the system; this stage has CUDA {cuda}: `{soname}: cannot open shared object file`.',
  },
  docs: {
    what: 'CuPy, MXNet, PaddlePaddle or jaxlib is installed in the build for another CUDA version than the stage has: `cupy-cuda11x` on CUDA 12, `mxnet-cu100` on 10.1, `jaxlib==…+cuda11.cudnn86` on CUDA 12.',
    why: 'These packages name the CUDA that they were built for and bring none of it. They look for its libraries by version, [`libcudart.so.10.0`](https://github.com/apache/mxnet/issues/14514) or [`libnvrtc.so.13`](https://github.com/cupy/cupy/issues/9318), and fail at import or at the first call.',
    instead: 'Install the package for the CUDA of the stage, or start from an image with the CUDA of the package.',
    silent: 'Wheels of NVIDIA or conda bring CUDA, or the stage’s CUDA is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'CuPy for CUDA 11 on CUDA 12',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «cupy-cuda11x» numpy\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install cupy-cuda12x numpy\n',
    },
    {
      kind: 'bad',
      title: 'MXNet needs the very minor version',
      text: 'FROM nvidia/cuda:10.1-cudnn7-runtime-ubuntu18.04\nRUN pip3 install «mxnet-cu100==1.6.0»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:10.1-cudnn7-runtime-ubuntu18.04\nRUN pip3 install mxnet-cu101==1.6.0\n',
    },
    {
      kind: 'bad',
      title: 'the CUDA in the version',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «jaxlib==0.4.14+cuda11.cudnn86» -f https://storage.googleapis.com/jax-releases/jax_cuda_releases.html\n',
      messageId: 'mismatch',
    },
    {
      kind: 'bad',
      title: 'the CUDA in a post-release',
      text: 'FROM nvidia/cuda:12.0.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «paddlepaddle-gpu==2.5.2.post117» -f https://www.paddlepaddle.org.cn/whl/linux/mkl/avx/stable.html\n',
      messageId: 'mismatch',
    },
    {
      kind: 'good',
      title: 'an old PaddlePaddle, which names CUDA 10.0 and cuDNN 7',
      text: 'FROM nvidia/cuda:10.0-cudnn7-runtime-ubuntu18.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install paddlepaddle-gpu==1.5.1.post107\n',
    },
    {
      kind: 'bad',
      title: 'an old PaddlePaddle for CUDA 9',
      text: 'FROM nvidia/cuda:10.0-cudnn7-runtime-ubuntu18.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «paddlepaddle-gpu==1.8.5.post97»\n',
      messageId: 'mismatch',
    },
    {
      kind: 'bad',
      title: 'a version that MXNet has for no newer CUDA',
      text: 'FROM nvidia/cuda:11.2.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «mxnet-cu101==1.6.0.post0»\n',
      messageId: 'mismatch',
    },
    {
      kind: 'good',
      title: 'the build for this CUDA',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install cupy-cuda12x\n',
    },
    {
      kind: 'good',
      title: 'another minor version from CUDA 11 on',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install paddlepaddle-gpu==2.4.2.post112 -f https://www.paddlepaddle.org.cn/whl/linux/mkl/avx/stable.html\n',
    },
    {
      kind: 'good',
      title: 'an extra that brings CUDA',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "jax[cuda12]"\n',
    },
    {
      kind: 'good',
      title: 'wheels of NVIDIA beside it',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install cupy-cuda11x nvidia-cuda-nvrtc-cu11 nvidia-cuda-runtime-cu11\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const built = builtFor(use);
      const cuda = built === undefined ? undefined : stageCuda(use.before);
      if (built === undefined || cuda === undefined || isCudaCompatible(built.cuda, cuda.version) !== false || bringsCuda(use)) continue;
      report({
        messageId: 'mismatch',
        severity: severityFor(use, cuda.component.certainty === 'assumed' ? 'warning' : 'error'),
        data: { requirement: use.requirement.text.value.trim(), built: built.cuda, cuda: cuda.version, soname: built.soname },
        location: locateRequirement(use),
        evidence: [built.evidence],
        related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
        fixes: sameForStage(use, cuda.version),
      });
    }
  },
});

/** What a package says of the CUDA that it loads. */
interface Built {
  readonly cuda: string;
  /** The library that is missed first. */
  readonly soname: string;
  readonly evidence: Evidence;
}

const EVIDENCE: Readonly<Record<'cupy' | 'mxnet' | 'paddle' | 'oldPaddle' | 'jax', Evidence>> = {
  cupy: { fact: msg`A CuPy wheel loads the CUDA libraries of the version in its name from the system.`, source: 'https://github.com/cupy/cupy/issues/9318', checked: '2026-11-20' },
  mxnet: { fact: msg`An MXNet wheel loads the CUDA libraries of the version in its name from the system.`, source: 'https://github.com/apache/mxnet/issues/14514', checked: '2026-11-20' },
  paddle: { fact: msg`PaddlePaddle loads the CUDA libraries that it was built for from the system.`, source: 'https://github.com/PaddlePaddle/PaddleOCR/issues/10078', checked: '2026-11-20' },
  oldPaddle: { fact: msg`PaddlePaddle 1 is built for the majors of CUDA and cuDNN behind post: post97 for CUDA 9.0, post107 for CUDA 10.0.`, source: 'https://github.com/PaddlePaddle/docs/pull/1066', checked: '2026-11-21' },
  jax: { fact: msg`A jaxlib wheel with CUDA in its version loads CUDA and cuDNN from the system.`, source: 'https://github.com/jax-ml/jax/blob/jax-v0.4.14/setup.py', checked: '2026-11-20' },
};

function builtFor({ requirement }: PipUse): Built | undefined {
  const { name, extras, specifier, wheel } = requirement;
  const version = wheel?.version ?? exactVersionOf(specifier);
  const cupy = /^cupy-cuda(\d+)(x?)$/.exec(name);
  if (cupy !== null) {
    const cuda = cupy[2] === 'x' ? cupy[1] : cudaOfPipTag(`cu${cupy[1] ?? ''}`);
    return cuda === undefined ? undefined : { cuda, soname: nvrtcOf(cuda), evidence: EVIDENCE.cupy };
  }
  const mxnet = /^mxnet-cu(\d+)(?:mkl)?$/.exec(name)?.[1];
  if (mxnet !== undefined) return withCuda(`cu${mxnet}`, EVIDENCE.mxnet);
  if (name === 'paddlepaddle-gpu') {
    const post = /\.post(\d{2,3})$/.exec(version ?? '')?.[1];
    if (post === undefined) return undefined;
    // Up to 1.8 the number was the major of CUDA and that of cuDNN: post97, post107.
    const old = /^[01]\./.test(version ?? '') ? `${post.slice(0, -1)}.0` : undefined;
    return old === undefined ? withCuda(`cu${post}`, EVIDENCE.paddle) : { cuda: old, soname: cudartOf(old), evidence: EVIDENCE.oldPaddle };
  }
  if (name === 'jaxlib') {
    const tag = /^cuda(\d+)/.exec(parsePep440(version ?? '')?.local ?? '')?.[1];
    return tag === undefined ? undefined : withCuda(`cu${tag}`, EVIDENCE.jax);
  }
  // `cuda12_local` and the extras with a cuDNN in their names use what is there; the others bring wheels.
  const local = name === 'jax' ? extras.map((extra) => /^cuda(\d\d)[-_](?:local|cudnn\d+)$/.exec(extra)?.[1]).find((one) => one !== undefined) : undefined;
  return local === undefined ? undefined : withCuda(`cu${local}`, EVIDENCE.jax);
}

function withCuda(tag: string, evidence: Evidence): Built | undefined {
  const cuda = cudaOfPipTag(tag);
  return cuda === undefined ? undefined : { cuda, soname: cudartOf(cuda), evidence };
}

function cudartOf(cuda: string): string {
  const major = majorOf(cuda) ?? 0;
  return `libcudart.so.${major >= 12 ? String(major) : major === 11 ? '11.0' : cuda}`;
}

function nvrtcOf(cuda: string): string {
  const major = majorOf(cuda) ?? 0;
  return `libnvrtc.so.${major >= 12 ? String(major) : major === 11 && cuda !== '11.0' && cuda !== '11.1' ? '11.2' : cuda}`;
}

/** Wheels or conda bring the CUDA libraries into the same environment. */
function bringsCuda({ stage, action }: PipUse): boolean {
  if (stage.final.components.some(({ kind, via }) => (via === 'pip' || via === 'conda') && (kind === 'cudart' || kind === 'cublas' || kind === 'torch'))) return true;
  return action.requirements.some(({ name }) => /^nvidia-(?:cuda|cublas|cudnn)-/.test(name)) || action.requirementFiles.some(({ found }) => !found) || stage.final.components.some(({ kind }) => kind === 'conda');
}

/** The same package for the stage's CUDA, where its versions have one. */
function sameForStage({ requirement }: PipUse, cuda: string): readonly Fix[] {
  const framework = requirement.name.startsWith('cupy-') ? 'cupy' : requirement.name.startsWith('mxnet-') ? 'mxnet' : undefined;
  if (framework === undefined) return [];
  const exact = exactVersionOf(requirement.specifier);
  const [major = '', minor = ''] = cuda.split('.');
  const wanted = framework === 'mxnet' ? [`mxnet-cu${major}${minor}`] : [`cupy-cuda${major}x`, `cupy-cuda${major}${minor}`];
  // CuPy builds for the same versions of CUDA through a whole major, MXNet through a minor version.
  const series = (version: string): string | undefined => (framework === 'cupy' ? firstParts(version, 1) : majorMinorOf(version));
  const rows = otherFrameworks(framework).filter(({ version }) => exact === undefined || series(version) === series(exact));
  const row = rows.findLast(({ package: packages }) => Array.isArray(packages) && wanted.some((name) => packages.includes(name)));
  const name = row === undefined || typeof row.package === 'string' ? undefined : wanted.find((one) => row.package.includes(one));
  const edit = name === undefined ? undefined : renameRequirement(requirement, name);
  return edit === undefined || name === undefined ? [] : [{ title: msg`Install ${name}`, safe: false, edits: [edit] }];
}
