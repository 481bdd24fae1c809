import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { msg } from '../core/l10n/message';
import type { ContextReader } from '../core/shell/installers/model';
import { Failure } from './failure';
import { formatPath } from './paths';

/** Scripts and requirements files are small; what is larger is data. */
const MAX_BYTES = 1024 * 1024;

/** The folders to look in: the one given on the command line, else those that `guessContextFolders` finds. Throws Failure for one that is none. */
export function chooseContextFolders(given: string | undefined, dockerfile: string | undefined): readonly string[] {
  if (given === undefined) return dockerfile === undefined ? [] : guessContextFolders(dockerfile);
  if (!existsSync(given)) throw new Failure(msg`--context: ${given}: not found`);
  if (!statSync(given).isDirectory()) throw new Failure(msg`--context: ${given}: not a folder`);
  return [given];
}

/**
 * Folders that may be the build context of a Dockerfile, which docker is told and we are not: its own, then those above
 * it up to the repository's root, or to the working directory where there is no repository. A Dockerfile in `docker/`
 * is mostly built from the root.
 */
export function guessContextFolders(dockerfile: string): readonly string[] {
  const own = path.dirname(path.resolve(dockerfile));
  const above = [own];
  for (let folder = own; folder !== path.dirname(folder); folder = path.dirname(folder)) above.push(path.dirname(folder));
  const outermost = above.find((folder) => existsSync(path.join(folder, '.git'))) ?? process.cwd();
  return above.slice(0, Math.max(1, above.indexOf(outermost) + 1));
}

/**
 * A build context on disk: the first of `folders` that has a file gives it. Nothing outside the last, outermost one is
 * read, not through `..` and not through a symbolic link. Files are reported by their path from the working directory.
 */
export function createDiskContext(folders: readonly string[]): ContextReader {
  const outermost = realpath(folders.at(-1) ?? '.');
  const found = new Map<string, string | undefined>();
  const texts = new Map<string, string | undefined>();
  const find = (name: string): string | undefined => {
    // Docker takes `..` at the root of a context for the root.
    const inside = path.join('/', name);
    if (!found.has(inside)) found.set(inside, folders.map((folder) => path.join(folder, inside)).find((file) => liesIn(outermost, realpath(file))));
    return found.get(inside);
  };
  return {
    readText(name) {
      const file = find(name);
      if (file === undefined) return undefined;
      if (!texts.has(file)) texts.set(file, readSmallText(file));
      return texts.get(file);
    },
    exists(name) {
      if (find(name) !== undefined) return true;
      // Absent from all of several guesses proves nothing: the context may be another folder.
      return folders.length === 1 && outermost !== undefined ? false : undefined;
    },
    fileName: (name) => formatPath(find(name) ?? path.join(folders[0] ?? '.', name)),
  };
}

/** What a file that names other files by relative paths (Compose, devcontainer.json, bake) may read, and its folder in it. */
export interface ProjectContext {
  readonly context: ContextReader;
  /** With `/`; `''` for the root. */
  readonly folder: string;
}

/** The outermost of `folders`, or the file's own folder where it lies outside of it. */
export function createProjectContext(file: string, folders: readonly string[]): ProjectContext | undefined {
  const outermost = folders.at(-1);
  if (outermost === undefined) return undefined;
  const own = path.dirname(path.resolve(file));
  const relative = path.relative(path.resolve(outermost), own);
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return { context: createDiskContext([outside ? own : outermost]), folder: outside ? '' : relative.replaceAll(path.sep, '/') };
}

function liesIn(folder: string | undefined, file: string | undefined): boolean {
  if (folder === undefined || file === undefined) return false;
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function realpath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function readSmallText(file: string): string | undefined {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
    const text = readFileSync(file, 'utf8');
    return text.includes('\0') || text.includes('\uFFFD') ? undefined : text;
  } catch {
    return undefined;
  }
}
