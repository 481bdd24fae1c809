import { isInside } from '../../text/path';

/** Folders that many share: what a build puts there is named by itself, they are never copied whole. */
const SHARED = new Set(
  '/ /bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /run /sbin /srv /sys /usr /usr/bin /usr/include /usr/lib /usr/lib64 /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/libexec /usr/local /usr/local/include /usr/local/src /usr/sbin /usr/share /usr/src /var /var/lib'.split(' '),
);

/** Folders in which nothing is kept for the container. */
const PASSING = ['/tmp', '/var/tmp', '/var/cache', '/var/log', '/var/lib/apt', '/root/.cache', '/dev', '/proc', '/sys', '/usr/include', '/usr/local/include', '/usr/src', '/usr/local/src'];

/** The system's own, besides /usr/local: the runtime image has it too, and packages fill it. */
const SYSTEM = ['/bin', '/etc', '/lib', '/lib64', '/run', '/sbin', '/usr', '/var'];

/** Toolchains that are unpacked to compile with. */
const TOOLCHAIN = /(?:^|\/)(?:cmake|ninja|bazel|bazelisk|ccache|sccache|\.cargo|\.rustup|cargo|rustup|go|gcc|llvm|protoc)(?:[-_\d][\w.-]*)?(?:\/|$)/;

/** True for a folder that is never copied whole. */
export function isShared(path: string): boolean {
  return SHARED.has(path);
}

/** True for places whose content no container needs. */
export function isPassing(path: string): boolean {
  return PASSING.some((folder) => isInside(folder, path));
}

/** True for places that packages fill, in the runtime image as well. */
export function isSystem(path: string): boolean {
  return path === '/' || (SYSTEM.some((folder) => isInside(folder, path)) && !isInside('/usr/local', path));
}

/** True for the CUDA of the image, which the runtime image has in its own extent. */
export function isCuda(path: string): boolean {
  return /^\/usr\/local\/cuda(?:-[\d.]+)?(?:\/|$)/.test(path);
}

/** True for compilers and build systems that are unpacked, by their path. */
export function isToolchain(path: string): boolean {
  return TOOLCHAIN.test(path);
}
