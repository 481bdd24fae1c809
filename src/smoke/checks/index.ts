// Every check, in the order in which they are run and shown.
import { check as ffmpegCuvid } from './cpu/ffmpeg';
import { check as nvccCompiles } from './cpu/nvcc';
import { check as pythonOnnxruntime } from './cpu/python-onnxruntime';
import { check as pythonTensorflow } from './cpu/python-tensorflow';
import { check as pythonTensorrt } from './cpu/python-tensorrt';
import { check as pythonTorch } from './cpu/python-torch';
import { check as trtexecStarts } from './cpu/trtexec';
import { check as cudaKernel } from './gpu/cuda-kernel';
import { check as driverCuda } from './gpu/driver-cuda';
import { check as egl } from './gpu/egl';
import { check as ffmpegDecodes } from './gpu/ffmpeg-decodes';
import { check as nvccProgram } from './gpu/nvcc-program';
import { check as nvdec } from './gpu/nvdec';
import { check as nvidiaSmi } from './gpu/nvidia-smi';
import { check as onnxruntimeCuda } from './gpu/onnxruntime-cuda';
import { check as onnxruntimeTensorrt } from './gpu/onnxruntime-tensorrt';
import { check as tensorflowDevice } from './gpu/tensorflow-device';
import { check as tensorrtEngine } from './gpu/tensorrt-engine';
import { check as torchDevice } from './gpu/torch-device';
import { check as trtexecEngine } from './gpu/trtexec';
import { check as vulkan } from './gpu/vulkan';
import { check as x11 } from './gpu/x11';
import { check as computeCapabilities } from './static/compute-capabilities';
import { check as cudnnParts } from './static/cudnn-parts';
import { check as driverLibraries } from './static/driver-libraries';
import { check as librariesPresent } from './static/libraries-present';
import { check as libraryClosure } from './static/library-closure';
import { check as versions } from './static/versions';
import type { Check, Profile, SmokeImage } from '../model';

/** Every check of ours. */
export const checks: readonly Check[] = [
  versions,
  librariesPresent,
  libraryClosure,
  cudnnParts,
  driverLibraries,
  computeCapabilities,
  pythonTensorrt,
  pythonTorch,
  pythonTensorflow,
  pythonOnnxruntime,
  trtexecStarts,
  nvccCompiles,
  ffmpegCuvid,
  nvidiaSmi,
  driverCuda,
  cudaKernel,
  nvccProgram,
  tensorrtEngine,
  trtexecEngine,
  torchDevice,
  tensorflowDevice,
  onnxruntimeCuda,
  onnxruntimeTensorrt,
  nvdec,
  ffmpegDecodes,
  egl,
  vulkan,
  x11,
];

/** The checks of some profiles that have something to check in an image. */
export function chooseChecks(image: SmokeImage, profiles: readonly Profile[]): readonly Check[] {
  return checks.filter((check) => profiles.includes(check.kind) && (image.unread === true ? check.kind !== 'static' : check.applies(image)));
}
