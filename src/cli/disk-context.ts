import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ContextReader } from '../core/shell/installers/model';
import { formatPath } from './paths';

/** Scripts and requirements files are small; what is larger is data. */
const MAX_BYTES = 1024 * 1024;

/**
 * A build context on disk. Nothing outside `folder` is read, not through `..` and not through a symbolic link.
 * Files are reported by their path from the working directory.
 */
export function createDiskContext(folder: string): ContextReader {
  const root = realpath(path.resolve(folder));
  const texts = new Map<string, string | undefined>();
  const resolve = (name: string): string | undefined => {
    const file = root && realpath(path.join(root, name));
    return file !== undefined && (file === root || file.startsWith(root === '/' ? root : root + path.sep)) ? file : undefined;
  };
  return {
    readText(name) {
      if (!texts.has(name)) texts.set(name, readSmallText(resolve(name)));
      return texts.get(name);
    },
    exists: (name) => resolve(name) !== undefined,
    fileName: (name) => formatPath(path.join(folder, name)),
  };
}

function realpath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function readSmallText(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
    const text = readFileSync(file, 'utf8');
    return text.includes('\0') || text.includes('\uFFFD') ? undefined : text;
  } catch {
    return undefined;
  }
}
