// The network that the GPU checks run: written here byte by byte, because it is small and nothing else needs protobuf.
// Format: onnx.proto3 of ONNX 1.6 (IR version 6, opset 11), which the parsers of TensorRT 7 and later read.
// https://github.com/onnx/onnx/blob/v1.6.0/onnx/onnx.proto3

/** Its input and what comes out; all numbers are exact in half precision, too. */
export interface TinyNetwork {
  readonly onnx: Uint8Array;
  /** 1 × 3 × 8 × 8. */
  readonly input: readonly number[];
  /** 1 × 2. */
  readonly output: readonly number[];
}

const CHANNELS = 3;
const FILTERS = 4;
const SIZE = 8;
const CLASSES = 2;

/** Convolution, ReLU, average over the picture, and a fully connected layer: input `input`, output `output`. */
export function buildTinyNetwork(): TinyNetwork {
  // The input is the same everywhere, so that each filter gives its sum.
  const filters = list(FILTERS * CHANNELS * 9, (i) => ((i % 5) - 2) / 8);
  const offsets = list(FILTERS, (i) => i / 4);
  const weights = list(FILTERS * CLASSES, (i) => (i % 3) / 2 - 0.25);
  const features = offsets.map((offset, f) => Math.max(0, offset + sum(filters.slice(f * CHANNELS * 9, (f + 1) * CHANNELS * 9))));
  const output = list(CLASSES, (c) => sum(features.map((feature, f) => feature * (weights[f * CLASSES + c] ?? 0))) + 1);

  const graph = message(
    [1, node('Conv', ['input', 'filters', 'offsets'], ['c'], [attribute('kernel_shape', 3, 3)])],
    [1, node('Relu', ['c'], ['r'])],
    [1, node('GlobalAveragePool', ['r'], ['p'])],
    [1, node('Flatten', ['p'], ['f'])],
    [1, node('Gemm', ['f', 'weights', 'bias'], ['output'])],
    [2, 'trtc'],
    [5, tensor('filters', [FILTERS, CHANNELS, 3, 3], filters)],
    [5, tensor('offsets', [FILTERS], offsets)],
    [5, tensor('weights', [FILTERS, CLASSES], weights)],
    [5, tensor('bias', [CLASSES], [1, 1])],
    [11, valueInfo('input', [1, CHANNELS, SIZE, SIZE])],
    [12, valueInfo('output', [1, CLASSES])],
  );
  const onnx = message([1, 6], [2, 'tensorrt-containers'], [7, graph], [8, message([1, ''], [2, 11])]);
  return { onnx, input: list(CHANNELS * SIZE * SIZE, () => 1), output };
}

type Field = readonly [number: number, value: number | string | Uint8Array];

/** A protobuf message: numbers as varints, texts and messages with their length before them. */
function message(...fields: readonly Field[]): Uint8Array {
  return join(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return join([varint(number << 3), varint(value)]);
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return join([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

/** NodeProto. */
function node(operator: string, inputs: readonly string[], outputs: readonly string[], attributes: readonly Uint8Array[] = []): Uint8Array {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, operator],
    ...attributes.map((bytes): Field => [5, bytes]),
  );
}

/** AttributeProto of type INTS (7). */
function attribute(name: string, ...values: readonly number[]): Uint8Array {
  return message([1, name], ...values.map((value): Field => [8, value]), [20, 7]);
}

/** TensorProto of type FLOAT (1) with raw little-endian data. */
function tensor(name: string, dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const raw = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => raw.setFloat32(i * 4, value, true));
  return message(...dimensions.map((size): Field => [1, size]), [2, 1], [8, name], [9, new Uint8Array(raw.buffer)]);
}

/** ValueInfoProto of a float tensor. */
function valueInfo(name: string, dimensions: readonly number[]): Uint8Array {
  const shape = message(...dimensions.map((size): Field => [1, message([1, size])]));
  return message([1, name], [2, message([1, message([1, 1], [2, shape])])]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function list(length: number, value: (index: number) => number): number[] {
  return Array.from({ length }, (_, i) => value(i));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
