// The server speaks the language of its client: by the translations that it is handed, else by the locale and the package's own.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompletionRequest, HoverRequest, InlayHintRequest, type CompletionItem, type CompletionList, type Diagnostic, type Hover, type InlayHint } from 'vscode-languageserver/node';
import { ERRORS_REQUEST, type ErrorsAnswer } from '../../src/core/protocol/requests';
import { readTexts } from '../../src/dev/translations.mjs';
import { rangeOf, TestClient } from './client';

const TEXT = 'FROM nvidia/cuda:11.6.2-base-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8\n';
const MARKDOWN = { textDocument: { hover: { contentFormat: ['markdown' as const] }, diagnostic: { relatedInformation: true } } };

/** English as nobody writes it but in sentences. */
const ENGLISH = /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b/;

const isUnpinned = ({ code }: Diagnostic): boolean => code === 'tensorrt-apt-unpinned';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});
afterEach(() => client.dispose());

/** What an editor would show; our server gives strings alone. */
function say(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

/** Everything that the server says of a document, in the order in which an editor asks for it. */
async function listTexts(uri: string): Promise<Readonly<Record<'message' | 'related' | 'actions' | 'hover' | 'hint', string>>> {
  const finding = (await client.pull(uri)).find(isUnpinned);
  const actions = await client.actions(uri, rangeOf(client.document(uri), 'libnvinfer8'));
  const hover: Hover | null = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 0, character: 10 } });
  const hints: InlayHint[] | null = await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } } });
  return {
    message: say(finding?.message),
    related: finding?.relatedInformation?.map(({ message }) => message).join('\n') ?? '',
    actions: actions.map(({ title }) => title).join('\n'),
    // Its title and what it tells; below are names of documents, in the language that these are in.
    hover: (hover?.contents as { readonly value: string } | undefined)?.value.split('\n\n').slice(0, 2).join('\n') ?? '',
    hint: hints?.map(({ label }) => say(label)).join('\n') ?? '',
  };
}

describe('a client with the locale zh-CN', () => {
  it('is answered in Chinese', async () => {
    await client.start(MARKDOWN, { explainCommand: 'test.explain' }, 'zh-CN');
    const said = await listTexts(await client.open('Dockerfile', TEXT));
    expect(said.message).toMatch(/^libnvinfer8 未写明版本：apt 会采用最新构建 8\.6\.1\.6-1\+cuda12\.0/);
    expect(said.message).toContain('核对于 2026-');
    expect(said.related).toBe('CUDA 11.6.2 来自此处。');
    expect(said.actions.split('\n')).toEqual([expect.stringMatching(/固定.*TensorRT/), '对此指令忽略 tensorrt-apt-unpinned', '解释 tensorrt-apt-unpinned']);
    expect(said.hover).toMatch(/\p{Script=Han}/u);
    expect(said.hint).toMatch(/\p{Script=Han}/u);
    for (const text of Object.values(said)) expect(text.replace(/`[^`]*`|https?:\S+/g, '')).not.toMatch(ENGLISH);
  });

  it('is told in Chinese what is wrong with config and smoke files', async () => {
    await client.start(MARKDOWN, undefined, 'zh-CN');
    client.write('.trtc.yaml', 'rules:\n  imagee: off\n');
    await client.open('.trtc.yaml', 'rules:\n  imagee: off\n', 'yaml');
    const smoke = await client.open('gpu.smoke.yaml', 'checks: []\n', 'yaml');
    await expect.poll(() => [...client.published.values()].flat().map(({ message }) => message)).toEqual(expect.arrayContaining([expect.stringContaining('`imagee`')]));
    await expect.poll(() => client.published.get(smoke)?.map(({ message }) => say(message)).join('\n')).toMatch(/\p{Script=Han}/u);
    for (const { message } of [...client.published.values()].flat()) expect(say(message).replace(/`[^`]*`/g, '')).not.toMatch(ENGLISH);
  });

  it('is told in Chinese what completion offers', async () => {
    await client.start(MARKDOWN, undefined, 'zh-CN');
    const uri = await client.open('.trtc.yaml', 'r', 'yaml');
    const answer: CompletionItem[] | CompletionList | null = await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 0, character: 1 } });
    const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
    expect(items.find(({ label }) => label === 'rules')?.documentation).toMatch(/\p{Script=Han}/u);
  });

  it('is told in Chinese what keys of config files are for, unless another extension tells it', async () => {
    const ask = async (): Promise<string> => {
      const uri = await client.open('.trtc.yaml', 'targets:\n  - driver: 535\n', 'yaml');
      const hover: Hover | null = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 1, character: 6 } });
      return (hover?.contents as { readonly value: string } | undefined)?.value ?? '';
    };
    await client.start(MARKDOWN, undefined, 'zh-CN');
    expect(await ask()).toMatch(/^\*\*driver\*\*\n\n\p{Script=Han}/u);
    client.dispose();
    client = new TestClient();
    await client.start(MARKDOWN, { completesConfig: false }, 'zh-CN');
    expect(await ask()).toBe('');
  });

  it('is told in Chinese what will make a build fail', async () => {
    await client.start(MARKDOWN, undefined, 'zh-CN');
    const uri = await client.open('Dockerfile', 'FROM nvcr.io/nvidia/tensorrt:22.01\n');
    const errors: ErrorsAnswer = await client.connection.sendRequest(ERRORS_REQUEST, { textDocument: { uri } });
    expect(errors.length).toBeGreaterThan(0);
    for (const { message } of errors) expect(message).toMatch(/\p{Script=Han}/u);
  });
});

describe('the language', () => {
  const messageWith = async (initializationOptions?: unknown, locale?: string): Promise<string> => {
    await client.start(MARKDOWN, initializationOptions, locale);
    return say((await client.pull(await client.open('Dockerfile', TEXT))).find(isUnpinned)?.message);
  };
  const template = Object.keys(readTexts().bundle).find((text) => text.startsWith('{packages} {have} no version: apt takes the newest build, {newest}') && text.includes('the build passes')) ?? '';

  it('is that of the translations which the client hands over', async () => {
    expect(await messageWith({ translations: { [template]: '{packages} ist nicht festgelegt.', none: 7 } }, 'zh-cn')).toMatch(/^libnvinfer8 ist nicht festgelegt\./);
  });

  it.each(['zh-cn', 'zh_CN.UTF-8', 'zh', 'zh-Hans', 'zh-Hans-CN'])('is Chinese by the locale %s', async (locale) => {
    expect(await messageWith(undefined, locale)).toMatch(/^libnvinfer8 未写明版本/);
  });

  it.each([undefined, 'en', 'en-GB', 'eo', 'zh-tw', '../../x', ''])('is English by the locale %s', async (locale) => {
    expect(await messageWith(undefined, locale)).toMatch(/^libnvinfer8 has no version: apt takes/);
  });
});
