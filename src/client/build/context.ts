import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { Uri } from 'vscode';
import type { ContextReader } from '../../core/shell/installers/model';

/** Scripts and requirements files are small; what is larger is data. */
const MAX_BYTES = 1024 * 1024;

/** The build context of a build that runs on this machine; files are named by their URIs. Nothing outside is read. */
export function createContext(folder: string): ContextReader {
  const find = (name: string): string | undefined => {
    const file = path.join(folder, path.join('/', name));
    try {
      const relative = path.relative(realpathSync(folder), realpathSync(file));
      return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative) ? undefined : file;
    } catch {
      return undefined;
    }
  };
  return {
    readText(name) {
      const file = find(name);
      if (file === undefined) return undefined;
      try {
        const stat = statSync(file);
        return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(file, 'utf8') : undefined;
      } catch {
        return undefined;
      }
    },
    exists: (name) => find(name) !== undefined,
    fileName: (name) => Uri.file(find(name) ?? path.join(folder, name)).toString(),
  };
}
