import { isInside, resolvePath } from '../core/text/path';
import { FILES_REQUEST, type FilesAnswer, type FilesParams } from '../core/protocol/requests';
import { MAX_SIZE_BYTES, type Disk, type FileState, type PathRules, type Platform } from './disk';

/** The rules of POSIX for paths that begin with `/`. */
const path: PathRules = {
  sep: '/',
  join: (...parts) => resolvePath('/', parts.join('/')),
  dirname: (of) => resolvePath(of, '..'),
  resolve: resolvePath,
  isAbsolute: (one) => one.startsWith('/'),
  relative: (from, to) => {
    const [above, below] = [split(from), split(to)];
    const different = above.findIndex((name, i) => name !== below[i]);
    const shared = different < 0 ? above.length : different;
    return [...above.slice(shared).map(() => '..'), ...below.slice(shared)].join('/');
  },
};

function split(of: string): string[] {
  return of.split('/').filter((name) => name !== '');
}

/** What the client knows of a path. */
interface Known {
  readonly state: FileState | undefined;
  readonly text?: string | undefined;
  readonly names?: readonly string[] | undefined;
}

const ABSENT: Known = { state: undefined };

/**
 * The files of the workspace as the client reads them, wherever they lie. Paths are `/SCHEME@AUTHORITY/PATH OF THE URI`.
 * Outside of the workspace folders there is nothing.
 */
class ClientDisk implements Disk {
  readonly path = path;
  readonly remembers = true;
  readonly #ask: (params: FilesParams) => Promise<FilesAnswer>;
  readonly #folders: () => readonly string[];
  readonly #known = new Map<string, Known>();
  readonly #wanted = new Set<string>();
  /** How often something was asked for that is not known yet. */
  #misses = 0;

  constructor(ask: (params: FilesParams) => Promise<FilesAnswer>, folders: () => readonly string[]) {
    this.#ask = ask;
    this.#folders = folders;
  }

  toPath(uri: string): string | undefined {
    // One with a query is a view of a file, such as its state in an earlier commit.
    const [, scheme = '', authority = '', rest] = /^([\w.+-]+):(?:\/\/([^/?#]*))?(\/[^?#]*)$/.exec(uri) ?? [];
    if (rest === undefined) return undefined;
    try {
      return resolvePath(`/${scheme}@${authority}`, `.${decodeURIComponent(rest)}`);
    } catch {
      return undefined;
    }
  }

  toUri(of: string): string {
    const [, scheme = 'file', authority = '', rest = '/'] = /^\/([^/@]+)@([^/]*)(\/.*)?$/.exec(of) ?? [];
    return `${scheme}:${authority === '' ? '' : `//${authority}`}${rest.split('/').map(encodeURIComponent).join('/')}`;
  }

  stat(of: string): FileState | undefined {
    return this.#read(of).state;
  }

  readText(of: string): string | undefined {
    return this.#read(of).text;
  }

  list(folder: string): readonly string[] {
    return this.#read(folder).names ?? [];
  }

  realPath(of: string): string | undefined {
    return this.#read(of).state && of;
  }

  async settle<T>(read: () => T | Promise<T>): Promise<T> {
    for (;;) {
      const misses = this.#misses;
      const found = await read();
      if (this.#misses === misses) return found;
      await this.#fetch();
    }
  }

  forget(of: string): void {
    for (const places of [this.#known, this.#wanted]) {
      for (const one of places.keys()) if (isInside(of, one) || isInside(one, of)) places.delete(one);
    }
  }

  #read(of: string): Known {
    const known = this.#known.get(of);
    if (known !== undefined) return known;
    if (!this.#folders().some((folder) => isInside(folder, of))) return ABSENT;
    this.#misses++;
    this.#wanted.add(of);
    return ABSENT;
  }

  /** Gets all that is wanted in one request. What cannot be had is absent until something there changes. */
  async #fetch(): Promise<void> {
    const paths = [...this.#wanted];
    const uris = paths.map((one) => this.toUri(one));
    const answer = await this.#ask({ uris, maxSizeBytes: MAX_SIZE_BYTES }).catch(() => []);
    paths.forEach((one, i) => {
      // What has changed meanwhile is asked for again.
      if (!this.#wanted.delete(one)) return;
      const file = answer[i];
      this.#known.set(one, file ? { state: { isFile: file.names === undefined, modifiedMs: file.modifiedMs, sizeBytes: file.sizeBytes }, text: file.text, names: file.names } : ABSENT);
    });
  }
}

export const browserPlatform: Platform = {
  createDisk: (connection, folders) => new ClientDisk((params) => connection.sendRequest<FilesAnswer>(FILES_REQUEST, params), folders),
  readBundle: () => undefined,
  nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
};
