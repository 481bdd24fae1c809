import { displayCheck } from './display-probe';

export const check = displayCheck('vulkan', 'graphics', 'Vulkan has an NVIDIA device', 'Vulkan has {gpu}.');
