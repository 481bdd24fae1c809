// What is handed over to Dev Containers, for which a stand-in is installed: the real one is Microsoft's alone to give.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { commands, extensions, Uri, workspace } from 'vscode';
import { createVSIX } from '@vscode/vsce';
import { closeEditors, eventually, fileUri, writeFile as writeSample } from '../workbench';
import { docker } from './engine';
import { containerNode } from './nodes';
import { read, screenshot } from './page';
import { chooseInMenu, notification, rowsWhen } from './screen';

const ID = 'ms-vscode-remote.remote-containers';

/** Takes the commands of the real one that are called, and tells with what: `standIn.calls` gives it and forgets. */
const STAND_IN = `
const { commands } = require('vscode');
let calls = [];
exports.activate = () => {
  for (const name of ['attachToRunningContainer', 'reopenInContainer', 'openFolder']) commands.registerCommand('remote-containers.' + name, (...args) => void calls.push([name, ...args]));
  commands.registerCommand('standIn.calls', () => calls.splice(0));
};
`;
const calls = (): Thenable<readonly (readonly unknown[])[]> => commands.executeCommand('standIn.calls');

describe('Dev Containers', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'trtc-stand-in-'));
    const [publisher, name] = ID.split('.');
    const manifest = { publisher, name, version: '0.0.1', description: 'Stand-in', engines: { vscode: '^1.91.0' }, activationEvents: ['*'], main: './main.js' };
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(path.join(folder, 'main.js'), STAND_IN);
    await createVSIX({ cwd: folder, packagePath: path.join(folder, 'stand-in.vsix'), allowMissingRepository: true, skipLicense: true });
    await docker('rm', '-f', 'attached').catch(() => undefined);
    await docker('run', '-d', '--name', 'attached', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
    await commands.executeCommand('tensorrt.containers.focus');
    await commands.executeCommand('tensorrt.showAllContainers');
  });

  after(async () => {
    if (extensions.getExtension(ID) !== undefined) await commands.executeCommand('workbench.extensions.uninstallExtension', ID);
    await docker('rm', '-f', 'attached');
    await workspace.fs.delete(fileUri('.devcontainer'), { recursive: true }).then(undefined, () => undefined);
    await rm(folder, { recursive: true, force: true });
    await closeEditors();
    await commands.executeCommand('workbench.view.explorer');
  });

  it('is asked for where it is not installed', async () => {
    await commands.executeCommand('notifications.clearAll');
    void commands.executeCommand('tensorrt.attachContainer', await containerNode('attached'));
    await notification(/needs the extension Dev Containers/);
  });

  it('is in the menu of a container once it is installed, and is given its id', async () => {
    await commands.executeCommand('workbench.extensions.installExtension', Uri.file(path.join(folder, 'stand-in.vsix')));
    await eventually('the stand-in', async () => ((await commands.getCommands()).includes('standIn.calls') ? true : undefined));
    await calls();
    const { container } = await containerNode('attached');
    await rowsWhen('the container', (rows) => rows.some((row) => row.includes('attached')));
    await chooseInMenu('attached', 'Attach Visual Studio Code');
    assert.deepEqual(await eventually('the call', async () => ((found) => (found.length > 0 ? found : undefined))(await calls())), [['attachToRunningContainer', container.id]]);
    await screenshot('attach');
  });

  it('is not given a container of another Docker host than the one that it talks to', async () => {
    const node = await containerNode('attached');
    void commands.executeCommand('tensorrt.attachContainer', { ...node, address: { ...node.address, name: 'gpu-box', current: false } });
    await notification(/Make gpu-box the current one first/);
    assert.deepEqual(await calls(), []);
  });

  it('is handed the folder that is to be opened in its container', async () => {
    await writeSample('.devcontainer/devcontainer.json', '{ "image": "busybox" }\n');
    assert.equal(await commands.executeCommand('tensorrt.openDevContainer'), true);
    assert.deepEqual(await calls(), [['reopenInContainer']]);
    assert.deepEqual(await read('.monaco-dialog-box'), []);
  });
});
