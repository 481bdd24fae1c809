import { CONFIG_NAMES } from '../core/config/model';
import { isIgnored, loadConfig, type ConfigFiles, type LoadedConfig } from '../core/config/resolve';
import type { SourceFiles } from './source-files';

/** The config file of one document. */
export interface FoundConfig {
  readonly loaded: LoadedConfig | undefined;
  /** The config leaves the document out. */
  readonly ignored: boolean;
  /** Every place that was looked at: a change at one of them makes what was found stale. */
  readonly asked: readonly string[];
}

/** Finds config files; each is read again only when it or one of its overlays has changed. */
export class Configs {
  readonly #files: SourceFiles;
  readonly #folders: () => readonly string[];
  readonly #loaded = new Map<string, LoadedConfig>();
  readonly #access: ConfigFiles;

  /** `folders` gives the paths of the workspace folders. */
  constructor(files: SourceFiles, folders: () => readonly string[]) {
    this.#files = files;
    this.#folders = folders;
    const { path } = files.disk;
    this.#access = { readText: (file) => files.readText(file), resolve: (from, relative) => path.resolve(path.dirname(from), relative) };
  }

  /**
   * The config file of a document: the nearest in its folder or above, up to the repository's root, or where there is no
   * repository to the workspace folder. The command line looks in the same places.
   */
  find(file: string): FoundConfig {
    const { path } = this.#files.disk;
    const asked: string[] = [];
    for (const folder of this.#listFolders(path.dirname(file))) {
      for (const name of CONFIG_NAMES) {
        const candidate = path.join(folder, name);
        asked.push(candidate);
        const loaded = this.load(candidate);
        if (loaded === undefined) continue;
        const relative = path.relative(folder, file).replaceAll(path.sep, '/');
        return { loaded, ignored: isIgnored(loaded.config, relative), asked: [...asked, ...loaded.overlayFiles] };
      }
    }
    return { loaded: undefined, ignored: false, asked };
  }

  /** A config file by its path; undefined when there is none. */
  load(file: string): LoadedConfig | undefined {
    const kept = this.#loaded.get(file);
    const text = this.#files.readText(file);
    if (kept !== undefined && text === kept.texts.get(file) && kept.overlayFiles.every((name) => this.#files.readText(name) === kept.texts.get(name))) return kept;
    const loaded = text === undefined ? undefined : loadConfig(file, this.#access);
    if (loaded === undefined) this.#loaded.delete(file);
    else this.#loaded.set(file, loaded);
    return loaded;
  }

  /** The URI of a config or overlay file; for an open one that under which the client knows it. */
  toUri(file: string): string {
    return this.#files.toUri(file);
  }

  #listFolders(own: string): readonly string[] {
    const { disk } = this.#files;
    const { path } = disk;
    const above = [own];
    for (let folder = own; folder !== path.dirname(folder); folder = path.dirname(folder)) above.push(path.dirname(folder));
    const workspace = this.#folders();
    const outermost = above.findIndex((folder) => disk.stat(path.join(folder, '.git')) !== undefined);
    const last = outermost >= 0 ? outermost : Math.max(0, above.findIndex((folder) => workspace.includes(folder)));
    return above.slice(0, last + 1);
  }
}

/** True for the path or URI of a config file. */
export function isConfigFile(name: string): boolean {
  return CONFIG_NAMES.includes(name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1));
}
