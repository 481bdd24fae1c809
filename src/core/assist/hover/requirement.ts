import { cudaOfTorch, frameworkChecked, onnxruntimeRelease, tensorflowRelease, torchComputeCapabilities, torchRelease, torchTensorRTRelease } from '../../facts/frameworks';
import type { Evidence } from '../../facts/evidence';
import { cudaMajorOfTensorRTPip, parseTensorRTPipPackage, tensorRTPipFacts } from '../../facts/tensorrt-pip';
import { readRequirements } from '../../requirements/read';
import { formatMessage } from '../../engine/message';
import type { PipRequirement } from '../../shell/installers/model';
import { cudaOfPipTag } from '../../version/cuda';
import { parsePep440 } from '../../version/pep440';
import type { Card } from '../card';

const TEXT = {
  cuda: 'CUDA',
  cudnn: 'cuDNN',
  tensorrt: 'TensorRT',
  python: 'Python',
  torch: 'PyTorch',
  capabilities: 'Compute capabilities',
  wheels: 'Wheels for CUDA',
  driver: 'Driver',
  driverValue: '{driver} or newer',
  onPypi: '{cuda}, on PyPI',
} as const;

type Rows = (readonly [string, string])[];

/** A requirement of pip whose wheel brings or needs CUDA; undefined for others and where nothing is known of its version. */
export function describeRequirement({ name, specifier, range }: PipRequirement): Card | undefined {
  const version = /^===?\s*([\w.+!-]+)$/.exec(specifier)?.[1];
  const described = describe(name, version);
  return described === undefined || described.rows.length === 0 ? undefined : { range, title: `${name}${specifier}`, notes: [], ...described };
}

/** The requirement at `offset` (UTF-16 code units) of a requirements file; undefined as for `describeRequirement`, and in its options and comments. */
export function describeRequirementAt(text: string, offset: number): Card | undefined {
  const requirement = readRequirements('', text).requirements.find(({ range }) => range.start <= offset && offset <= range.end);
  return requirement && describeRequirement(requirement);
}

interface Described {
  readonly rows: Rows;
  readonly notes?: readonly string[];
  readonly sources: readonly Evidence[];
}

function describe(name: string, version: string | undefined): Described | undefined {
  if (parseTensorRTPipPackage(name) !== undefined) return describeTensorRT(name, version);
  if (version === undefined) return undefined;
  switch (name) {
    case 'torch':
      return describeTorch(version);
    case 'tensorflow':
    case 'tensorflow-gpu':
      return describeTensorFlow(version);
    case 'onnxruntime-gpu':
      return describeOnnxRuntime(version);
    case 'torch-tensorrt':
      return describeTorchTensorRT(version);
    default:
      return undefined;
  }
}

function describeTorch(version: string): Described | undefined {
  const release = torchRelease(version);
  const cuda = cudaOfTorch(version);
  if (release === undefined || cuda === undefined) return undefined;
  const local = parsePep440(version)?.local;
  const rows: Rows = [[TEXT.cuda, local === undefined || cudaOfPipTag(local) === undefined ? formatMessage(TEXT.onPypi, { cuda }) : cuda]];
  const cudnn = release.cudnn.get(cuda);
  if (cudnn !== undefined) rows.push([TEXT.cudnn, cudnn]);
  if (release.cuda.length > 0) rows.push([TEXT.wheels, release.cuda.join(', ')]);
  if (release.python !== undefined) rows.push([TEXT.python, release.python.join(', ')]);
  const capabilities = torchComputeCapabilities(version, cuda);
  if (capabilities !== undefined) rows.push([TEXT.capabilities, capabilities.join(', ')]);
  return { rows, sources: [{ fact: '', source: release.source, checked: release.checked }] };
}

function describeTensorFlow(version: string): Described | undefined {
  const release = tensorflowRelease(version);
  if (release === undefined) return undefined;
  const rows: Rows = [
    [TEXT.cuda, release.cuda],
    [TEXT.cudnn, release.cudnn],
  ];
  if (release.tensorrt !== null) rows.push([TEXT.tensorrt, release.tensorrt]);
  if (release.python !== null) rows.push([TEXT.python, release.python.join(', ')]);
  if (release.minDriver !== null) rows.push([TEXT.driver, formatMessage(TEXT.driverValue, { driver: release.minDriver })]);
  return { rows, sources: [{ fact: '', source: release.source, checked: frameworkChecked('tensorflow') }] };
}

function describeOnnxRuntime(version: string): Described | undefined {
  const build = onnxruntimeRelease(version);
  if (build === undefined) return undefined;
  const rows: Rows = [[TEXT.cuda, build.cuda]];
  if (build.cudnn !== null) rows.push([TEXT.cudnn, build.cudnn]);
  if (build.tensorrt !== null) rows.push([TEXT.tensorrt, build.tensorrt]);
  return { rows, sources: [{ fact: '', source: build.source, checked: frameworkChecked('onnxruntime') }] };
}

function describeTorchTensorRT(version: string): Described | undefined {
  const release = torchTensorRTRelease(version);
  if (release === undefined) return undefined;
  const rows: Rows = [];
  if (release.torch !== null) rows.push([TEXT.torch, release.torch]);
  if (release.cuda !== null) rows.push([TEXT.cuda, release.cuda]);
  if (release.tensorrt !== null) rows.push([TEXT.tensorrt, release.tensorrt]);
  return { rows, sources: [{ fact: '', source: release.source, checked: frameworkChecked('torch-tensorrt') }] };
}

function describeTensorRT(name: string, version: string | undefined): Described {
  const cuda = cudaMajorOfTensorRTPip(name, version);
  const facts = tensorRTPipFacts(name, 'contents', version);
  return {
    rows: cuda === undefined ? [] : [[TEXT.cuda, cuda.value]],
    notes: facts.map(({ evidence }) => evidence.fact),
    sources: [...(cuda === undefined ? [] : [cuda.evidence]), ...facts.map(({ evidence }) => evidence)],
  };
}
