// Several Docker hosts in the views, one of them dead.
import assert from 'node:assert/strict';
import { commands, ConfigurationTarget, workspace } from 'vscode';
import { docker } from './engine';
import { screenshot } from './page';
import { rowsWhen } from './screen';

const DEAD = 'tcp://127.0.0.1:9';
const setHosts = (hosts: readonly string[] | undefined): Thenable<void> => workspace.getConfiguration('tensorrt').update('docker.hosts', hosts, ConfigurationTarget.Global);

describe('several hosts', () => {
  before(async () => {
    await docker('run', '-d', '--name', 'on-the-first', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
    await commands.executeCommand('tensorrt.containers.focus');
    await setHosts([DEAD]);
  });

  after(async () => {
    await setHosts(undefined);
    await docker('rm', '-f', 'on-the-first');
  });

  it('are roots of the views; one that is dead says why, and does not keep the others', async () => {
    const rows = await rowsWhen('both', (texts) => texts.some((text) => text.includes('on-the-first')) && texts.some((text) => /refused/i.test(text)) && texts.some((text) => text.includes(`${DEAD}does not answer`)));
    assert.ok(rows.some((text) => /^DOCKER_HOSTDocker \d/.test(text)));
    await screenshot('hosts');
  });

  it('are the rows alone again when one is left', async () => {
    await setHosts([]);
    await rowsWhen('the root to go', (texts) => texts.some((text) => text.includes('on-the-first')) && !texts.some((text) => text.includes('DOCKER_HOST')));
  });
});
