import { importCheck } from './python-module';

export const check = importCheck('torch', 'Python imports torch', 'torch');
