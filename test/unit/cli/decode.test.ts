import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BUNDLE = path.resolve('.cache/dev/main.cjs');
const LOG = '#8 ERROR: x\r\n\u001b[31mE: Version \'8.6.1.6-1+cuda12.0\' for \'libnvinfer8\' was not found\u001b[0m\r\n';

let folder = '';

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-decode-'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function decode(argv: readonly string[], input: string | Uint8Array = ''): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, 'decode', ...argv], { cwd: folder, input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('trtc decode', () => {
  it('explains a log on standard input', () => {
    const { status, stdout, stderr } = decode([], LOG);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^error apt line 2 {2}version-not-found\n/);
    expect(stdout).toContain('No repository of the image has libnvinfer8 in version 8.6.1.6-1+cuda12.0');
    expect(stdout).toContain('`apt-cache madison libnvinfer8`');
    expect(stdout).not.toContain('\u001b');
  });

  it('gives the same as JSON, with the place in the log', () => {
    writeFileSync(path.join(folder, 'build.log'), LOG);
    const { status, stdout } = decode(['--json', 'build.log']);
    const answer = JSON.parse(stdout) as { readonly errors: readonly object[] };
    const validate = new Ajv2020().compile(JSON.parse(readFileSync('media/schemas/decode-output.schema.json', 'utf8')) as object);
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
    const { errors } = answer;
    expect(status).toBe(1);
    expect(errors).toEqual([expect.objectContaining({ id: 'version-not-found', line: 2, column: 6, times: 1, values: { package: 'libnvinfer8', version: '8.6.1.6-1+cuda12.0' } })]);
  });

  it('reads what PowerShell redirects', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Failed to initialize NVML: Unknown Error\r\n', 'utf16le')]);
    expect(decode(['-'], bytes).stdout).toContain('nvml-unknown');
  });

  it('says so where nothing is known', () => {
    expect(decode([], 'all is well\n')).toEqual({ status: 0, stdout: 'No known error is in this text.\n', stderr: '' });
    expect(decode([], new Uint8Array([0, 255, 254, 10]))).toMatchObject({ status: 0 });
  });

  it.each([
    ['missing.log', 'not found'],
    ['.', ''],
  ])('cannot read %s', (file, reason) => {
    const { status, stdout, stderr } = decode([file]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^trtc: ${file.replace('.', '\\.')}: ${reason}`));
  });

  it('shows hostile text without obeying it', () => {
    const { stdout } = decode([], 'E: Version \'\u001b]0;title\u0007\u202e1\' for \'a\u0000b\' was not found\n');
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
  });
});
