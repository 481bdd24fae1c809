import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Disk, Platform } from './disk';

/** The disk of this machine, which answers at once. */
const disk: Disk = {
  path,
  remembers: false,
  toPath: (uri) => (uri.startsWith('file:') ? attempt(() => fileURLToPath(uri)) : undefined),
  toUri: (file) => pathToFileURL(file).href,
  stat: (file) => {
    const stat = attempt(() => statSync(file, { throwIfNoEntry: false }));
    return stat && { isFile: stat.isFile(), modifiedMs: stat.mtimeMs, sizeBytes: stat.size };
  },
  readText: (file) => {
    const text = attempt(() => readFileSync(file, 'utf8'));
    return text?.includes('\0') === true || text?.includes('\uFFFD') === true ? undefined : text;
  },
  list: (folder) => attempt(() => readdirSync(folder)) ?? [],
  realPath: (file) => attempt(() => realpathSync(file)),
  settle: async (read) => read(),
  forget: () => undefined,
};

/** The platform of a server whose package lies in this folder. */
export function createNodePlatform(folder: string): Platform {
  return {
    createDisk: () => disk,
    readBundle: (language) => attempt((): unknown => JSON.parse(readFileSync(path.join(folder, 'l10n', `bundle.l10n.${language}.json`), 'utf8'))),
    nextTurn: () => new Promise(setImmediate),
  };
}

/** What a call gives; undefined when it throws. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
