import path from 'node:path';
import {
  commands,
  CustomExecution,
  Disposable,
  l10n,
  ProgressLocation,
  Range,
  Selection,
  Task,
  TaskGroup,
  TaskPanelKind,
  TaskRevealKind,
  tasks,
  TaskScope,
  TerminalLink,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Memento,
  type Progress,
  type TerminalLinkProvider,
  type WorkspaceFolder,
} from 'vscode';
import { diagnoseBuild, type BuildFailure } from '../../core/build-log/diagnose';
import type { BuildEvent } from '../../core/build-log/model';
import { Places } from '../../core/build-log/place';
import { describePosition, LogRenderer, type LogPaint } from '../../core/build-log/render';
import type { Analysis } from '../../core/engine/analyse';
import { formatText } from '../../core/l10n/message';
import { findNeeded, isIdle } from '../../core/stack/needed-stages';
import { ERRORS_REQUEST, type ErrorsAnswer, type ErrorsParams } from '../../core/protocol/requests';
import { LineIndex } from '../../core/text/line-index';
import { without } from '../../core/without';
import { buildImage, checkSpace, DockerError, sweepBuilds, type BuildSpec } from '../../docker';
import type { EngineAddress } from '../../docker/model';
import { listAllEngines, pickEngine } from '../docker/engines';
import { toPlain } from '../docker/plain';
import { describeError, showFailure } from '../docker/problem-message';
import { requireTrust } from '../docker/trust';
import { BUILD_TASK, dockerfilePath, readDefinition, toSpec, type BuildDefinition } from './definition';
import { analyseFile, type FileAnalysis } from './analysis';
import { Failures } from './failures';
import { askOptions } from './options';
import { targetOf } from './target';
import { BuildTerminal } from './terminal';
import type { LanguageServer } from '../language/server';

/** Dockerfiles of a workspace that are offered as tasks. */
const MAX_TASKS = 50;
const DOCKERFILES = '**/{Dockerfile,Containerfile,Dockerfile.*,Containerfile.*,*.Dockerfile,*.dockerfile}';

/** How a build ended, for who started it. */
export interface BuildResult {
  readonly ended: 'built' | 'failed' | 'cancelled';
  readonly imageId: string | null;
  readonly address: EngineAddress;
}

/** `id`: who waits for the result of a task. */
type IdentifiedDefinition = BuildDefinition & { readonly id?: string };

/** All that stands behind the command, the tasks and the links of builds. */
export function createBuildFeature(server: LanguageServer, memento: Memento) {
  const failures = new Failures();
  /** Dockerfiles by the label under which terminals show their lines. */
  const labels = new Map<string, Uri>();
  const results = new Map<string, (result: BuildResult | undefined) => void>();
  const links: TerminalLinkProvider<PlaceLink> = {
    provideTerminalLinks: ({ line }) => findLinks(line, labels),
    handleTerminalLink: async ({ uri, line }) => {
      await window.showTextDocument(uri, { selection: new Selection(line, 0, line, 0) });
    },
  };
  const linkProvider = window.registerTerminalLinkProvider(links);

  /** Asks how, and builds; undefined when it was dismissed or could not begin. */
  async function build(given: Uri | undefined, stage: string | undefined): Promise<BuildResult | undefined> {
    try {
      if (!(await requireTrust())) return undefined;
      const dockerfile = given ?? (await pickDockerfile());
      if (dockerfile === undefined) return undefined;
      const folder = folderOf(dockerfile);
      const address = await pickEngine(l10n.t('On which Docker host is it to be built?'));
      if (address === undefined) {
        throw new DockerError({ kind: 'not-installed' });
      }
      const { stack } = await analyseFile(dockerfile, {});
      const key = `tensorrt.build ${dockerfile.toString()}`;
      const remembered = { ...defaultDefinition(dockerfile, folder), ...memento.get<BuildDefinition>(key) };
      const target = stage === undefined ? undefined : targetOf(stack?.stages.map((each) => each.stage) ?? [], stage);
      if (target?.kind === 'nameless') {
        void window.showInformationMessage(l10n.t('Docker builds only a stage with a name by itself: write AS and a name behind its FROM.'));
        return undefined;
      }
      const start = target === undefined ? remembered : { ...without(remembered, 'target'), ...(target.kind === 'named' && { target: target.name }) };
      const title = l10n.t('Build {0}', labelOf(dockerfile));
      const definition = await askOptions(title, start, stack, address);
      if (definition === undefined) return undefined;
      await memento.update(key, definition);
      return await execute({ ...definition, engine: address.name }, folder);
    } catch (error) {
      await showFailure(error, l10n.t('Building the image'));
      return undefined;
    }
  }

  /** Builds as a definition says, in a terminal, and waits for the end. */
  async function execute(definition: BuildDefinition, folder: Uri): Promise<BuildResult | undefined> {
    const id = String(Math.random());
    const task = createTask({ ...definition, id }, folder, l10n.t('Build {0}', definition.dockerfile ?? 'Dockerfile'));
    const ended = new Promise<BuildResult | undefined>((resolve) => results.set(id, resolve));
    const execution = await tasks.executeTask(task);
    const subscription = tasks.onDidEndTask((event) => {
      if (event.execution === execution) results.get(id)?.(undefined);
    });
    try {
      return await ended;
    } finally {
      results.delete(id);
      subscription.dispose();
    }
  }

  function createTask(definition: IdentifiedDefinition, folder: Uri, name: string): Task {
    const scope = workspace.getWorkspaceFolder(folder) ?? TaskScope.Workspace;
    const execution = new CustomExecution(() => Promise.resolve(new BuildTerminal((terminal) => run(definition, folder, terminal))));
    const task = new Task({ type: BUILD_TASK, ...without(definition, 'id') }, scope, name, 'TensorRT', execution, []);
    task.group = TaskGroup.Build;
    task.presentationOptions = { reveal: TaskRevealKind.Always, panel: TaskPanelKind.Dedicated, clear: true, focus: false, echo: false, showReuseMessage: false };
    return task;
  }

  /** One build, shown in a terminal and under a progress; gives the exit status of the task. */
  async function run(definition: IdentifiedDefinition, folder: Uri, terminal: BuildTerminal): Promise<number> {
    const settle = (result: BuildResult | undefined): void => results.get(definition.id ?? '')?.(result);
    try {
      // A task may have been started by other means than our command.
      if (!(await requireTrust())) {
        terminal.write([PAINT.red(l10n.t('This workspace is not trusted: nothing is built or run in it.'))]);
        return 1;
      }
      const spec = toSpec(definition, folder);
      const file = dockerfilePath(spec);
      const dockerfile = file === undefined ? undefined : Uri.file(file);
      const title = l10n.t('Building {0}', dockerfile === undefined ? toPlain(spec.context, 80) : labelOf(dockerfile));
      const address = await findEngine(definition.engine);
      const analysis = dockerfile === undefined ? undefined : await analyseFile(dockerfile, spec.buildArgs ?? {}, spec.context);
      if (dockerfile !== undefined && !(await confirm(dockerfile, spec, analysis))) {
        terminal.write([l10n.t('Not built.')]);
        return 1;
      }
      return await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
        token.onCancellationRequested(() => terminal.stop());
        const result = await follow({ definition, spec, folder, dockerfile, analysis, address, terminal, progress });
        settle(result);
        return result.ended === 'built' ? 0 : 1;
      });
    } catch (error) {
      terminal.write([PAINT.red(describeError(error))]);
      void showFailure(error, l10n.t('Building the image'));
      return 1;
    } finally {
      settle(undefined);
    }
  }

  interface Followed {
    readonly definition: BuildDefinition;
    readonly spec: ReturnType<typeof toSpec>;
    readonly folder: Uri;
    readonly dockerfile: Uri | undefined;
    readonly analysis: FileAnalysis | undefined;
    readonly address: EngineAddress;
    readonly terminal: BuildTerminal;
    readonly progress: Progress<{ readonly message?: string; readonly increment?: number }>;
  }

  async function follow({ spec, folder, dockerfile, analysis, address, terminal, progress }: Followed): Promise<BuildResult> {
    const label = dockerfile === undefined ? '' : labelOf(dockerfile);
    if (dockerfile !== undefined) {
      failures.clear(dockerfile);
      labels.set(label, dockerfile);
    }
    const dockerPath = workspace.getConfiguration('tensorrt').get<string>('docker.path', 'docker');
    if (analysis?.stack !== undefined) {
      const shortage = await checkSpace(address, analysis.stack, spec, { dockerPath, signal: terminal.signal });
      if (shortage !== undefined) {
        terminal.write([PAINT.yellow(l10n.t('The images to pull have {0} GB compressed, and {1} GB are free in {2}.', gigabytes(shortage.pullBytes), gigabytes(shortage.freeBytes), toPlain(shortage.folder)))]);
      }
    }
    const renderer = createRenderer(analysis, label);
    const onEvent = (event: BuildEvent): void => {
      terminal.write(renderer.render(event));
      if (event.kind !== 'message') progress.report({ message: describeProgress(event) });
    };
    const outcome = await buildImage(address, spec, { dockerPath, folder: folder.fsPath, signal: terminal.signal, onEvent });
    const found = outcome.ended === 'failed' && analysis?.stack !== undefined ? diagnoseBuild(outcome.log, analysis.stack, analysis.findings) : [];
    const seconds = (outcome.durationMs / 1000).toFixed(1);
    if (outcome.ended === 'built') {
      terminal.write(['', PAINT.green(l10n.t('Built in {0} s.', seconds)), ...(outcome.imageId === null ? [] : [outcome.imageId])]);
      void tellBuilt(spec.tags?.[0] ?? outcome.imageId?.slice('sha256:'.length, 19) ?? label, seconds);
    } else if (outcome.ended === 'cancelled') {
      terminal.write(['', PAINT.yellow(l10n.t('Cancelled after {0} s.', seconds))]);
    } else {
      terminal.write(['', ...describeFailures(found, analysis, label), PAINT.red(l10n.t('Failed after {0} s.', seconds))]);
      if (dockerfile !== undefined && analysis !== undefined) failures.show(dockerfile, found, analysis.texts);
      void tellFailed(found, analysis, outcome.log.error);
    }
    return { ended: outcome.ended, imageId: outcome.imageId, address };
  }

  /** Shows findings that say the build will fail, but for those of stages that it does not take; true to go on. */
  async function confirm(dockerfile: Uri, { target, buildContexts = {} }: BuildSpec, analysis: FileAnalysis | undefined): Promise<boolean> {
    const params: ErrorsParams = { textDocument: { uri: dockerfile.toString() } };
    const all = await server.sendRequest<ErrorsAnswer>(ERRORS_REQUEST, params).catch((): ErrorsAnswer => []);
    const stack = analysis?.stack;
    const needed = stack && findNeeded(stack, target, Object.keys(buildContexts));
    const errors = all.filter(({ uri, range }) => {
      const lines = new LineIndex(analysis?.texts.get(uri) ?? '');
      const start = lines.lineStart(range.start.line) + range.start.character;
      return stack === undefined || needed === undefined || !isIdle({ file: uri, range: { start, end: start + 1 } }, stack, needed);
    });
    const [first] = errors;
    if (first === undefined) return true;
    const anyway = l10n.t('Build Anyway');
    const show = l10n.t('Show');
    const detail = errors.slice(0, 5).map(({ message, range }) => l10n.t('Line {0}: {1}', range.start.line + 1, toPlain(message, 300)));
    const text = errors.length === 1 ? l10n.t('This Dockerfile has an error that will make the build fail.') : l10n.t('This Dockerfile has {0} errors that will make the build fail.', errors.length);
    const answer = await window.showWarningMessage(text, { modal: true, detail: detail.join('\n') }, anyway, show);
    if (answer === show) await window.showTextDocument(Uri.parse(first.uri), { selection: new Range(first.range.start.line, first.range.start.character, first.range.end.line, first.range.end.character) });
    return answer === anyway;
  }

  // Of an editor that crashed.
  sweepBuilds();
  const subscriptions = Disposable.from(failures, linkProvider);
  return {
    build,
    execute,
    async provideTasks(token: CancellationToken): Promise<Task[]> {
      const files = await workspace.findFiles(DOCKERFILES, '**/{node_modules,.git}/**', MAX_TASKS, token);
      return files.map((file) => {
        const folder = folderOf(file);
        return createTask(defaultDefinition(file, folder), folder, labelOf(file));
      });
    },
    resolveTask(task: Task): Task {
      const folder = isFolder(task.scope) ? task.scope.uri : (workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/'));
      const resolved = createTask(readDefinition(task.definition), folder, task.name);
      // VS Code wants the very definition that it asked about.
      const execution = resolved.execution;
      const same = new Task(task.definition, task.scope ?? TaskScope.Workspace, task.name, task.source, execution, task.problemMatchers);
      same.presentationOptions = resolved.presentationOptions;
      return same;
    },
    dispose: (): void => void subscriptions.dispose(),
  };
}

function isFolder(scope: Task['scope']): scope is WorkspaceFolder {
  return typeof scope === 'object';
}

async function pickDockerfile(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document;
  if (active?.languageId === 'dockerfile' && active.uri.scheme === 'file') return active.uri;
  const files = await workspace.findFiles(DOCKERFILES, '**/{node_modules,.git}/**', MAX_TASKS);
  if (files.length <= 1) {
    if (files[0] === undefined) void window.showInformationMessage(l10n.t('There is no Dockerfile in this workspace.'));
    return files[0];
  }
  const picked = await window.showQuickPick(files.map((uri) => ({ label: labelOf(uri), uri })), { placeHolder: l10n.t('Dockerfile to build') });
  return picked?.uri;
}

function folderOf(dockerfile: Uri): Uri {
  return workspace.getWorkspaceFolder(dockerfile)?.uri ?? Uri.file(path.dirname(dockerfile.fsPath));
}

function labelOf(dockerfile: Uri): string {
  return toPlain(workspace.asRelativePath(dockerfile, false), 120);
}

/** The folder of the Dockerfile is the context, and gives the image its name. */
function defaultDefinition(dockerfile: Uri, folder: Uri): BuildDefinition {
  const relative = path.relative(folder.fsPath, dockerfile.fsPath).replaceAll(path.sep, '/');
  const context = path.dirname(relative);
  const name = path.basename(path.dirname(dockerfile.fsPath)).toLowerCase().replace(/[^a-z\d]+/g, '-').replace(/^-+|-+$/g, '');
  return { dockerfile: relative, ...(context !== '.' && { context }), ...(name !== '' && { tags: [`${name}:latest`] }) };
}

/** The engine of that name; the current one where none is named. */
async function findEngine(name: string | undefined): Promise<EngineAddress> {
  const all = await listAllEngines();
  const found = name === undefined ? (all.find(({ current }) => current) ?? all[0]) : all.find((address) => address.name === name || address.url === name);
  if (found === undefined) throw new DockerError({ kind: 'not-installed' });
  return found;
}

const paint = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;

// Select Graphic Rendition, ECMA-48 8.3.117: the colours are those of the terminal's theme. Grey, and not faint: terminals
// see to the contrast of a colour, and halve it for what is faint.
const PAINT: LogPaint = { bold: paint(1, 22), dim: paint(90, 39), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };

function createRenderer(analysis: Analysis | undefined, label: string): LogRenderer {
  const { stack } = analysis ?? {};
  const places = stack && new Places(stack);
  const lines = new LineIndex(stack?.dockerfile.text ?? '');
  return new LogRenderer({
    paint: PAINT,
    placeOf: (step) => {
      const placed = places?.find(step);
      return placed && `${label}:${lines.positionAt(placed.instruction.range.start).line + 1}`;
    },
    words: { done: l10n.t('done'), cached: l10n.t('cached'), failed: l10n.t('failed'), cancelled: l10n.t('cancelled') },
  });
}

function describeProgress({ step }: Exclude<BuildEvent, { readonly kind: 'message' }>): string {
  const { transfer } = step;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const size = transfer === undefined ? '' : transfer.totalBytes === undefined ? ` ${megabytes(transfer.currentBytes)} MB` : ` ${megabytes(transfer.currentBytes)} / ${megabytes(transfer.totalBytes)} MB`;
  return `${describePosition(step)}${toPlain(step.text, 60)}${size}`;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

function describeFailures(found: readonly BuildFailure[], analysis: FileAnalysis | undefined, label: string): readonly string[] {
  return found.flatMap(({ message, location, causes }) => {
    const line = new LineIndex(analysis?.texts.get(location.file) ?? '').positionAt(location.range.start).line + 1;
    const place = location.file === analysis?.stack?.dockerfile.file ? label : labelOf(Uri.parse(location.file));
    return [`${PAINT.bold(`${place}:${line}`)} ${PAINT.red(toPlain(formatText(message, l10n.bundle)))}`, ...causes.slice(0, 1).map(({ line: said }) => `  ${PAINT.dim(toPlain(said, 300))}`)];
  });
}

async function tellBuilt(image: string, seconds: string): Promise<void> {
  const canTest = (await commands.getCommands(true)).includes('tensorrt.smokeTestImage');
  const test = l10n.t('Smoke-Test');
  const answer = await window.showInformationMessage(l10n.t('Built {0} in {1} s.', toPlain(image, 100), seconds), ...(canTest ? [test] : []));
  if (answer === test) await commands.executeCommand('tensorrt.smokeTestImage', image);
}

async function tellFailed([first]: readonly BuildFailure[], analysis: FileAnalysis | undefined, error: string | undefined): Promise<void> {
  const show = l10n.t('Show in Dockerfile');
  const explain = l10n.t('Explain');
  const text = first === undefined ? toPlain(error ?? '', 300) : toPlain(formatText(first.message, l10n.bundle), 300);
  const buttons = [...(first === undefined ? [] : [show]), ...((first?.causes.length ?? 0) > 0 ? [explain] : [])];
  const answer = await window.showErrorMessage(l10n.t('The build failed. {0}', text), ...buttons);
  if (first === undefined) return;
  if (answer === explain) await commands.executeCommand('tensorrt.decodeError', first.evidence.join('\n'));
  if (answer !== show) return;
  const start = new LineIndex(analysis?.texts.get(first.location.file) ?? '').positionAt(first.location.range.start);
  await window.showTextDocument(Uri.parse(first.location.file), { selection: new Selection(start.line, start.character, start.line, start.character) });
}

/** A place of a Dockerfile in a line of a terminal. */
class PlaceLink extends TerminalLink {
  constructor(
    start: number,
    length: number,
    readonly uri: Uri,
    readonly line: number,
  ) {
    super(start, length, l10n.t('Show in Dockerfile'));
  }
}

function findLinks(line: string, labels: ReadonlyMap<string, Uri>): PlaceLink[] {
  return [...labels].flatMap(([label, uri]) => {
    const at = line.indexOf(`${label}:`);
    const [, number] = at < 0 ? [] : (/^:(\d+)/.exec(line.slice(at + label.length)) ?? []);
    return number === undefined ? [] : [new PlaceLink(at, label.length + 1 + number.length, uri, Number(number) - 1)];
  });
}
