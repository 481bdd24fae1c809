import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteTag, describeTag, isLocalRegistry, listRepositories, listTags, openRegistry } from '../../../src/docker/registry';

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

let answer: Answer;
let server: http.Server;
let host: string;
let config: string;
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
    asked.push(`${request.method ?? ''} ${url.pathname}${url.search} ${request.headers.authorization ?? '-'}`);
    answer(request, response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  config = mkdtempSync(path.join(os.tmpdir(), 'trtc-config-'));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(config, { recursive: true });
});

function json(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Lets everybody in, and answers the rest with `rest`. */
function open(rest: Answer): void {
  answer = (request, response, url) => (url.pathname === '/v2/' ? json(response, {}) : rest(request, response, url));
}

function logIn(auth: object): NodeJS.ProcessEnv {
  writeFileSync(path.join(config, 'config.json'), JSON.stringify({ auths: { [host]: auth } }));
  return { DOCKER_CONFIG: config };
}

const env = (): NodeJS.ProcessEnv => ({ DOCKER_CONFIG: config });

describe('local registries', () => {
  it.each([
    ['localhost', true],
    ['localhost:5000', true],
    ['127.0.0.1:5000', true],
    ['127.8.9.1', true],
    ['[::1]:5000', true],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com:5000', false],
    ['10.0.0.1:5000', false],
    ['ghcr.io', false],
  ])('%s: %s', (name, expected) => expect(isLocalRegistry(name)).toBe(expected));
});

describe('lists', () => {
  it('go on page by page', async () => {
    open((_, response, { searchParams }) => {
      const from = Number(searchParams.get('last') ?? '0');
      json(response, { repositories: [`r${from}`, `r${from + 1}`] }, from < 4 ? { link: `</v2/_catalog?n=200&last=${from + 2}>; rel="next"` } : {});
    });
    expect(await listRepositories(await openRegistry(host, { env: env() }))).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5']);
  });

  it.each(['https://elsewhere.example.com/v2/_catalog', '//elsewhere.example.com/v2/_catalog', '/v2/_catalog?n=200'])('never go to %s', async (link) => {
    open((_, response) => json(response, { repositories: ['a'] }, { link: `<${link}>; rel="next"` }));
    expect(await listRepositories(await openRegistry(host, { env: env() }))).toEqual(['a']);
    expect(asked.filter((line) => line.includes('_catalog'))).toHaveLength(1);
  });

  it.each([{ tags: null }, { tags: [1, { a: 1 }] }, {}])('survive %j', async (value) => {
    open((_, response) => json(response, value));
    expect(await listTags(await openRegistry(host, { env: env() }), 'app')).toEqual([]);
  });

  it.each(['../secrets', 'a/../b', 'A', 'a b', '', 'a?b', 'a/', '/a'])('of a repository named %j are not asked for', async (name) => {
    open((_, response) => json(response, {}));
    await expect(listTags(await openRegistry(host, { env: env() }), name)).rejects.toMatchObject({ problem: { kind: 'api', status: null } });
    expect(asked).toHaveLength(1);
  });

  it('that are refused say why', async () => {
    open((_, response) => json(response, { errors: [{ code: 'DENIED', message: 'requested access is denied' }] }, {}, 403));
    await expect(listRepositories(await openRegistry(host, { env: env() }))).rejects.toMatchObject({ problem: { kind: 'api', status: 403, detail: 'DENIED: requested access is denied' } });
  });

  it('that are no JSON are an error', async () => {
    open((_, response) => void response.end('<html>'));
    await expect(listRepositories(await openRegistry(host, { env: env() }))).rejects.toMatchObject({ problem: { kind: 'api' } });
  });

  it('are called off', async () => {
    const stop = new AbortController();
    open(() => setTimeout(() => stop.abort(), 10));
    await expect(listRepositories(await openRegistry(host, { env: env() }), stop.signal)).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
  });
});

describe('logins', () => {
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  const auth = Buffer.from('me:secret').toString('base64');

  it('by name and password', async () => {
    answer = (request, response) =>
      request.headers.authorization === basic ? json(response, { tags: ['1'] }) : json(response, {}, { 'www-authenticate': 'Basic realm="x"' }, 401);
    expect(await listTags(await openRegistry(host, { env: logIn({ auth }) }), 'app')).toEqual(['1']);
    await expect(listTags(await openRegistry(host, { env: { DOCKER_CONFIG: '/nowhere' } }), 'app')).rejects.toMatchObject({ problem: { status: 401 } });
  });

  it('by a token for what is asked', async () => {
    answer = (request, response, { pathname, searchParams }) => {
      if (pathname === '/token') {
        expect([searchParams.get('service'), request.headers.authorization]).toEqual(['registry.test', basic]);
        json(response, { token: `for ${searchParams.get('scope') ?? ''}` });
      } else if (request.headers.authorization?.startsWith('Bearer ') === true) json(response, { tags: [request.headers.authorization] });
      else json(response, {}, { 'www-authenticate': `Bearer realm="http://${host}/token",service="registry.test"` }, 401);
    };
    expect(await listTags(await openRegistry(host, { env: logIn({ auth }) }), 'team/app')).toEqual(['Bearer for repository:team/app:pull']);
  });

  it('by an identity token', async () => {
    answer = (request, response, { pathname }) => {
      if (pathname !== '/token') {
        json(response, { tags: ['1'] }, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }, pathname === '/v2/' ? 401 : 200);
        return;
      }
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'mine', scope: 'repository:app:pull' });
        json(response, { access_token: 'given' });
      });
    };
    expect(await listTags(await openRegistry(host, { env: logIn({ identitytoken: 'mine' }) }), 'app')).toEqual(['1']);
    expect(asked.at(-1)).toBe('GET /v2/app/tags/list?n=200 Bearer given');
  });

  it.each(['Digest realm="x"', 'Bearer service="x"', ''])('by %j are not known', async (header) => {
    answer = (_, response) => json(response, {}, { 'www-authenticate': header }, 401);
    await expect(openRegistry(host, { env: env() })).rejects.toMatchObject({ problem: { kind: 'api', status: 401 } });
  });
});

describe('a tag', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it('of an index has platforms and no size', async () => {
    open((request, response) => {
      expect(request.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
      json(response, { manifests: [{ platform: { os: 'linux', architecture: 'amd64' } }, { platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }, { platform: { os: 'unknown', architecture: 'unknown' } }, {}] }, { 'docker-content-digest': digest });
    });
    expect(await describeTag(await openRegistry(host, { env: env() }), 'app', '1')).toEqual({ tag: '1', digest, sizeBytes: null, platforms: ['linux/amd64', 'linux/arm/v7'] });
  });

  it('is deleted alone where the registry can, though others name the same image', async () => {
    const deleted: string[] = [];
    open((request, response, { pathname }) => {
      if (pathname.endsWith('/tags/list')) json(response, { tags: ['1', '2'] });
      else if (request.method === 'DELETE') {
        deleted.push(pathname);
        response.writeHead(202).end();
      } else json(response, { layers: [] }, { 'docker-content-digest': digest });
    });
    expect(await deleteTag(await openRegistry(host, { env: env() }), 'app', '1')).toEqual({ outcome: 'deleted', digest, alsoDeleted: [] });
    expect(deleted).toEqual(['/v2/app/manifests/1']);
  });

  it('in a registry that does not delete stays, and it says why', async () => {
    open((request, response, { pathname }) => {
      if (pathname.endsWith('/tags/list')) json(response, { tags: ['1'] });
      else if (request.method === 'DELETE') json(response, { errors: [{ code: 'UNSUPPORTED', message: 'The operation is unsupported.' }] }, {}, 405);
      else json(response, { layers: [] }, { 'docker-content-digest': digest });
    });
    await expect(deleteTag(await openRegistry(host, { env: env() }), 'app', '1')).rejects.toMatchObject({ problem: { kind: 'api', status: 405, detail: 'UNSUPPORTED: The operation is unsupported.' } });
  });
});

describe('what cannot be reached', () => {
  it.each(['', 'a b', 'http://x', 'x/y', 'x:y'])('%j is no registry', async (name) => {
    await expect(openRegistry(name, { env: env() })).rejects.toMatchObject({ problem: { kind: 'context-unreachable', detail: 'not the name of a registry', said: { template: 'not the name of a registry', data: {} } } });
  });

  it('a closed port', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(openRegistry(host, { env: env() })).rejects.toMatchObject({ problem: { kind: 'context-unreachable', name: host } });
    server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});
