import assert from 'node:assert/strict';
import { commands, tasks, workspace } from 'vscode';
import { notification } from './docker/screen';

describe('an untrusted workspace', () => {
  it('runs no image, opens no shell and starts no registry', async () => {
    assert.equal(workspace.isTrusted, false);
    const address = { name: 'nowhere', from: 'setting', url: 'unix:///nonexistent/docker.sock', certificates: null, current: true };
    const image = { kind: 'image', address, tag: 'app:1', image: { id: 'sha256:1', tags: ['app:1'] } };
    const container = { kind: 'container', address, container: { id: '1', name: 'app', state: 'running' } };
    for (const [command, node] of [['runImage', image], ['openContainerShell', container], ['startRegistry', undefined]] as const) {
      void commands.executeCommand(`tensorrt.${command}`, node);
      await notification(/This workspace is not trusted: nothing is built or run in it/);
    }
    assert.equal(tasks.taskExecutions.length, 0);
  });
});
