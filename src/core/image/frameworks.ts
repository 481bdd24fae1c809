import type { Evidence } from '../facts/evidence';
import { findFrameworkImage, frameworkImageEvidence, type FrameworkImage } from '../facts/framework-images';
import { imageFact } from '../facts/image-facts';
import type { Certainty, ComponentKind } from '../stack/model';
import { compareDotted } from '../version/dotted';
import { composeImage, exactFrom, imageComponent, leadingParts, splitTag, tagPart, type Decoder, type TagSegment } from './compose';
import { osComponent } from './distribution';
import type { DecodedImage, ImageAptRepository, ImageComponent, TagPart } from './model';

const VERSION = /^v?\d+\.\d+(?:\.\d+)*(?:rc\d+)?(?:\.post\d+)?$/;

/** tensorflow/tensorflow and tensorflow/serving. */
export const decodeTensorFlow: Decoder = (known) => {
  const { segments, complete } = splitTag(known.tag);
  const head = segments[0]?.start === 0 ? segments[0] : undefined;
  const version = head !== undefined && VERSION.test(head.text) ? head : undefined;
  const words = new Set(segments.map(({ text }) => text));
  const serving = known.canonical.endsWith('/serving');
  const row = complete ? findFrameworkImage(known.canonical, gpuTag(segments)) : undefined;
  const components = row === undefined ? [] : [...rowComponents(row)];
  const tensorflow = version === undefined ? undefined : version.text.split('.').length >= 3 ? version.text : leadingParts(version.text);
  if (!serving) {
    components.push(imageComponent('tensorflow', tensorflow, 'stated'));
    if (!components.some(({ kind }) => kind === 'python')) {
      const python = pythonMajor(version?.text, words, complete);
      if (python !== undefined) components.push(imageComponent('python', leadingParts(python), 'derived', imageFact('tensorflow-py3-suffix')));
    }
  }
  return composeImage(known, {
    family: 'tensorflow',
    parts: [
      ...(version === undefined ? [] : [tagPart('framework', version)]),
      ...segments.filter(({ text }) => text === 'py3').map((segment) => tagPart('python', segment)),
      ...segments.filter(({ text }) => text !== 'py3' && text !== version?.text).map((segment) => tagPart('suffix', segment)),
    ],
    components,
    packageManager: 'apt',
    libc: 'glibc',
    ...driverOf(row),
    ...(!serving && complete && version !== undefined && words.has('gpu') ? tensorflowKey(version.text, row) : undefined),
  });
};

/** -gpu images up to 2.8.0 were built before NVIDIA changed its repository key. */
function tensorflowKey(version: string, row: FrameworkImage | undefined): Partial<DecodedImage> {
  if (compareDotted(version, '2.8.1') >= 0 || !/^\d+\.\d+\.\d+$/.test(version)) return {};
  return {
    repositoryKey: 'old',
    repositoryKeyEvidence: imageFact('tensorflow-gpu-old-key'),
    aptRepositories: row === undefined || row.ubuntu === null ? [] : oldRepositories(`ubuntu${row.ubuntu.replace('.', '')}`),
  };
}

/** The tag under which the table knows an image: jupyter variants hold the same. */
function gpuTag(segments: readonly TagSegment[]): string {
  return segments
    .map(({ text }) => text)
    .filter((text) => text !== 'jupyter')
    .join('-');
}

/** 3 for a -py3 tag and for every release after 2.1; 2 for the others before. Undefined for tags without version. */
function pythonMajor(version: string | undefined, words: ReadonlySet<string>, complete: boolean): string | undefined {
  if (words.has('py3')) return '3';
  if (version === undefined || !complete) return undefined;
  if (compareDotted(version, '2.2') >= 0) return '3';
  return compareDotted(version, '2.1') < 0 ? '2' : undefined;
}

/** pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel: conda or pip PyTorch on ubuntu, for devel on nvidia/cuda. */
export const decodePyTorch: Decoder = (known) => {
  const { segments, complete } = splitTag(known.tag);
  const parts: TagPart[] = [];
  const components: ImageComponent[] = [];
  const head = segments[0]?.start === 0 && VERSION.test(segments[0].text) ? segments[0] : undefined;
  const flavor = segments.find(({ text }) => text === 'runtime' || text === 'devel');
  const cuda = segments.find(({ text }) => /^cuda\d+(?:\.\d+)?$/.test(text));
  const cudnn = segments.find(({ text }) => /^cudnn\d+$/.test(text));
  const devel = flavor?.text === 'devel';
  const base = imageFact('pytorch-runtime-base');
  if (head !== undefined) parts.push(tagPart('framework', head));
  components.push(imageComponent('torch', head === undefined ? undefined : head.text.split('.').length >= 3 ? head.text : leadingParts(head.text), 'stated'));
  components.push(imageComponent('python', undefined, 'derived'));
  if (cuda !== undefined) {
    const minor = leadingParts(cuda.text.slice('cuda'.length));
    parts.push(tagPart('cuda', cuda, 'cuda'.length));
    components.push(imageComponent('cuda', minor, 'stated'));
    if (devel) components.push(...(['cudart', 'cublas', 'nvcc', 'cuda-headers'] as const).map((kind) => imageComponent(kind, kind === 'cublas' ? undefined : minor, 'derived', base)));
  }
  if (cudnn !== undefined) {
    const major = leadingParts(cudnn.text.slice('cudnn'.length));
    parts.push(tagPart('cudnn', cudnn, 'cudnn'.length));
    components.push(imageComponent('cudnn', major, 'stated'));
    if (devel) components.push(imageComponent('cudnn-headers', major, 'derived', base));
  }
  if (flavor !== undefined) parts.push(tagPart('flavor', flavor));
  return composeImage(known, {
    family: 'pytorch',
    parts,
    flavor: flavor?.text as DecodedImage['flavor'],
    components,
    packageManager: 'apt',
    libc: 'glibc',
    ...(devel && complete && head !== undefined ? pytorchKey(head.text) : undefined),
  });
};

/** The -devel images up to 1.11.0 carry the lists of their nvidia/cuda base and its old key; before 1.7 the base is not known. */
function pytorchKey(version: string): Partial<DecodedImage> {
  if (compareDotted(version, '1.12') >= 0) return {};
  return {
    repositoryKey: 'old',
    repositoryKeyEvidence: imageFact('pytorch-devel-old-key'),
    aptRepositories: compareDotted(version, '1.7') < 0 ? [] : oldRepositories('ubuntu1804'),
  };
}

/** The repositories that images built on nvidia/cuda before the change of 2022 list. */
function oldRepositories(distro: string): readonly ImageAptRepository[] {
  return [
    { repository: 'cuda', distro, arch: 'x86_64' },
    { repository: 'machine-learning', distro, arch: 'x86_64' },
  ];
}

/** nvcr.io/nvidia/deepstream and deepstream-l4t, nvcr.io/nvidia/tensorrt-llm/release, vllm/vllm-openai: by table row. */
export const decodeByTable: Decoder = (known) => {
  const { segments, complete } = splitTag(known.tag);
  const head = segments[0]?.start === 0 && VERSION.test(segments[0].text) ? segments[0] : undefined;
  const [family, kind] = known.canonical.includes('deepstream')
    ? (['ngc-deepstream', 'deepstream'] as const)
    : known.canonical.includes('tensorrt-llm')
      ? (['ngc-tensorrt-llm', 'tensorrt-llm'] as const)
      : (['other', undefined] as const);
  const jetson = known.canonical.endsWith('-l4t');
  // The figures are those of x86; tags that run on both give others on Jetson, and sbsa tags are for Arm servers.
  const row = complete && !jetson && !/sbsa/.test(known.tag) ? findFrameworkImage(known.canonical, known.tag) : undefined;
  const components: ImageComponent[] = [];
  if (kind !== undefined) components.push(imageComponent(kind, head === undefined ? undefined : head.text.split('.').length >= 3 ? head.text : leadingParts(head.text), 'stated'));
  if (row !== undefined) components.push(...rowComponents(row, /multiarch/.test(known.tag) ? 'assumed' : undefined));
  return composeImage(known, {
    family,
    parts: [
      ...(head === undefined ? [] : [tagPart('framework', head)]),
      ...segments.filter((segment) => segment !== head).map((segment) => tagPart('suffix', segment)),
    ],
    components,
    packageManager: family === 'other' ? undefined : 'apt',
    libc: 'glibc',
    platforms: jetson ? ['linux/arm64'] : undefined,
    ...driverOf(row),
  });
};

function driverOf(row: FrameworkImage | undefined): Partial<DecodedImage> {
  return row === undefined || row.driverMin === null ? {} : { driverMin: row.driverMin, driverEvidence: frameworkImageEvidence(row) };
}

/** What a table row says; its tensorrt cell may carry a `+cuda` suffix. */
function rowComponents(row: FrameworkImage, atMost?: Certainty): readonly ImageComponent[] {
  const certainty: Certainty = atMost ?? (row.evidence === 'recipe' ? 'assumed' : 'derived');
  const evidence: Evidence = frameworkImageEvidence(row);
  const components: ImageComponent[] = [];
  const add = (kind: ComponentKind, version: string | false | null, parts: number): void => {
    if (version === null || version === false) return;
    const plain = version.replace(/\.x$/, '').replace(/\+.*$/, '');
    components.push(imageComponent(kind, exactFrom(plain, parts), certainty, evidence));
  };
  if (row.ubuntu !== null) components.push(osComponent(`ubuntu${row.ubuntu}`, certainty, evidence));
  add('python', row.python, 3);
  add('cuda', row.cuda, 3);
  add('cudnn', row.cudnn, 4);
  add('tensorrt', row.tensorrt, 4);
  return components;
}

/** mambaorg/micromamba, continuumio/miniconda3, anaconda3, condaforge images: conda, and a Python that is not known. */
export const decodeConda: Decoder = (known) => {
  const two = /2$/.test(known.canonical);
  const micromamba = known.canonical.endsWith('/micromamba');
  const components: ImageComponent[] = [imageComponent('conda', undefined, 'stated')];
  // micromamba has no Python until an environment is made.
  if (!micromamba) components.push(imageComponent('python', two ? leadingParts('2') : /3$/.test(known.canonical) ? leadingParts('3') : undefined, 'derived'));
  return composeImage(known, { family: 'other', components, libc: known.tag.includes('alpine') ? 'musl' : undefined });
};
