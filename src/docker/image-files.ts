// Reads files of an image without running it: through the archive calls on a container that is made, never started and
// removed again. Works for any architecture, for images without a shell, and without a GPU.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { extract, type Header } from 'tar-stream';
import type { ByteRange } from '../core/scan/elf';
import { FileRefused, type FileStat, type FolderListing, type ImageFileReader, type ListedFile, type ListOptions, type PartReader } from '../core/scan/files';
import { baseName, resolvePath } from '../core/text/path';
import { clientOf, type Engine } from './connect';
import { inspectRaw } from './details';
import { cancelled, DockerError, toDockerError } from './errors';
import { ownerLabels } from './owner';
import { removeSurely } from './run';

/** A folder in a listed folder that holds more than this is passed over. */
const HEAVY_BYTES = 16 * 1024 * 1024;

/** In a repeated listing, folders that are known and hold more than this are not sent again. */
const KNOWN_BYTES = 1024 * 1024;

/** A listing is begun anew so often at most; each time at least one heavy folder more is left out. */
const MOST_ROUNDS = 24;

/** So much of the beginning of a file is kept while its end is read. */
const KEPT_HEAD_BYTES = 8 * 1024 * 1024;

/** The longest chain of symbolic links, as in Linux (path_resolution(7)). */
const MOST_LINKS = 40;

// Bits of Go's io/fs.FileMode, in which the engine tells the kind of a file: folder, link, and devices, pipes and sockets.
const FOLDER_BIT = 31;
const LINK_BIT = 27;
const OTHER_BITS = [26, 25, 24, 21, 19];

/** What reading has cost so far. */
export interface ReadingCost {
  readonly bytesRead: number;
  readonly requests: number;
}

/** Reader of one image's files, with what it has cost. */
export interface ImageFiles extends ImageFileReader {
  readonly cost: ReadingCost;
}

/**
 * Calls `use` with a reader of the files of an image (id or name). The containers for it are removed before this
 * settles, whatever happens; their labels let `sweepRuns` find those of a killed process. The engine is asked for one
 * thing after another: it locks the container anyway.
 */
export async function withImageFiles<Result>(engine: Engine, image: string, use: (files: ImageFiles) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) throw cancelled();
  const reader = new ContainerFiles(engine, image, signal);
  try {
    await reader.open();
    return await use(reader);
  } catch (error) {
    if (isCancelled()) throw cancelled();
    if (error instanceof DockerError) throw error;
    throw error instanceof Error && 'code' in error ? toDockerError(error, engine.address) : error;
  } finally {
    await reader.close();
  }
}

class ContainerFiles implements ImageFiles {
  readonly cost = { bytesRead: 0, requests: 0 };
  private readonly names: string[] = [];
  private readonly stats = new Map<string, FileStat | null>([['/', { path: '/', kind: 'folder', sizeBytes: 0 }]]);
  private imageId = '';
  private base = '';
  /** Folders that the image declares as volumes: the engine would copy all that is in them. */
  private volumes: readonly string[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly image: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async open(): Promise<void> {
    const answer = (await inspectRaw(this.engine, 'image', this.image, this.signal)) as { readonly Id: string; readonly Config?: { readonly Volumes?: object | null } | null };
    this.imageId = answer.Id;
    this.volumes = Object.keys(answer.Config?.Volumes ?? {});
    this.base = await this.create([]);
  }

  async close(): Promise<void> {
    await Promise.all(this.names.map((name) => removeSurely(this.engine, name)));
  }

  async stat(path: string): Promise<FileStat | null> {
    return this.find(resolvePath('/', path), 0);
  }

  async readBytes(path: string, maxBytes: number): Promise<Uint8Array | null> {
    const stat = await this.stat(path);
    if (stat?.kind !== 'file' || stat.sizeBytes > maxBytes) return null;
    let content: Buffer | null = null;
    await this.readArchive(this.base, stat.path, async (header, chunks) => {
      if (header.type !== 'file' || (header.size ?? 0) > maxBytes) return 'stop';
      const parts: Buffer[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      content = Buffer.concat(parts);
      return 'stop';
    });
    return content;
  }

  async readText(path: string, maxBytes: number): Promise<string | null> {
    const bytes = await this.readBytes(path, maxBytes);
    return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  async list(folder: string, options: ListOptions): Promise<FolderListing | null> {
    const root = await this.stat(folder);
    if (root?.kind !== 'folder') return null;
    const files = new Map<string, ListedFile>();
    const hidden = new Set<string>();
    const until = this.cost.bytesRead + options.maxBytes;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      // A volume laid over a folder hides what it holds: the engine then sends the rest alone.
      const container = hidden.size === 0 ? this.base : await this.create([...hidden].map((name) => `${root.path}/${name}`));
      const outcome = await this.listOnce(container, root.path, options, until, files);
      if (hidden.size > 0) await this.remove(container);
      // An engine that does not hide it cannot be read further.
      if (outcome.end === 'heavy' && hidden.has(outcome.child)) break;
      if (outcome.end !== 'heavy') return { files: [...files.values()], complete: outcome.end === 'complete' };
      if (hidden.size === 0) for (const name of await this.keepFolders(root.path, options.heavy)) hidden.add(name);
      for (const name of outcome.known) hidden.add(name);
      hidden.add(outcome.child);
    }
    return { files: [...files.values()], complete: false };
  }

  async readParts<Result>(path: string, reader: PartReader<Result>, maxBytes: number): Promise<Result | 'too-large' | null> {
    const stat = await this.stat(path);
    if (stat?.kind !== 'file') return null;
    const file = new SequentialFile(stat.sizeBytes);
    let step = reader.next();
    // A part that lies before what was read, and was not kept, is read in another pass. Three are enough for every file that the reader does not lead in circles.
    for (let pass = 0; pass < 3 && step.done !== true; pass++) {
      let tooLarge = false;
      file.rewind();
      await this.readArchive(this.base, stat.path, async (header, chunks) => {
        if (header.type !== 'file') return 'stop';
        const iterator = chunks[Symbol.asyncIterator]();
        while (step.done !== true && file.isAhead(step.value)) {
          tooLarge = Math.min(step.value.offset + step.value.length, stat.sizeBytes) > maxBytes;
          if (tooLarge) break;
          step = reader.next(await file.read(step.value, iterator));
        }
        return 'stop';
      });
      if (tooLarge) return 'too-large';
    }
    return step.done === true ? step.value : null;
  }

  /** The file or folder at an absolute path, every link on the way followed; each is asked for once. */
  private async find(path: string, links: number): Promise<FileStat | null> {
    const known = this.stats.get(path);
    if (known !== undefined) return known;
    const parent = await this.find(resolvePath(path, '..'), links);
    let found: FileStat | null = null;
    if (parent?.kind === 'folder') {
      const real = resolvePath(parent.path, baseName(path));
      found = real === path ? await this.ask(real, links) : await this.find(real, links);
    }
    this.stats.set(path, found);
    return found;
  }

  private async ask(path: string, links: number): Promise<FileStat | null> {
    const header = await this.head(path);
    if (header === null) return null;
    const { size = 0, mode = 0, linkTarget = '' } = JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as { readonly size?: number; readonly mode?: number; readonly linkTarget?: string };
    const has = (bit: number): boolean => Math.floor(mode / 2 ** bit) % 2 === 1;
    if (has(LINK_BIT)) return linkTarget === '' || links >= MOST_LINKS ? null : this.find(resolvePath(resolvePath(path, '..'), linkTarget), links + 1);
    return { path, kind: has(FOLDER_BIT) ? 'folder' : OTHER_BITS.some(has) ? 'other' : 'file', sizeBytes: size };
  }

  /** The engine's answer about a path; null where there is nothing. Throws FileRefused where it will not say. */
  private async head(path: string): Promise<string | null> {
    this.cost.requests++;
    const container = clientOf(this.engine).getContainer(this.base);
    try {
      const response = (await container.infoArchive({ path, ...this.abortable() })) as unknown as Response;
      response.resume();
      return response.headers['x-docker-container-path-stat'] ?? null;
    } catch (error) {
      if (this.refuse(error, true) === null) return null;
    }
    // Such an answer has no words; that to a GET has them.
    try {
      const response = (await container.getArchive({ path, ...this.abortable() })) as unknown as Response;
      response.destroy();
      return response.headers['x-docker-container-path-stat'] ?? null;
    } catch (error) {
      this.refuse(error);
      return null;
    }
  }

  /**
   * Reads the archive of a path, entry after entry, until `take` says stop. Only what `take` reads of an entry is waited
   * for; the connection is closed as soon as nothing more is wanted.
   */
  private async readArchive(container: string, path: string, take: (header: Header, chunks: AsyncIterable<Buffer>) => Promise<'next' | 'stop'>): Promise<boolean> {
    this.cost.requests++;
    let response: Response;
    try {
      response = (await clientOf(this.engine).getContainer(container).getArchive({ path, ...this.abortable() })) as unknown as Response;
    } catch (error) {
      this.refuse(error);
      return false;
    }
    const entries = extract();
    response.on('data', (chunk: Buffer) => (this.cost.bytesRead += chunk.length));
    let broken: Error | undefined;
    const breakOff = (error: Error): void => {
      broken ??= error;
      entries.destroy(error);
    };
    response.on('error', breakOff);
    response.on('aborted', () => breakOff(new Error('the engine broke off')));
    response.pipe(entries);
    try {
      for await (const entry of entries) {
        if ((await take(entry.header, entry as AsyncIterable<Buffer>)) === 'stop') return false;
        entry.resume();
      }
      return true;
    } catch (error) {
      throw broken === undefined ? error : toDockerError(broken, this.engine.address);
    } finally {
      response.unpipe(entries);
      response.destroy();
      entries.destroy();
    }
  }

  private async listOnce(
    container: string,
    folder: string,
    { wanted }: ListOptions,
    until: number,
    files: Map<string, ListedFile>,
  ): Promise<{ readonly end: 'complete' | 'limit' } | { readonly end: 'heavy'; readonly child: string; readonly known: readonly string[] }> {
    const sizes = new Map<string, number>();
    let heavy: string | undefined;
    const complete = await this.readArchive(container, folder, async (header, chunks) => {
      // Names begin with that of the folder itself.
      const path = header.name.split('/').slice(1).join('/').replace(/\/$/, '');
      const [child = '', ...rest] = path.split('/');
      const sizeBytes = header.size ?? 0;
      const isFile = header.type === 'file' || header.type === 'link';
      if (isFile && rest.length > 0) {
        const size = (sizes.get(child) ?? 0) + sizeBytes;
        sizes.set(child, size);
        if (size > HEAVY_BYTES) {
          heavy = child;
          return 'stop';
        }
      }
      if (this.cost.bytesRead + sizeBytes > until) return 'stop';
      if (isFile && path !== '') {
        const limit = Math.min(wanted(path), sizeBytes);
        files.set(path, { path, sizeBytes, text: limit > 0 ? await readBeginning(chunks, limit) : null });
      }
      return 'next';
    });
    if (heavy === undefined) return { end: complete ? 'complete' : 'limit' };
    const child = heavy;
    for (const path of files.keys()) if (path.startsWith(`${child}/`)) files.delete(path);
    return { end: 'heavy', child, known: [...sizes].filter(([name, size]) => name !== child && size > KNOWN_BYTES).map(([name]) => name) };
  }

  private async keepFolders(folder: string, names: readonly string[]): Promise<readonly string[]> {
    const kept: string[] = [];
    for (const name of names) {
      const stat = await this.stat(`${folder}/${name}`);
      if (stat?.kind === 'folder' && stat.path === `${folder}/${name}`) kept.push(name);
    }
    return kept;
  }

  /** Makes a container with empty volumes over folders of the image. It is never started. */
  private async create(hidden: readonly string[]): Promise<string> {
    const name = `trtc-scan-${randomUUID()}`;
    this.signal?.throwIfAborted();
    this.names.push(name);
    this.cost.requests++;
    // Not called off in its midst: the engine might make it all the same.
    const Labels = ownerLabels(name);
    const body = {
      Image: this.imageId,
      // An image may have no command; the engine wants one.
      Cmd: ['-'],
      Labels,
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [...new Set([...this.volumes, ...hidden])].map((Target) => ({ Type: 'volume', Target, VolumeOptions: { NoCopy: true, Labels } })),
      },
    };
    await clientOf(this.engine).createContainer({ _query: { name }, _body: body } as object);
    return name;
  }

  private async remove(name: string): Promise<void> {
    await removeSurely(this.engine, name);
    this.names.splice(this.names.indexOf(name), 1);
  }

  /** Nothing there is an answer: null. What concerns one path is FileRefused, or `refused` where words are still to come; all else ends the reading. */
  private refuse(error: unknown, wordless = false): 'refused' | null {
    const { problem } = toDockerError(error, this.engine.address);
    if (problem.kind !== 'api' || problem.status === null) throw error;
    if (problem.status === 404 && !/no such container/i.test(problem.detail)) return null;
    // Links that lead in a circle lead nowhere.
    if (/too many (?:levels of symbolic )?links/i.test(problem.detail)) return null;
    if (wordless) return 'refused';
    throw new FileRefused(problem.detail);
  }

  private abortable(): { readonly abortSignal?: AbortSignal } {
    return this.signal === undefined ? {} : { abortSignal: this.signal };
  }
}

/** What the archive calls answer with: the response itself. */
type Response = IncomingMessage & { readonly headers: Readonly<Record<string, string>> };

async function readBeginning(chunks: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let left = bytes;
  for await (const chunk of chunks) {
    // Read to the end all the same: the archive goes on behind it.
    if (left > 0) parts.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A file that comes from its beginning to its end, and whose parts are wanted in almost that order. */
class SequentialFile {
  private parts: Buffer[] = [];
  private headLength = 0;
  private chunk: Buffer = Buffer.alloc(0);
  private chunkStart = 0;

  constructor(private readonly sizeBytes: number) {}

  /** The file comes anew, from its beginning. */
  rewind(): void {
    this.parts = [];
    this.headLength = 0;
    this.chunk = Buffer.alloc(0);
    this.chunkStart = 0;
  }

  /** Whether a part can still be had in this pass. */
  isAhead({ offset, length }: ByteRange): boolean {
    return offset >= this.chunkStart || Math.min(offset + length, this.sizeBytes) <= this.headLength;
  }

  /** The bytes of a part that is ahead; fewer where the file ends. */
  async read({ offset, length }: ByteRange, source: AsyncIterator<Buffer>): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.sizeBytes);
    if (offset < this.chunkStart) return Buffer.concat(this.parts).subarray(offset, end);
    const collected: Buffer[] = [];
    let at = offset;
    while (at < end) {
      const chunkEnd = this.chunkStart + this.chunk.length;
      if (at < chunkEnd) {
        const part = this.chunk.subarray(at - this.chunkStart, end - this.chunkStart);
        collected.push(part);
        at += part.length;
        continue;
      }
      const next = await source.next();
      if (next.done === true) break;
      this.chunkStart = chunkEnd;
      this.chunk = next.value;
      if (this.headLength < KEPT_HEAD_BYTES) {
        this.parts.push(next.value);
        this.headLength += next.value.length;
      }
    }
    return Buffer.concat(collected);
  }
}
