// The extension with the folder that the web workbench opens: files in memory, as they came with the page.
import { EventEmitter, FileChangeType, FileSystemError, FileType, Uri, workspace, type ExtensionContext, type FileChangeEvent, type FileStat, type FileSystemProvider } from 'vscode';

const SCHEME = 'memory';
const ROOT = '/project';

interface Entry {
  readonly mtime: number;
  /** Undefined for a folder. */
  readonly content: Uint8Array | undefined;
}

/** A file system of a map: paths to entries. */
class FilesInMemory implements FileSystemProvider {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  paths(): string[] {
    return [...this.#entries].flatMap(([path, { content }]) => (content === undefined ? [] : path));
  }

  put(path: string, content: Uint8Array | undefined): void {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (parent !== '' && !this.#entries.has(parent)) this.put(parent, undefined);
    this.#entries.set(path, { mtime: Date.now(), content });
  }

  watch(): { dispose(): void } {
    return { dispose: () => undefined };
  }

  stat(uri: Uri): FileStat {
    const { content, mtime } = this.#get(uri);
    return { type: content === undefined ? FileType.Directory : FileType.File, ctime: 0, mtime, size: content?.length ?? 0 };
  }

  readDirectory(uri: Uri): [string, FileType][] {
    this.#get(uri);
    const below = `${uri.path}/`;
    return [...this.#entries].flatMap(([path, { content }]): [string, FileType][] => {
      const name = path.startsWith(below) ? path.slice(below.length) : '';
      return name === '' || name.includes('/') ? [] : [[name, content === undefined ? FileType.Directory : FileType.File]];
    });
  }

  createDirectory(uri: Uri): void {
    this.put(uri.path, undefined);
    this.#fire(FileChangeType.Created, uri);
  }

  readFile(uri: Uri): Uint8Array {
    const { content } = this.#get(uri);
    if (content === undefined) throw FileSystemError.FileIsADirectory(uri);
    return content;
  }

  writeFile(uri: Uri, content: Uint8Array, { create, overwrite }: { readonly create: boolean; readonly overwrite: boolean }): void {
    const exists = this.#entries.has(uri.path);
    if (!exists && !create) throw FileSystemError.FileNotFound(uri);
    if (exists && create && !overwrite) throw FileSystemError.FileExists(uri);
    this.put(uri.path, content);
    this.#fire(exists ? FileChangeType.Changed : FileChangeType.Created, uri);
  }

  delete(uri: Uri): void {
    this.#get(uri);
    for (const path of [...this.#entries.keys()]) if (path === uri.path || path.startsWith(`${uri.path}/`)) this.#entries.delete(path);
    this.#fire(FileChangeType.Deleted, uri);
  }

  rename(from: Uri, to: Uri): void {
    const { content } = this.#get(from);
    this.put(to.path, content);
    this.#fire(FileChangeType.Created, to);
    this.delete(from);
  }

  #get(uri: Uri): Entry {
    const entry = this.#entries.get(uri.path);
    if (entry === undefined) throw FileSystemError.FileNotFound(uri);
    return entry;
  }

  #fire(type: FileChangeType, uri: Uri): void {
    this.#changed.fire([{ type, uri }]);
  }
}

/** The part of an API under proposal that `workspace.findFiles` asks. */
interface FileSearch {
  registerFileSearchProvider(scheme: string, provider: { provideFileSearchResults(): Uri[] }): { dispose(): void };
}

/** Called by VS Code when the folder is first read. */
export async function activate({ extensionUri, subscriptions }: ExtensionContext): Promise<void> {
  const files = new FilesInMemory();
  const response = await fetch(Uri.joinPath(extensionUri, 'content.json').toString(true));
  for (const [path, content] of Object.entries((await response.json()) as Record<string, string>)) files.put(`${ROOT}/${path}`, Uint8Array.from(atob(content), (character) => character.charCodeAt(0)));
  subscriptions.push(
    workspace.registerFileSystemProvider(SCHEME, files, { isCaseSensitive: true }),
    // The workbench itself sorts out what matches.
    (workspace as unknown as FileSearch).registerFileSearchProvider(SCHEME, { provideFileSearchResults: () => files.paths().map((path) => Uri.from({ scheme: SCHEME, authority: 'workspace', path })) }),
  );
}
