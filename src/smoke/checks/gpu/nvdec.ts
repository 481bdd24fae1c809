import { displayCheck } from './display-probe';

export const check = displayCheck('nvdec', 'video', "The driver's video decoder can be loaded", 'libnvcuvid.so.1 can be loaded.');
