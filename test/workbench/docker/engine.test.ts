import assert from 'node:assert/strict';
import { control, docker } from './engine';

describe('the engine under the workbench', () => {
  it('runs containers with a GPU, also after a crash', async () => {
    const ask = ['run', '--rm', '--gpus', 'all', '--network', 'none', 'busybox', 'nvidia-smi', '-L'];
    assert.match(await docker(...ask), /^GPU 0: /);
    await control('kill');
    await assert.rejects(docker('version'));
    await control('start');
    assert.match(await docker(...ask), /^GPU 0: /);
  });
});
