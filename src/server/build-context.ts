import type { ContextReader } from '../core/shell/installers/model';
import { isBelow, type PathRules } from './disk';
import type { SourceFiles } from './source-files';

/**
 * The build context of one Dockerfile on disk, or the folder in which a Compose file and its like name others.
 * Docker is told the context on its command line, which nobody sees here. The Dockerfile's own folder is tried first,
 * then each folder above it up to `outermost`: a Dockerfile in `docker/` is mostly built from the repository's root.
 * Nothing outside `outermost` is read, not through `..` and not through a link.
 */
export class BuildContext implements ContextReader {
  /** Every place that was looked at: a change at one of them makes the analysis stale. */
  readonly asked = new Set<string>();
  readonly #folders: readonly string[];
  readonly #files: SourceFiles;

  /** `folders`: where files are looked for, the first one that has a file gives it; the last one holds all others. */
  constructor(folders: readonly string[], files: SourceFiles) {
    this.#folders = folders;
    this.#files = files;
  }

  readText(name: string): string | undefined {
    const found = this.#find(name);
    return found === undefined ? undefined : this.#files.readText(found);
  }

  exists(name: string): boolean | undefined {
    if (this.#find(name) !== undefined) return true;
    // With more than one candidate, absence from all of them proves nothing: the context may be a third folder.
    return this.#folders.length === 1 ? false : undefined;
  }

  fileName(name: string): string {
    return this.#files.toUri(this.#find(name) ?? this.#files.disk.path.join(this.#folders[0] ?? '', name));
  }

  #find(name: string): string | undefined {
    const { path } = this.#files.disk;
    for (const folder of this.#folders) {
      const file = path.join(folder, name);
      if (!isBelow(path, folder, file)) return undefined;
      this.asked.add(file);
      if (this.#files.isOpen(file) || this.#isInside(file, this.#folders.at(-1) ?? folder)) return file;
    }
    return undefined;
  }

  /** True when `file` exists and lies in `folder` after all links are followed. */
  #isInside(file: string, folder: string): boolean {
    const { disk } = this.#files;
    if (disk.stat(file) === undefined) return false;
    const [from, to] = [disk.realPath(folder), disk.realPath(file)];
    return from !== undefined && to !== undefined && isBelow(disk.path, from, to);
  }
}

/** `folder` and those above it up to `outermost`; `folder` alone when it does not lie in there. */
export function listFolders(path: PathRules, folder: string, outermost: string): string[] {
  if (!isBelow(path, outermost, folder)) return [folder];
  const folders = [folder];
  for (let current = folder; current !== outermost && path.dirname(current) !== current; ) {
    current = path.dirname(current);
    folders.push(current);
  }
  return folders;
}
