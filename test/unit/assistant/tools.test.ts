import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AssistantFiles } from '../../../src/core/assistant/model';
import { assistantTools } from '../../../src/core/assistant/tools';

const DOCKERFILE = 'FROM nvidia/cuda:11.0-base\nRUN apt-get update && apt-get install -y libnvinfer8\n';
const files: AssistantFiles = { open: (path) => Promise.resolve(path === 'app/Dockerfile' ? { text: DOCKERFILE, file: path, options: {} } : undefined) };

async function run(name: string, input: Record<string, unknown>): Promise<string> {
  const tool = assistantTools.find((one) => one.name === `tensorrt_${name}`);
  if (tool === undefined) throw new Error(name);
  expect(new Ajv().validate(tool.input, input)).toBe(true);
  return tool.run(input, files);
}

it('explains a rule with its sources, and lists them all', async () => {
  expect(await run('explain_finding', { rule: 'tensorrt-apt-unpinned' })).toMatch(/^# tensorrt-apt-unpinned[^]*https:\/\//);
  expect(await run('explain_finding', {})).toContain('image-tag-removed: ');
  await expect(run('explain_finding', { rule: 'no-such-rule' })).rejects.toThrow('There is no rule no-such-rule.');
});

it('checks a file of the workspace or a text', async () => {
  expect(await run('check_file', { path: 'app/Dockerfile' })).toMatch(/^app\/Dockerfile:1:\d+: error: [^]*\[image-tag-removed\][^]*Fix: /m);
  expect(await run('check_file', { text: 'FROM ubuntu:24.04\n' })).toBe('Nothing was found.');
  expect(await run('check_file', { path: 'compose.yaml', text: 'services:\n  app:\n    image: nvidia/cuda:11.0-base\n' })).toContain('compose.yaml:3');
  await expect(run('check_file', { path: '../secret' })).rejects.toThrow('cannot be read');
  await expect(run('check_file', {})).rejects.toThrow('Give the path');
  await expect(run('check_file', { path: 'notes.txt', text: 'hello' })).rejects.toThrow('is no Dockerfile');
});

it('reads the stack of a Dockerfile', async () => {
  const stack = JSON.parse(await run('read_stack', { text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n' })) as { stages: { components: unknown[] }[] };
  expect(stack.stages[0]?.components).toContainEqual(expect.objectContaining({ kind: 'cuda', version: '12.4.1' }));
});

it('proposes a stack, or says what rules out what', async () => {
  expect(await run('propose_stack', { tensorrt: '8.6', gpu: ['RTX 4090'] })).toMatch(/```dockerfile\nFROM /);
  expect(await run('propose_stack', { tensorrt: '8.6', cuda: '13.0' })).toMatch(/^Nothing known meets .* together\./);
  await expect(run('propose_stack', { tensorrt: 'latest please' })).rejects.toThrow('tensorrt: ');
});

it('describes an image and admits what it does not know', async () => {
  expect(await run('describe_image', { image: 'nvcr.io/nvidia/tensorrt:23.08-py3' })).toContain('TensorRT 8.6.1');
  await expect(run('describe_image', { image: 'example.com/own:1' })).rejects.toThrow('Do not assume');
});

it('decodes an error', async () => {
  expect(await run('decode_error', { text: 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].' })).toMatch(/Cause: [^]*Remedy: [^]*Source: https:/);
  expect(await run('decode_error', { text: 'all is well' })).toBe('No known error is in this text.');
});

describe('the manifest', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { languageModelTools: { name: string; modelDescription: string; inputSchema: object }[] } };

  it.each(assistantTools)('declares $name as it is', ({ name, description, input }) => {
    expect(contributes.languageModelTools.find((tool) => tool.name === name)).toMatchObject({ modelDescription: description, inputSchema: JSON.parse(JSON.stringify(input)) as object });
  });
});

it('answers long and hostile input shortly', async () => {
  await expect(run('check_file', { text: `FROM ubuntu:24.04\n${'RUN true\n'.repeat(200_000)}` })).rejects.toThrow(/1048576 at most are read/);
  const many = Array.from({ length: 60 }, (_, i) => `FROM nvidia/cuda:11.0-base AS s${i}\n`).join('');
  expect(await run('check_file', { text: many })).toMatch(/There are \d+ more findings/);
  for (const [tool, input] of [['describe_image', { image: 'a\n'.repeat(5000) }], ['explain_finding', { rule: 'x'.repeat(5000) }], ['check_file', { path: `${'y/'.repeat(5000)}Dockerfile` }]] as const) {
    const said = await run(tool, input).catch((error: unknown) => String(error));
    expect(said.length).toBeLessThan(400);
    expect(said).not.toContain('\n');
  }
});

it('says in JSON what its schema says', async () => {
  const tool = assistantTools.find(({ output }) => output !== undefined);
  expect(tool?.name).toBe('tensorrt_read_stack');
  expect(new Ajv().validate(tool?.output ?? false, JSON.parse(await run('read_stack', { path: 'app/Dockerfile' })))).toBe(true);
});
