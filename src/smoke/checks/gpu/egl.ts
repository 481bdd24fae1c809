import { displayCheck } from './display-probe';

export const check = displayCheck('egl', 'graphics', 'EGL has an NVIDIA device', 'EGL has an NVIDIA device.');
