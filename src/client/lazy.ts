import { EventEmitter, type Event, type TreeDataProvider, type TreeItem } from 'vscode';
import type * as Features from './features';

/** What activation need not load: dist/features.js, read when a view or command first needs it. */
export function loadFeatures(): Promise<typeof Features> {
  return import('./features');
}

/** A tree whose real provider is loaded when the view first asks for its rows. */
export class LazyTree<T> implements TreeDataProvider<T> {
  readonly #changed = new EventEmitter<T | undefined | void>();
  readonly onDidChangeTreeData: Event<T | undefined | void> = this.#changed.event;
  readonly #load: () => Promise<TreeDataProvider<T>>;
  #provider: Promise<TreeDataProvider<T>> | undefined;

  constructor(load: () => Promise<TreeDataProvider<T>>) {
    this.#load = load;
  }

  async getTreeItem(element: T): Promise<TreeItem> {
    return (await this.#get()).getTreeItem(element);
  }

  async getChildren(element?: T): Promise<T[]> {
    return (await (await this.#get()).getChildren(element)) ?? [];
  }

  async getParent(element: T): Promise<T | undefined> {
    return (await (await this.#get()).getParent?.(element)) ?? undefined;
  }

  #get(): Promise<TreeDataProvider<T>> {
    this.#provider ??= this.#load().then((provider) => {
      provider.onDidChangeTreeData?.((element) => this.#changed.fire(element as T | undefined));
      return provider;
    });
    return this.#provider;
  }
}
