import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompletionRequest, CompletionResolveRequest, DocumentLinkRequest, HoverRequest, InlayHintRequest, InsertTextMode, type CompletionList, type DocumentLink, type Hover, type InlayHint } from 'vscode-languageserver/node';
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

  it('describes the requirement of a line', async () => {
    await client.start({ textDocument: { hover: { contentFormat: ['markdown'] } } });
    const uri = await client.open('requirements.txt', '# GPU\r\nnumpy\r\n--extra-index-url https://example.com/simple\r\ntorch==2.1.0  # pinned\r\n', 'pip-requirements');
    const answer = await hover(uri, 3, 4);
    expect(JSON.stringify(answer?.contents)).toContain('- CUDA: 12.1, on PyPI');
    expect(answer?.range).toEqual({ start: { line: 3, character: 0 }, end: { line: 3, character: 12 } });
    for (const [line, character] of [[0, 3], [1, 2], [2, 5], [3, 18], [4, 0]] as const) expect(await hover(uri, line, character)).toBeNull();
    expect(await hover(await client.open('requirements/gpu.txt', 'onnxruntime-gpu==1.16.3\n', 'plaintext'), 0, 3)).not.toBeNull();
  });

  it('describes what decides over the GPUs of a container', async () => {
    await client.start({ textDocument: { hover: { contentFormat: ['markdown'] } } });
    const compose = await client.open('compose.yaml', 'services:\n  a:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    gpus: all\n', 'yaml');
    expect(JSON.stringify((await hover(compose, 2, 14))?.contents)).toContain('- Contains: CUDA 12.4.1');
    const answer = await hover(compose, 3, 6);
    expect(JSON.stringify(answer?.contents)).toContain('- GPUs: every GPU');
    expect(answer?.range).toEqual({ start: { line: 3, character: 4 }, end: { line: 3, character: 8 } });
    const devcontainer = await client.open('.devcontainer/devcontainer.json', '{ "runArgs": ["--gpus", "all"] }\n', 'jsonc');
    expect((await hover(devcontainer, 0, 18))?.range).toEqual({ start: { line: 0, character: 14 }, end: { line: 0, character: 29 } });
    expect(await hover(devcontainer, 0, 0)).toBeNull();
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
    const late = (await completeAtEnd('FROM nvidia/cuda:12'))?.items.findLast(({ label }) => label.length < 25);
    expect(late?.detail).toBeUndefined();
    const resolved = await client.connection.sendRequest(CompletionResolveRequest.type, late ?? { label: '' });
    expect(resolved.detail).toMatch(/driver ≥ 5\d\d/);
    expect(resolved.documentation).toMatchObject({ kind: 'plaintext', value: expect.stringMatching(/^nvidia\/cuda:12[^]*Contains: CUDA 12/) as unknown });
  });

  it('cuts no label off for what stands behind it: that becomes documentation', async () => {
    await client.start();
    const items = (await completeAtEnd('FROM nvidia/cuda:12.4'))?.items ?? [];
    const long = items.find(({ label }) => label === '12.4.1-cudnn-runtime-ubuntu22.04');
    const resolved = await client.connection.sendRequest(CompletionResolveRequest.type, long ?? { label: '' });
    expect(resolved.detail).toBeUndefined();
    expect(resolved.documentation).toMatchObject({ value: expect.stringMatching(/cuDNN 9[^]*Driver: 550/) as unknown });
  });

  const completeAt = async (name: string, marked: string, language: string): Promise<CompletionList | null> => {
    const uri = await client.open(name, marked.replace('│', ''), language);
    const lines = marked.slice(0, marked.indexOf('│')).split('\n');
    return client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } }) as Promise<CompletionList | null>;
  };

  it.each(['dockercompose', 'yaml'])('completes Compose files of the language %s, with lines that keep their indent', async (language) => {
    await client.start();
    const answer = await completeAt('compose.yaml', 'services:\n  app:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    de│\n', language);
    expect(answer?.items).toHaveLength(1);
    expect(answer?.items[0]).toMatchObject({
      label: 'deploy: … capabilities: [gpu]',
      insertTextMode: InsertTextMode.asIs,
      preselect: true,
      textEdit: { range: { start: { line: 3, character: 4 }, end: { line: 3, character: 6 } }, newText: expect.stringContaining('\n            - driver: nvidia\n') as unknown },
    });
  });

  it.each(['jsonc', 'json'])('completes devcontainer.json of the language %s', async (language) => {
    await client.start();
    const answer = await completeAt('.devcontainer/devcontainer.json', '{\r\n  // GPUs\r\n  "runArgs": ["--g│"]\r\n}\r\n', language);
    expect(answer?.items.map(({ label }) => label)).toEqual(['"--gpus", "all"', '"--gpus=all"', '"--gpus=device=0"']);
    expect(answer?.items[0]?.textEdit).toEqual({ range: { start: { line: 2, character: 14 }, end: { line: 2, character: 19 } }, newText: '"--gpus", "all"' });
  });

  it.each([
    ['compose.yaml', 'services:\n  app:\n    image: nvidia/cuda:│\n', '12.2.2-runtime-ubuntu22.04'],
    ['devcontainer.json', '{ "image": "nvidia/cuda:│" }\n', '12.2.2-devel-ubuntu22.04'],
  ])('ranks tags in %s by the targets', async (name, marked, label) => {
    client.configuration = { targets: [{ name: 'server', driver: '535.183.06' }] };
    await client.start();
    expect((await completeAt(name, marked, ''))?.items[0]).toMatchObject({ label, detail: expect.stringContaining('driver ≥ 535') as unknown });
  });

  it('stays silent in other YAML and JSON', async () => {
    await client.start();
    expect(await completeAt('values.yaml', 'services:\n  app:\n    gp│\n', 'yaml')).toBeNull();
    expect(await completeAt('settings.json', '{ "runArgs": ["--g│"] }', 'json')).toBeNull();
  });

  it('is null where the file is of another kind', async () => {
    await client.start();
    const uri = await client.open('notes.txt', 'FROM nvidia/cuda:', 'plaintext');
    expect(await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 0, character: 17 } })).toBeNull();
  });
});

it('speaks the language of the client', async () => {
  const translations = { 'driver ≥ {0}': '驱动 ≥ {0}', Contains: '包含', '{0}: {1} or newer': '{0}：{1} 或更高版本', '{0} or newer; {1} will do where minor-version compatibility is enough': '{0} 或更高版本；{1} 亦可', 'GPUs that a container gets under the NVIDIA runtime': '容器得到的 GPU' };
  await client.start({ textDocument: { hover: { contentFormat: ['markdown'] } } }, { translations });
  const uri = await client.open('Dockerfile', `${TEXT}ENV NVIDIA_V\n`);
  const hints: InlayHint[] | null = await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } } });
  expect(hints?.map(({ label }) => label)).toEqual(['CUDA 11.6.2 · Ubuntu 20.04 · 驱动 ≥ 510.47', 'libnvinfer8：8.6.1.6-1+cuda12.0 或更高版本']);
  const hover: Hover | null = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 0, character: 10 } });
  expect(JSON.stringify(hover?.contents)).toContain('- 包含: CUDA 11.6.2');
  const { items } = (await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 2, character: 12 } })) as CompletionList;
  expect(items[0]).toMatchObject({ label: 'NVIDIA_VISIBLE_DEVICES', detail: '容器得到的 GPU' });
});

it('completes requirements files', async () => {
  await client.start();
  const uri = await client.open('requirements.txt', '--extra-index-url https://download.pytorch.org/whl/cu118\ntorch==\n', 'pip-requirements');
  const { items } = (await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 1, character: 7 } })) as CompletionList;
  expect(items[0]).toMatchObject({ label: '2.7.1+cu118', detail: 'CUDA 11.8', preselect: true });
});

it('links images to their catalogue, and tells clients that show it what a link does', async () => {
  const ask = async (): Promise<DocumentLink[] | null> => {
    const uri = await client.open('Dockerfile', 'FROM nvcr.io/nvidia/tensorrt:23.08-py3\nFROM ubuntu:22.04\n');
    return client.connection.sendRequest(DocumentLinkRequest.type, { textDocument: { uri } });
  };
  const link = { range: { start: { line: 0, character: 5 }, end: { line: 0, character: 38 } }, target: 'https://catalog.ngc.nvidia.com/orgs/nvidia/containers/tensorrt' };
  await client.start({ textDocument: { documentLink: { tooltipSupport: true } } });
  expect(await ask()).toEqual([{ ...link, tooltip: 'Show this image in NVIDIA’s catalog' }]);
  client.dispose();
  client = new TestClient();
  await client.start();
  expect(await ask()).toEqual([link]);
});
