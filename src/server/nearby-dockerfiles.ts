import { fileKind } from '../core/file-kind';
import type { Disk } from './disk';

/** Folders in which Dockerfiles are kept beside the sources that they build. */
const SUBFOLDERS = ['', 'docker', '.devcontainer'];

/**
 * Dockerfiles whose build context may hold `file`: those in its folder, in the folders above it up to `outermost`, and
 * in `docker` and `.devcontainer` of each. Paths, the nearest first.
 */
export function findNearbyDockerfiles(disk: Disk, file: string, outermost: string): string[] {
  const { path } = disk;
  const listDockerfiles = (folder: string): string[] => disk.list(folder).filter((name) => fileKind(name) === 'dockerfile').map((name) => path.join(folder, name));
  const found: string[] = [];
  let folder = path.dirname(file);
  while (folder === outermost || folder.startsWith(outermost + path.sep)) {
    for (const subfolder of SUBFOLDERS) found.push(...listDockerfiles(path.join(folder, subfolder)));
    if (folder === path.dirname(folder)) break;
    folder = path.dirname(folder);
  }
  return found;
}
