// Where programs lie that images often leave out of PATH.
import { programIn } from './image';
import type { SmokeImage } from './model';

/** Names and paths to try: where the scan has seen it, PATH, and the known folders. */
function candidates(name: string, known: readonly string[]): (image: SmokeImage) => readonly string[] {
  return (image) => {
    const seen = programIn(image, name);
    return [...new Set([...(seen === undefined ? [] : [seen]), name, ...known])];
  };
}

/** Debian packages and NGC images put it into /usr/src/tensorrt/bin; NGC also links it into /opt/tensorrt/bin. */
export const TRTEXEC: (image: SmokeImage) => readonly string[] = candidates('trtexec', ['/usr/src/tensorrt/bin/trtexec', '/opt/tensorrt/bin/trtexec', '/usr/local/tensorrt/bin/trtexec']);

export const NVCC: (image: SmokeImage) => readonly string[] = candidates('nvcc', ['/usr/local/cuda/bin/nvcc']);

export const FFMPEG: (image: SmokeImage) => readonly string[] = candidates('ffmpeg', ['/usr/local/bin/ffmpeg', '/opt/ffmpeg/bin/ffmpeg']);

/** The container toolkit mounts it into /usr/bin, on WSL 2 into a folder of its own. */
export const NVIDIA_SMI: readonly string[] = ['nvidia-smi', '/usr/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];
