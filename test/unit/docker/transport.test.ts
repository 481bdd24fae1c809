import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually';
import { clientOf, connect, disconnect, readEngineInfo, type Engine } from '../../../src/docker/connect';
import { listContainers } from '../../../src/docker/inventory';
import type { EngineAddress } from '../../../src/docker/model';

const addressOf = (url: string): EngineAddress => ({ name: 'there', from: 'setting', url, certificates: null, current: false });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server | net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

async function open(url: string): Promise<Engine> {
  const engine = await connect(addressOf(url));
  closers.push(() => disconnect(engine));
  return engine;
}

describe('the transport', () => {
  it('keeps query and body apart, names the host, and escapes what a path may not hold', async () => {
    const seen: { url: string | undefined; host: string | undefined; body: string }[] = [];
    const port = await listen(
      createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => {
          seen.push({ url: request.url, host: request.headers.host, body });
          response.writeHead(201, { 'content-type': 'application/json' }).end('{"Id":"1"}');
        });
      }),
    );
    const docker = clientOf(await open(`tcp://127.0.0.1:${port}`));
    await docker.createContainer({ _query: { name: 'a b', platform: undefined }, _body: { Image: 'x', Env: ['é=1'] } } as object);
    await docker.listContainers({ all: true, filters: { label: ['a=b'] } });
    await docker.getContainer('x?force=1#y').inspect();
    expect(seen).toEqual([
      { url: '/containers/create?name=a+b', host: '127.0.0.1', body: '{"Image":"x","Env":["é=1"]}' },
      { url: `/containers/json?all=true&filters=${encodeURIComponent('{"label":["a=b"]}')}`, host: '127.0.0.1', body: '' },
      { url: '/containers/x%3Fforce=1%23y/json', host: '127.0.0.1', body: '' },
    ]);
  });

  it('asks again where an idle connection was closed in the moment it was taken up', async () => {
    let connections = 0;
    const port = await listen(
      net.createServer((socket) => {
        connections++;
        let requests = 0;
        socket.on('error', () => undefined);
        socket.on('data', () => {
          if (++requests > 1) socket.resetAndDestroy();
          else socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]');
        });
      }),
    );
    const engine = await open(`tcp://127.0.0.1:${port}`);
    expect(await listContainers(engine)).toEqual([]);
    expect(await listContainers(engine)).toEqual([]);
    expect(connections).toBe(2);
  });

  it('can be called off before the answer, in it, and before it is asked', async () => {
    const port = await listen(
      createServer((request, response) => {
        if (request.url?.startsWith('/images') === true) response.write('[');
      }),
    );
    const docker = clientOf(await open(`tcp://127.0.0.1:${port}`));
    const cancelled = { problem: { kind: 'cancelled' } };
    await expect(docker.listContainers({ abortSignal: abortIn(50) })).rejects.toMatchObject(cancelled);
    await expect(docker.listImages({ abortSignal: abortIn(50) })).rejects.toMatchObject(cancelled);
    await expect(docker.listImages({ abortSignal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
    await expect(docker.listImages({ abortSignal: AbortSignal.timeout(50) })).rejects.toMatchObject({ problem: { kind: 'context-unreachable' } });
  });

  it.each([
    ['a server that is no engine', (): Server => createServer((_, response) => response.end('<html>')), /no Docker engine/],
    ['an engine that expects TLS', (): Server => createServer((_, response) => response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n')), /HTTPS server/],
  ])('tells of %s', async (_, make, detail) => {
    const port = await listen(make());
    await expect(readEngineInfo(await open(`tcp://127.0.0.1:${port}`))).rejects.toMatchObject({ problem: { kind: 'context-unreachable', name: 'there', detail: expect.stringMatching(detail) as unknown } });
  });

  it.each(['not a url', 'ftp://x', 'ssh://-oProxyCommand=x', 'ssh://host/sock;rm', 'fd://'])('refuses the address %s', async (url) => {
    await expect(readEngineInfo(await open(url))).rejects.toMatchObject({ problem: { kind: 'context-unreachable', url } });
  });
});

describe('ssh', () => {
  const ownPath = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = ownPath;
  });

  /** Puts a program named ssh before all others: it writes down its arguments and does as told. */
  function standIn(script: string): string {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-ssh-'));
    writeFileSync(path.join(folder, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/arguments"\n${script}\n`);
    chmodSync(path.join(folder, 'ssh'), 0o755);
    process.env['PATH'] = `${folder}${path.delimiter}${ownPath ?? ''}`;
    closers.push(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  it.skipIf(process.platform === 'win32')('starts the machine\'s own, and ends it with the connection', async () => {
    const folder = standIn(`echo $$ > "$(dirname "$0")/pid"; printf 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n[]'; exec cat > /dev/null`);
    const engine = await open('ssh://me@box:2222/run/user/1/docker.sock');
    expect(await listContainers(engine)).toEqual([]);
    expect(readFileSync(path.join(folder, 'arguments'), 'utf8').trim().split('\n')).toEqual([
      ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-l', 'me', '-p', '2222'],
      ...['--', 'box', 'docker', '--host', 'unix:///run/user/1/docker.sock', 'system', 'dial-stdio'],
    ]);
    const pid = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
    disconnect(engine);
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
  });

  it.skipIf(process.platform === 'win32')('says in its words why it cannot', async () => {
    standIn('echo "me@box: Permission denied (publickey)." >&2; exit 255');
    await expect(listContainers(await open('ssh://me@box'))).rejects.toMatchObject({ problem: { kind: 'context-unreachable', detail: 'me@box: Permission denied (publickey).' } });
  });

  it.skipIf(process.platform === 'win32')('says so where there is none', async () => {
    process.env['PATH'] = '/nowhere';
    await expect(listContainers(await open('ssh://me@box'))).rejects.toMatchObject({ problem: { kind: 'context-unreachable', detail: 'ssh could not be started: ENOENT' } });
  });
});

function abortIn(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
