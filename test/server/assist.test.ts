import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompletionRequest, CompletionResolveRequest, HoverRequest, InlayHintRequest, type CompletionList, type Hover, type InlayHint } from 'vscode-languageserver/node';
import { TestClient } from './client';

const TEXT = 'FROM nvidia/cuda:11.6.2-base-ubuntu20.04\nRUN apt-get install -y libnvinfer8\n';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});
afterEach(() => client.dispose());

describe('textDocument/hover', () => {
  const hover = (uri: string, line: number, character: number): Promise<Hover | null> =>
    client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line, character } });

  it('describes the image in the form that the client shows', async () => {
    await client.start({ textDocument: { hover: { contentFormat: ['markdown'] } } });
    const uri = await client.open('Dockerfile', TEXT);
    const answer = await hover(uri, 0, 10);
    expect(answer?.contents).toMatchObject({ kind: 'markdown' });
    expect(JSON.stringify(answer?.contents)).toContain('- Contains: CUDA 11.6.2');
    expect(answer?.range).toEqual({ start: { line: 0, character: 5 }, end: { line: 0, character: 40 } });
  });

  it('is plain for a client without Markdown, and null where there is nothing to say', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', TEXT);
    expect((await hover(uri, 0, 10))?.contents).toMatchObject({ kind: 'plaintext' });
    expect(await hover(uri, 1, 20)).toBeNull();
    expect(await hover(await client.open('notes.txt', TEXT, 'plaintext'), 0, 10)).toBeNull();
  });
});

describe('textDocument/inlayHint', () => {
  const hints = async (uri: string): Promise<readonly string[]> => {
    const answer: InlayHint[] | null = await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } } });
    return (answer ?? []).map(({ position, label }) => `${position.line}: ${typeof label === 'string' ? label : ''}`);
  };

  it('shows what FROM and install lines bring', async () => {
    await client.start();
    expect(await hints(await client.open('Dockerfile', TEXT))).toEqual(['0: CUDA 11.6.2 · Ubuntu 20.04 · driver ≥ 510.47', '1: libnvinfer8: 8.6.1.6-1+cuda12.0 or newer']);
  });

  it('can be switched off one by one', async () => {
    client.configuration = { inlayHints: { images: false } };
    await client.start();
    expect(await hints(await client.open('Dockerfile', TEXT))).toEqual(['1: libnvinfer8: 8.6.1.6-1+cuda12.0 or newer']);
  });

  it('leaves out what lies outside the range', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', TEXT);
    const answer = await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } } });
    expect(answer).toHaveLength(1);
  });
});

describe('textDocument/completion', () => {
  const completeAtEnd = async (text: string): Promise<CompletionList | null> => {
    const uri = await client.open('Dockerfile', text);
    const lines = text.split('\n');
    return client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } }) as Promise<CompletionList | null>;
  };

  it('offers tags in an order that the client keeps', async () => {
    await client.start();
    const answer = await completeAtEnd('FROM nvidia/cuda:12.4');
    const items = answer?.items ?? [];
    expect(items[0]).toMatchObject({ label: '12.4.1-devel-ubuntu22.04', preselect: true, detail: expect.stringContaining('driver ≥') as unknown });
    expect([...items].sort((a, b) => (a.sortText ?? '').localeCompare(b.sortText ?? ''))).toEqual(items);
  });

  it('tells what an image further down holds when it is asked', async () => {
    await client.start();
    const late = (await completeAtEnd('FROM nvidia/cuda:12'))?.items.at(-1);
    expect(late?.detail).toBeUndefined();
    const resolved = await client.connection.sendRequest(CompletionResolveRequest.type, late ?? { label: '' });
    expect(resolved.detail).toMatch(/^CUDA 12/);
  });

  it('is null where the file is of another kind', async () => {
    await client.start();
    const uri = await client.open('notes.txt', 'FROM nvidia/cuda:', 'plaintext');
    expect(await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 0, character: 17 } })).toBeNull();
  });
});
