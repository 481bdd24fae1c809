import { say } from '../../verdict';
import { displayCheck } from './display-probe';

export const check = displayCheck('vulkan', 'graphics', say('Vulkan has an NVIDIA device'), say('Vulkan has {gpu}.'));
