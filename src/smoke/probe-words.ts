import { msg, type Text } from '../core/l10n/message';

const any = '';

/** What our probes in Python (probes/*.py) say themselves, as messages that can be translated; their words are English. */
const SAID = [
  msg`DISPLAY is not set`,
  msg`libEGL.so.1 has no eglQueryDevicesEXT`,
  msg`eglQueryDevicesEXT failed`,
  msg`EGL knows ${any} devices, none of NVIDIA`,
  msg`vkCreateInstance failed with ${any}`,
  msg`Vulkan knows ${any} devices, none of NVIDIA`,
  msg`the X server at ${any} could not be reached or refused this container`,
  msg`This ONNX Runtime has no ${any}, only ${any}.`,
  msg`${any} could not be created; the session fell back to ${any}`,
  msg`the network ran on ${any}`,
  msg`this TensorFlow is built without CUDA`,
  msg`TensorFlow sees no GPU (list_physical_devices('GPU') is empty)`,
  msg`the product was computed on ${any}`,
  msg`a matrix product on the GPU is wrong`,
  msg`the builder gave no engine`,
  msg`the engine did not run`,
  msg`the saved engine could not be loaded`,
  msg`this PyTorch is built without CUDA (torch.version.cuda is None)`,
  msg`a matrix product on the GPU differs from that on the CPU`,
  msg`a convolution on the GPU is wrong`,
  msg`value ${any} is ${any} where ${any} is right`,
  msg`${any} values where ${any} are right`,
].map(({ template }) => ({ template, pattern: new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '(.*)')}$`) }));

/** What a probe said: a message where the words are ours, else the text as it stands. */
export function wordsOfProbe(text: string): Text {
  for (const { template, pattern } of SAID) {
    const match = pattern.exec(text);
    if (match !== null) return { template, data: Object.fromEntries(match.slice(1).map((value, i) => [i, value])) };
  }
  return text;
}
