import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/process/run';
import { FILES, WORK } from '../../../src/smoke/files';
import type { Step, StepResult } from '../../../src/smoke/model';
import { isolate } from '../../../src/smoke/read-step';
import { SupervisorReader, supervise, supervisorArguments } from '../../../src/smoke/supervisor';

// The shells that images have: Debian's dash, bash, and busybox (Alpine). The script runs here as it does in a container.
const SHELLS = [['dash'], ['bash'], ['busybox', 'sh']] as const;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-supervisor-'));
  mkdirSync(path.join(folder, 'files'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function supervised(shell: readonly string[], steps: readonly Step[]): Promise<Map<number, Omit<StepResult, 'durationMs' | 'timeoutMs'>>> {
  const here = path.join(folder, 'files');
  for (const { path: file, content } of supervise(steps)) {
    writeFileSync(
      path.join(here, path.basename(file)),
      String(content).replaceAll(FILES, here).replaceAll('/trtc-smoke/work', path.join(folder, 'work')).replaceAll('/bin/sh "$files', `${shell.join(' ')} "$files`),
    );
  }
  const results = new Map<number, Omit<StepResult, 'durationMs' | 'timeoutMs'>>();
  const reader = new SupervisorReader('n', () => undefined, ({ index, result }) => results.set(index, result));
  const [program = '', ...first] = shell;
  const args = supervisorArguments('n').map((word) => word.replaceAll(FILES, here));
  await run(program, [...first, ...args], { onOutput: (text, stream) => stream === 'stdout' && reader.read(text), timeoutMs: 60_000 });
  expect(reader.done).toBe(true);
  return results;
}

function step(timeoutMs: number, ...commands: readonly (readonly [string, ...string[]])[]): Step {
  return { commands: commands.map(([program, ...args]) => ({ programs: [program], args })), timeoutMs, isolation: isolate() };
}

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('supervisor in %s', (_, shell) => {
  it('gives each step its status and output', async () => {
    const results = await supervised(shell, [step(30_000, ['echo', "it's $HOME; `x` \\ \"q\""]), step(30_000, ['sh', '-c', 'echo out; echo err >&2; exit 3'])]);
    expect(results.get(0)).toEqual({ state: 'ran', status: 0, output: "it's $HOME; `x` \\ \"q\"", outOfMemory: false, refusal: null });
    expect(results.get(1)).toMatchObject({ state: 'ran', status: 3, output: 'out\nerr' });
  });

  it('ends a step that hangs, with what it started, and goes on', async () => {
    const results = await supervised(shell, [step(3_000, ['sh', '-c', 'echo before; sleep 300 & sleep 300']), step(30_000, ['echo', 'next'])]);
    expect(results.get(0)).toMatchObject({ state: 'timed-out', output: 'before' });
    expect(results.get(1)).toMatchObject({ state: 'ran', status: 0, output: 'next' });
  });

  it('does not wait for what a step leaves behind', async () => {
    const results = await supervised(shell, [step(20_000, ['sh', '-c', 'sleep 300 & echo done'])]);
    expect(results.get(0)).toMatchObject({ state: 'ran', status: 0, output: 'done' });
  });

  it('tells a crash by its signal', async () => {
    const results = await supervised(shell, [step(30_000, ['sh', '-c', 'kill -SEGV $$'])]);
    expect(results.get(0)?.status).toBe(139);
  });

  it('tells a program that is not there', async () => {
    const results = await supervised(shell, [step(30_000, ['no-such-program-at-all']), step(30_000, ['true'], ['also-not-there']), step(30_000, ['false'], ['echo', 'never'])]);
    expect(results.get(0)).toMatchObject({ state: 'absent' });
    expect(results.get(1)).toMatchObject({ state: 'absent' });
    expect(results.get(2)).toMatchObject({ state: 'ran', status: 1, output: '' });
  });

  it('starts the first program that is there', async () => {
    const results = await supervised(shell, [{ ...step(30_000), commands: [{ programs: ['not-this', '/not/that', 'echo'], args: ['found'] }] }]);
    expect(results.get(0)?.output).toBe('found');
  });

  it('keeps the end of very long output', async () => {
    const results = await supervised(shell, [step(30_000, ['sh', '-c', 'yes 0123456789012345678901234567890123456789 | head -n 2000000; echo the end'])]);
    const output = results.get(0)?.output ?? '';
    expect(output.endsWith('the end')).toBe(true);
    expect(output.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('hands one work folder to all commands of a step', async () => {
    const results = await supervised(shell, [step(30_000, ['sh', '-c', 'echo kept >"$1"', 'x', `${WORK}/file`], ['cat', `${WORK}/file`])]);
    expect(results.get(0)).toMatchObject({ status: 0, output: 'kept' });
  });
});

describe('reading', () => {
  it('does not take output of a program for a word of the supervisor', () => {
    const results: unknown[] = [];
    const reader = new SupervisorReader('right', () => undefined, (told) => results.push(told));
    reader.read('@@trtc:right:begin:0\n@@trtc:wrong:end:0:0:no:no\nhalf');
    reader.read(' a line\n@@trtc:ri');
    reader.read('ght:end:0:7:no:yes\n@@trtc:right:done\n');
    expect(results).toEqual([{ index: 0, result: { state: 'ran', status: 7, output: '@@trtc:wrong:end:0:0:no:no\nhalf a line', outOfMemory: true, refusal: null } }]);
    expect(reader.done).toBe(true);
  });
});
