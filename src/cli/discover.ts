import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { fileKind } from '../core/file-kind';
import { msg, type Text } from '../core/l10n/message';
import { Failure, explainSystemError } from './failure';
import { formatPath } from './paths';

/** Folders of tools, never of people. */
const SKIPPED = new Set(['.git', 'node_modules', '.hg', '.svn']);
const GLOB = /[*?[{!]/;

export interface Discovery {
  /** Each once, by the path that is shown; `explicit` when it was named and not found in a folder. */
  readonly files: readonly { readonly file: string; readonly explicit: boolean }[];
  /** One line for each argument that led nowhere, and each folder that could not be read. */
  readonly failures: readonly Text[];
}

/**
 * The files that arguments of the command line stand for. A file is taken as it is. A folder is searched for
 * Dockerfiles, Compose, devcontainer and bake files, a glob matched, both minding .gitignore and leaving out other files.
 */
export async function discoverFiles(targets: readonly string[]): Promise<Discovery> {
  const files = new Map<string, { readonly file: string; readonly explicit: boolean }>();
  const failures: Text[] = [];
  const ignored = new GitIgnore();
  for (const target of targets) {
    try {
      for (const file of await expandTarget(target, ignored, failures)) {
        const key = path.resolve(file);
        files.set(key, { file: formatPath(file), explicit: files.get(key)?.explicit === true || file === target });
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error.said);
    }
  }
  return { files: [...files.values()], failures };
}

async function expandTarget(target: string, ignored: GitIgnore, failures: Text[]): Promise<readonly string[]> {
  if (existsSync(target)) {
    if (!isFolder(target)) return [target];
    const found = [...walk(target, ignored, failures)];
    if (found.length === 0) throw new Failure(msg`${target}: nothing to check in this folder`);
    return found;
  }
  if (!GLOB.test(target)) throw new Failure(msg`${target}: not found`);
  const { glob } = await import('tinyglobby');
  const pattern = path.sep === '\\' ? target.replaceAll('\\', '/') : target;
  const matches = await glob(pattern, { dot: true, expandDirectories: false, followSymbolicLinks: false, absolute: path.isAbsolute(target) });
  const found = matches.filter((file) => isCandidate(path.basename(file)) && !isSkipped(file) && !ignored.coversWithParents(path.resolve(file))).sort();
  if (found.length === 0) throw new Failure(msg`${target}: no file to check matches`);
  return found;
}

function isFolder(target: string): boolean {
  try {
    return statSync(target).isDirectory();
  } catch (error) {
    throw new Failure(msg`${target}: ${explainSystemError(error)}`);
  }
}

function isSkipped(file: string): boolean {
  return file.split('/').some((part) => SKIPPED.has(part));
}

/** Requirements files are checked where a Dockerfile reads them. */
function isCandidate(name: string): boolean {
  const kind = fileKind(name);
  return kind !== undefined && kind !== 'requirements';
}

/** Files to check below a folder, by name; symbolic links are not followed, what they lead to is found where it lies. */
function* walk(folder: string, ignored: GitIgnore, failures: Text[]): Generator<string> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    failures.push(msg`${folder}: ${explainSystemError(error)}`);
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !ignored.covers(path.resolve(file), true)) yield* walk(file, ignored, failures);
    } else if (entry.isFile() && isCandidate(entry.name) && !ignored.covers(path.resolve(file), false)) {
      yield file;
    }
  }
}

/** The .gitignore files from a repository's root down, as git reads them. Outside a repository those of all parent folders. */
class GitIgnore {
  /** By folder: its own rules, and whether it is a repository's root, where the search upwards ends. */
  readonly #folders = new Map<string, { readonly rules: Ignore | undefined; readonly root: boolean }>();

  /** True when the rules speak of this absolute path itself. */
  covers(file: string, folder: boolean): boolean {
    for (let parent = path.dirname(file); ; parent = path.dirname(parent)) {
      const { rules, root } = this.#read(parent);
      const relative = path.relative(parent, file).replaceAll(path.sep, '/') + (folder ? '/' : '');
      const verdict = rules?.test(relative);
      if (verdict?.ignored === true) return true;
      if (verdict?.unignored === true || root || parent === path.dirname(parent)) return false;
    }
  }

  /** True when the rules speak of this path or of a folder that it lies in. */
  coversWithParents(file: string): boolean {
    if (this.covers(file, false)) return true;
    for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
      if (this.#read(folder).root) return false;
      if (this.covers(folder, true)) return true;
    }
    return false;
  }

  #read(folder: string): { readonly rules: Ignore | undefined; readonly root: boolean } {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const file = path.join(folder, '.gitignore');
    let rules: Ignore | undefined;
    try {
      rules = ignore().add(readFileSync(file, 'utf8'));
    } catch {
      // No rules here, or none that may be read.
    }
    const state = { rules, root: existsSync(path.join(folder, '.git')) };
    this.#folders.set(folder, state);
    return state;
  }
}
