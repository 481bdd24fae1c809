import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCredentials, registryAuth } from '../../../src/docker/credentials';
import { registryOf, splitReference } from '../../../src/docker/references';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-credentials-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function read(registry: string, config: object): ReturnType<typeof readCredentials> {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  return readCredentials(registry, { DOCKER_CONFIG: folder, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` });
}

/** A helper as `docker-credential-NAME get` is one: knows some servers, and says of others that it does not. */
function addHelper(name: string, answers: Readonly<Record<string, object>>): void {
  const file = path.join(folder, `docker-credential-${name}`);
  const script = `#!${process.execPath}
const answers = ${JSON.stringify(answers)};
let server = '';
process.stdin.on('data', (chunk) => (server += chunk)).on('end', () => {
  if (process.argv[2] === 'get' && answers[server]) process.stdout.write(JSON.stringify(answers[server]));
  else { process.stdout.write('credentials not found in native keychain'); process.exitCode = 1; }
});`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
}

describe('readCredentials', () => {
  it('reads the file', async () => {
    const auths = { 'localhost:5000': { auth: base64('me:pass:word') }, 'https://index.docker.io/v1/': { auth: base64('hub:secret\0\0') }, 'https://ghcr.io/': { identitytoken: 'abc' } };
    expect(await read('localhost:5000', { auths })).toEqual({ userName: 'me', password: 'pass:word', identityToken: null, serverAddress: 'localhost:5000' });
    expect(await read('docker.io', { auths })).toEqual({ userName: 'hub', password: 'secret', identityToken: null, serverAddress: 'https://index.docker.io/v1/' });
    expect(await read('ghcr.io', { auths })).toMatchObject({ identityToken: 'abc' });
    expect(await read('nvcr.io', { auths })).toBeNull();
  });

  it('asks the helper of the registry first, then the common store, then the file', async () => {
    addHelper('own', { 'nvcr.io': { ServerURL: 'nvcr.io', Username: '$oauthtoken', Secret: 'key' } });
    addHelper('store', { 'https://index.docker.io/v1/': { Username: '<token>', Secret: 'refresh' } });
    const config = { credHelpers: { 'nvcr.io': 'own' }, credsStore: 'store', auths: { 'quay.io': { auth: base64('file:f') }, 'nvcr.io': {} } };
    expect(await read('nvcr.io', config)).toEqual({ userName: '$oauthtoken', password: 'key', identityToken: null, serverAddress: 'nvcr.io' });
    expect(await read('docker.io', config)).toEqual({ userName: '', password: '', identityToken: 'refresh', serverAddress: 'https://index.docker.io/v1/' });
    expect(await read('quay.io', config)).toMatchObject({ userName: 'file' });
  });

  it('goes on without a helper that is missing, broken or a path', async () => {
    writeFileSync(path.join(folder, 'docker-credential-broken'), `#!/bin/sh\necho no json\n`);
    chmodSync(path.join(folder, 'docker-credential-broken'), 0o755);
    const auths = { 'quay.io': { auth: base64('file:f') } };
    for (const credsStore of ['missing', 'broken', '../../bin/sh', '']) expect(await read('quay.io', { auths, credsStore })).toMatchObject({ userName: 'file' });
  });

  it('waits for a helper that hangs once, not for each name of the registry', async () => {
    const asked = path.join(folder, 'asked');
    writeFileSync(path.join(folder, 'docker-credential-hangs'), `#!/bin/sh\necho asked >> '${asked}'\nexec sleep 600\n`);
    chmodSync(path.join(folder, 'docker-credential-hangs'), 0o755);
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ credsStore: 'hangs', auths: { 'quay.io': { auth: base64('file:f') } } }));
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
    expect(await readCredentials('quay.io', env, undefined, 5_000)).toMatchObject({ userName: 'file' });
    expect(readFileSync(asked, 'utf8')).toBe('asked\n');
  });

  it('has none where there is no file', async () => {
    expect(await readCredentials('quay.io', { DOCKER_CONFIG: path.join(folder, 'missing') })).toBeNull();
  });
});

describe('registryAuth', () => {
  const decode = (header: string): unknown => JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));

  it('writes what the engine reads', () => {
    expect(decode(registryAuth(null))).toEqual({});
    expect(decode(registryAuth({ userName: 'ü', password: 'p', identityToken: null, serverAddress: 's' }))).toEqual({ username: 'ü', password: 'p', serveraddress: 's' });
    expect(decode(registryAuth({ userName: '', password: '', identityToken: 't', serverAddress: 's' }))).toEqual({ identitytoken: 't', serveraddress: 's' });
  });
});

describe('references', () => {
  it.each([
    ['busybox', 'busybox', null, null, 'docker.io'],
    ['nvidia/cuda:12.4.1-base-ubuntu22.04', 'nvidia/cuda', '12.4.1-base-ubuntu22.04', null, 'docker.io'],
    ['localhost:5000/a/b', 'localhost:5000/a/b', null, null, 'localhost:5000'],
    ['index.docker.io/library/a:x', 'index.docker.io/library/a', 'x', null, 'docker.io'],
    ['localhost/a:x', 'localhost/a', 'x', null, 'localhost'],
    ['nvcr.io/nvidia/tensorrt:24.05-py3@sha256:ab', 'nvcr.io/nvidia/tensorrt', '24.05-py3', 'sha256:ab', 'nvcr.io'],
    ['a@sha256:ab', 'a', null, 'sha256:ab', 'docker.io'],
  ])('%s', (reference, repository, tag, digest, registry) => {
    expect(splitReference(reference)).toEqual({ repository, tag, digest });
    expect(registryOf(reference)).toBe(registry);
  });
});
