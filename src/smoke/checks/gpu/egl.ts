import { say } from '../../verdict';
import { displayCheck } from './display-probe';

export const check = displayCheck('egl', 'graphics', say('EGL has an NVIDIA device'), say('EGL has an NVIDIA device.'));
