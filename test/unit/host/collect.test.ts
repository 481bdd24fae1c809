import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askEngine } from '../../../src/host/ask-engine';
import { collectHost } from '../../../src/host/collect';
import type { EngineEvidence } from '../../../src/host/evidence';

const ENGINE: EngineEvidence = { address: null, info: null, problem: null, others: [], buildCacheBytes: null };

// On Windows programs are no scripts with a first line.
describe.runIf(process.platform !== 'win32')('collectHost', () => {
  let folder = '';
  let searchPath: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'trtc-host-'));
    searchPath = process.env['PATH'];
    process.env['PATH'] = `${folder}${path.delimiter}/usr/bin${path.delimiter}/bin`;
  });
  afterEach(() => {
    process.env['PATH'] = searchPath;
    rmSync(folder, { recursive: true });
  });
  const program = (name: string, script: string): void => {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, name), 0o755);
  };

  it('keeps what programs say, with their status, in English', async () => {
    program('nvidia-smi', 'echo "$LC_ALL $*"; echo trouble >&2; exit 9');
    program('nvidia-ctk', 'echo "NVIDIA Container Toolkit CLI version 1.17.8"');
    const { machine } = await collectHost({ engine: ENGINE });
    expect(machine.commands.smi).toEqual({ argv: ['nvidia-smi'], status: 9, stdout: 'C \n', stderr: 'trouble\n', problem: null });
    expect(machine.commands.smiCapabilities.stdout).toBe('C --query-gpu=index,compute_cap --format=csv,noheader\n');
    expect(machine.commands.ctk).toMatchObject({ status: 0, problem: null });
    expect(machine.commands.containerCli).toMatchObject({ status: null, problem: 'missing' });
  });

  it('finds programs where they lie', async () => {
    program('nvidia-container-runtime', 'true');
    program('docker', 'true');
    const { machine } = await collectHost({ engine: ENGINE });
    expect(machine.programs).toMatchObject({ docker: path.join(folder, 'docker'), 'nvidia-container-runtime': path.join(folder, 'nvidia-container-runtime') });
  });

  it('asks for what drivers before 535 do not know apart from the rest', async () => {
    program('nvidia-smi', 'case "$*" in *fabric*) echo "Field \\"fabric.state\\" is not a valid field to query."; exit 2;; esac; echo "0, x, 470.57.02, 1 MiB"');
    const { machine } = await collectHost({ engine: ENGINE });
    expect(machine.commands.smiFabric.status).toBe(2);
    expect(machine.commands.smiGpus.status).toBe(0);
  });

  it('ends what hangs when it is called off', async () => {
    const started = path.join(folder, 'started');
    program('nvidia-smi', `echo $$ > ${started}; exec sleep 600`);
    const aborter = new AbortController();
    const collected = collectHost({ engine: ENGINE, signal: aborter.signal });
    while (!existsSync(started) || readFileSync(started, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5));
    aborter.abort();
    await expect(collected).rejects.toThrow();
    const pid = Number(readFileSync(started, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('is a document that JSON can carry', async () => {
    const evidence = await collectHost({ engine: ENGINE });
    expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
  });
});

describe('askEngine', () => {
  const address = { name: 'default', url: 'unix:///x', from: 'context', current: true };

  it('goes on without what the engine does not tell', async () => {
    const info = { version: '28.0' } as never;
    const answer = await askEngine(address, [address], { info: () => Promise.resolve(info), buildCacheBytes: () => Promise.reject(new Error('slow')) });
    expect(answer).toEqual({ address, info, problem: null, others: [], buildCacheBytes: null });
  });

  it('notes why there is no answer', async () => {
    const failing = (problem: object): Promise<never> => Promise.reject(Object.assign(new Error('x'), { problem }));
    const ask = (problem: object): Promise<EngineEvidence> => askEngine(address, [address], { info: () => failing(problem), buildCacheBytes: () => Promise.resolve(0) });
    expect((await ask({ kind: 'no-permission', url: 'unix:///x' })).problem).toEqual({ kind: 'no-permission', detail: '' });
    expect((await ask({ kind: 'api', status: 500, detail: 'broken' })).problem).toEqual({ kind: 'api', detail: 'broken' });
    // Nobody called it off: it took too long.
    expect((await ask({ kind: 'cancelled' })).problem?.kind).toBe('daemon-down');
  });

  it('stops when it is called off', async () => {
    const aborter = new AbortController();
    const asked = askEngine(address, [address], { info: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('off')))), buildCacheBytes: () => Promise.resolve(0) }, aborter.signal);
    aborter.abort();
    await expect(asked).rejects.toThrow();
  });
});
