// Builds from the editor, on a real engine.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { commands, ConfigurationTarget, languages, tasks, window, workspace, type CodeAction, type CodeLens, type Diagnostic, type Task, type TaskExecution, type Uri } from 'vscode';
import { closeEditors, eventually, fileUri, openText, writeFile } from '../workbench';
import { docker } from './engine';
import { click, read, screenshot, turnTo } from './page';
import { answerDialog, choose, notification, runByTitle, shownWhen } from './screen';

const TERMINAL = '.terminal-wrapper.active .xterm-rows > div';

const failures = (uri: Uri): readonly Diagnostic[] => languages.getDiagnostics(uri).filter(({ source }) => source === 'tensorrt build');

/** Runs a task of ours to its end. */
async function runTask(definition: Readonly<Record<string, unknown>>): Promise<void> {
  const task = await resolve(definition);
  // It may be over before its start is reported.
  const over = new Set<TaskExecution>();
  let begun: TaskExecution | undefined;
  await new Promise<void>((done, fail) => {
    const look = (): void => {
      if (begun === undefined || !over.has(begun)) return;
      subscription.dispose();
      done();
    };
    const subscription = tasks.onDidEndTask(({ execution }) => {
      over.add(execution);
      look();
    });
    tasks.executeTask(task).then((execution) => {
      begun = execution;
      look();
    }, fail);
  });
}

/** A task as tasks.json would give it. */
async function resolve(definition: Readonly<Record<string, unknown>>): Promise<Task> {
  const configured = { version: '2.0.0', tasks: [{ label: 'configured', type: 'tensorrt-build', ...definition }] };
  await writeFile('.vscode/tasks.json', JSON.stringify(configured));
  return eventually('the task of tasks.json', async () => (await tasks.fetchTasks()).find(({ name, definition: found }) => name === 'configured' && found['dockerfile'] === definition['dockerfile']));
}

/** A command that sleeps as no other does on this machine, where another run may be under way. */
const sleepLong = (): string => `sleep ${1_000_000 + Math.floor(Math.random() * 1_000_000_000)}`;

async function terminalText(): Promise<string> {
  return (await read(TERMINAL)).join('\n').replaceAll('\u00a0', ' ');
}

describe('a build', () => {
  before(async () => {
    // Text on a canvas could not be read.
    await workspace.getConfiguration('terminal.integrated').update('gpuAcceleration', 'off', ConfigurationTarget.Global);
  });

  afterEach(async () => {
    for (const terminal of window.terminals) terminal.dispose();
    await closeEditors();
  });

  after(async () => {
    await workspace.fs.delete(fileUri('.vscode/tasks.json'));
    for (const image of ['build-by-task:1', 'build-by-command:latest']) await docker('rmi', '-f', image).catch(() => '');
  });

  it('by a task of tasks.json makes the image', async () => {
    await writeFile('built/ok.Dockerfile', 'FROM busybox AS first\nARG WORD=none\nRUN echo "word $WORD"\nFROM first\nRUN false\n');
    await runTask({ dockerfile: 'built/ok.Dockerfile', context: 'built', target: 'first', tags: ['build-by-task:1'], buildArgs: { WORD: 'given' }, network: 'none', labels: { made: 'by-test' } });
    assert.equal(await docker('inspect', '-f', '{{.Config.Labels.made}}', 'build-by-task:1'), 'by-test');
    await shownWhen(TERMINAL, 'the log', (lines) => lines.some((line) => /word.given/.test(line)) && lines.some((line) => /Built.in/.test(line)));
    assert.match(await terminalText(), /RUN echo "word given" built\/ok\.Dockerfile:3/);
    await notification(/Built build-by-task:1 in/);
    await screenshot('build-done');
  });

  it('that fails is marked at the word to blame, until that line is changed', async () => {
    const text = '# a comment\nFROM busybox\nRUN echo fine && \\\n    nvcc --version\n';
    const document = await openText('failed/fail.Dockerfile', text);
    await runTask({ dockerfile: 'failed/fail.Dockerfile', context: 'failed', network: 'none' });
    const [failure] = await eventually('the failure', () => (failures(document.uri).length > 0 ? failures(document.uri) : undefined));
    assert.equal(document.getText(failure?.range), 'nvcc');
    assert.equal(failure?.code, 'command-missing');
    await shownWhen(TERMINAL, 'its line in the terminal', (lines) => lines.some((line) => /failed\/fail\.Dockerfile:4/.test(line)));
    await notification(/The build failed\. There is no program nvcc/);
    await screenshot('build-failed');

    // A line above: the mark moves along.
    const editor = await window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(document.positionAt(0), '# another\n'));
    await eventually('the mark to move', () => (failures(document.uri)[0]?.range.start.line === 4 ? true : undefined));
    await editor.edit((edit) => edit.insert(document.lineAt(4).range.end, ' || true'));
    await eventually('the mark to go', () => (failures(document.uri).length === 0 ? true : undefined));
  });

  it('that fails offers what is known of the error', async () => {
    const document = await openText('explained/Dockerfile', 'FROM busybox\nRUN echo "nvcc fatal   : Unsupported gpu architecture \'compute_89\'"; exit 1\n');
    await runTask({ dockerfile: 'explained/Dockerfile', context: 'explained', network: 'none' });
    const [failure] = await eventually('the failure', () => (failures(document.uri).length > 0 ? failures(document.uri) : undefined));
    assert.equal(failure?.code, 'nvcc-architecture');
    const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, failure?.range);
    const explain = actions.find(({ title }) => title === 'Explain this build error');
    assert.equal(explain?.command?.command, 'tensorrt.decodeError');
    // The next build clears it.
    await writeFile('explained/Dockerfile', 'FROM busybox\nRUN true\n');
    await runTask({ dockerfile: 'explained/Dockerfile', context: 'explained', network: 'none' });
    assert.deepEqual(failures(document.uri), []);
  });

  it('by the command asks how, and remembers', async () => {
    const document = await openText('build-by-command/Dockerfile', 'FROM busybox AS first\nRUN true\nFROM first AS second\nRUN echo second\n');
    const first = commands.executeCommand('tensorrt.buildImage', document.uri);
    await choose('Stage');
    await choose('first');
    await shownWhen('.quick-input-widget .monaco-list-row', 'the choice', (rows) => rows.some((row) => /Stage.*first/.test(row)));
    await screenshot('build-options');
    await choose('Build');
    await first;
    assert.match(await docker('images', '-q', 'build-by-command:latest'), /^[\da-f]+$/);
    const again = commands.executeCommand('tensorrt.buildImage', document.uri);
    await shownWhen('.quick-input-widget .monaco-list-row', 'the remembered choice', (rows) => rows.some((row) => /Stage.*first/.test(row)));
    await choose('Build');
    await again;
  });

  it('is offered above each stage', async () => {
    const document = await openText('lenses/Dockerfile', 'FROM busybox AS first\nRUN true\nFROM first\nRUN true\n');
    const lenses = await eventually('the links', async () => {
      const found = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
      return found.length >= 4 ? found : undefined;
    });
    const builds = lenses.filter(({ command }) => command?.command === 'tensorrt.buildImage');
    assert.deepEqual(
      builds.map(({ range, command }) => [range.start.line, command?.arguments?.[1] as unknown]),
      [
        [0, 'first'],
        [2, '1'],
      ],
    );
    await workspace.getConfiguration('tensorrt').update('codeLens', false, ConfigurationTarget.Global);
    await eventually('the links to go', async () => ((await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri)).length === 0 ? true : undefined));
    await workspace.getConfiguration('tensorrt').update('codeLens', undefined, ConfigurationTarget.Global);
  });

  it('takes the last stage where that has no name, and says so of others', async () => {
    const { uri } = await openText('nameless/Dockerfile', 'FROM busybox\nFROM busybox\nLABEL a=nameless\n');
    const built = commands.executeCommand('tensorrt.buildImage', uri, '1');
    await shownWhen('.quick-input-widget .monaco-list-row', 'the choice', (rows) => rows.some((row) => /Stage.*the last one/.test(row)));
    await choose('Build');
    await built;
    assert.match(await docker('images', '-q', 'nameless:latest'), /^[\da-f]+$/);
    await commands.executeCommand('tensorrt.buildImage', uri, '0');
    await notification(/only a stage with a name/);
  });

  it('stops when its task is ended', async () => {
    const sleep = sleepLong();
    await writeFile('slow/Dockerfile', `FROM busybox\nRUN echo begun; ${sleep}\n`);
    const execution = await tasks.executeTask(await resolve({ dockerfile: 'slow/Dockerfile', context: 'slow', network: 'none' }));
    await eventually('it to run', () => isRunning(sleep) || undefined);
    execution.terminate();
    await eventually('it to stop', () => !isRunning(sleep) || undefined);
  });

  it('shows its progress with a way to stop it', async () => {
    const sleep = sleepLong();
    await writeFile('slow/Dockerfile', `FROM busybox\nRUN echo begun again; ${sleep}\n`);
    const ended = runTask({ dockerfile: 'slow/Dockerfile', context: 'slow', network: 'none' });
    await eventually('it to run', () => isRunning(sleep) || undefined);
    await commands.executeCommand('notifications.showList');
    await shownWhen('.notification-list-item', 'the progress', (texts) => texts.some((text) => /Building slow\/Dockerfile.*2\/2/s.test(text)));
    await screenshot('build-progress');
    await click('.notification-list-item .monaco-button', { text: 'Cancel' });
    await ended;
    await shownWhen(TERMINAL, 'the end', (lines) => lines.some((line) => /Cancelled.after/.test(line)));
    await eventually('it to stop', () => !isRunning(sleep) || undefined);
  });

  describe('in a window of its own', () => {
    before(() => turnTo('second'));
    after(() => turnTo('tests'));

    it('begins with errors in the Dockerfile only when that is wanted', async () => {
      await writeFile('wrong/Dockerfile', 'FROM nvidia/cuda:11.6.0-devel-ubuntu20.04\nRUN true\n');
      await runByTitle('TensorRT: Build Image');
      await choose('wrong/Dockerfile');
      await choose('Build');
      await answerDialog(/Line 1:.*was deleted from the registry/s, 'Cancel');
      await shownWhen(TERMINAL, 'the end', (lines) => lines.some((line) => /Not.built\./.test(line)));
    });
  });
});

/** Whether a process with this command line runs anywhere on the machine. */
function isRunning(command: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;
    } catch {
      return false;
    }
  });
}
