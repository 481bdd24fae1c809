import { say } from '../../verdict';
import { displayCheck } from './display-probe';

export const check = displayCheck('nvdec', 'video', say("The driver's video decoder can be loaded"), say('libnvcuvid.so.1 can be loaded.'));
