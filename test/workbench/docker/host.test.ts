// The view of the host check and the commands around it, on a machine with the stand-in GPU.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import path from 'node:path';
import { commands, ConfigurationTarget, env, Selection, window, workspace, type Uri } from 'vscode';
import { closeEditors, eventually, fileUri, writeFile } from '../workbench';
import { click, read, screenshot } from './page';
import { choose, rowsWhen, shownWhen } from './screen';

const ERRORS = 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].\nFailed to initialize NVML: Unknown Error\n';

const readText = async (uri: Uri): Promise<string> => Buffer.from(await workspace.fs.readFile(uri)).toString();

describe('the host', () => {
  before(() => {
    // The stand-in of nvidia-smi lies beside the engine's socket; the extension host has the PATH of a login shell.
    const folder = path.dirname((process.env['DOCKER_HOST'] ?? '').replace(/^unix:\/\//, ''));
    process.env['PATH'] = `${path.join(folder, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`;
  });

  after(async () => {
    await workspace.getConfiguration('tensorrt').update('targets', undefined, ConfigurationTarget.Global);
    await workspace.fs.delete(fileUri('.trtc.yaml')).then(undefined, () => undefined);
    await closeEditors();
  });

  it('is checked when its view is first shown, and shows what is there', async () => {
    await commands.executeCommand('tensorrt.host.focus');
    await rowsWhen('the findings', (rows) => rows.some((row) => /^In Order\s*\d+/.test(row)));
    await commands.executeCommand('tensorrt.checkHost');
    await rowsWhen('the findings again', (rows) => rows.some((row) => /^In Order\s*\d+/.test(row)));
    await shownWhen('.sidebar .pane-header .description', 'the time of the check', (texts) => texts.some((text) => /checked at \d/.test(text)));
    await screenshot('host');
  });

  it('names the driver and the GPUs under what is in order', async () => {
    // What is wrong with this machine, such as a full disk, is open above it, and the view is low.
    await commands.executeCommand('tensorrt.host.focus');
    await commands.executeCommand('list.collapseAll');
    await rowsWhen('nothing open', (rows) => !rows.some((row) => row.includes('NVIDIA driver')));
    await click('.sidebar .monaco-list-row', { text: 'In Order' });
    await rowsWhen('the driver', (rows) => rows.some((row) => row.includes('NVIDIA driver 550.54.15')) && rows.some((row) => row.includes('2 GPUs')));
    await click('.sidebar .monaco-list-row', { text: '2 GPUs' });
    await rowsWhen('the GPUs', (rows) => rows.some((row) => row.includes('GPU 1: NVIDIA GeForce RTX 4090, 24 GiB, compute capability 8.9')));
    await screenshot('host-in-order');
    // What was open is open after another check.
    await commands.executeCommand('tensorrt.checkHost');
    await rowsWhen('the GPUs again', (rows) => rows.some((row) => row.includes('GPU 1: ')));
  });

  it('copies the command of a remedy', async () => {
    await commands.executeCommand('tensorrt.copyHostLine', { kind: 'command', command: 'sudo systemctl restart docker' });
    assert.equal(await env.clipboard.readText(), 'sudo systemctl restart docker');
  });

  it('gives a report to paste, shown first', async () => {
    void commands.executeCommand('tensorrt.copyHostReport');
    const text = await eventually('the report', () => {
      const shown = window.activeTextEditor?.document;
      return shown?.uri.scheme === 'tensorrt-host' && shown.getText() !== '' ? shown.getText() : undefined;
    });
    assert.match(text, /^### GPU container host\n/);
    assert.match(text, /550\.54\.15/);
    assert.match(text, /runtimes: .*nvidia/);
    await screenshot('host-report');
    await commands.executeCommand('notifications.showList');
    await shownWhen('.notification-list-item-message', 'the hint', (texts) => texts.some((one) => one.includes('Read it through')));
    await click('.notifications-center .monaco-button', { text: 'Copy' });
    await eventually('the clipboard', async () => ((await env.clipboard.readText()) === text ? true : undefined));
    await closeEditors();
  });

  it('explains an error that it is given', async () => {
    await commands.executeCommand('tensorrt.decodeError', ERRORS);
    const texts = await eventually('the page', async () => {
      const shown = await read('h1, h2, h3, p, li, pre', undefined, true).catch(() => []);
      return shown.some((text) => text.includes('2 known errors')) ? shown : undefined;
    });
    for (const part of ['could not select device driver', 'Docker has no way to give a container a GPU', 'Failed to initialize NVML: Unknown Error', 'Create the container anew, with --gpus all.']) {
      assert.ok(texts.some((text) => text.includes(part)), `${part} in ${texts.join(' | ')}`);
    }
    await screenshot('decode');
    await closeEditors();
  });

  it('explains what is selected in an editor', async () => {
    const uri = await writeFile('build.log', `step 1\n${ERRORS}`);
    const editor = await window.showTextDocument(await workspace.openTextDocument(uri));
    editor.selection = new Selection(1, 0, 2, 0);
    await commands.executeCommand('tensorrt.decodeError');
    await eventually('the page', () => window.tabGroups.activeTabGroup.activeTab?.label.includes('Errors explained') === true || undefined);
    await closeEditors();
    await workspace.fs.delete(uri);
  });

  /** Presses the button of the question that stands under the change. */
  const agree = async (): Promise<void> => {
    await commands.executeCommand('notifications.showList');
    await shownWhen('.notification-list-item-message', 'the question', (texts) => texts.some((one) => one.includes('Add this host to')));
    await click('.notifications-center .monaco-button', { text: 'Add' });
  };

  it('becomes a target of the config file, after a look at the change', async () => {
    const text = '# ours\ntargets:\n  - name: laptop # mine\n    driver: "535"\n';
    const uri = await writeFile('.trtc.yaml', text);
    void commands.executeCommand('tensorrt.addHostTarget');
    await choose('.trtc.yaml');
    await eventually('the diff', () => window.tabGroups.activeTabGroup.activeTab?.label.includes('with this host') === true || undefined);
    await screenshot('host-target');
    assert.equal(await readText(uri), text);
    await agree();
    const changed = await eventually('the change', async () => {
      const now = await readText(uri);
      // While it is written it is empty.
      return now === text || now === '' ? undefined : now;
    });
    assert.match(changed, /^# ours\ntargets:\n {2}- name: laptop # mine\n {4}driver: "535"\n {2}- name: .*\n {4}gpus: \[.*\]\n {4}driver: "550\.54\.15"\n/);
    await closeEditors();
  });

  it('becomes a target of a new config file', async () => {
    await workspace.fs.delete(fileUri('.trtc.yaml'));
    void commands.executeCommand('tensorrt.addHostTarget');
    await choose('.trtc.yaml');
    await agree();
    assert.match(await eventually('the file', () => readText(fileUri('.trtc.yaml')).catch(() => undefined)), /^targets:\n {2}- name: /);
    await closeEditors();
  });

  it('becomes a target of the settings', async () => {
    void commands.executeCommand('tensorrt.addHostTarget');
    await choose('Setting tensorrt.targets');
    await agree();
    const targets = await eventually('the setting', () => workspace.getConfiguration('tensorrt').inspect<readonly { readonly driver?: string }[]>('targets')?.globalValue);
    assert.equal(targets[0]?.driver, '550.54.15');
  });
});
