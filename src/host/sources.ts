// Pages that several probes rest on.
const TOOLKIT = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest';
export const TOOLKIT_INSTALL = `${TOOLKIT}/install-guide.html`;
export const TOOLKIT_TROUBLESHOOTING = `${TOOLKIT}/troubleshooting.html`;
export const TOOLKIT_CDI = `${TOOLKIT}/cdi-support.html`;
export const FORWARD_COMPATIBILITY = 'https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html';
export const WSL_GUIDE = 'https://docs.nvidia.com/cuda/wsl-user-guide/index.html';
export const DOCKER_AFTER_INSTALL = 'https://docs.docker.com/engine/install/linux-postinstall/';
