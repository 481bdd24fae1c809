import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const BUNDLE = path.resolve('.cache/dev/main.cjs');

let folder: string;
beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-mcp-'));
  mkdirSync(path.join(folder, 'work'));
  writeFileSync(path.join(folder, 'secret.Dockerfile'), 'FROM nvidia/cuda:11.0-base\n');
  writeFileSync(path.join(folder, 'work/Dockerfile'), 'FROM nvidia/cuda:11.0-base\n');
  symlinkSync('../secret.Dockerfile', path.join(folder, 'work/link.Dockerfile'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Says these messages to `trtc mcp` and gives its answers by id. */
async function talk(messages: readonly object[]): Promise<Map<number, { result?: Record<string, unknown>; error?: unknown }>> {
  const child = spawn(process.execPath, [BUNDLE, 'mcp'], { cwd: path.join(folder, 'work'), stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = new Map<number, { result?: Record<string, unknown>; error?: unknown }>();
  let output = '';
  const wanted = messages.filter((message) => 'id' in message).length;
  const done = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const lines = output.split('\n');
      output = lines.pop() ?? '';
      for (const line of lines) {
        const answer = JSON.parse(line) as { id?: number; result?: Record<string, unknown>; error?: unknown };
        if (answer.id !== undefined) answers.set(answer.id, answer);
      }
      if (answers.size === wanted) resolve();
    });
    child.on('exit', () => resolve());
  });
  for (const message of messages) child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  await done;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await ended;
  return answers;
}

const HELLO = [
  { id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } } },
  { method: 'notifications/initialized' },
];

it('speaks MCP: lists its tools, calls them, reads files below its folder alone, and ends with its client', async () => {
  const call = (id: number, name: string, args: object): object => ({ id, method: 'tools/call', params: { name, arguments: args } });
  const answers = await talk([
    ...HELLO,
    { id: 1, method: 'tools/list' },
    call(2, 'tensorrt_check_file', { path: 'Dockerfile' }),
    call(3, 'tensorrt_check_file', { path: '../secret.Dockerfile' }),
    call(4, 'tensorrt_check_file', { path: 'link.Dockerfile' }),
    call(5, 'tensorrt_describe_image', {}),
    call(6, 'tensorrt_read_stack', { path: 'Dockerfile' }),
    call(7, 'tensorrt_read_stack', { path: '../secret.Dockerfile' }),
  ]);
  expect(answers.get(0)?.result).toMatchObject({ serverInfo: { name: 'tensorrt-containers' } });
  expect((answers.get(1)?.result?.['tools'] as { name: string }[]).map(({ name }) => name)).toContain('tensorrt_propose_stack');
  expect(JSON.stringify(answers.get(2)?.result)).toContain('image-tag-removed');
  expect(answers.get(0)?.result?.['instructions']).toContain('check a container file');
  const { content, structuredContent } = answers.get(6)?.result as { content: { text: string }[]; structuredContent: { stages: unknown[] } };
  expect(structuredContent.stages).toHaveLength(1);
  expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent);
  for (const id of [3, 4, 7]) expect(answers.get(id)?.result).toMatchObject({ isError: true });
  expect(answers.get(5)?.result?.['isError'] === true || answers.get(5)?.error !== undefined).toBe(true);
});
