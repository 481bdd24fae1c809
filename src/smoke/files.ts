// What goes into a container beside the image: probes and the tiny network.
import type { ContainerFile } from './model';
import { buildTinyNetwork } from './network';
import kernelPtx from './probes/scale.ptx?raw';
import kernelSource from './probes/scale.cu?raw';
import cudaKernel from './probes/cuda_kernel.py?raw';
import display from './probes/display.py?raw';
import onnxruntimeDevice from './probes/onnxruntime_device.py?raw';
import pythonModule from './probes/python_module.py?raw';
import shared from './probes/trtc_probe.py?raw';
import tensorflowDevice from './probes/tensorflow_device.py?raw';
import tensorrtEngine from './probes/tensorrt_engine.py?raw';
import torchDevice from './probes/torch_device.py?raw';

/** Folder of our files in the container. */
export const FILES = '/trtc-smoke/files';

/** Stands in arguments for a folder that the step may write to; the environment has it as TRTC_WORK. */
export const WORK = '{work}';

/** The shipped files by name. */
const TEXTS = {
  'scale.ptx': kernelPtx,
  'scale.cu': kernelSource,
  'cuda_kernel.py': cudaKernel,
  'display.py': display,
  'onnxruntime_device.py': onnxruntimeDevice,
  'python_module.py': pythonModule,
  'trtc_probe.py': shared,
  'tensorflow_device.py': tensorflowDevice,
  'tensorrt_engine.py': tensorrtEngine,
  'torch_device.py': torchDevice,
} as const;

type FileName = keyof typeof TEXTS | 'network.onnx';

/** The path of a shipped file in the container. */
export function pathOf(name: FileName): string {
  return `${FILES}/${name}`;
}

/** All shipped files; together some 25 kB. */
export function shippedFiles(): readonly ContainerFile[] {
  const texts = Object.entries(TEXTS).map(([name, text]) => ({ path: `${FILES}/${name}`, content: text, mode: 0o644 }));
  return [...texts, { path: pathOf('network.onnx'), content: Buffer.from(buildTinyNetwork().onnx), mode: 0o644 }];
}

/** Input and output of the tiny network, as the probes take them. */
export function networkArgument(): string {
  const { input, output } = buildTinyNetwork();
  return JSON.stringify({ input, output });
}
