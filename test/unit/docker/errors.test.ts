import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionProgramFailed, DockerError, refusal, toDockerError } from '../../../src/docker/errors';
import type { EngineAddress } from '../../../src/docker/model';

const local: EngineAddress = { name: 'here', from: 'context', url: 'unix:///var/run/docker.sock', certificates: null, current: true };
const remote: EngineAddress = { ...local, name: 'there', url: 'tcp://10.0.0.2:2376' };
const coded = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('toDockerError', () => {
  const ownPath = process.env['PATH'];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-path-'));
    process.env['PATH'] = folder;
  });
  afterEach(() => {
    process.env['PATH'] = ownPath;
    rmSync(folder, { recursive: true });
  });

  it('tells a machine without Docker from an engine that is not running', () => {
    expect(toDockerError(coded('ENOENT'), local).problem).toEqual({ kind: 'not-installed' });
    writeFileSync(path.join(folder, process.platform === 'win32' ? 'docker.exe' : 'docker'), '', { mode: 0o755 });
    expect(toDockerError(coded('ENOENT'), local).problem).toEqual({ kind: 'daemon-down', url: local.url });
  });

  it.each([
    ['EACCES', { kind: 'no-permission', url: local.url }],
    ['EPERM', { kind: 'no-permission', url: local.url }],
    ['ECONNREFUSED', { kind: 'daemon-down', url: local.url }],
    ['ECONNRESET', { kind: 'daemon-down', url: local.url, lost: true }],
    ['ABORT_ERR', { kind: 'cancelled' }],
  ])('%s of a local socket', (code, problem) => {
    expect(toDockerError(coded(code), local).problem).toEqual(problem);
  });

  it.each(['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ENOENT'])('%s of a remote engine', (code) => {
    expect(toDockerError(coded(code), remote).problem).toEqual({ kind: 'context-unreachable', name: 'there', url: remote.url, detail: `connect ${code}` });
  });

  it('reads what ssh says', () => {
    const ssh = { ...remote, url: 'ssh://me@box' };
    expect(toDockerError(new ConnectionProgramFailed('ssh', 'Host key verification failed.'), ssh).problem).toMatchObject({ kind: 'context-unreachable', detail: 'Host key verification failed.' });
    const words = 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock';
    expect(toDockerError(new ConnectionProgramFailed('ssh', words), ssh).problem).toEqual({ kind: 'no-permission', url: 'ssh://me@box' });
  });

  it('takes no time-out for a cancellation', async () => {
    const signal = AbortSignal.timeout(1);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(toDockerError(signal.reason, remote).problem.kind).toBe('context-unreachable');
    expect(toDockerError(AbortSignal.abort().reason, remote).problem).toEqual({ kind: 'cancelled' });
  });

  it('leaves a DockerError as it is', () => {
    const error = new DockerError({ kind: 'cancelled' });
    expect(toDockerError(error, local)).toBe(error);
  });
});

describe('refusal', () => {
  it.each([
    'could not select device driver "" with capabilities: [[gpu]]',
    'could not select device driver "nvidia" with capabilities: [[gpu]]',
    'could not select device driver "cdi" with capabilities: []',
    'unknown or invalid runtime name: nvidia',
    'Unknown runtime specified nvidia',
    'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all',
    'failed to discover GPU vendor from CDI: no known GPU vendor found',
    'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file',
  ])('no GPU: %s', (detail) => {
    expect(refusal(500, detail)).toEqual({ kind: 'no-gpu-runtime', detail });
  });

  it.each(['No such image: nope:latest', 'unknown or invalid runtime name: kata', 'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8', 'conflict'])('anything else: %s', (detail) => {
    expect(refusal(409, detail)).toEqual({ kind: 'api', status: 409, detail });
  });
});
