import { importCheck } from './python-module';

export const check = importCheck('tensorflow', 'Python imports tensorflow', 'tensorflow');
