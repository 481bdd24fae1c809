import type { CancellationToken, Position, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ComposeProject } from '../core/compose/model';
import type { Dockerfile } from '../core/dockerfile/model';
import { analyse, analyseDockerfileInSteps, readPartInSteps, type Analysis, type AnalysisOptions } from '../core/engine/analyse';
import { fixAll } from '../core/engine/fix';
import { Memory } from '../core/engine/memory';
import { fileKind, type FileKind } from '../core/file-kind';
import { completeFixes } from '../core/refactor/whole-fixes';
import type { Finding, Fix } from '../core/rules/model';
import type { Part } from '../core/stack/interpret';
import type { StackReport } from '../core/stack/model';
import type { Steps } from '../core/steps';
import type { Target } from '../core/target/model';
import { LineIndex } from '../core/text/line-index';
import { mergeSettings } from '../core/config/resolve';
import { BuildContext, listFolders } from './build-context';
import type { Configs } from './configs';
import type { Settings, SettingsStore } from './settings';
import type { SourceFiles } from './source-files';

/** The analysis of one file, open or on disk. File names in it are URIs. */
export interface DocumentAnalysis {
  /** Differs between any two analyses. */
  readonly id: string;
  readonly uri: string;
  readonly kind: FileKind;
  readonly text: string;
  /** Empty where the settings turn linting off. */
  readonly findings: readonly Finding[];
  /** Of a Dockerfile. */
  readonly stack: StackReport | undefined;
  /** Where the images of the document must run. */
  readonly targets: readonly Target[];
  /** Of a Compose file. */
  readonly compose: ComposeProject | undefined;
  /** Text of the file and of what was read besides, by URI. */
  readonly texts: ReadonlyMap<string, string>;
  /** Lines of a file of `texts`. */
  linesOf(uri: string): LineIndex;
}

/** What a document contains, without what is to be said of it. */
export type DocumentStack = Pick<DocumentAnalysis, 'text' | 'stack' | 'targets' | 'linesOf'>;

/** Languages of documents that tell what they are, whatever their names. */
const LANGUAGES: Readonly<Record<string, FileKind>> = { dockerfile: 'dockerfile', dockercompose: 'compose' };

/** A stack takes about a megabyte: those of more documents than anybody looks at in a row are made again when asked for. */
const MAX_KEPT = 24;
/** So many documents can be typed in by turns without being read whole again. */
const MAX_MEMORIES = 4;
/** A Dockerfile is analysed for so many milliseconds before messages of the client are read again. */
const SLICE_MS = 10;
/** Findings come this much later than the last key, at most, in milliseconds. */
const MAX_PAUSE_MS = 500;

interface Kept {
  /** Undefined once newer ones have taken its place; what it asked for is still known. */
  readonly analysis: DocumentAnalysis | undefined;
  /** False while the findings are still to be made. */
  readonly judged: boolean;
  /** Undefined for a file that has vanished. */
  readonly version: number | undefined;
  readonly asked: Set<string>;
  /** How long it took to make. */
  readonly tookMs: number;
}

/** One text of a document with what the engine is given besides. */
interface Draft {
  readonly version: number | undefined;
  readonly text: string;
  readonly options: AnalysisOptions & { readonly kind: FileKind };
  /** Places that it looks at. */
  readonly asked: Set<string>;
  readonly lint: boolean;
}

/** Analyses documents, and keeps each result until something that it was made of changes. */
export class Analyser {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #files: SourceFiles;
  readonly #settings: SettingsStore;
  readonly #configs: Configs;
  readonly #folders: () => readonly string[];
  readonly #log: (message: string) => void;
  readonly #drained: () => Promise<void>;
  readonly #kept = new Map<string, Kept>();
  /** Of open Dockerfiles, as they were last looked at. */
  readonly #drafts = new Map<string, Draft>();
  /** Of the open Dockerfiles that were typed in last. */
  readonly #memories = new Map<string, Memory>();
  /** Open Dockerfiles that are being analysed; see `#analyseInSlices`. */
  readonly #running = new Map<string, Promise<boolean>>();
  readonly #wholeFixes = new WeakMap<Finding, readonly Fix[]>();
  readonly #logged = new Set<string>();
  /** When an open document was last changed, in milliseconds of the clock of `performance`. */
  readonly #changedMs = new Map<string, number>();
  #count = 0;

  /**
   * `folders` gives the paths of the workspace folders; `log` is told of what went wrong, once for each text; `drained`
   * resolves once all messages of the client that have arrived were read.
   */
  constructor(
    documents: TextDocuments<TextDocument>,
    files: SourceFiles,
    settings: SettingsStore,
    configs: Configs,
    folders: () => readonly string[],
    log: (message: string) => void,
    drained: () => Promise<void>,
  ) {
    this.#documents = documents;
    this.#files = files;
    this.#settings = settings;
    this.#configs = configs;
    this.#folders = folders;
    this.#log = log;
    this.#drained = drained;
    documents.onDidChangeContent(({ document: { uri } }) => this.#changedMs.set(uri, performance.now()));
    documents.onDidClose(({ document: { uri } }) => this.#changedMs.delete(uri));
  }

  /** What a document is, by its language where that tells it, else by its name. */
  kindOf(uri: string): FileKind | undefined {
    const language = this.#documents.get(uri)?.languageId ?? '';
    const kind = LANGUAGES[language] ?? fileKind(decodeURIComponent(uri));
    return kind === 'dockerfile' && language === 'plaintext' ? undefined : kind;
  }

  /** True for a document that has findings of its own; requirements have those of the Dockerfiles that read them. */
  isChecked(uri: string): boolean {
    const kind = this.kindOf(uri);
    return kind !== undefined && kind !== 'requirements';
  }

  /** The analysis of a document as it is now; undefined when it cannot be read, fails, or the caller has lost interest. */
  async analyse(uri: string, token?: CancellationToken): Promise<DocumentAnalysis | undefined> {
    return this.#get(uri, true, token);
  }

  /** As `analyse`, but with the stack alone, which findings are then made of: for what a person waits for while typing. */
  async readStack(uri: string, token?: CancellationToken): Promise<DocumentStack | undefined> {
    return this.#get(uri, false, token);
  }

  /**
   * As `readStack`, but of a Dockerfile that is being typed in only the part that `choose` tells: what follows is read when
   * somebody asks for it.
   */
  async readPart(uri: string, choose: (dockerfile: Dockerfile) => Part, token: CancellationToken): Promise<DocumentStack | undefined> {
    const settings = await this.#settings.get(uri);
    await this.#drained();
    const version = this.#readVersion(uri);
    if (this.#nextHalf(uri, false) === undefined) return this.readStack(uri, token);
    const isCurrent = (): boolean => !token.isCancellationRequested && this.#readVersion(uri) === version;
    try {
      const made = await this.#files.disk.settle(async () => {
        const draft = isCurrent() ? this.#prepareOpen(uri, settings) : undefined;
        const read = draft && (await this.#inSlices(readPartInSteps(draft.text, uri, { ...draft.options, memory: this.#memoryOf(uri) }, choose), isCurrent));
        return read && { ...draft, stack: read.result };
      });
      if (made === undefined) return this.#readVersion(uri) === version || token.isCancellationRequested ? undefined : await this.readPart(uri, choose, token);
      let lines: LineIndex | undefined;
      return { text: made.text, stack: made.stack, targets: made.options.targets ?? [], linesOf: () => (lines ??= new LineIndex(made.text)) };
    } catch (error) {
      this.#logOnce(`The analysis of ${uri} failed: ${describe(error)}`);
      return undefined;
    }
  }

  /** As `readPart`, what begins up to a place of an open document. */
  async readUpTo(uri: string, position: Position, token: CancellationToken): Promise<DocumentStack | undefined> {
    return this.readPart(uri, () => ({ until: this.#documents.get(uri)?.offsetAt(position) ?? Infinity, withBases: false }), token);
  }

  /**
   * How long findings of a document had better wait, in milliseconds: while a person types, an analysis of every text
   * would keep completion waiting. As long again as it takes, so that of a short file nobody notices.
   */
  pauseMs(uri: string): number {
    const sinceMs = performance.now() - (this.#changedMs.get(uri) ?? 0);
    return Math.max(0, Math.min(2 * (this.#kept.get(uri)?.tookMs ?? 0), MAX_PAUSE_MS) - sinceMs);
  }

  async #get(uri: string, judge: boolean, token: CancellationToken | undefined): Promise<DocumentAnalysis | undefined> {
    const settings = await this.#settings.get(uri);
    // Changes and cancellations that wait in the queue are read first, so that only the newest text is analysed.
    await this.#drained();
    const isCancelled = (): boolean => token?.isCancellationRequested === true;
    // First the stack, which more requests wait for. Each of them waits for the one run, which ends when the text has changed.
    for (let next = this.#nextHalf(uri, judge); next !== undefined && !isCancelled(); next = this.#nextHalf(uri, judge)) {
      const running = this.#running.get(uri) ?? this.#analyseInSlices(uri, next === 'findings').finally(() => this.#running.delete(uri));
      this.#running.set(uri, running);
      const isPossible = await (token === undefined ? running : Promise.race([running, new Promise((resolve) => token.onCancellationRequested(resolve))]));
      if (isPossible === false) return undefined;
    }
    if (isCancelled()) return undefined;
    const kept = await this.#files.disk.settle(() => this.#analyseNow(uri, settings, judge));
    if (kept?.version !== undefined && kept !== this.#kept.get(uri)) this.#keep(uri, kept);
    return kept?.analysis;
  }

  /** What is still to be made of an open Dockerfile. */
  #nextHalf(uri: string, judge: boolean): 'stack' | 'findings' | undefined {
    if (this.#documents.get(uri) === undefined || this.kindOf(uri) !== 'dockerfile') return undefined;
    if (this.#findKept(uri, false) === undefined) return 'stack';
    return judge && this.#findKept(uri, true) === undefined ? 'findings' : undefined;
  }

  /**
   * Analyses an open Dockerfile and keeps what it finds; findings are made of the stack that is kept. Reads messages now
   * and then, and gives up when one of them has changed what it reads. False when it failed.
   */
  async #analyseInSlices(uri: string, judge: boolean): Promise<boolean> {
    const settings = await this.#settings.get(uri);
    const version = this.#readVersion(uri);
    const half = this.#findKept(uri, false);
    let begun = half;
    let draft: Draft | undefined;
    const isCurrent = (): boolean => this.#kept.get(uri) === begun && this.#readVersion(uri) === version;
    try {
      const made = await this.#files.disk.settle(async () => {
        draft = this.#prepareOpen(uri, settings, half?.asked);
        if (draft === undefined) return undefined;
        const { text, options, asked } = draft;
        // Stands for it while it is made, so that a change of what it has asked for is seen.
        begun = half ?? { analysis: undefined, judged: false, version, asked, tookMs: this.#kept.get(uri)?.tookMs ?? 0 };
        this.#keep(uri, begun);
        const given = { ...options, memory: this.#memoryOf(uri), ...(half && { stack: half.analysis?.stack }), ...(!judge && { rules: [] }) };
        return this.#inSlices(analyseDockerfileInSteps(text, uri, given), isCurrent);
      });
      if (draft === undefined) return false;
      if (made === undefined || !isCurrent()) return true;
      this.#keep(uri, { analysis: this.#describe(uri, draft.text, draft.options, made.result, draft.lint), judged: judge, version, asked: draft.asked, tookMs: made.tookMs + (half?.tookMs ?? 0) });
      return true;
    } catch (error) {
      this.#logOnce(`The analysis of ${uri} failed: ${describe(error)}`);
      return false;
    }
  }

  /** Goes through steps, and reads messages now and then. Undefined when one of them has made the result useless. */
  async #inSlices<T>(steps: Steps<T>, isCurrent: () => boolean): Promise<{ readonly result: T; readonly tookMs: number } | undefined> {
    for (let tookMs = 0; ; ) {
      const startMs = performance.now();
      let step = steps.next();
      while (step.done !== true && performance.now() - startMs < SLICE_MS) step = steps.next();
      tookMs += performance.now() - startMs;
      if (step.done === true) return { result: step.value, tookMs };
      await this.#drained();
      if (!isCurrent()) return undefined;
    }
  }

  /** What is kept of a document as it is now; with `judge` only what has its findings. */
  #findKept(uri: string, judge: boolean): Kept | undefined {
    const kept = this.#kept.get(uri);
    return kept?.analysis !== undefined && kept.version === this.#readVersion(uri) && (kept.judged || !judge) ? kept : undefined;
  }

  /** What is kept where it is of the text as it is now; what is missing of it is made. */
  #analyseNow(uri: string, settings: Settings, judge: boolean): Kept | undefined {
    const startMs = performance.now();
    const version = this.#readVersion(uri);
    const kept = this.#findKept(uri, false);
    if (kept !== undefined && (kept.judged || !judge)) return kept;
    const opened = this.#prepare(uri, settings, kept?.asked);
    if (opened === undefined) return undefined;
    const { text, options, asked, lint } = opened;
    const analysis = this.#run(uri, text, { ...options, ...(kept && { stack: kept.analysis?.stack }), ...(!judge && { rules: [] }) }, lint);
    const tookMs = performance.now() - startMs + (kept?.tookMs ?? 0);
    return analysis && { analysis, judged: judge, version, asked, tookMs };
  }

  /** What an analysis needs, with the places that it looks at; rules add to those that the stack they are given was made with. */
  #prepare(uri: string, settings: Settings, given?: Set<string>) {
    const text = this.#readText(uri);
    if (text === undefined) return undefined;
    const kind = this.kindOf(uri) ?? 'dockerfile';
    const { context, folder } = this.#createContext(uri, kind);
    const asked = given ?? context?.asked ?? new Set<string>();
    asked.add(this.#files.disk.toPath(uri) ?? '');
    const { options, lint } = this.#options(uri, settings, asked);
    return { text, asked, lint, options: { ...options, kind, context, folder } };
  }

  /** As `#prepare`, once for each text of an open document, so that whatever is read of one text asks for files in one place. */
  #prepareOpen(uri: string, settings: Settings, given?: Set<string>): Draft | undefined {
    const version = this.#readVersion(uri);
    const known = this.#drafts.get(uri);
    // What a disk far away did not have at first it may have now.
    if (known !== undefined && known.version === version && !this.#files.disk.remembers && (given === undefined || given === known.asked)) return known;
    const prepared = this.#prepare(uri, settings, given);
    if (prepared === undefined) return undefined;
    const draft = { version, ...prepared };
    this.#drafts.set(uri, draft);
    return draft;
  }

  /** What earlier texts of an open Dockerfile have left. */
  #memoryOf(uri: string): Memory {
    const memory = this.#memories.get(uri) ?? new Memory();
    this.#memories.delete(uri);
    this.#memories.set(uri, memory);
    for (const oldest of [...this.#memories.keys()].slice(0, -MAX_MEMORIES)) this.#memories.delete(oldest);
    return memory;
  }

  /** Files that safe fixes change, the document or those that it reads, with their text afterwards; none when it cannot be read or fails. */
  async fixAll(uri: string): Promise<ReadonlyMap<string, string>> {
    const settings = await this.#settings.get(uri);
    return this.#files.disk.settle(() => this.#fixAllNow(uri, settings));
  }

  /** The fixes of a finding that leave nothing new behind, tried out once for each text; messages are read meanwhile. */
  async completeFixes(analysis: DocumentAnalysis, finding: Finding, token: CancellationToken): Promise<readonly Fix[]> {
    const known = this.#wholeFixes.get(finding);
    const opened = known ?? finding.fixes.length === 0 ? undefined : await this.open(analysis.uri);
    if (opened === undefined) return known ?? finding.fixes;
    const { text, uri, findings, texts } = analysis;
    const made = await this.#files.disk.settle(() => this.#inSlices(completeFixes(finding, findings, text, uri, texts, opened.options), () => !token.isCancellationRequested));
    if (made !== undefined) this.#wholeFixes.set(finding, made.result);
    return made?.result ?? [];
  }

  #fixAllNow(uri: string, settings: Settings): ReadonlyMap<string, string> {
    const text = this.#readText(uri);
    const { options, lint } = this.#options(uri, settings);
    if (text === undefined || !lint) return new Map();
    const kind = this.kindOf(uri) ?? 'dockerfile';
    try {
      return fixAll(text, uri, { ...options, kind, ...this.#createContext(uri, kind) }).changed;
    } catch (error) {
      this.#logOnce(`Fixing ${uri} failed: ${describe(error)}`);
      return new Map();
    }
  }

  /** What the engine is given besides a document's text; undefined when the document cannot be read. Files that the engine then reads are to be awaited (`Disk.settle`). */
  async open(uri: string): Promise<{ readonly text: string; readonly options: AnalysisOptions } | undefined> {
    const settings = await this.#settings.get(uri);
    return this.#files.disk.settle(() => {
      const text = this.#readText(uri);
      if (text === undefined) return undefined;
      const kind = this.kindOf(uri) ?? 'dockerfile';
      return { text, options: { ...this.#options(uri, settings).options, kind, ...this.#createContext(uri, kind) } };
    });
  }

  /** Forgets analyses that looked at a file, or at something below it, on request without the file's own; true when there were any. */
  forgetUsersOf(file: string, others = false): boolean {
    const { sep } = this.#files.disk.path;
    const looksAt = ({ asked }: Pick<Kept, 'asked'>): boolean => [...asked].some((place) => place === file || file.startsWith(place + sep) || place.startsWith(file + sep));
    const isOwn = (uri: string): boolean => others && this.#files.disk.toPath(uri) === file;
    for (const [uri, draft] of this.#drafts) if (looksAt(draft) && !isOwn(uri)) this.#drafts.delete(uri);
    const users = [...this.#kept].filter(([uri, kept]) => looksAt(kept) && !isOwn(uri));
    for (const [uri] of users) this.#kept.delete(uri);
    return users.length > 0;
  }

  /** Keeps an analysis, and lets go of the oldest. */
  #keep(uri: string, kept: Kept): void {
    this.#kept.delete(uri);
    this.#kept.set(uri, kept);
    const whole = [...this.#kept].filter(([other, { analysis }]) => analysis !== undefined && !this.#running.has(other));
    for (const [oldest, one] of whole.slice(0, -MAX_KEPT)) this.#kept.set(oldest, { ...one, analysis: undefined, judged: false });
  }

  /** Forgets one analysis. */
  forget(uri: string): void {
    for (const known of [this.#kept, this.#drafts, this.#memories]) known.delete(uri);
  }

  /** Forgets everything: settings or workspace folders have changed. */
  reset(): void {
    for (const known of [this.#kept, this.#drafts, this.#memories]) known.clear();
  }

  /** The version of an open document, the time of the last change of a file on disk. */
  #readVersion(uri: string): number | undefined {
    const { disk } = this.#files;
    return this.#documents.get(uri)?.version ?? disk.stat(disk.toPath(uri) ?? '')?.modifiedMs;
  }

  #readText(uri: string): string | undefined {
    const open = this.#documents.get(uri);
    if (open !== undefined) return open.getText();
    const file = this.#files.disk.toPath(uri);
    return file === undefined ? undefined : this.#files.readText(file);
  }

  /** What a document may read besides itself; nothing for one that does not lie on the disk. */
  #createContext(uri: string, kind: FileKind): { readonly context?: BuildContext; readonly folder?: string } {
    const file = this.#files.disk.toPath(uri);
    if (file === undefined) return {};
    const { path } = this.#files.disk;
    const own = path.dirname(file);
    const outermost = this.#folders().find((candidate) => file.startsWith(candidate + path.sep)) ?? own;
    if (kind === 'dockerfile') return { context: new BuildContext(listFolders(path, own, outermost), this.#files) };
    return { context: new BuildContext([outermost], this.#files), folder: path.relative(outermost, own).replaceAll(path.sep, '/') };
  }

  /** How a document is analysed by the settings and its config file, whose places are added to `asked`. */
  #options(uri: string, settings: Settings, asked?: Set<string>): { readonly options: AnalysisOptions; readonly lint: boolean } {
    const file = this.#files.disk.toPath(uri);
    const found = file === undefined ? undefined : this.#configs.find(file);
    found?.asked.forEach((place) => asked?.add(place));
    const { rules, targets, buildArgs } = mergeSettings(settings, found?.loaded?.config);
    const onRuleError = (rule: string, error: unknown): void => this.#logOnce(`Rule ${rule} failed: ${describe(error)}`);
    return { options: { settings: rules, targets, buildArgs, overlay: found?.loaded?.overlay, onRuleError }, lint: settings.lint && found?.ignored !== true };
  }

  #run(uri: string, text: string, options: AnalysisOptions & { readonly kind: FileKind }, lint: boolean): DocumentAnalysis | undefined {
    try {
      return this.#describe(uri, text, options, analyse(text, uri, options), lint);
    } catch (error) {
      this.#logOnce(`The analysis of ${uri} failed: ${describe(error)}`);
      return undefined;
    }
  }

  /** What the engine found in a document, as it is handed out. */
  #describe(uri: string, text: string, options: AnalysisOptions & { readonly kind: FileKind }, { findings, stack, compose, files }: Analysis, lint: boolean): DocumentAnalysis {
    const texts = new Map([...files, [uri, text]]);
    const lines = new Map<string, LineIndex>();
    return {
      id: String(this.#count++),
      uri,
      kind: options.kind,
      text,
      findings: lint ? findings : [],
      stack,
      targets: options.targets ?? [],
      compose,
      texts,
      linesOf: (name) => {
        const known = lines.get(name) ?? new LineIndex(texts.get(name) ?? '');
        lines.set(name, known);
        return known;
      },
    };
  }

  #logOnce(message: string): void {
    if (this.#logged.has(message)) return;
    this.#logged.add(message);
    this.#log(message);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
