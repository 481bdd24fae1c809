import { cudaOfTorch, frameworkChecked, onnxruntimeRelease, tensorflowWheel, torchComputeCapabilities, torchRelease, torchTensorRTRelease } from '../../facts/frameworks';
import { cudaMajorOfTensorRTPip, parseTensorRTPipPackage, tensorRTPipFacts } from '../../facts/tensorrt-pip';
import { readRequirements } from '../../requirements/read';
import { msg, type Text } from '../../l10n/message';
import type { PipRequirement } from '../../shell/installers/model';
import { cudaOfPipTag } from '../../version/cuda';
import { parsePep440 } from '../../version/pep440';
import type { Card, Row, Source } from '../card';

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
  readonly rows: readonly Row[];
  readonly notes?: readonly Text[];
  readonly sources: readonly Source[];
}

function describe(name: string, version: string | undefined): Described | undefined {
  if (parseTensorRTPipPackage(name) !== undefined) return describeTensorRT(name, version);
  if (version === undefined) return undefined;
  switch (name) {
    case 'torch':
      return describeTorch(version);
    case 'tensorflow':
    case 'tensorflow-gpu':
      return describeTensorFlow(name, version);
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
  const rows: Row[] = [['CUDA', local === undefined || cudaOfPipTag(local) === undefined ? msg`${cuda}, on PyPI` : cuda]];
  const cudnn = release.cudnn.get(cuda);
  if (cudnn !== undefined) rows.push(['cuDNN', cudnn]);
  if (release.cuda.length > 0) rows.push([msg`Wheels for CUDA`, release.cuda.join(', ')]);
  if (release.python !== undefined) rows.push(['Python', release.python.join(', ')]);
  const capabilities = torchComputeCapabilities(version, cuda);
  if (capabilities !== undefined) rows.push([msg`Compute capabilities`, capabilities.join(', ')]);
  return { rows, sources: [{ source: release.source, checked: release.checked }] };
}

function describeTensorFlow(name: string, version: string): Described | undefined {
  const release = tensorflowWheel(name, version);
  if (release === undefined) return undefined;
  const rows: Row[] = [
    ['CUDA', release.cuda],
    ['cuDNN', release.cudnn],
  ];
  if (release.tensorrt !== null) rows.push(['TensorRT', release.tensorrt]);
  if (release.python !== null) rows.push(['Python', release.python.join(', ')]);
  if (release.minDriver !== null) rows.push([msg`Driver`, msg`${release.minDriver} or newer`]);
  return { rows, sources: [{ source: release.source, checked: frameworkChecked('tensorflow') }] };
}

function describeOnnxRuntime(version: string): Described | undefined {
  const build = onnxruntimeRelease(version);
  if (build === undefined) return undefined;
  const rows: Row[] = [['CUDA', build.cuda]];
  if (build.cudnn !== null) rows.push(['cuDNN', build.cudnn]);
  if (build.tensorrt !== null) rows.push(['TensorRT', build.tensorrt]);
  return { rows, sources: [{ source: build.source, checked: frameworkChecked('onnxruntime') }] };
}

function describeTorchTensorRT(version: string): Described | undefined {
  const release = torchTensorRTRelease(version);
  if (release === undefined) return undefined;
  const rows: Row[] = [];
  if (release.torch !== null) rows.push(['PyTorch', release.torch]);
  if (release.cuda !== null) rows.push(['CUDA', release.cuda]);
  if (release.tensorrt !== null) rows.push(['TensorRT', release.tensorrt]);
  return { rows, sources: [{ source: release.source, checked: frameworkChecked('torch-tensorrt') }] };
}

function describeTensorRT(name: string, version: string | undefined): Described {
  const cuda = cudaMajorOfTensorRTPip(name, version);
  const facts = tensorRTPipFacts(name, 'contents', version);
  return {
    rows: cuda === undefined ? [] : [['CUDA', cuda.value]],
    notes: facts.map(({ evidence }) => evidence.fact),
    sources: [...(cuda === undefined ? [] : [cuda.evidence]), ...facts.map(({ evidence }) => evidence)],
  };
}
