import { findDeepStreamRelease, frameworkImageEvidence } from '../../facts/framework-images';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import { majorOf } from '../../version/dotted';
import { defineRule, type Report } from '../model';
import { rootUse } from '../support/absence';
import { mentions } from '../support/mentions';

export const rule = defineRule({
  id: 'tensorrt-deepstream-mismatch',
  family: 'tensorrt',
  severity: 'error',
  summary: 'The DeepStream SDK is installed beside another TensorRT than it is linked with.',
  messages: {
    mismatch: 'DeepStream {version} is linked with TensorRT {wanted}, and this stage has TensorRT {present}: `error while loading shared libraries: libnvinfer.so.{wanted}`.',
  },
  docs: {
    what: 'A stage installs the DeepStream SDK, by archive or package, and its TensorRT has another major version than that release of DeepStream needs.',
    why: 'DeepStream is compiled against one TensorRT and loads `libnvinfer.so` by that major version: 4.0.2 [asks for 6](https://github.com/NVIDIA/nvidia-docker/issues/1261), 5.1 for 7, 6.x for 8, 7.1 for 10.',
    instead: 'Take a base image with that TensorRT, the DeepStream release for the one that is there, or `nvcr.io/nvidia/deepstream` itself.',
    silent: 'One of the versions is not known, or the stage has both TensorRTs.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an SDK for TensorRT 6 on an image with 7',
      text: 'FROM «nvcr.io/nvidia/pytorch:20.03-py3»\nCOPY deepstream_sdk_v4.0.2_x86_64 /root/deepstream_sdk_v4.0.2_x86_64\nRUN cd /root/deepstream_sdk_v4.0.2_x86_64 && tar -xf binaries.tbz2 -C / && ./install.sh\n',
      messageId: 'mismatch',
    },
    {
      kind: 'bad',
      title: 'the package of a release for TensorRT 8 beside TensorRT 10',
      text: 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnvinfer10=10.0.1.6-1+cuda12.4»\nCOPY deepstream-7.0_7.0.0-1_amd64.deb /tmp/\nRUN apt-get install -y /tmp/deepstream-7.0_7.0.0-1_amd64.deb\n',
      messageId: 'mismatch',
    },
    {
      kind: 'good',
      title: 'the TensorRT that it is linked with',
      text: 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\nCOPY deepstream_sdk_v7.0.0_x86_64.tbz2 deepstream-7.0_7.0.0-1_amd64.deb /tmp/\nRUN apt-get install -y /tmp/deepstream-7.0_7.0.0-1_amd64.deb\n',
    },
    {
      kind: 'good',
      title: 'files for DeepStream in its own image',
      text: 'FROM nvcr.io/nvidia/deepstream:6.3-triton-multiarch\nCOPY deepstream_app_config.txt /opt/app/\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /deepstream/i)) return;
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        const finding = judge(step, stage, stack);
        if (finding !== undefined) report(finding);
      }
    }
  },
});

const SDK = /^deepstream(?:_sdk)?[-_]v?(\d+\.\d+(?:\.\d+)?)(?![\d.]*\d)(?!.*(?:jetson|arm64|aarch64|sbsa))/i;

function judge(step: InstructionStep, stage: StageStack, stack: StackReport): Report<'mismatch'> | undefined {
  const sdk = findSdk(step, stack);
  const row = sdk === undefined ? undefined : (findDeepStreamRelease(sdk.version) ?? findDeepStreamRelease(sdk.version.replace(/\.0$/, '')));
  const wanted = typeof row?.tensorrt !== 'string' ? undefined : majorOf(row.tensorrt.replace(/\+.*/, ''));
  const present = findComponents(stage.final, 'tensorrt');
  const [first] = present;
  const versions = present.map(({ version }) => knownVersion(version));
  if (sdk === undefined || row === undefined || wanted === undefined || first === undefined || findComponent(stage.final, 'l4t') !== undefined) return undefined;
  if (versions.some((version) => version === undefined || majorOf(version) === wanted)) return undefined;
  const from = first.via === 'base-image' ? rootUse(stack, stage)?.reference.locate() : undefined;
  return {
    messageId: 'mismatch',
    severity: first.certainty === 'assumed' ? 'warning' : 'error',
    data: { version: sdk.version, wanted: String(wanted), present: versions[0] ?? '' },
    location: from ?? first.where,
    evidence: [frameworkImageEvidence(row), ...(first.evidence === undefined ? [] : [first.evidence])],
    related: [{ location: sdk.location, message: msg`DeepStream ${sdk.version} comes from here.` }],
  };
}

/** The SDK that a step brings, told by the name of its folder, archive or package. */
function findSdk({ instruction, actions }: InstructionStep, { dockerfile }: StackReport): { readonly version: string; readonly location: Location } | undefined {
  const names: (readonly [string, Location])[] = [];
  if (instruction.kind === 'copy' || instruction.kind === 'add') {
    // A whole folder, an archive or a package; not a file that belongs to an application.
    for (const { raw, range } of instruction.sources) if (!/\.(?:txt|ya?ml|json|py|cpp|sh|cfg)$/.test(raw)) names.push([raw, { file: dockerfile.file, range }]);
  }
  for (const { action } of actions) {
    if (action.command.conditional) continue;
    const at: Location = { file: action.file, range: action.range };
    if (action.kind === 'download') names.push([action.url.value.replace(/[?#].*$/, ''), at]);
    else if (action.kind === 'package-install') for (const { text, range } of action.packages) names.push([text.value, { file: action.file, range }]);
    else if (action.kind === 'local-package-install') for (const { path, range } of action.files) names.push([path.value, { file: action.file, range }]);
  }
  for (const [name, location] of names) {
    const version = SDK.exec(baseName(name))?.[1];
    if (version !== undefined) return { version, location };
  }
  return undefined;
}
