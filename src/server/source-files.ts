import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { MAX_SIZE_BYTES, type Disk } from './disk';

/** Text of files: as it stands in the editor where they are open, else from disk. */
export class SourceFiles {
  readonly disk: Disk;
  readonly #documents: TextDocuments<TextDocument>;
  /** URIs of open documents by path: asked for each file of a build context, so not searched for. */
  readonly #openUris = new Map<string, string>();
  readonly #read = new Map<string, { readonly modifiedMs: number; readonly sizeBytes: number; readonly text: string | undefined }>();

  constructor(documents: TextDocuments<TextDocument>, disk: Disk) {
    this.disk = disk;
    this.#documents = documents;
    documents.onDidOpen(({ document: { uri } }) => {
      const file = disk.toPath(uri);
      if (file !== undefined) this.#openUris.set(file, uri);
    });
    documents.onDidClose(({ document: { uri } }) => this.#openUris.delete(disk.toPath(uri) ?? ''));
  }

  /** The text of a file; undefined when it is absent, unreadable, binary, no regular file, or too large. */
  readText(file: string): string | undefined {
    const open = this.#documents.get(this.#openUris.get(file) ?? '');
    if (open !== undefined) return open.getText();
    const stat = this.disk.stat(file);
    if (stat === undefined || !stat.isFile || stat.sizeBytes > MAX_SIZE_BYTES) {
      this.#read.delete(file);
      return undefined;
    }
    const kept = this.#read.get(file);
    if (kept !== undefined && kept.modifiedMs === stat.modifiedMs && kept.sizeBytes === stat.sizeBytes) return kept.text;
    const text = this.disk.readText(file);
    this.#read.set(file, { modifiedMs: stat.modifiedMs, sizeBytes: stat.sizeBytes, text });
    return text;
  }

  /** True when an editor holds the file. */
  isOpen(file: string): boolean {
    return this.#openUris.has(file);
  }

  /** The URI of a file; for an open one that under which the client knows it. */
  toUri(file: string): string {
    return this.#openUris.get(file) ?? this.disk.toUri(file);
  }
}
