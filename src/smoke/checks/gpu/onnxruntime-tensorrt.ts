import { providerCheck } from './onnxruntime-provider';

export const check = providerCheck('onnxruntime-tensorrt', 'TensorrtExecutionProvider', 'ONNX Runtime uses the GPU through TensorRT');
