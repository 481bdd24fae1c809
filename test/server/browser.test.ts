// The server as in a worker of a browser: it reaches no disk, and asks the client for files under URIs of any scheme.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompletionRequest, HoverRequest } from 'vscode-languageserver/node';
import { FILES_REQUEST, type FilesAnswer, type FilesParams } from '../../src/core/protocol/requests';
import { browserPlatform } from '../../src/server/browser-platform';
import { TestClient } from './client';

const ROOT = 'vscode-vfs://github%2B7b/owner/a%20project';
const BAD_SCRIPT = 'echo /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/stubs.conf\n';
const RUNS_SCRIPT = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\n';
const STUBS = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
const RULE = 'cuda-driver-library-copied';

/** An editor whose folder lies elsewhere; what is asked of it is noted. */
class WebClient extends TestClient {
  readonly asked: string[][] = [];

  constructor() {
    super(browserPlatform);
    this.connection.onRequest(FILES_REQUEST, ({ uris }: FilesParams): FilesAnswer => {
      this.asked.push([...uris]);
      return uris.map((uri) => {
        const file = path.join(this.folder, decodeURIComponent(uri.slice(ROOT.length)));
        const stat = uri.startsWith(ROOT) ? statSync(file, { throwIfNoEntry: false }) : undefined;
        if (stat === undefined) return null;
        const state = { modifiedMs: stat.mtimeMs, sizeBytes: stat.size };
        return stat.isDirectory() ? { ...state, names: readdirSync(file) } : { ...state, text: readFileSync(file, 'utf8') };
      });
    });
  }

  override uri(name: string): string {
    return name === '' ? ROOT : `${ROOT}/${name.split('/').map(encodeURIComponent).join('/')}`;
  }
}

let client: WebClient;
beforeEach(async () => {
  client = new WebClient();
  await client.start();
});
afterEach(() => client.dispose());

describe('the server in a browser', () => {
  it('finds what is wrong in a script of the build context, names it as the client does, and follows it', async () => {
    const script = client.write('sub dir/install.sh', BAD_SCRIPT);
    const dockerfile = await client.open('sub dir/Dockerfile', RUNS_SCRIPT);
    await client.pull(dockerfile);
    await expect.poll(() => client.published.get(script)?.map(({ code }) => code)).toEqual([RULE]);
    client.write('sub dir/install.sh', 'true\n');
    await client.touch('sub dir/install.sh');
    await expect.poll(async () => (await client.pull(dockerfile), client.published.get(script))).toEqual([]);
  });

  it('holds to the config file in a folder above', async () => {
    client.write('.trtc.yaml', `rules:\n  ${RULE}: off\n`);
    expect(await client.rules(await client.open('deep/down/Dockerfile', STUBS))).toEqual([]);
    client.write('.trtc.yaml', 'rules: {}\n');
    await client.touch('.trtc.yaml');
    expect(await client.rules(client.uri('deep/down/Dockerfile'))).toEqual([RULE]);
  });

  it('shows in requirements what a Dockerfile nearby says that nobody opened', async () => {
    client.write('docker/Dockerfile', 'FROM python:3.10-slim\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n');
    const uri = await client.open('requirements.txt', 'nvidia-tensorrt\n', 'pip-requirements');
    await expect.poll(() => client.published.get(uri)?.length).toBeGreaterThan(0);
  });

  it('reads a file that was made after it was looked for', async () => {
    const dockerfile = await client.open('Dockerfile', RUNS_SCRIPT);
    await client.pull(dockerfile);
    expect(client.asked.flat()).toContain(client.uri('install.sh'));
    const script = client.write('install.sh', BAD_SCRIPT);
    await client.touch('install.sh');
    await client.pull(dockerfile);
    await expect.poll(() => client.published.get(script)?.map(({ code }) => code)).toEqual([RULE]);
  });

  it('is told of every change, for it reads nothing twice', async () => {
    const watchers = (): unknown[] => client.registrations.flatMap(({ registerOptions }) => (registerOptions as { readonly watchers?: readonly unknown[] } | undefined)?.watchers ?? []);
    await expect.poll(watchers).toEqual([{ globPattern: '**/*' }]);
  });

  it('asks for nothing outside of the folder, and for nothing twice', async () => {
    await client.open('a/Dockerfile', 'FROM ubuntu:22.04\nCOPY ../../../secret /etc/\nCOPY here /etc/\n');
    await client.rules(client.uri('a/Dockerfile'));
    await client.change(client.uri('a/Dockerfile'), 'FROM ubuntu:22.04\nCOPY ../../../secret /etc/\nCOPY here /srv/\n');
    await client.rules(client.uri('a/Dockerfile'));
    const all = client.asked.flat();
    expect(all.filter((uri) => uri !== ROOT && !uri.startsWith(`${ROOT}/`))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain(client.uri('a/here'));
  });

  it('answers other questions while a long document is analysed, whose files have to be fetched meanwhile', async () => {
    client.write('install.sh', BAD_SCRIPT);
    const long = await client.open('Dockerfile', `${'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10 curl git cmake\n'.repeat(1_500)}${RUNS_SCRIPT}`);
    const requirements = await client.open('requirements.txt', 'torch==', 'pip-requirements');
    const order: string[] = [];
    const findings = client.pull(long).then(() => order.push('findings'));
    // By now it is at work, and will be for longer than this.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const completion = client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri: requirements }, position: { line: 0, character: 7 } }).then(() => order.push('completion'));
    await Promise.all([findings, completion]);
    expect(order).toEqual(['completion', 'findings']);
    await expect.poll(() => client.published.get(client.uri('install.sh'))?.map(({ code }) => code)).toEqual([RULE]);
  });

  it('knows at the first question what a script of the build context brings', async () => {
    client.write('install.sh', 'pip install tensorrt==8.6.1\n');
    const dockerfile = await client.open('Dockerfile', RUNS_SCRIPT);
    const hover = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: dockerfile }, position: { line: 2, character: 0 } });
    expect(JSON.stringify(hover)).toContain('8.6.1');
  });

  it('analyses alone what lies in no folder: untitled documents, and views of files', async () => {
    for (const name of ['untitled:Untitled-1', `git:/owner/Dockerfile?{"ref":"HEAD"}`, 'memfs:/elsewhere/Dockerfile']) {
      expect(await client.rules(await client.open(name, STUBS))).toEqual([RULE]);
    }
    expect(client.asked.flat()).toEqual([]);
  });

  it('goes on without files where the client cannot give them', async () => {
    client.connection.onRequest(FILES_REQUEST, () => {
      throw new Error('offline');
    });
    expect(await client.rules(await client.open('Dockerfile', STUBS))).toEqual([RULE]);
  });
});
