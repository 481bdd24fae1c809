// What the views say where Docker cannot be had: a host behind a stand-in for ssh, which refuses in the words of the real one.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const REFUSALS = {
  'no-permission': 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
  unreachable: 'ssh: connect to host gpu-box port 22: Connection refused',
};

const wordsIn = (folder) => path.join(folder, '.ssh-says');

export default {
  env(folder) {
    const bin = path.join(folder, '.bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'ssh'), `#!/bin/sh\ncat '${wordsIn(folder)}' >&2\nexit 255\n`, { mode: 0o755 });
    return { PATH: `${bin}${path.delimiter}${process.env.PATH}`, DOCKER_HOST: 'ssh://me@gpu-box' };
  },
  async shoot({ page, folder, command, shoot }) {
    for (const [name, words] of Object.entries(REFUSALS)) {
      writeFileSync(wordsIn(folder), `${words}\n`);
      await command('View: Show TensorRT');
      await command('TensorRT: Refresh Containers and Images');
      await shoot(name, { rest: 4000 });
    }
    await command('TensorRT: Check Host');
    await page.locator('.part.sidebar .pane').nth(2).locator('.monaco-list-row').nth(1).waitFor({ timeout: 60_000 });
    await shoot('host-unreachable', { rest: 2000 });
  },
};
