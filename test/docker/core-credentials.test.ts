// Pulls and pushes that need the docker command line's credentials.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/dev/engine/index.mjs';
import { buildImage, connect, disconnect, listImages, pullImage, pushImage, removeImage, tagImage, type Engine } from '../../src/docker/index';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';

const [USER, PASSWORD] = ['somebody', 'correct horse'];
/** `htpasswd -B` of the two. */
const HTPASSWD = `${USER}:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n`;

let folder: string;
let registry: ChildProcess;
let host: string;
let engine: Engine;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-auth-'));
  host = `127.0.0.1:${await freePort()}`;
  writeFileSync(path.join(folder, 'htpasswd'), HTPASSWD);
  // JSON is YAML.
  const auth = { htpasswd: { realm: 'test', path: path.join(folder, 'htpasswd') } };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ version: '0.1', log: { level: 'error' }, storage: { filesystem: { rootdirectory: path.join(folder, 'data') } }, http: { addr: host }, auth }));
  registry = spawn('/usr/bin/docker-registry', ['serve', path.join(folder, 'config.json')], { stdio: 'ignore' });
  await eventually(async () => expect((await fetch(`http://${host}/v2/`)).status).toBe(401));
  engine = await connect(addressOf(useEngine().host));
  await tagImage(engine, 'busybox', `${host}/secret/busybox:1`);
});
afterAll(async () => {
  await removeImage(engine, `${host}/secret/busybox:1`);
  disconnect(engine);
  registry.kill();
  rmSync(folder, { recursive: true });
});

/** An environment with these settings of the docker command line. */
function withConfig(name: string, config: object): NodeJS.ProcessEnv {
  const own = mkdtempSync(path.join(folder, name));
  writeFileSync(path.join(own, 'config.json'), JSON.stringify(config));
  return { DOCKER_CONFIG: own, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const name = (): string => `${host}/secret/busybox:1`;

describe('a registry that wants a password', () => {
  it('is pushed to and pulled from with what `docker login` stored', async () => {
    const env = withConfig('stored', { auths: { [host]: { auth: base64(`${USER}:${PASSWORD}`) } } });
    await pushImage(engine, name(), () => undefined, { env });
    await removeImage(engine, name());
    await pullImage(engine, name(), () => undefined, { env });
    expect((await listImages(engine)).flatMap(({ tags }) => tags)).toContain(name());
  });

  it('is pushed to with what a credential helper gives', async () => {
    const helper = path.join(folder, 'docker-credential-test');
    writeFileSync(helper, `#!/bin/sh\nread server\n[ "$1" = get ] && [ "$server" = "${host}" ] && echo '{"ServerURL":"${host}","Username":"${USER}","Secret":"${PASSWORD}"}'\n`);
    chmodSync(helper, 0o755);
    await pushImage(engine, name(), () => undefined, { env: withConfig('helper', { credHelpers: { [host]: 'test' } }) });
    await pushImage(engine, name(), () => undefined, { env: withConfig('store', { credsStore: 'test', auths: { [host]: {} } }) });
  });

  it('is built from without the docker command, with what is stored for it', async () => {
    const context = mkdtempSync(path.join(folder, 'context-'));
    writeFileSync(path.join(context, 'Dockerfile'), `FROM ${name()}\nLABEL of=core-credentials\n`);
    const address = addressOf(useEngine().host);
    const build = (env: NodeJS.ProcessEnv) => buildImage(address, { context, pull: true }, { env, dockerPath: '/nonexistent/docker' });
    const refused = await build(withConfig('empty', {}));
    expect(refused).toMatchObject({ ended: 'failed', way: 'api' });
    expect(refused.log.error).toMatch(/no basic auth credentials|unauthorized|denied/i);
    const built = await build(withConfig('build', { auths: { [`https://${host}/v2/`]: { auth: base64(`${USER}:${PASSWORD}`) } } }));
    expect(built.log.error).toBeUndefined();
    expect(built).toMatchObject({ ended: 'built', way: 'api' });
    const again = await build(withConfig('built-by-helper', { credsStore: 'test', auths: { [host]: {} } }));
    expect(again.ended).toBe('built');
    for (const id of new Set([built.imageId, again.imageId])) await removeImage(engine, id ?? '');
  });

  it.each([
    ['no', {}],
    ['wrong', { auth: base64(`${USER}:wrong`) }],
  ])('refuses %s credentials, in the words of the engine', async (kind, entry) => {
    const env = withConfig(kind, { auths: { [host]: entry } });
    await expect(pushImage(engine, name(), () => undefined, { env })).rejects.toMatchObject({ problem: { kind: 'api', detail: expect.stringMatching(/no basic auth credentials|unauthorized|denied/i) as unknown } });
  });
});
