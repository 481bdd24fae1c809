// What stands in the tests view: smoke files, images, and stages of open Dockerfiles.
import { l10n, Range, workspace, type TestController, type TestItem, type Uri } from 'vscode';
import { formatText } from '../../core/l10n/message';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import type { StageOutput } from '../../core/engine/stack-output';
import type { SmokeFile } from '../../core/smoke-file/model';
import { readSmokeFile } from '../../core/smoke-file/read';
import { LineIndex } from '../../core/text/line-index';
import { connect, disconnect, listImages, type EngineAddress } from '../../docker';
import { listEngines } from '../docker/engines';
import { toPlain } from '../docker/plain';
import type { LanguageServer } from '../language/server';

export const SMOKE_FILES = '**/*.smoke.{yaml,yml}';

/** More are not looked for. */
const MAX_FILES = 500;

/** Begins the id of an item for a Docker host; no check's id has a blank. */
const HOST = 'host ';

/** What an item stands for. */
export type Subject =
  | { readonly kind: 'file'; readonly uri: Uri }
  | { readonly kind: 'image'; readonly address: EngineAddress; readonly reference: string; readonly label: string }
  | { readonly kind: 'stage'; readonly uri: Uri; readonly stage: StageOutput };

/** The items of the tests view and what they stand for. */
export class Items {
  readonly #controller: TestController;
  readonly #server: LanguageServer;
  readonly #subjects = new WeakMap<TestItem, Subject>();
  readonly #files: TestItem;
  readonly #images: TestItem;
  readonly #stages: TestItem;

  constructor(controller: TestController, server: LanguageServer) {
    this.#controller = controller;
    this.#server = server;
    this.#files = this.#group('files', l10n.t('Smoke Files'));
    this.#images = this.#group('images', l10n.t('Images'));
    this.#stages = this.#group('stages', l10n.t('Stages of Open Dockerfiles'));
    controller.items.replace([this.#files, this.#images, this.#stages]);
  }

  /** What an item stands for; undefined for groups and single checks. */
  subjectOf(item: TestItem): Subject | undefined {
    return this.#subjects.get(item);
  }

  /** The item with a subject that an item is, or stands under. */
  ownerOf(item: TestItem): TestItem | undefined {
    let owner: TestItem | undefined = item;
    while (owner !== undefined && this.subjectOf(owner) === undefined) owner = owner.parent;
    return owner;
  }

  /** The items that a run of everything is about: what the workspace holds, not every image of the host. */
  ofWorkspace(): readonly TestItem[] {
    return [...listItems(this.#files), ...listItems(this.#stages)];
  }

  /** Items with a subject under an item, or the item itself. */
  under(item: TestItem): readonly TestItem[] {
    return this.subjectOf(item) === undefined ? listItems(item).filter((child) => this.subjectOf(child) !== undefined) : [item];
  }

  /** Fills the group that is opened; all groups where none is named. */
  async resolve(item?: TestItem): Promise<void> {
    if (item === undefined || item === this.#files) await this.refreshFiles();
    if (item === undefined || item === this.#stages) await this.refreshStages();
    // A list of images costs a call to the engine: only when it is looked at.
    if (item === this.#images) await this.refreshImages();
  }

  async refreshFiles(): Promise<void> {
    const uris = await workspace.findFiles(SMOKE_FILES, '**/{node_modules,.git}/**', MAX_FILES);
    const items = await Promise.all(uris.sort((a, b) => (a.path < b.path ? -1 : 1)).map((uri) => this.refreshFile(uri)));
    this.#files.children.replace(items);
  }

  /** The item of a smoke file with the checks that are written in it. */
  async refreshFile(uri: Uri): Promise<TestItem> {
    const id = uri.toString();
    const item = this.#files.children.get(id) ?? this.#controller.createTestItem(id, workspace.asRelativePath(uri), uri);
    this.#subjects.set(item, { kind: 'file', uri });
    const { smoke, toRange, problems } = await loadSmokeFile(uri);
    item.range = toRange(smoke.subjectRange);
    item.error = problems[0];
    const written = [
      ...smoke.versions.map(({ part, version, range }, i) => ({ check: `version-${i}`, label: `${part} ${version}`, range })),
      ...smoke.models.map(({ path, range }, i) => ({ check: `model-${i}`, label: path, range })),
      ...smoke.checks.map(({ name, range }, i) => ({ check: `own-${i}`, label: name, range })),
    ];
    item.children.replace(
      written.map(({ check, label, range }) => {
        const child = this.#controller.createTestItem(`${id}#${check}`, toPlain(label, 200), uri);
        child.range = toRange(range);
        return child;
      }),
    );
    return item;
  }

  forgetFile(uri: Uri): void {
    this.#files.children.delete(uri.toString());
  }

  async refreshImages(): Promise<void> {
    const lists = await Promise.all(
      (await listEngines()).map(async (address) => {
        const engine = await connect(address);
        try {
          return (await listImages(engine)).filter(({ dangling }) => !dangling).flatMap(({ tags }) => tags.map((tag) => this.imageItem(address, tag, tag)));
        } catch {
          // A host that does not answer has no images; the views say why.
          return [];
        } finally {
          disconnect(engine);
        }
      }),
    );
    this.#images.children.replace(lists.flat());
  }

  /** The item of an image, made where there is none. */
  imageItem(address: EngineAddress, reference: string, label: string): TestItem {
    const id = `image ${address.name} ${reference}`;
    // A description would be read out in the place of the label.
    const shown = toPlain(label, 200);
    const item = this.#images.children.get(id) ?? this.#controller.createTestItem(id, address.current ? shown : l10n.t('{0} on {1}', shown, toPlain(address.name, 80)));
    this.#subjects.set(item, { kind: 'image', address, reference, label });
    this.#images.children.add(item);
    return item;
  }

  async refreshStages(): Promise<void> {
    const open = workspace.textDocuments.filter(({ languageId, uri }) => languageId === 'dockerfile' && uri.scheme === 'file');
    this.#stages.children.replace((await Promise.all(open.map(({ uri }) => this.stageItems(uri)))).flat());
  }

  /** The items of the stages of a Dockerfile. */
  async stageItems(uri: Uri): Promise<readonly TestItem[]> {
    const params: StackParams = { textDocument: { uri: uri.toString() } };
    const answer = await this.#server.sendRequest<StackAnswer>(STACK_REQUEST, params).catch((): StackAnswer => null);
    return (answer?.stages ?? []).map((stage) => {
      const id = `${uri.toString()}#${stage.index}`;
      const item = this.#stages.children.get(id) ?? this.#controller.createTestItem(id, `${workspace.asRelativePath(uri)}: ${toPlain(stage.name ?? `#${stage.index}`, 80)}`, uri);
      item.range = new Range(stage.line - 1, 0, stage.line - 1, 0);
      this.#subjects.set(item, { kind: 'stage', uri, stage });
      this.#stages.children.add(item);
      return item;
    });
  }

  /** The item of a check under a subject, made where the subject has none. */
  checkItem(parent: TestItem, checkId: string, title: string, range: Range | undefined): TestItem {
    const id = `${parent.id}#${checkId}`;
    const found = parent.children.get(id);
    if (found !== undefined) return found;
    const item = this.#controller.createTestItem(id, toPlain(title, 200), parent.uri);
    item.range = range ?? parent.range;
    parent.children.add(item);
    return item;
  }

  /** The item under a subject that gathers the checks of one of several Docker hosts. */
  hostItem(parent: TestItem, { name }: EngineAddress): TestItem {
    return this.checkItem(parent, `${HOST}${name}`, name, undefined);
  }

  #group(id: string, label: string): TestItem {
    const item = this.#controller.createTestItem(id, label);
    item.canResolveChildren = true;
    return item;
  }
}

/** Whether an item gathers the checks of a Docker host. */
export function isHostItem(item: TestItem): boolean {
  return checkIdOf(item).startsWith(HOST);
}

/** The id of the check that an item under a subject stands for. */
export function checkIdOf(item: TestItem): string {
  return item.id.slice(item.id.lastIndexOf('#') + 1);
}

/** A smoke file as it stands in the editor, or on disk. */
export async function loadSmokeFile(uri: Uri): Promise<{
  readonly smoke: SmokeFile;
  readonly problems: readonly string[];
  readonly toRange: (range: { readonly start: number; readonly end: number }) => Range;
}> {
  const text = (await workspace.openTextDocument(uri)).getText();
  const { smoke, problems } = readSmokeFile(text, uri.toString());
  const lines = new LineIndex(text);
  const toRange = ({ start, end }: { readonly start: number; readonly end: number }): Range => {
    const [first, last] = [lines.positionAt(start), lines.positionAt(end)];
    return new Range(first.line, first.character, last.line, last.character);
  };
  return { smoke, problems: problems.map(({ message }) => formatText(message, l10n.bundle)), toRange };
}

function listItems(item: TestItem): readonly TestItem[] {
  return Array.from(item.children, ([, child]) => child);
}
