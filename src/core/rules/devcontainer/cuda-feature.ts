import { findScalar, locateData, type Data, type Scalar } from '../../data/model';
import { aptBuilds, evidenceOfBuild, isInNetworkRepository } from '../../facts/apt-builds';
import { containerFacts } from '../../facts/container-facts';
import type { Evidence } from '../../facts/evidence';
import { joinAll, msg } from '../../l10n/message';
import { compareDotted } from '../../version/dotted';
import { defineDevcontainerRule, type Fix } from '../model';
import { findGpuImage } from '../support/gpu-image';
import { isCudaFeature } from './wiring';

/** Versions of the feature's list of proposals; newer ones are in the repository all the same. */
const OLDEST_CUDA = '11.2';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-cuda-feature',
  severity: 'error',
  summary: 'The feature nvidia-cuda is given versions that do not go together, or lies over an image with CUDA.',
  messages: {
    cudnn: 'cuDNN {cudnn} was published for CUDA {known}, and not for {cuda}: the feature stops with `Version \'{cudnn}-1+cuda{cuda}\' for \'libcudnn8\' was not found`.',
    distribution: 'The feature refuses CUDA below 11.7 on this image: `Unsupported distribution version \'{codename}\' for CUDA < 11.7`.',
    old: 'The feature’s repository has no CUDA {cuda}: it begins with 11.2, `The requested version of CUDA is not available`.',
    doubled: '{image} has CUDA: the feature installs a second one, {cuda}, beside it.',
  },
  docs: {
    what: 'The feature `nvidia-cuda` is given a `cudnnVersion` that was not published for its `cudaVersion`, or a CUDA that it cannot install, or is added to an image with CUDA.',
    why: 'The feature asks apt for [`libcudnn8=<cudnnVersion>-1+cuda<cudaVersion>`](https://github.com/devcontainers/features/blob/765e8ebd/src/nvidia-cuda/install.sh); each cuDNN 8 was built for one CUDA 11 and one CUDA 12 alone. The build of the dev container stops.',
    instead: 'The CUDA that this cuDNN was built for, or `"cudnnVersion": "automatic"` with version 2 of the feature.',
    silent: 'The tables have no build of that cuDNN, it is cuDNN 9 (whose packages go by the major version of CUDA), or the version comes from a variable.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a cuDNN of another CUDA',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": {\n      "cudaVersion": "12.1",\n      "cudnnVersion": "«8.9.5.29»",\n      "installCudnn": true\n    }\n  }\n}\n',
      messageId: 'cudnn',
      fixed: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": {\n      "cudaVersion": "12.2",\n      "cudnnVersion": "8.9.5.29",\n      "installCudnn": true\n    }\n  }\n}\n',
    },
    {
      kind: 'bad',
      title: 'CUDA 11.2 on Ubuntu 22.04',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": { "cudaVersion": "«11.2»" }\n  }\n}\n',
      messageId: 'distribution',
    },
    {
      kind: 'bad',
      title: 'before the repository begins',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-20.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": { "cudaVersion": "«10.2»" }\n  }\n}\n',
      messageId: 'old',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'over a CUDA image',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "«ghcr.io/devcontainers/features/nvidia-cuda:1»": { "cudaVersion": "12.5" }\n  }\n}\n',
      messageId: 'doubled',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'a pair that was published',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": { "cudaVersion": "11.8", "cudnnVersion": "8.6.0.163", "installCudnn": true },\n  }\n}\n',
    },
    {
      kind: 'good',
      title: 'chosen by the feature',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": { "ghcr.io/devcontainers/features/nvidia-cuda:2": { "cudaVersion": "12.1", "cudnnVersion": "automatic", "installCudnn": true } }\n}\n',
    },
  ],
  check({ devcontainer, image, report }) {
    for (const { id, entry } of devcontainer.features) {
      if (!isCudaFeature(id)) continue;
      const options = entry.value;
      const cuda = findScalar(options, 'cudaVersion');
      const version = cuda?.text.known === true && /^\d+\.\d+$/.test(cuda.text.value) ? cuda.text.value : undefined;
      const gpu = findGpuImage(image);
      if (gpu !== undefined && gpu.image.components.some(({ kind }) => kind === 'cuda')) {
        report({ messageId: 'doubled', severity: 'warning', data: { image: gpu.name, cuda: version ?? msg`that of its default` }, location: { file: entry.file, range: entry.keyRange }, evidence: containerFacts('cuda-feature-cuda') });
      }
      if (cuda === undefined || version === undefined) continue;
      const codename = findCodename(devcontainer.image?.text.value);
      const location = cuda.text.locate() ?? locateData(cuda);
      if (compareDotted(version, OLDEST_CUDA) < 0) report({ messageId: 'old', severity: 'warning', data: { cuda: version }, location, evidence: containerFacts('cuda-feature-cuda') });
      else if (codename !== undefined && compareDotted(version, '11.7') < 0) report({ messageId: 'distribution', data: { codename }, location, evidence: containerFacts('cuda-feature-distribution') });
      const wrong = findWrongCudnn(options, version);
      if (wrong === undefined) continue;
      const edits = wrong.known.flatMap((known) => cuda.text.edit(0, cuda.text.value.length, known) ?? []);
      const fixes = edits.map((edit): Fix => ({ title: msg`Use CUDA ${edit.newText}`, safe: false, edits: [edit] }));
      report({
        messageId: 'cudnn',
        data: { cudnn: wrong.cudnn.text.value, cuda: version, known: joinAll(wrong.known) },
        location: wrong.cudnn.text.locate() ?? locateData(wrong.cudnn),
        evidence: [...containerFacts('cuda-feature-cudnn'), ...wrong.evidence],
        related: [{ location, message: msg`The CUDA that it is asked for.` }],
        fixes,
      });
    }
  },
});

/** The codename of an image of the dev container project on which the feature refuses old CUDA. */
function findCodename(image: string | undefined): string | undefined {
  const tag = /^mcr\.microsoft\.com\/(?:vscode\/)?devcontainers\/[\w-]+:([\w.-]+)$/.exec(image ?? '')?.[1] ?? '';
  if (/(?:^|-)(?:jammy|ubuntu-?22\.04)$/.test(tag)) return 'jammy';
  return /(?:^|-)(?:bookworm|debian-?12)$/.test(tag) ? 'bookworm' : undefined;
}

interface WrongCudnn {
  readonly cudnn: Scalar;
  /** The CUDAs that it was built for, the nearest first. */
  readonly known: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** A cuDNN 8 whose builds are known and are all for other CUDAs. */
function findWrongCudnn(options: Data, cuda: string): WrongCudnn | undefined {
  const cudnn = findScalar(options, 'cudnnVersion');
  const installs = ['installCudnn', 'installCudnnDev'].some((key) => findScalar(options, key)?.text.value === 'true');
  if (cudnn === undefined || !installs || !/^8(?:\.\d+){3}$/.test(cudnn.text.value)) return undefined;
  const builds = aptBuilds({ package: 'libcudnn8', version: `${cudnn.text.value}-1+cuda*` }).filter(isInNetworkRepository);
  const known = [...new Set(builds.flatMap(({ version }) => /\+cuda(\d+\.\d+)$/.exec(version)?.[1] ?? []))];
  if (known.length === 0 || known.includes(cuda)) return undefined;
  const sameMajor = (version: string): number => (version.split('.')[0] === cuda.split('.')[0] ? 0 : 1);
  const sorted = known.sort((a, b) => sameMajor(a) - sameMajor(b) || compareDotted(b, a));
  const [first] = builds;
  return { cudnn, known: sorted, evidence: first === undefined ? [] : [evidenceOfBuild(first, 'libcudnn8')] };
}
