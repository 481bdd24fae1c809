// Smoke tests in the tests view: runs, their output and their messages.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  commands,
  Disposable,
  l10n,
  Location,
  Range,
  TestMessage,
  TestRunRequest,
  Uri,
  window,
  workspace,
  type ExtensionContext,
  type QuickPickItem,
  type TestController,
  type TestItem,
  type TestRun,
} from 'vscode';
import { diagnoseBuild } from '../../core/build-log/diagnose';
import { describeStack, type StageOutput } from '../../core/engine/stack-output';
import { formatText } from '../../core/l10n/message';
import { LineIndex } from '../../core/text/line-index';
import { without } from '../../core/without';
import { buildImage, connect, disconnect, DockerError, readEngineInfo, readTestedImage, runContainer, sweepRuns, type BuildSpec, type Engine, type EngineAddress } from '../../docker';
import { writeJobs } from '../../smoke/cluster';
import { placeInFile } from '../../smoke/file-checks';
import type { CheckResult, Profile, Sentence } from '../../smoke/model';
import { DEFAULT_LIMITS } from '../../smoke/run';
import { smoke, type SmokeHost, type SmokeRequest } from '../../smoke/smoke';
import { describeAddress, listAllEngines, listEngines } from '../docker/engines';
import { analyseFile } from '../build/analysis';
import { readDefinition, toSpec } from '../build/definition';
import { targetOf } from '../build/target';
import type { DockerNode } from '../docker/nodes';
import { Pages } from '../docker/pages';
import { toPlain, toPlainLines } from '../docker/plain';
import { describeProblem, showFailure } from '../docker/problem-message';
import { listAllImages, imageRow } from '../docker/select';
import { requireTrust } from '../docker/trust';
import { History } from './history';
import { checkIdOf, isHostItem, Items, loadSmokeFile, SMOKE_FILES, type Subject } from './items';
import type { SmokeCommand } from './register';
import { nameVerdict } from './words';
import type { LanguageServer } from '../language/server';

/** Where it is kept which Docker hosts smoke files and stages are tested on. */
const HOSTS_KEY = 'tensorrt.smoke.hosts';

/** One subject of a run on one Docker host. */
interface Job {
  readonly run: TestRun;
  readonly item: TestItem;
  readonly subject: Subject;
  readonly address: EngineAddress;
  readonly profiles: readonly Profile[];
  /** Only these checks; all where it is undefined. */
  readonly only: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** What a subject is tested as. */
interface Prepared {
  readonly reference: string;
  readonly predicted: StageOutput | null;
  readonly file: SmokeRequest['file'];
  /** Where the messages of a check are shown. */
  readonly placeOf: (checkId: string) => Range | undefined;
}

/** An image could not be built: why, and where. */
class NotBuilt extends Error {
  constructor(
    message: string,
    readonly place: Location | undefined,
  ) {
    super(message);
  }
}

/** All that stands behind the tests view and the commands of smoke tests. */
export function createSmokeFeature(controller: TestController, server: LanguageServer, context: ExtensionContext) {
  const items = new Items(controller, server);
  const pages = new Pages('tensorrt-smoke');
  const history = new History(context.globalStorageUri);
  /** Runs on their way: called off when the window closes. */
  const running = new Set<AbortController>();

  const watcher = workspace.createFileSystemWatcher(SMOKE_FILES);
  const subscriptions = Disposable.from(
    pages,
    watcher,
    watcher.onDidCreate(() => void items.refreshFiles()),
    watcher.onDidChange((uri) => void items.refreshFile(uri)),
    watcher.onDidDelete((uri) => items.forgetFile(uri)),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme === 'file' && /\.smoke\.ya?ml$/i.test(document.uri.path)) void items.refreshFile(document.uri);
    }),
    workspace.onDidOpenTextDocument(({ languageId }) => void (languageId === 'dockerfile' && items.refreshStages())),
    workspace.onDidSaveTextDocument(({ languageId }) => void (languageId === 'dockerfile' && items.refreshStages())),
    workspace.onDidCloseTextDocument(({ languageId }) => void (languageId === 'dockerfile' && items.refreshStages())),
  );

  /** A run of the tests view. */
  async function run(profiles: readonly Profile[], request: TestRunRequest): Promise<void> {
    if (!(await requireTrust())) return;
    const abort = new AbortController();
    const testRun = controller.createTestRun(request);
    const subscription = testRun.token.onCancellationRequested(() => abort.abort());
    running.add(abort);
    try {
      if (request.include === undefined) await items.resolve();
      const excluded = new Set(request.exclude);
      const jobs: Job[] = [];
      for (const [item, only] of chooseItems(request.include ?? items.ofWorkspace())) {
        const subject = items.subjectOf(item);
        if (subject === undefined || excluded.has(item)) continue;
        testRun.enqueued(item);
        for (const address of subject.kind === 'image' ? [subject.address] : await chosenHosts()) jobs.push({ run: testRun, item, subject, address, profiles, only, signal: abort.signal });
      }
      if (jobs.length === 0) testRun.appendOutput(toLines(l10n.t('There is nothing to test: no smoke file, and no open Dockerfile.')));
      // One host after the other would waste time; two subjects on one host would disturb each other.
      const byHost = new Map<string, Job[]>();
      for (const job of jobs) byHost.set(job.address.name, [...(byHost.get(job.address.name) ?? []), job]);
      await Promise.all(
        [...byHost.values()].map(async (queue) => {
          for (const job of queue) await test(job, byHost.size > 1);
        }),
      );
    } finally {
      running.delete(abort);
      subscription.dispose();
      testRun.end();
    }
  }

  /** Subjects among some items, each with the checks that were chosen of it. */
  function chooseItems(chosen: readonly TestItem[]): ReadonlyMap<TestItem, readonly string[] | undefined> {
    const found = new Map<TestItem, readonly string[] | undefined>();
    for (const item of chosen) {
      const owner = items.ownerOf(item);
      if (owner === undefined || owner === item) {
        for (const each of items.under(item)) found.set(each, undefined);
      } else if (isHostItem(item)) {
        found.set(owner, undefined);
      } else {
        const before = found.get(owner);
        if (!found.has(owner) || before !== undefined) found.set(owner, [...(before ?? []), checkIdOf(item)]);
      }
    }
    return found;
  }

  /** Tests one subject on one host, and tells all that comes of it. */
  async function test({ run: testRun, item, subject, address, profiles, only, signal }: Job, namesHost: boolean): Promise<void> {
    const begun = performance.now();
    testRun.started(item);
    const write = (text: string, of: TestItem = item): void => testRun.appendOutput(toLines(text), undefined, of);
    const engine = await connect(address);
    try {
      const info = await readEngineInfo(engine, signal);
      await sweepRuns(engine, signal);
      const prepared = await prepare(subject, address, signal, write);
      write(l10n.t('{0} on {1} ({2})', labelOf(subject), toPlain(address.name), toPlain(info.hostName)));
      const checks = new Map<string, TestItem>();
      // Of several hosts each has a verdict of its own on a check.
      const parent = namesHost ? items.hostItem(item, address) : item;
      const request: SmokeRequest = {
        subject: labelOf(subject),
        reference: prepared.reference,
        profiles,
        predicted: prepared.predicted,
        engine: { name: address.name, host: info.hostName, version: info.version },
        ...(prepared.file !== undefined && { file: prepared.file }),
        ...(only !== undefined && { only }),
        translations: l10n.bundle,
      };
      const { record } = await smoke(
        request,
        hostOf(engine),
        (event) => {
          switch (event.type) {
            case 'started': {
              const check = checks.get(event.checkId);
              if (check !== undefined) testRun.started(check);
              break;
            }
            case 'output':
              write(event.text, checks.get(event.checkId ?? '') ?? item);
              break;
            case 'finished': {
              const check = checks.get(event.result.id);
              if (check !== undefined) tell(testRun, check, event.result, prepared.placeOf(event.result.id), namesHost ? address.name : undefined);
            }
          }
        },
        signal,
        (planned) => {
          for (const { id, title } of planned) {
            const check = items.checkItem(parent, id, formatText(title, l10n.bundle), prepared.placeOf(id));
            checks.set(id, check);
            testRun.enqueued(check);
          }
          for (const id of only ?? []) if (!checks.has(id)) testRun.skipped(items.checkItem(parent, id, id, undefined));
          if (planned.length === 0) write(l10n.t('There is nothing to check in this image with these profiles.'));
        },
      );
      await history.add(record);
      const { failed, blocked, passed } = record.counts;
      const took = performance.now() - begun;
      // Its own state is that it could be tested; what came out is the state of its checks.
      if (record.checks.length === 0) testRun.skipped(item);
      else testRun.passed(item, took);
      write(l10n.t('{0} passed, {1} failed, {2} blocked by the host, in {3} s', passed, failed, blocked, (took / 1000).toFixed(1)));
    } catch (error) {
      if (signal.aborted) testRun.skipped(item);
      else {
        const text = error instanceof DockerError ? describeProblem(error.problem).text : toPlainLines(error instanceof Error ? error.message : String(error));
        const place = error instanceof NotBuilt ? error.place : undefined;
        testRun.errored(item, messageOf(text, place?.uri ?? item.uri, place?.range ?? item.range), performance.now() - begun);
      }
    } finally {
      disconnect(engine);
    }
  }

  /** The image of a subject, built where it is a Dockerfile. */
  async function prepare(subject: Subject, address: EngineAddress, signal: AbortSignal, write: (text: string) => void): Promise<Prepared> {
    if (subject.kind === 'image') return { reference: subject.reference, predicted: null, file: undefined, placeOf: () => undefined };
    if (subject.kind === 'stage') {
      const { uri, stage } = subject;
      const { reference } = await build(uri, stage.name ?? String(stage.index), {}, undefined, address, signal, write);
      const line = new Range(stage.line - 1, 0, stage.line - 1, 0);
      return { reference, predicted: shortenFiles(stage), file: undefined, placeOf: () => line };
    }
    const { smoke: file, problems, toRange } = await loadSmokeFile(subject.uri);
    const [problem] = problems;
    if (file.subject === null || problem !== undefined) throw new Error(problem ?? l10n.t('The file does not say what is tested.'));
    const resolve = (name: string): string => path.resolve(path.dirname(subject.uri.fsPath), name);
    const common = { file: { smoke: file, resolve }, placeOf: (id: string) => toRange(placeInFile(file, id)) };
    if (file.subject.kind === 'image') return { ...common, reference: file.subject.image, predicted: null };
    const dockerfile = Uri.file(resolve(file.subject.dockerfile));
    const { target, context: folder, buildArgs } = file.subject;
    return { ...common, ...(await build(dockerfile, target ?? undefined, buildArgs, folder === null ? undefined : resolve(folder), address, signal, write)) };
  }

  /** Builds a stage as it was last built from the editor; gives the id of the image, and what it should hold. Rejects with NotBuilt. */
  async function build(dockerfile: Uri, target: string | undefined, buildArgs: Readonly<Record<string, string>>, folder: string | undefined, address: EngineAddress, signal: AbortSignal, write: (text: string) => void): Promise<Pick<Prepared, 'reference' | 'predicted'>> {
    const last = context.workspaceState.get<object>(`tensorrt.build ${dockerfile.toString()}`, {});
    const workspaceFolder = workspace.getWorkspaceFolder(dockerfile)?.uri ?? Uri.file(path.dirname(dockerfile.fsPath));
    // Neither named nor pushed: only this test needs it.
    const remembered = { ...without(toSpec(readDefinition(last), workspaceFolder), 'target'), push: false, tags: [] };
    const spec: BuildSpec = {
      ...remembered,
      dockerfile: dockerfile.fsPath,
      context: folder ?? ('context' in last ? remembered.context : path.dirname(dockerfile.fsPath)),
      buildArgs: { ...remembered.buildArgs, ...buildArgs },
    };
    const { stack, findings, texts } = await analyseFile(dockerfile, spec.buildArgs ?? {}, spec.context);
    const stages = stack === undefined ? [] : describeStack(stack).stages;
    const wanted = target === undefined ? undefined : targetOf(stages, target);
    if (wanted?.kind === 'nameless') throw new NotBuilt(l10n.t('Docker builds only a stage with a name by itself: write AS and a name behind its FROM.'), undefined);
    const outcome = await buildImage(
      address,
      { ...spec, ...(wanted?.kind === 'named' && { target: wanted.name }) },
      {
        signal,
        dockerPath: workspace.getConfiguration('tensorrt').get<string>('docker.path', 'docker'),
        onEvent: (event) => {
          if (event.kind === 'output' || event.kind === 'message') write(event.text);
          else if (event.kind === 'step' && event.step.state === 'running') write(event.step.text);
        },
      },
    );
    if (outcome.imageId !== null) {
      const built = target === undefined ? stages.at(-1) : stages.find(({ name, index }) => name?.toLowerCase() === target.toLowerCase() || String(index) === target);
      return { reference: outcome.imageId, predicted: built === undefined ? null : shortenFiles(built) };
    }
    if (outcome.ended === 'cancelled') throw new NotBuilt(l10n.t('Cancelled.'), undefined);
    const [failure] = stack === undefined ? [] : diagnoseBuild(outcome.log, stack, findings);
    throw new NotBuilt(
      l10n.t('{0} was not built: {1}', workspace.asRelativePath(dockerfile), [failure === undefined ? (outcome.log.error ?? '') : formatText(failure.message, l10n.bundle), ...(failure?.evidence ?? [])].join('\n')),
      failure === undefined ? undefined : new Location(Uri.parse(failure.location.file), toRange(texts.get(failure.location.file) ?? '', failure.location.range)),
    );
  }

  /** The hosts that smoke files and stages are tested on: those chosen, else the current one. */
  async function chosenHosts(): Promise<readonly EngineAddress[]> {
    const names = context.workspaceState.get<readonly string[]>(HOSTS_KEY, []);
    const chosen = (await listAllEngines()).filter(({ name }) => names.includes(name));
    return chosen.length > 0 ? chosen : (await listEngines()).slice(0, 1);
  }

  async function chooseHosts(): Promise<void> {
    const names = context.workspaceState.get<readonly string[]>(HOSTS_KEY, []);
    const rows = (await listAllEngines()).map((address): QuickPickItem & { readonly name: string } => ({ ...describeAddress(address), name: address.name, picked: names.includes(address.name) }));
    const picked = await window.showQuickPick(rows, { canPickMany: true, placeHolder: l10n.t('Docker hosts that smoke files and stages are tested on; none: the current one') });
    if (picked !== undefined) await context.workspaceState.update(HOSTS_KEY, picked.map(({ name }) => name));
  }

  /** Runs items as the user would from the tests view, with the profiles that he picks, and shows the output. */
  async function runItems(include: readonly TestItem[]): Promise<void> {
    const picked = await pickProfiles();
    if (picked === undefined || include.length === 0) return;
    void commands.executeCommand('testing.showMostRecentOutput').then(undefined, () => undefined);
    await run(picked, new TestRunRequest([...include]));
  }

  const handlers: Readonly<Record<SmokeCommand, (args: readonly unknown[]) => Promise<void>>> = {
    async smokeTestImage(args) {
      if (!(await requireTrust())) return;
      const images = await chooseImages(args);
      await runItems(images.map(({ address, reference }) => items.imageItem(address, reference, reference)));
    },
    async smokeTestStage([uri, stage]) {
      if (!(await requireTrust())) return;
      const dockerfile = uri instanceof Uri ? uri : window.activeTextEditor?.document.uri;
      const stages = dockerfile === undefined ? [] : await items.stageItems(dockerfile);
      if (stages.length === 0) {
        void window.showInformationMessage(l10n.t('Open a Dockerfile to test one of its stages.'));
        return;
      }
      const wanted = typeof stage === 'string' ? stages.find((item) => isStage(items.subjectOf(item), stage)) : await pickItem(stages, l10n.t('Which stage?'));
      if (wanted !== undefined) await runItems([wanted]);
    },
    smokeHistory: () => history.show(pages),
    newSmokeFile,
    async smokeJob(args) {
      const [image] = await chooseImages(args);
      if (image === undefined) return;
      const content = writeJobs({ image: image.reference, profiles: ['cpu', 'gpu'], limits: DEFAULT_LIMITS }, randomUUID);
      await window.showTextDocument(await workspace.openTextDocument({ language: 'yaml', content }));
    },
  };

  return {
    run,
    chooseHosts,
    resolve: (item: TestItem | undefined): Promise<void> => items.resolve(item),
    async refresh(): Promise<void> {
      await items.resolve();
      await items.refreshImages();
    },
    async command(name: SmokeCommand, args: readonly unknown[]): Promise<void> {
      try {
        await handlers[name](args);
      } catch (error) {
        await showFailure(error);
      }
    },
    dispose(): void {
      for (const abort of running) abort.abort();
      subscriptions.dispose();
    },
  };
}

/** What the smoke test needs of an engine. */
function hostOf(engine: Engine): SmokeHost {
  return {
    runContainer: (spec, control) => runContainer(engine, spec, control),
    readImage: (reference, signal) => readTestedImage(engine, reference, signal),
    now: () => performance.now(),
    nonce: () => randomUUID(),
    date: () => new Date().toISOString(),
  };
}

/** Tells the verdict of a check on its item. `host` names the Docker host where there are several. */
function tell(run: TestRun, item: TestItem, { verdict, durationMs }: CheckResult, range: Range | undefined, host: string | undefined): void {
  const sentence = translate(verdict.sentence);
  const lines = [host === undefined ? sentence : `${toPlain(host)}: ${sentence}`, ...verdict.details.map((detail) => `- ${translate(detail)}`)];
  run.appendOutput(toLines(`${nameVerdict(verdict.state)}: ${lines.join('\n')}`), undefined, item);
  const evidence = toPlainLines(verdict.evidence).trim();
  // The sentence often ends with the only line there was.
  const text = [...lines, ...(evidence === '' || lines.some((line) => line.includes(evidence)) ? [] : ['', evidence])].join('\n');
  switch (verdict.state) {
    case 'passed':
      run.passed(item, durationMs);
      break;
    case 'skipped':
      run.skipped(item);
      break;
    case 'failed':
      run.failed(item, messageOf(text, item.uri, range ?? item.range), durationMs);
      break;
    case 'blocked':
      run.errored(item, messageOf(text, item.uri, range ?? item.range), durationMs);
  }
}

/** Plain text, never Markdown: it holds words of the image. */
function messageOf(text: string, uri: Uri | undefined, range: Range | undefined): TestMessage {
  const message = new TestMessage(text);
  if (uri !== undefined && range !== undefined) message.location = new Location(uri, range);
  return message;
}

function translate(sentence: Sentence): string {
  return toPlain(formatText(sentence, l10n.bundle));
}

/** Text for the output of a run, which is a terminal: every line ends in CRLF, and nothing in it is obeyed. */
function toLines(text: string): string {
  return `${toPlainLines(text).trimEnd().replaceAll('\n', '\r\n')}\r\n`;
}

function labelOf(subject: Subject): string {
  switch (subject.kind) {
    case 'image':
      return toPlain(subject.label);
    case 'file':
      return workspace.asRelativePath(subject.uri);
    case 'stage':
      return `${workspace.asRelativePath(subject.uri)}: ${toPlain(subject.stage.name ?? `#${subject.stage.index}`)}`;
  }
}

/** A stage whose files are named as people name them, not by their URIs. */
function shortenFiles(stage: StageOutput): StageOutput {
  const shorten = (file: string): string => (file.startsWith('file:') ? workspace.asRelativePath(Uri.parse(file)) : file);
  return { ...stage, components: stage.components.map((component) => ({ ...component, file: shorten(component.file) })) };
}

function toRange(text: string, { start, end }: { readonly start: number; readonly end: number }): Range {
  const lines = new LineIndex(text);
  const [first, last] = [lines.positionAt(start), lines.positionAt(end)];
  return new Range(first.line, first.character, last.line, last.character);
}

function isStage(subject: Subject | undefined, stage: string): boolean {
  return subject?.kind === 'stage' && (subject.stage.name === stage || String(subject.stage.index) === stage);
}

async function pickItem(choice: readonly TestItem[], placeHolder: string): Promise<TestItem | undefined> {
  if (choice.length === 1) return choice[0];
  return (await window.showQuickPick(choice.map((item) => ({ label: item.label, item })), { placeHolder }))?.item;
}

async function pickProfiles(): Promise<readonly Profile[] | undefined> {
  const rows: readonly (QuickPickItem & { readonly profiles: readonly Profile[] })[] = [
    { label: l10n.t('Static and CPU'), detail: l10n.t('Reads the files of the image and runs its programs; needs no GPU.'), profiles: ['static', 'cpu'] },
    { label: l10n.t('All, with GPU'), detail: l10n.t('Also runs kernels and engines on a GPU of the Docker host.'), profiles: ['static', 'cpu', 'gpu'] },
    { label: l10n.t('Static'), detail: l10n.t('Reads the files of the image; runs nothing.'), profiles: ['static'] },
    { label: l10n.t('GPU'), detail: l10n.t('Runs kernels and engines on a GPU of the Docker host.'), profiles: ['gpu'] },
  ];
  return (await window.showQuickPick(rows, { placeHolder: l10n.t('What is to be tested?') }))?.profiles;
}

/** The images that a command was called for: rows of our view or of Container Tools, else one that the user picks. */
async function chooseImages([first, several]: readonly unknown[]): Promise<readonly { readonly address: EngineAddress; readonly reference: string }[]> {
  const given: readonly unknown[] = Array.isArray(several) && several.length > 0 ? several : [first];
  const nodes = given.filter((node): node is DockerNode & { readonly kind: 'image' } => typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'image');
  if (nodes.length > 0) return nodes.map(({ address, tag, image }) => ({ address, reference: tag ?? image.id }));
  const all = await listAllImages();
  const foreign = typeof first === 'object' && first !== null && 'fullTag' in first && typeof first.fullTag === 'string' ? first.fullTag : undefined;
  const known = all.filter(({ tag }) => foreign === undefined || tag === foreign);
  if (known.length === 0) {
    void window.showInformationMessage(l10n.t('There is no image to test.'));
    return [];
  }
  const picked = foreign === undefined ? (await window.showQuickPick(known.map(imageRow), { placeHolder: l10n.t('Which image?'), matchOnDescription: true }))?.node : known[0];
  return picked === undefined ? [] : [{ address: picked.address, reference: picked.tag ?? picked.image.id }];
}

/** A smoke file to begin with, beside the Dockerfile that is open; nothing is written until the user saves it. */
async function newSmokeFile(): Promise<void> {
  const dockerfile = window.activeTextEditor?.document.languageId === 'dockerfile' ? window.activeTextEditor.document.uri : undefined;
  const folder = dockerfile === undefined ? workspace.workspaceFolders?.[0]?.uri : Uri.joinPath(dockerfile, '..');
  const subject = dockerfile === undefined ? 'image: my-image:latest' : `dockerfile: ${path.basename(dockerfile.fsPath)}`;
  const content = `# ${l10n.t('What this image must have, and what must run in it.')}
${subject}
versions:
  cuda: ">=12"
checks:
  - name: Python starts
    run: [python3, --version]
    output: Python 3
`;
  const uri = folder === undefined ? undefined : Uri.joinPath(folder, 'image.smoke.yaml').with({ scheme: 'untitled' });
  const document = uri === undefined ? await workspace.openTextDocument({ language: 'yaml', content }) : await workspace.openTextDocument(uri);
  const editor = await window.showTextDocument(document);
  if (uri !== undefined && document.getText() === '') await editor.edit((edit) => edit.insert(document.positionAt(0), content));
}
