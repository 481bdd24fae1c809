import { readFileSync, statSync, type Stats } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** A file that people write by hand is smaller; what is larger is not read. */
const MAX_SIZE_BYTES = 1024 * 1024;

/** Text of files: as it stands in the editor where they are open, else from disk. */
export class SourceFiles {
  readonly #documents: TextDocuments<TextDocument>;
  /** URIs of open documents by path: asked for each file of a build context, so not searched for. */
  readonly #openUris = new Map<string, string>();
  readonly #disk = new Map<string, { readonly modifiedMs: number; readonly sizeBytes: number; readonly text: string | undefined }>();

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
    documents.onDidOpen(({ document: { uri } }) => {
      const file = toFilePath(uri);
      if (file !== undefined) this.#openUris.set(file, uri);
    });
    documents.onDidClose(({ document: { uri } }) => this.#openUris.delete(toFilePath(uri) ?? ''));
  }

  /** The text of a file; undefined when it is absent, unreadable, binary, no regular file, or too large. */
  readText(file: string): string | undefined {
    const open = this.#documents.get(this.#openUris.get(file) ?? '');
    if (open !== undefined) return open.getText();
    const stat = statFile(file);
    if (stat === undefined || !stat.isFile() || stat.size > MAX_SIZE_BYTES) {
      this.#disk.delete(file);
      return undefined;
    }
    const kept = this.#disk.get(file);
    if (kept !== undefined && kept.modifiedMs === stat.mtimeMs && kept.sizeBytes === stat.size) return kept.text;
    const text = readTextFile(file);
    this.#disk.set(file, { modifiedMs: stat.mtimeMs, sizeBytes: stat.size, text });
    return text;
  }

  /** True when an editor holds the file. */
  isOpen(file: string): boolean {
    return this.#openUris.has(file);
  }

  /** The URI of a file; for an open one that under which the client knows it. */
  toUri(file: string): string {
    return this.#openUris.get(file) ?? pathToFileURL(file).href;
  }
}

/** The path of a `file:` URI; undefined for other schemes. */
export function toFilePath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** What the file system says of a path; undefined when it says nothing. */
export function statFile(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readTextFile(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.includes('\0') || text.includes('\uFFFD') ? undefined : text;
  } catch {
    return undefined;
  }
}
