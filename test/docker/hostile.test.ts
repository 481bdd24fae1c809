// What anybody may put into names, labels and output.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../src/dev/engine/index.mjs';
import { connect, disconnect, followLogs, inspectContainer, inspectImage, listContainers, listImages, runContainer } from '../../src/docker/index';
import type { Engine } from '../../src/docker/index';
import { addressOf, useEngine } from './engine';

const HOSTILE = {
  markdown: '[x](command:workbench.action.quit) ![](https://example.com/x.png) <img src=x onerror=alert(1)>',
  ansi: '\u001b[2J\u001b]0;owned\u0007\u001b[31m',
  bidi: '\u202egpj.exe\u2066',
  newlines: 'a\r\nb\u2028c',
  ['__proto__']: 'polluted',
  long: 'x'.repeat(1024 * 1024),
};

let engine: Engine;
let id: string;
beforeAll(async () => {
  engine = await connect(addressOf(useEngine().host));
  // By the API: a megabyte is too long for a command line.
  const { request } = await import('node:http');
  const created = await new Promise<string>((resolve, reject) => {
    const outgoing = request({ socketPath: useEngine().socket, method: 'POST', path: '/containers/create?name=hostile', headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify({ Image: 'busybox', Cmd: ['true'], Env: [`LONG=${HOSTILE.long}`, 'CUDA_VERSION=\u001b[31m12.4'], Labels: HOSTILE }));
  });
  id = (JSON.parse(created) as { Id: string }).Id;
  docker(useEngine(), 'commit', id, 'hostile:1');
});
afterAll(() => {
  docker(useEngine(), 'rm', '-f', 'hostile');
  docker(useEngine(), 'rmi', 'hostile:1');
  disconnect(engine);
});

describe('hostile names, labels and output', () => {
  it('are given as they are, but cut, so that no list holds a megabyte', async () => {
    const row = (await listContainers(engine)).find(({ name }) => name === 'hostile');
    expect(row?.labels['markdown']).toBe(HOSTILE.markdown);
    expect(row?.labels['bidi']).toBe(HOSTILE.bidi);
    expect(JSON.stringify(row).length).toBeLessThan(50_000);
    const image = (await listImages(engine)).find(({ tags }) => tags.includes('hostile:1'));
    expect(JSON.stringify(image).length).toBeLessThan(50_000);
    expect(JSON.stringify(await inspectContainer(engine, id)).length).toBeLessThan(50_000);
    expect(JSON.stringify(await inspectImage(engine, 'hostile:1')).length).toBeLessThan(50_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(row?.labels)).toBe(Object.prototype);
  });

  it('are not taken for words of ours when they come through another container', async () => {
    const name = 'label=tensorrt-containers.run';
    docker(useEngine(), 'create', '--name', 'liar', '--label', 'tensorrt-containers.run=x', '--label', 'tensorrt-containers.pid=-1', 'busybox');
    const { sweepRuns } = await import('../../src/docker/index');
    expect(await sweepRuns(engine)).toEqual([]);
    expect(docker(useEngine(), 'ps', '-aq', '--filter', name)).not.toBe('');
    docker(useEngine(), 'rm', 'liar');
  });

  it('fill no memory when a container writes without end', async () => {
    const { stdout, truncated } = await runContainer(engine, { image: 'busybox', argv: ['sh', '-c', 'yes "0123456789" | head -c 200000000'], outputLimitBytes: 64 * 1024 });
    expect(truncated).toBe(true);
    expect(stdout.length).toBeLessThan(200_000);
  });

  it('keep characters whole that come in pieces, in logs with and without a terminal', async () => {
    for (const tty of [[], ['-t']]) {
      const container = docker(useEngine(), 'run', '-d', ...tty, 'busybox', 'sh', '-c', 'printf "\\342"; sleep 0.2; printf "\\202\\254\\n"; printf "\\033[31mred\\n"');
      docker(useEngine(), 'wait', container);
      let text = '';
      await followLogs(engine, container, { follow: true, tailLines: 100 }, (piece) => void (text += piece));
      expect(text).toContain('€');
      docker(useEngine(), 'rm', container);
    }
  });
});
