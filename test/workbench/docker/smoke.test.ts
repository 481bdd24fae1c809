// Smoke tests in the tests view, on a real engine.
import assert from 'node:assert/strict';
import { commands, extensions, languages, window, workspace, type Diagnostic } from 'vscode';
import { closeEditors, eventually, fileUri, openText, writeFile } from '../workbench';
import { docker } from './engine';
import { imageNode } from './nodes';
import { click, press, read, screenshot } from './page';
import { choose, shownWhen } from './screen';

const FILE = 'smoke/tool.smoke.yaml';
const TEXT = `image: smoke-tool:1
checks:
  - name: says hello
    run: [busybox, echo, hello]
    output: hello
  - name: says goodbye
    run: [busybox, echo, hello]
    output: goodbye
  - name: sees a GPU
    run: [nvidia-smi, -L]
    profile: gpu
    output: GeForce
`;

const ROWS = '.test-explorer .monaco-list-row';
/** Rows of the tests view say their state in their label for screen readers. */
const rowsWhen = async (what: string, wanted: (rows: readonly string[]) => boolean): Promise<readonly string[]> =>
  eventually(what, async () => {
    const rows = await read(ROWS, 'aria-label');
    return wanted(rows) ? rows : undefined;
  }).catch(async () => {
    throw new Error(`Waited in vain for ${what}; there is: ${(await read(ROWS, 'aria-label')).join(' | ')}`);
  });
const has = (rows: readonly string[], pattern: RegExp): boolean => rows.some((row) => pattern.test(row));
const left = (): Promise<string> => docker('ps', '--all', '--quiet', '--filter', 'label=tensorrt-containers.run');

describe('smoke tests', () => {
  before(async () => {
    const id = await docker('create', 'busybox');
    await docker('commit', id, 'smoke-tool:1');
    await docker('rm', id);
    await writeFile(FILE, TEXT);
    await extensions.getExtension('tensorrt-containers.tensorrt-containers')?.activate();
    await commands.executeCommand('workbench.view.testing.focus');
  });

  after(async () => {
    await docker('rmi', '-f', 'smoke-tool:1');
    await workspace.fs.delete(fileUri('smoke'), { recursive: true });
    await closeEditors();
  });

  it('stand in the tests view, with the checks of the file', async () => {
    await commands.executeCommand('testing.refreshTests');
    await rowsWhen('the groups', (rows) => has(rows, /Smoke Files/) && has(rows, /Images/));
    await commands.executeCommand('testing.collapseAll');
    await click(ROWS, { text: 'Smoke Files' });
    await press('ArrowRight');
    await rowsWhen('the file', (rows) => has(rows, /tool\.smoke\.yaml/));
    await click(ROWS, { text: 'tool.smoke.yaml' });
    await press('ArrowRight');
    await rowsWhen('its checks', (rows) => has(rows, /says hello/) && has(rows, /says goodbye/) && has(rows, /sees a GPU/));
    await screenshot('smoke-files');
  });

  it('show what is wrong with a smoke file while it is written', async () => {
    const { uri } = await openText('smoke/wrong.smoke.yaml', 'imgae: x\nchecks:\n  - name: a\n');
    const found = await eventually('diagnostics', (): readonly Diagnostic[] | undefined => {
      const all = languages.getDiagnostics(uri);
      return all.length >= 3 ? all : undefined;
    });
    assert.match(found.map(({ message }) => message).join('\n'), /did you mean `image`/);
    assert.match(found.map(({ message }) => message).join('\n'), /`run` is missing/);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await workspace.fs.delete(uri);
  });

  it('run, and show a failure on the line of the check', async () => {
    await window.showTextDocument(await workspace.openTextDocument(fileUri(FILE)));
    await commands.executeCommand('testing.runCurrentFile');
    await commands.executeCommand('workbench.view.testing.focus');
    await rowsWhen('the verdicts', (rows) => has(rows, /says hello.*\(Passed\)/) && has(rows, /says goodbye.*\(Failed\)/));
    await shownWhen('.monaco-workbench', 'the message beside its line', (texts) => texts.some((text) => text.replaceAll('\u00a0', ' ').includes('lacks goodbye')));
    await screenshot('smoke-failure');
    assert.equal(await left(), '');
  });

  it('run for an image with the profiles that are picked, and are kept in the history', async () => {
    const tested = commands.executeCommand('tensorrt.smokeTestImage', await imageNode('smoke-tool:1'));
    await choose('All, with GPU');
    await tested;
    assert.equal(await left(), '');
    await screenshot('smoke-image');
    const shown = commands.executeCommand('tensorrt.smokeHistory');
    await choose('smoke-tool:1');
    await shown;
    const text = window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /GPU: NVIDIA GeForce RTX 4090/);
    assert.match(text, /PASSED {2}nvidia-smi sees a GPU {2}\(\d+\.\d s\)/);
    assert.match(text, /Image: sha256:[\da-f]{64}\n(?:Digest: .*\n)?Docker host: .+, \d+\.\d+\.\d+/);
    assert.match(text, /Driver: 550\.54\.15\n(?:.*\n)*Took: \d+\.\d s/);
    await screenshot('smoke-history');
  });

  it('build a stage and test what comes out', async () => {
    const { uri } = await openText('smoke/Dockerfile', 'FROM smoke-tool:1 AS tool\nENV CUDA_VERSION=12.4.1\n');
    const tested = commands.executeCommand('tensorrt.smokeTestStage', uri, 'tool');
    await choose('Static and CPU');
    await tested;
    const shown = commands.executeCommand('tensorrt.smokeHistory');
    await choose('smoke/Dockerfile: tool');
    await shown;
    assert.match(window.activeTextEditor?.document.getText() ?? '', /Versions: .*cuda 12\.4\.1/);
    assert.equal(await left(), '');
  });

  it('tell why the image is not built, at the word of the Dockerfile', async () => {
    const { uri } = await openText('smoke/broken/Dockerfile', 'FROM smoke-tool:1\nLABEL a=b\nCOPY missing.txt /\n');
    const tested = commands.executeCommand('tensorrt.smokeTestStage', uri, '0');
    await choose('Static');
    await tested;
    await window.showTextDocument(uri);
    await shownWhen('.monaco-workbench', 'the message', (texts) => texts.some((text) => /was not built: .*has no .*missing\.txt/.test(text.replaceAll('\u00a0', ' '))));
    await screenshot('smoke-not-built');
  });

  it('can be written as a Job', async () => {
    await commands.executeCommand('tensorrt.smokeJob', await imageNode('smoke-tool:1'));
    const text = window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /kind: Job/);
    assert.match(text, /nvidia\.com\/gpu: "1"/);
  });
});
