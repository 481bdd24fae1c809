import { FileRefused, type FileStat, type FolderListing, type ImageFileReader, type ListOptions, type PartReader } from '../../../src/core/scan/files';
import { baseName, resolvePath } from '../../../src/core/text/path';

/** Content of a file, or the target of a symbolic link. */
export type Entry = string | Buffer | { readonly link: string };

/** An image's files in memory. Folders are what files lie in. Reads of `refused` paths are refused. */
export class MemoryFiles implements ImageFileReader {
  private readonly entries: ReadonlyMap<string, Entry>;
  readonly asked: string[] = [];

  constructor(
    entries: Readonly<Record<string, Entry>>,
    private readonly refused: readonly string[] = [],
  ) {
    this.entries = new Map(Object.entries(entries));
  }

  stat(path: string): Promise<FileStat | null> {
    this.asked.push(path);
    if (this.refused.includes(path)) return Promise.reject(new FileRefused('no'));
    return Promise.resolve(this.find(resolvePath('/', path), 0));
  }

  readBytes(path: string, maxBytes: number): Promise<Uint8Array | null> {
    if (this.refused.includes(path)) return Promise.reject(new FileRefused('no'));
    const content = this.content(path);
    return Promise.resolve(content === null || content.length > maxBytes ? null : content);
  }

  async readText(path: string, maxBytes: number): Promise<string | null> {
    const bytes = await this.readBytes(path, maxBytes);
    return bytes === null ? null : Buffer.from(bytes).toString('utf8');
  }

  list(folder: string, { wanted, heavy, maxBytes }: ListOptions): Promise<FolderListing | null> {
    const root = this.find(folder, 0);
    if (root?.kind !== 'folder') return Promise.resolve(null);
    const files = [];
    let read = 0;
    for (const [path, entry] of this.entries) {
      const relative = path.slice(root.path.length + 1);
      if (!path.startsWith(`${root.path}/`) || heavy.includes(relative.split('/')[0] ?? '') || (typeof entry === 'object' && 'link' in entry)) continue;
      const content = Buffer.from(entry);
      read += content.length;
      if (read > maxBytes) return Promise.resolve({ files, complete: false });
      const limit = wanted(relative);
      files.push({ path: relative, sizeBytes: content.length, text: limit === 0 ? null : content.subarray(0, limit).toString('utf8') });
    }
    return Promise.resolve({ files, complete: true });
  }

  readParts<Result>(path: string, reader: PartReader<Result>, maxBytes: number): Promise<Result | 'too-large' | null> {
    const content = this.content(path);
    if (content === null) return Promise.resolve(null);
    let step = reader.next();
    while (step.done !== true) {
      const { offset, length } = step.value;
      if (Math.min(offset + length, content.length) > maxBytes) return Promise.resolve('too-large');
      step = reader.next(content.subarray(offset, offset + length));
    }
    return Promise.resolve(step.value);
  }

  private content(path: string): Buffer | null {
    const stat = this.find(resolvePath('/', path), 0);
    const entry = stat === null ? undefined : this.entries.get(stat.path);
    return entry === undefined || (typeof entry === 'object' && 'link' in entry) ? null : Buffer.from(entry);
  }

  private find(path: string, links: number): FileStat | null {
    if (path === '/') return { path, kind: 'folder', sizeBytes: 0 };
    if (links > 40) return null;
    const parent = this.find(resolvePath(path, '..'), links);
    if (parent?.kind !== 'folder') return null;
    const real = resolvePath(parent.path, baseName(path));
    const entry = this.entries.get(real);
    if (typeof entry === 'object' && 'link' in entry) return this.find(resolvePath(parent.path, entry.link), links + 1);
    if (entry !== undefined) return { path: real, kind: 'file', sizeBytes: entry.length };
    return [...this.entries.keys()].some((other) => other.startsWith(`${real}/`)) ? { path: real, kind: 'folder', sizeBytes: 0 } : null;
  }
}
