// The host check in a workspace that nobody trusts: it runs fixed programs of the PATH, and nothing of the workspace decides which.
import assert from 'node:assert/strict';
import { commands, ConfigurationTarget, workspace } from 'vscode';
import { click, read, screenshot } from './docker/page';
import { rowsWhen } from './docker/screen';
import { closeEditors, eventually } from './workbench';

describe('the host check in an untrusted workspace', () => {
  after(closeEditors);

  it('works, and asks no engine that the workspace names', async () => {
    await workspace.getConfiguration('tensorrt').update('docker.hosts', ['tcp://127.0.0.1:9'], ConfigurationTarget.Workspace);
    try {
      assert.equal(workspace.isTrusted, false);
      await commands.executeCommand('tensorrt.host.focus');
      const rows = await rowsWhen('the findings', (texts) => texts.some((text) => /^(?:In Order|Does Not Apply)\s*\d+/.test(text)));
      assert.ok(rows.every((row) => !row.includes('127.0.0.1:9')));
      await click('.sidebar .monaco-list-row', { text: 'Fails' }).catch(() => undefined);
      await screenshot('host-untrusted');
    } finally {
      await workspace.getConfiguration('tensorrt').update('docker.hosts', undefined, ConfigurationTarget.Workspace);
    }
  });

  it('explains errors', async () => {
    await commands.executeCommand('tensorrt.decodeError', 'Failed to initialize NVML: Driver/library version mismatch');
    await eventually('the page', async () => ((await read('h1', undefined, true).catch(() => [])).some((text) => text.includes('One known error')) ? true : undefined));
  });
});
