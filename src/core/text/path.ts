/**
 * POSIX paths as text, for paths inside an image and inside a build context; no file system is asked.
 */

/** The path made absolute against `base` and freed of `.`, `..` and doubled slashes; no trailing slash but for `/`. */
export function resolvePath(base: string, path: string): string {
  const joined = path.startsWith('/') ? path : `${base}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Last component of a path, without trailing slash. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** True when `path` is `folder` or lies below it; both absolute and normalised. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** The regular expression of a shell glob over one path component (`*`, `?`, `[…]`). */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]');
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^$/;
  }
}
