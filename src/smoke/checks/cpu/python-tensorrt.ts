import { importCheck } from './python-module';

export const check = importCheck('tensorrt', 'Python imports tensorrt', 'tensorrt-python');
