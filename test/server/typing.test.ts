import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource, CompletionRequest, DocumentDiagnosticRequest, HoverRequest, InlayHintRequest, LSPErrorCodes } from 'vscode-languageserver/node';
import { STACK_REQUEST } from '../../src/core/protocol/requests';
import type { Platform } from '../../src/server/disk';
import { createNodePlatform } from '../../src/server/node-platform';
import { TestClient } from './client';

const TEXT = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY script.sh .\nRUN bash script.sh\nRUN pip install torch==';

let client: TestClient;
/** How often the script, which every interpretation follows, was looked for. */
let looks = 0;

beforeEach(async () => {
  const platform = createNodePlatform('.');
  const counting: Platform = {
    ...platform,
    createDisk: (...given) => {
      const disk = platform.createDisk(...given);
      return { ...disk, stat: (file) => ((looks += file.endsWith('script.sh') ? 1 : 0), disk.stat(file)) };
    },
  };
  client = await new TestClient(counting).start();
  client.write('script.sh', 'apt-get install -y curl\n');
});
afterEach(() => client.dispose());

/** Looks of one interpretation. */
async function countOne(uri: string): Promise<number> {
  looks = 0;
  await client.connection.sendRequest(STACK_REQUEST, { textDocument: { uri } });
  expect(looks).toBeGreaterThan(0);
  return looks;
}

describe('a person who types', () => {
  it('has only the newest of texts read that arrive together', async () => {
    const uri = await client.open('Dockerfile', TEXT);
    const one = await countOne(uri);
    looks = 0;
    const answers: Promise<unknown>[] = [];
    for (let key = 1; key <= 30; key++) {
      const text = `${TEXT}${'2'.repeat(key)}`;
      void client.change(uri, text);
      answers.push(client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 3, character: text.length - text.lastIndexOf('\n') - 1 } }));
    }
    expect((await Promise.all(answers)).at(-1)).not.toBeNull();
    expect(looks).toBeLessThan(5 * one);
  });

  it('has a text read once for all that is asked of it', async () => {
    const uri = await client.open('Dockerfile', TEXT);
    const one = await countOne(uri);
    const position = { line: 0, character: 8 };
    await Promise.all([
      client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position }),
      client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position }),
      client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: { start: position, end: position } }),
    ]);
    expect(looks).toBe(one);
    // Findings are made of the same reading, and have all that they would have alone.
    expect(await client.rules(uri)).toEqual(await client.rules(await client.open('Dockerfile.other', TEXT)));
  });

  it('gets the findings of more documents at once than are kept', async () => {
    const uris = await Promise.all(Array.from({ length: 40 }, (_, i) => client.open(`${i}/Dockerfile`, 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs\n')));
    const all = await Promise.all(uris.map((uri) => client.rules(uri)));
    expect(all[0]).not.toEqual([]);
    expect(new Set(all.map(String)).size).toBe(1);
  });

  it('is answered while a long document is analysed', async () => {
    const stage = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10 curl git cmake\n';
    const long = await client.open('Dockerfile', stage.repeat(1_500));
    const requirements = await client.open('requirements.txt', 'torch==', 'pip-requirements');
    const order: string[] = [];
    const findings = client.pull(long).then(() => order.push('findings'));
    // By now it is at work, and will be for longer than this.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const completion = client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri: requirements }, position: { line: 0, character: 7 } }).then(() => order.push('completion'));
    await Promise.all([findings, completion]);
    expect(order).toEqual(['completion', 'findings']);
  });

  it('has a list made of what stands above it, without what follows', async () => {
    const stage = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10 curl git cmake\n';
    const [head, tail] = ['FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install torch=', stage.repeat(1_500)];
    const uri = await client.open('Dockerfile', `${head}\n${tail}`);
    await client.change(uri, `${head}=\n${tail}`);
    const order: string[] = [];
    const stack = client.connection.sendRequest(STACK_REQUEST, { textDocument: { uri } }).then(() => order.push('stack'));
    const completion = client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 1, character: 23 } });
    void completion.then(() => order.push('completion'));
    await Promise.all([stack, completion]);
    expect(order).toEqual(['completion', 'stack']);
    expect(JSON.stringify(await completion)).toContain('2.4.0');
  });

  it('is told after each key, and after each change of a file beside it, what a new reading tells', async () => {
    const position = { line: 3, character: 0 };
    const text = (key: number): string => `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY script.sh .\nRUN bash script.sh\nRUN pip install torch==2.${key}.0\n`;
    const uri = await client.open('Dockerfile', text(0));
    const ask = async (of: string): Promise<unknown> => [
      await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri: of }, position: { line: 3, character: 23 } }),
      await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: of }, position }),
      await client.rules(of),
    ];
    const hovers = new Set<string>();
    for (const [key, script] of ['apt-get install -y curl\n', 'pip install tensorrt==8.6.1\n', 'pip install tensorrt==8.6.1\n', 'pip install tensorrt==10.3.0\n'].entries()) {
      client.write('script.sh', script);
      await client.touch('script.sh');
      await client.change(uri, text(key + 1));
      const told = await ask(uri);
      expect(told).toEqual(await ask(await client.open(`Dockerfile.${key}`, text(key + 1))));
      hovers.add(JSON.stringify(await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position })));
    }
    expect(hovers.size).toBe(4);
  });

  it('gets findings of the last text, and none of a text that is called off', async () => {
    const uri = await client.open('Dockerfile', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n');
    expect(await client.rules(uri)).toEqual([]);
    await client.change(uri, 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs\n');
    const source = new CancellationTokenSource();
    const first = client.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } }, source.token);
    await client.change(uri, 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV PATH=/opt/bin:$PATH\n');
    source.cancel();
    await expect(first).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(await client.rules(uri)).toEqual([]);
  });
});
