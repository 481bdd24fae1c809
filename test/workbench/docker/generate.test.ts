// The generators as a person goes through them: questions, preview, files, undo, conversion, opening, explanations.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { commands, ConfigurationTarget, FileType, Uri, window, workspace, type Hover, type MarkdownString } from 'vscode';
import { closeEditors, eventually, fileUri, openText, textOf, writeFile } from '../workbench';
import { docker } from './engine';
import { click, press, screenshot, type } from './page';
import { agree, answerInput, choose, shownWhen } from './screen';

const CONFIG = '.devcontainer/devcontainer.json';
const WIDGET = '.quick-input-widget:not([style*="display: none"])';

/** Accepts the ticked rows of a list of several. */
async function acceptTicked(): Promise<void> {
  await shownWhen(`${WIDGET} .monaco-list-row`, 'the rows to tick', (rows) => rows.some((row) => row.includes('Explain each line')));
  await press('Enter');
}

describe('the generators', function () {
  // A flow of seven steps, on a machine that does other work as well.
  this.timeout(180_000);

  const clean = async (): Promise<void> => {
    await closeEditors();
    for (const name of ['hover', '.devcontainer', 'compose.yaml', 'compose.gpu.yaml', 'run.sh', 'Dockerfile']) {
      await workspace.fs.stat(fileUri(name)).then(
        () => workspace.fs.delete(fileUri(name), { recursive: true }),
        () => undefined,
      );
    }
  };
  beforeEach(clean);
  after(clean);

  it('add a dev container after one short flow with a way back, and write nothing before it was agreed to', async () => {
    const done = commands.executeCommand('tensorrt.addDevContainer');
    await choose('nvcr.io/nvidia/tensorrt');
    await screenshot('generate-gpus');
    await choose('All, where there are any');
    await choose('On Wayland');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the last question', (rows) => rows.some((row) => row.includes('Shared memory of 8 GB')));
    await click(`${WIDGET} .quick-input-titlebar .action-label`);
    await screenshot('generate-display');
    await choose('On the X server of this machine');
    await choose('By a cookie');
    await screenshot('generate-extras');
    await acceptTicked();
    await shownWhen('.multiDiffEntry .view-lines', 'the changes', (texts) => texts.some((text) => text.includes('hostRequirements')));
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the question', (rows) => rows.some((row) => row.includes('Write nothing')));
    await screenshot('generate-preview');
    assert.equal(await textOf(CONFIG), undefined);
    await agree('devcontainer.json');
    await done;
    const config = parse((await textOf(CONFIG)) ?? '') as Record<string, unknown>;
    assert.deepEqual(config['hostRequirements'], { gpu: 'optional' });
    assert.deepEqual(config['remoteEnv'], { DISPLAY: '${localEnv:DISPLAY}', XAUTHORITY: '/run/trtc-display/Xauthority' });
    assert.match((await textOf('.devcontainer/prepare-host.sh')) ?? '', /xauth nlist/);
    await eventually('the file in the editor', () => (window.activeTextEditor?.document.uri.toString() === fileUri(CONFIG).toString() ? true : undefined));
    assert.equal((await stat(fileUri('.devcontainer/smoke-test.sh').fsPath)).mode & 0o777, 0o755);
  });

  it('ask for user, ports and features where more is wanted', async () => {
    const done = commands.executeCommand('tensorrt.addDevContainer');
    await choose('nvcr.io/nvidia/tensorrt');
    await choose('All, where there are any');
    await choose('No');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the rows to tick', (rows) => rows.some((row) => row.includes('Explain each line')));
    // Below what fits into the list.
    await type('More');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'that row', (rows) => rows.some((row) => row.includes('More…')));
    await click(`${WIDGET} .monaco-list-row`, { text: 'More…' });
    await press('Enter');
    await choose('what the image says');
    await choose('A user of the image…');
    await answerInput(/Name of the user/, 'Not A Name');
    await answerInput(/Small letters, digits/, 'dev');
    await choose('Open on this machine only');
    await answerInput(/Numbers of ports/, '8888, 6006');
    await choose('Tools that are installed on top');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the features', (rows) => rows.some((row) => row.includes('features/git:1')));
    await click(`${WIDGET} .monaco-list-row`, { text: 'features/git:1' });
    await press('Enter');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'what was chosen', (rows) => rows.some((row) => /User.*dev/.test(row)) && rows.some((row) => row.includes('8888, 6006')) && rows.some((row) => /Features.*git/.test(row)));
    await screenshot('generate-more');
    await choose('Go on');
    await agree('devcontainer.json');
    await done;
    const config = parse((await textOf(CONFIG)) ?? '') as Readonly<Record<string, unknown>>;
    assert.equal(config['remoteUser'], 'dev');
    assert.deepEqual(config['features'], { 'ghcr.io/devcontainers/features/git:1': {} });
    assert.match(JSON.stringify(config), /8888.*6006/);
  });

  it('can be dismissed, and then write nothing', async () => {
    const done = commands.executeCommand('tensorrt.addDevContainer');
    await choose('nvcr.io/nvidia/tensorrt');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the second question', (rows) => rows.some((row) => row.includes('All, where there are any')));
    await press('Escape');
    await done;
    assert.equal(await textOf(CONFIG), undefined);
  });

  it('add to a dev container that is there, and one undo takes it back', async () => {
    const before = '{\n  // ours\n  "image": "mine:1", // do not change\n  "runArgs": ["--init"],\n}\n';
    const document = await openText(CONFIG, before);
    const done = commands.executeCommand('tensorrt.addDevContainer');
    // What it is made of stays: nobody is asked.
    await choose('All, where there are any');
    await choose('No');
    await acceptTicked();
    await agree('devcontainer.json');
    await done;
    const after = document.getText();
    assert.match(after, /^ {2}\/\/ ours\n {2}"image": "mine:1", \/\/ do not change$/m);
    assert.match(after, /"hostRequirements": \{ "gpu": "optional" \}/);
    assert.equal(await textOf(CONFIG), after);
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  it('turn a command into a Compose service', async () => {
    const done = commands.executeCommand('tensorrt.convertRunLine');
    await answerInput(/The command: docker run/, 'docker run --name viewer --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=all --shm-size=1g -p 8080:8080 my/image:1');
    await choose('Compose service');
    await agree('compose.yaml');
    await done;
    const text = (await textOf('compose.yaml')) ?? '';
    assert.match(text, /^ {2}viewer:\n {4}image: my\/image:1$/m);
    assert.match(text, /driver: nvidia/);
    assert.doesNotMatch(text, /runtime/);
  });

  it('write the command of today', async () => {
    await openText('notes.md', 'nvidia-docker run --rm my/image:1 nvidia-smi\n');
    await commands.executeCommand('editor.action.selectAll');
    const done = commands.executeCommand('tensorrt.convertRunLine');
    await choose('The same command as it is written today');
    await done;
    await eventually('the command in the editor', () => (/^docker run --rm --gpus all my\/image:1 nvidia-smi$/m.test(window.activeTextEditor?.document.getText() ?? '') ? true : undefined));
    await workspace.fs.delete(fileUri('notes.md'));
  });

  it('write a Dockerfile with what the solver found', async () => {
    const done = commands.executeCommand('tensorrt.generateDockerfile');
    await choose('Python');
    await choose('TensorRT 8.6');
    await shownWhen(`${WIDGET} .monaco-list-row`, 'the ways', (rows) => rows.some((row) => row.includes('TensorRT 8.6.1')));
    await screenshot('generate-dockerfile');
    await choose('Packages in an image of CUDA');
    await choose('A user without root');
    await agree('Dockerfile');
    await done;
    assert.match((await textOf('Dockerfile')) ?? '', /^FROM nvidia\/cuda:.* AS base$[^]*python3-libnvinfer=8\.6[^]*^FROM base AS app$[^]*^USER dev$/m);
  });

  it('explain a line under the pointer', async () => {
    const document = await openText(`hover/${CONFIG}`, '{\n  "image": "mine:1",\n  "runArgs": ["--shm-size=8g"]\n}\n');
    const at = document.positionAt(document.getText().indexOf('shm-size') + 2);
    await eventually('the explanation', async () => {
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
      const texts = hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : (content as MarkdownString).value)));
      return texts.some((text) => text.includes('Docker gives 64 MB')) || undefined;
    });
  });

  it('open the dev container by the command line where the extension is not there', async () => {
    const program = path.join(process.env['TRTC_ROOT'] ?? path.resolve(__dirname, '../..'), 'node_modules/.bin/devcontainer');
    assert.equal((await workspace.fs.stat(Uri.file(program))).type & FileType.File, FileType.File);
    await workspace.getConfiguration('tensorrt').update('devContainer.path', program, ConfigurationTarget.Global);
    try {
      // One of a name of its own is found, too.
      for (const file of [CONFIG, '.devcontainer/gpu/devcontainer.json']) {
        await clean();
        await writeFile(file, '{\n  "image": "busybox",\n  "hostRequirements": { "gpu": "optional" }\n}\n');
        assert.equal(await commands.executeCommand('tensorrt.openDevContainer'), true);
        const id = await eventually('the container', async () => (await docker('ps', '-q', '--filter', `label=devcontainer.config_file=${fileUri(file).fsPath}`)) || undefined);
        assert.match(await docker('exec', id.split('\n')[0] ?? '', 'nvidia-smi', '-L'), /GPU 0/);
        await eventually('the shell', () => (window.terminals.some(({ name }) => name.startsWith('Dev container:')) ? true : undefined));
        for (const terminal of window.terminals) terminal.dispose();
        await docker('rm', '-f', ...id.split('\n'));
      }
    } finally {
      for (const terminal of window.terminals) terminal.dispose();
      await workspace.getConfiguration('tensorrt').update('devContainer.path', undefined, ConfigurationTarget.Global);
    }
  });
});
