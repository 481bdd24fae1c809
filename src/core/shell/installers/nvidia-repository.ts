import { UNKNOWN } from '../../text/traced';
import type { RepositoryAdd } from './model';

type NvidiaRepository = NonNullable<RepositoryAdd['nvidia']>;

/**
 * NVIDIA's network repository behind a URL: `developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/`,
 * `…/machine-learning/repos/…`, and `nvidia.github.io/…` of the container toolkit. Undefined for other URLs, and for
 * one whose distribution or architecture is not known. The toolkit's newer address names no distribution: both are empty.
 */
export function parseNvidiaRepositoryUrl(url: string): NvidiaRepository | undefined {
  const compute = /developer\.download\.nvidia\.(?:com|cn)\/compute\/(cuda|machine-learning)\/repos\/([^/\s]+)\/([^/\s]+)/.exec(url);
  if (compute !== null) {
    const [, repository, distro = '', arch = ''] = compute;
    if (distro.includes(UNKNOWN) || arch.includes(UNKNOWN)) return undefined;
    return { repository: repository === 'cuda' ? 'cuda' : 'machine-learning', distro, arch };
  }
  const toolkit = /nvidia\.github\.io\/(?:nvidia-docker|libnvidia-container|nvidia-container-runtime)\/(?:(?:stable|experimental)\/)?([^/\s]*)(?:\/([^/\s]+))?/.exec(url);
  if (toolkit === null) return undefined;
  const [, distro = '', arch = ''] = toolkit;
  if (distro.includes(UNKNOWN)) return undefined;
  const named = /^[a-z]+[\d.]+$/.test(distro);
  return { repository: 'nvidia-docker', distro: named ? distro.replaceAll('.', '') : '', arch: named && /^(?:amd64|x86_64|arm64|aarch64)$/.test(arch) ? arch : '' };
}
