import { Disposable, EventEmitter, Uri, workspace } from 'vscode';

const SCHEME = 'tensorrt-host';
/** So many pages are kept; an older one that is still open stays as it is. */
const KEPT = 20;

/** Pages of text that lie on no disk. */
export class HostPages implements Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscription = Disposable.from(
    this.#changed,
    workspace.registerTextDocumentContentProvider(SCHEME, { onDidChange: this.#changed.event, provideTextDocumentContent: (uri) => this.#texts.get(uri.path) ?? '' }),
  );

  /** The page of a name, with this text from now on. */
  write(name: string, text: string): Uri {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.#texts.delete(uri.path);
    this.#texts.set(uri.path, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= KEPT) break;
      this.#texts.delete(oldest);
    }
    this.#changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
