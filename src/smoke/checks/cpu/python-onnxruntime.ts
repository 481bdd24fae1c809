import { importCheck } from './python-module';

export const check = importCheck('onnxruntime', 'Python imports onnxruntime', 'onnxruntime');
