import { providerCheck } from './onnxruntime-provider';

export const check = providerCheck('onnxruntime-cuda', 'CUDAExecutionProvider', 'ONNX Runtime uses the GPU through CUDA');
