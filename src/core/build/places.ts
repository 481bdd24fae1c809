import type { ContextReader } from '../shell/installers/model';

/**
 * Folders of files that name other files (`../docker/Dockerfile`), as paths from the root of what may be read:
 * `''` is the root itself, `docker/gpu` a folder in it.
 */

/** A path as written in a file that lies in `folder`; undefined when it is absolute, a URL, a home path, or leads out of the root. */
export function resolveInside(folder: string, path: string): string | undefined {
  if (/^(?:[/~\\]|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:|git@)/.test(path)) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What lies below `folder`, as a build context of its own. */
export function narrowContext(context: ContextReader, folder: string): ContextReader {
  const prefix = folder === '' ? '' : `${folder}/`;
  const place = (path: string): string => prefix + path.replace(/^\/+/, '');
  return {
    readText: (path) => context.readText(place(path)),
    exists: (path) => context.exists(place(path)),
    fileName: (path) => context.fileName(place(path)),
  };
}
