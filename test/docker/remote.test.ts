// Engines that are not behind a socket of this machine.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, freePort, makeCertificates, startEngine, startSshServer } from '../../src/dev/engine/index.mjs';
import { connect, disconnect, listContainers, readEngineInfo, routePort, watchEngine } from '../../src/docker/index';
import type { EngineWatch } from '../../src/docker/index';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';

describe('tcp with TLS', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-tls-'));
  const certificates = makeCertificates(folder, ['127.0.0.1']);
  let port: number;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    port = await freePort();
    const file = (name: string): string => path.join(certificates, name);
    const flags = ['--tlsverify', '--tlscacert', file('ca.pem'), '--tlscert', file('cert.pem'), '--tlskey', file('key.pem')];
    ({ stop } = await startEngine({ gpu: 'none', bridge: false, listen: [`tcp://127.0.0.1:${port}`], flags }));
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });

  it('talks to an engine that wants a certificate', async () => {
    const engine = await connect(addressOf(`tcp://127.0.0.1:${port}`, 'tls', certificates));
    expect((await readEngineInfo(engine)).product).toBe('docker');
    expect(await listContainers(engine)).toEqual([]);
    disconnect(engine);
  });

  it('says of one that is not the one that the certificates are of that it cannot be reached', async () => {
    const other = path.join(folder, 'other');
    mkdirSync(other);
    const engine = await connect(addressOf(`tcp://127.0.0.1:${port}`, 'tls', makeCertificates(other, ['127.0.0.1'])));
    await expect(readEngineInfo(engine)).rejects.toMatchObject({ problem: { kind: 'context-unreachable', name: 'tls', detail: expect.stringMatching(/certificate/i) as unknown } });
  });

  it('says so when the engine wants encryption and none was set up', async () => {
    const engine = await connect(addressOf(`tcp://127.0.0.1:${port}`));
    await expect(readEngineInfo(engine)).rejects.toMatchObject({ problem: { kind: expect.stringMatching(/^(api|context-unreachable)$/) as unknown } });
  });
});

describe('ssh', () => {
  const ownPath = process.env['PATH'];
  let server: Awaited<ReturnType<typeof startSshServer>>;
  beforeAll(async () => {
    server = await startSshServer(useEngine());
  });
  afterAll(async () => {
    process.env['PATH'] = ownPath;
    await server.stop();
  });

  it('talks to the engine at the other end', async () => {
    process.env['PATH'] = server.env['PATH'];
    const engine = await connect(addressOf(server.url));
    expect((await readEngineInfo(engine)).runtimes).toContain('nvidia');
    expect(await listContainers(engine)).toBeInstanceOf(Array);
    disconnect(engine);
  });

  it('carries a port of a container here, which is open to the other end alone', async () => {
    const id = docker(useEngine(), 'run', '-d', '-p', '127.0.0.1::80', 'busybox', 'sh', '-c', 'mkdir /www; echo served >/www/index.html; exec httpd -f -h /www');
    const engine = await connect(addressOf(useEngine().host));
    const container = (await listContainers(engine)).find((one) => one.id === id);
    disconnect(engine);
    const route = container?.ports[0] && routePort(addressOf(server.url), container.ports[0]);
    if (route?.how !== 'ssh') throw new Error(JSON.stringify(route));
    const localPort = await freePort();
    const ssh = spawn('ssh', [...route.forwardArguments(localPort)], { env: server.env, stdio: 'inherit' });
    try {
      await eventually(async () => expect(await (await fetch(`http://127.0.0.1:${localPort}/`)).text()).toBe('served\n'));
    } finally {
      ssh.kill();
      docker(useEngine(), 'rm', '-f', id);
    }
  });

  it('tells in the words of ssh why it cannot, and asks nobody for a password', async () => {
    process.env['PATH'] = ownPath;
    const engine = await connect(addressOf(server.url));
    await expect(readEngineInfo(engine)).rejects.toMatchObject({ problem: { kind: 'context-unreachable', detail: expect.stringMatching(/verification failed|Permission denied/i) as unknown } });
  });
});

describe('a dead host among several', () => {
  it('shows so and does not hold up the others', async () => {
    // Takes the connection and never says a word.
    const silent = net.createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as net.AddressInfo;
    const urls = { dead: `tcp://127.0.0.1:${port}`, closed: `tcp://127.0.0.1:${await freePort()}`, missing: 'unix:///nowhere/docker.sock', alive: useEngine().host };
    /** What each came to, in that order. */
    const told: string[] = [];
    const watches: EngineWatch[] = Object.entries(urls).map(([name, url]) => {
      const watch = watchEngine(addressOf(url, name), () => {
        if (watch.state.kind === 'failed' || watch.inventory.images !== null) told.push(name);
      });
      watch.setVisible(true);
      return watch;
    });
    const [dead, closed, missing, alive] = watches;
    await eventually(() => expect(closed?.state).toMatchObject({ kind: 'failed', problem: { kind: 'context-unreachable', name: 'closed' } }));
    await eventually(() => expect(missing?.state).toMatchObject({ kind: 'failed', problem: { kind: 'daemon-down' } }));
    await eventually(() => expect(dead?.state).toMatchObject({ kind: 'failed', problem: { kind: 'context-unreachable', name: 'dead' } }), 60_000);
    expect(alive?.state.kind).toBe('connected');
    expect(told).toContain('alive');
    expect(told.indexOf('alive')).toBeLessThan(told.indexOf('dead'));
    for (const watch of watches) watch.dispose();
    silent.close();
  });
});
