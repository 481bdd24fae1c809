import type { Connection } from 'vscode-languageserver';

/** How paths of a disk are written: as node:path has it, of which this is a part. */
export interface PathRules {
  readonly sep: string;
  join(...parts: string[]): string;
  dirname(path: string): string;
  relative(from: string, to: string): string;
  resolve(from: string, to: string): string;
  isAbsolute(path: string): boolean;
}

/** What lies at a path. */
export interface FileState {
  readonly isFile: boolean;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly sizeBytes: number;
}

/**
 * The files beside the documents that a client has opened. They are read by analyses, which wait for nothing: a disk that
 * is far away answers at first that there is no such file, gets it, and has the analysis done again (`settle`).
 */
export interface Disk {
  readonly path: PathRules;
  /** What it has read of a place stays so until it is told of a change there. */
  readonly remembers: boolean;
  /** The path of a document; undefined for one that does not lie on this disk. */
  toPath(uri: string): string | undefined;
  toUri(path: string): string;
  /** Undefined where there is nothing, or nothing that may be read. Links are followed. */
  stat(path: string): FileState | undefined;
  /** The text of a file of at most `MAX_SIZE_BYTES`; undefined when it is absent, unreadable, or no text. */
  readText(path: string): string | undefined;
  /** Names of what is in a folder; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** The path without links; undefined where there is nothing. */
  realPath(path: string): string | undefined;
  /** Gives what a reading finds once all files that it asks for are here. It may be called several times. */
  settle<T>(read: () => T | Promise<T>): Promise<T>;
  /** Something at, above or below a path has changed. */
  forget(path: string): void;
}

/** What differs between Node.js and a browser. */
export interface Platform {
  /** `folders` gives the paths of the workspace folders. */
  createDisk(connection: Connection, folders: () => readonly string[]): Disk;
  /** What the package of the server says in a language (`zh-cn`), English text to translation; undefined where it has nothing. */
  readBundle(language: string): unknown;
  /** Resolves in a later turn of the event loop, after events that wait were handled. */
  nextTurn(): Promise<void>;
}

/** A file that people write by hand is smaller; what is larger is not read. */
export const MAX_SIZE_BYTES = 1024 * 1024;

/** True for what is a path below a folder, or the folder itself, both without links. */
export function isBelow(rules: PathRules, folder: string, path: string): boolean {
  const rest = rules.relative(folder, path);
  return !rest.startsWith('..') && !rules.isAbsolute(rest);
}
