import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Disk, Platform } from './disk';

/** The disk of this machine, which answers at once. */
const disk: Disk = {
  path,
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
  settle: (read) => Promise.resolve(read()),
  forget: () => undefined,
};

export const nodePlatform: Platform = {
  createDisk: () => disk,
  nextTurn: () => new Promise(setImmediate),
};

/** What a call gives; undefined when it throws. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
