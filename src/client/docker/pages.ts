import { Disposable, Uri, window, workspace } from 'vscode';
import { toPlain } from './plain';

const SCHEME = 'tensorrt-docker';

/** Read-only documents made here: what an engine says, shown as text. A document is forgotten when it is closed. */
export class Pages implements Disposable {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: Disposable;
  #count = 0;

  readonly #scheme: string;

  /** Each instance has a scheme of its own: VS Code asks one provider a scheme. */
  constructor(scheme = SCHEME) {
    this.#scheme = scheme;
    this.#subscriptions = Disposable.from(
      workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? '' }),
      workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    );
  }

  /** Opens a text under a title, whose ending (`.json`, `.txt`) decides its colours. */
  async show(title: string, text: string): Promise<void> {
    // A path of its own for each, so that two with one title do not take each other's place.
    const uri = Uri.from({ scheme: this.#scheme, path: `/${++this.#count}/${toPlain(title, 100).replace(/[/\\]/g, '∕')}` });
    this.#texts.set(uri.toString(), text);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#texts.clear();
  }
}

/** A value as JSON in which nothing is hidden: what has no width or turns the direction of writing stands there as its code. */
export function toVisibleJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return text.replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Rows as a table of plain text: columns as wide as their longest cell, the last one as long as it likes. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd()}\n`).join('');
}
