import { describe, expect, it } from 'vitest';
import { NotStarted, run } from '../../../src/process/run';

describe('programs', () => {
  it('run many at a time without a listener each', async () => {
    const before = process.listenerCount('exit');
    const all = Promise.all(Array.from({ length: 12 }, () => run('cat', [], { input: 'word' })));
    expect(process.listenerCount('exit')).toBe(before);
    expect((await all).map(({ stdout }) => stdout)).toEqual(Array.from({ length: 12 }, () => 'word'));
  });

  it('that run when their process ends are ended with it', async () => {
    const file = new URL('../../../src/process/run.ts', import.meta.url).pathname;
    const script = `const { run } = await import(${JSON.stringify(file)}); await run('sh', ['-c', 'echo $$; exec sleep 600'], { onOutput: (text) => { process.stdout.write(text); process.exit(0); } });`;
    const { status, stdout, stderr } = await run(process.execPath, ['--experimental-transform-types', '--no-warnings', '--input-type=module', '-e', script], { timeoutMs: 20_000 });
    expect([status, stderr]).toEqual([0, '']);
    await expect.poll(() => isAlive(Number(stdout))).toBe(false);
  });

  it('that are not there are told of', async () => {
    await expect(run('/no/such/program', [])).rejects.toThrow(NotStarted);
  });
});

/** One that has ended may stay in the table of processes until somebody asks for its status. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]);
  return /^[^Z]/.test(stdout.trim());
}
