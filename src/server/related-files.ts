import type { Diagnostic } from 'vscode-languageserver';

/**
 * Findings of Dockerfiles that lie in other files: requirements, scripts. They are pushed to every client: the related
 * documents of a pull report would be their place, but VS Code's client passes over those.
 */
export class RelatedFiles {
  readonly #publish: (uri: string, diagnostics: Diagnostic[]) => void;
  /** By Dockerfile, then by file. */
  readonly #found = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();

  constructor(publish: (uri: string, diagnostics: Diagnostic[]) => void) {
    this.#publish = publish;
  }

  /** Replaces what a Dockerfile has to say about other files. */
  update(dockerfile: string, diagnostics: ReadonlyMap<string, readonly Diagnostic[]>): void {
    const before = this.#found.get(dockerfile);
    if (diagnostics.size === 0) this.#found.delete(dockerfile);
    else this.#found.set(dockerfile, diagnostics);
    for (const uri of new Set([...(before?.keys() ?? []), ...diagnostics.keys()])) this.#publish(uri, this.#collect(uri));
  }

  /** The Dockerfiles that have findings in a file. */
  dockerfilesOf(uri: string): string[] {
    return [...this.#found].flatMap(([dockerfile, files]) => (files.has(uri) ? dockerfile : []));
  }

  /** Drops Dockerfiles of which neither they nor a file with findings is open. */
  sweep(isOpen: (uri: string) => boolean): void {
    for (const [dockerfile, files] of this.#found) {
      if (!isOpen(dockerfile) && ![...files.keys()].some(isOpen)) this.update(dockerfile, new Map());
    }
  }

  /** What two Dockerfiles say alike of one place is shown once. */
  #collect(uri: string): Diagnostic[] {
    const distinct = new Map<string, Diagnostic>();
    for (const files of this.#found.values()) {
      for (const diagnostic of files.get(uri) ?? []) distinct.set(JSON.stringify([diagnostic.code, diagnostic.range]), diagnostic);
    }
    return [...distinct.values()];
  }
}
