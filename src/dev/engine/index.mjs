export { setUpEngine, startEngine, whyNoEngine } from './engine.mjs';
export { busyboxImage, debootstrapImage, docker, fakeCudaImage, syntheticContainers, syntheticImages } from './images.mjs';
export { setUpRootlessPodman, startPodman } from './podman.mjs';
export { freePort, makeCertificates, startRegistry, startTlsRegistry } from './registry.mjs';
export { startSshServer } from './ssh-server.mjs';
export { MACHINE } from './stand-in/gpus.mjs';
export { startXServer } from './x-server.mjs';
