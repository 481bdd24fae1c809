/** What a scan asks of an image's file system. Paths are absolute; symbolic links are followed inside the image. */
export interface ImageFileReader {
  /** The file or folder at a path, links followed; null where there is none, or a link leads nowhere. */
  stat(path: string): Promise<FileStat | null>;
  /** The content of a file; null where there is none or it is longer. */
  readBytes(path: string, maxBytes: number): Promise<Uint8Array | null>;
  /** The same as text in UTF-8. */
  readText(path: string, maxBytes: number): Promise<string | null>;
  /** What lies below a folder, at any depth; null where there is no such folder. */
  list(folder: string, options: ListOptions): Promise<FolderListing | null>;
  /**
   * Gives `reader` the parts of a file that it asks for, and its answer; `too-large` where more than `maxBytes` would
   * have to be read for that, null where there is no such file.
   */
  readParts<Result>(path: string, reader: PartReader<Result>, maxBytes: number): Promise<Result | 'too-large' | null>;
}

/** Asks for parts of a file one after the other; see `readElf`. */
export type PartReader<Result> = Generator<{ readonly offset: number; readonly length: number }, Result, Uint8Array>;

/** A file or folder of an image. */
export interface FileStat {
  /** Where it lies, links followed. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
}

/** How a folder is listed. Nothing but the names, sizes and the wanted contents is kept. */
export interface ListOptions {
  /** Names directly in the folder that are likely to hold much and nothing that is wanted. They are passed over where that is possible. */
  readonly heavy: readonly string[];
  /** So many bytes of a file's beginning are wanted; 0 for none. The path is relative to the folder. */
  readonly wanted: (path: string) => number;
  /** The listing stops when more than this was read. */
  readonly maxBytes: number;
}

/** What was found in a folder. */
export interface FolderListing {
  /** Relative to the folder, in the engine's order; what lies in a passed over folder is left out. */
  readonly files: readonly ListedFile[];
  /** False where the listing stopped early. */
  readonly complete: boolean;
}

/** One file of a listing. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The wanted beginning as text; null where nothing was wanted. */
  readonly text: string | null;
}

/** The engine failed in the midst of a scan in a way that concerns one file only. */
export class FileRefused extends Error {}
