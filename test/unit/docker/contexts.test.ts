import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect, readEngineInfo } from '../../../src/docker';
import { dockerCommand } from '../../../src/docker/command-line';
import { listAddresses } from '../../../src/docker/contexts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-contexts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function addContext(name: string, endpoint: object, { tls = false } = {}): string {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = path.join(folder, 'contexts/meta', id);
  mkdirSync(meta, { recursive: true });
  writeFileSync(path.join(meta, 'meta.json'), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } }));
  const certificates = path.join(folder, 'contexts/tls', id, 'docker');
  if (tls) mkdirSync(certificates, { recursive: true });
  return certificates;
}

const list = (env: NodeJS.ProcessEnv = {}, extra: Parameters<typeof listAddresses>[0] = {}): ReturnType<typeof listAddresses> => listAddresses({ env, configFolder: folder, ...extra });

describe('listAddresses', () => {
  it('knows the default place where nothing is set up', async () => {
    const [first] = await list();
    expect(first).toEqual({ name: 'default', from: 'context', url: process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock', certificates: null, current: true });
  });

  it('reads docker contexts, with certificates, and which is current', async () => {
    const certificates = addContext('gpu-box', { Host: 'tcp://10.0.0.2:2376', SkipTLSVerify: true }, { tls: true });
    addContext('lab', { Host: 'ssh://me@lab' });
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ currentContext: 'lab' }));
    const addresses = await list();
    expect(addresses.slice(0, 3)).toEqual([
      { name: 'lab', from: 'context', url: 'ssh://me@lab', certificates: null, current: true },
      { name: 'default', from: 'context', url: 'unix:///var/run/docker.sock', certificates: null, current: false },
      { name: 'gpu-box', from: 'context', url: 'tcp://10.0.0.2:2376', certificates, skipVerification: true, current: false },
    ]);
  });

  it('lets DOCKER_CONTEXT win over the file, and DOCKER_HOST over both', async () => {
    addContext('lab', { Host: 'ssh://me@lab' });
    addContext('other', { Host: 'unix:///x' });
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ currentContext: 'other' }));
    expect((await list({ DOCKER_CONTEXT: 'lab' }))[0]).toMatchObject({ name: 'lab', current: true });
    const addresses = await list({ DOCKER_CONTEXT: 'lab', DOCKER_HOST: '10.1.1.1:2375' });
    expect(addresses[0]).toEqual({ name: 'DOCKER_HOST', from: 'environment', url: 'tcp://10.1.1.1:2375', certificates: null, current: true });
    expect(addresses.filter(({ current }) => current)).toHaveLength(1);
  });

  it('reads the companions of DOCKER_HOST', async () => {
    const tcp = { DOCKER_HOST: 'tcp://10.1.1.1:2376' };
    expect((await list({ ...tcp, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }))[0]).toMatchObject({ certificates: '/certs' });
    expect((await list({ ...tcp, DOCKER_TLS: '1' }))[0]).toMatchObject({ certificates: folder, skipVerification: true });
    expect((await list({ DOCKER_HOST: 'unix:///x', DOCKER_TLS_VERIFY: '1' }))[0]).toMatchObject({ certificates: null });
  });

  it.each([
    ['  tcp://10.1.1.1:2375 ', 'tcp://10.1.1.1:2375'],
    ['[::1]:2375', 'tcp://[::1]:2375'],
    [':2375', 'tcp://localhost:2375'],
    ['tcp://:2376', 'tcp://localhost:2376'],
    ['unix:///run/my docker.sock', 'unix:///run/my docker.sock'],
  ])('reads DOCKER_HOST %s as docker does', async (written, url) => {
    expect((await list({ DOCKER_HOST: written }))[0]).toMatchObject({ name: 'DOCKER_HOST', url });
  });

  it('speaks encrypted where a context says not to verify and has no certificates', async () => {
    const certificates = addContext('loose', { Host: 'tcp://10.0.0.3:2376', SkipTLSVerify: true });
    addContext('plain', { Host: 'tcp://10.0.0.4:2375' });
    const addresses = await list();
    expect(addresses.find(({ name }) => name === 'loose')).toMatchObject({ certificates, skipVerification: true });
    expect(addresses.find(({ name }) => name === 'plain')).toMatchObject({ certificates: null });
  });

  it('takes no other engine for a chosen context that does not exist', async () => {
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ currentContext: 'desktop-linux' }));
    const [first, ...others] = await list();
    expect(first).toEqual({ name: 'desktop-linux', from: 'context', url: '', certificates: null, current: true });
    expect(others.some(({ current }) => current)).toBe(false);
    if (first === undefined) throw new Error('no address');
    const engine = await connect(first);
    await expect(readEngineInfo(engine)).rejects.toMatchObject({ problem: { kind: 'context-unreachable', name: 'desktop-linux', detail: expect.stringContaining('there is no docker context') as string } });
    disconnect(engine);
    expect((await list({ DOCKER_HOST: 'unix:///x' }))[0]).toMatchObject({ name: 'DOCKER_HOST', current: true });
  });

  it('passes over broken files', async () => {
    addContext('good', { Host: 'ssh://good' });
    addContext('no-endpoint', {});
    mkdirSync(path.join(folder, 'contexts/meta/bad'), { recursive: true });
    writeFileSync(path.join(folder, 'contexts/meta/bad/meta.json'), '{');
    writeFileSync(path.join(folder, 'config.json'), 'no json');
    expect((await list()).filter(({ from }) => from === 'context').map(({ name }) => name)).toEqual(['default', 'good']);
  });

  it('gives each address a name of its own', async () => {
    addContext('lab', { Host: 'ssh://me@lab' });
    const extra = [{ name: 'lab', url: 'tcp://lab:2375' }, { name: 'lab', url: 'tcp://lab:2377' }];
    const names = (await list({}, { extra })).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['lab', 'lab (2)', 'lab (3)']));
  });

  it('finds sockets at their usual places, but none twice', async () => {
    writeFileSync(path.join(folder, 'docker.sock'), '');
    mkdirSync(path.join(folder, 'podman'));
    writeFileSync(path.join(folder, 'podman/podman.sock'), '');
    symlinkSync(path.join(folder, 'podman/podman.sock'), path.join(folder, 'link.sock'));
    const addresses = await list({ XDG_RUNTIME_DIR: folder, DOCKER_HOST: `unix://${folder}/link.sock` });
    expect(addresses.filter(({ url }) => url.includes(folder)).map(({ name, from }) => [name, from])).toEqual([
      ['DOCKER_HOST', 'environment'],
      ['rootless', 'socket'],
    ]);
  });
});

describe('dockerCommand', () => {
  const env = { PATH: '/bin', DOCKER_HOST: 'tcp://elsewhere', DOCKER_CONTEXT: 'other', DOCKER_TLS_VERIFY: '1' };

  it('names a context and takes DOCKER_HOST away, which would win', () => {
    const { program, env: whole, changes } = dockerCommand({ name: 'lab', from: 'context', url: 'ssh://lab', certificates: null, current: false }, undefined, env);
    expect(program).toBe('docker');
    expect(whole).toEqual({ PATH: '/bin', DOCKER_CONTEXT: 'lab', DOCKER_TLS_VERIFY: '1' });
    expect(changes).toEqual({ DOCKER_CONTEXT: 'lab', DOCKER_HOST: null });
  });

  it('leaves the environment as it is for the engine that it names', () => {
    expect(dockerCommand({ name: 'DOCKER_HOST', from: 'environment', url: 'tcp://elsewhere', certificates: null, current: true }, '/opt/docker', env)).toEqual({ program: '/opt/docker', env, changes: {} });
  });

  it('puts an address of a setting into DOCKER_HOST with its certificates', () => {
    const address = { name: 'box', from: 'setting', url: 'tcp://box:2376', certificates: '/certs', current: false } as const;
    expect(dockerCommand(address, undefined, env).env).toEqual({ PATH: '/bin', DOCKER_HOST: 'tcp://box:2376', DOCKER_CERT_PATH: '/certs', DOCKER_TLS_VERIFY: '1' });
    expect(dockerCommand({ ...address, skipVerification: true }, undefined, env).env).toEqual({ PATH: '/bin', DOCKER_HOST: 'tcp://box:2376', DOCKER_CERT_PATH: '/certs', DOCKER_TLS: '1' });
    expect(dockerCommand({ ...address, url: 'unix:///x', certificates: null }, undefined, env).env).toEqual({ PATH: '/bin', DOCKER_HOST: 'unix:///x' });
  });
});
