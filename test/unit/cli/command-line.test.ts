import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The program as a process of its own: exit status, streams, and one clear line for everything that can be wrong.

const BUNDLE = path.resolve('.cache/dev/main.cjs');
const BAD = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY libcuda.so.1 /usr/lib/\n';
const GOOD = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN true\n';
const INFORMATION = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY a.engine /\n';

let folder = '';

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-cli-'));
  const files: Record<string, string | Uint8Array> = {
    'bad/Dockerfile': BAD,
    'good/Dockerfile': GOOD,
    'information/Dockerfile': INFORMATION,
    'empty/notes.txt': '',
    'page/Dockerfile': '<!doctype html>\n<html></html>\n',
    'args/Dockerfile': 'ARG A=1\n',
    'binary/Dockerfile': new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
    'latin/Dockerfile': new Uint8Array([0x46, 0x52, 0x4f, 0x4d, 0x20, 0xe9, 0x0a]),
    'large/Dockerfile': 'x'.repeat(8 * 1024 * 1024 + 1),
    'mark/Dockerfile': `\uFEFF${BAD}`,
    'image/Dockerfile': 'ARG TAG\nFROM ubuntu:${TAG} AS Base\nFROM base\nRUN pip install torch==2.4.0\n',
    'other/compose.yaml': 'services: {}\n',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(argv: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...argv], { cwd: folder, input, encoding: 'utf8', env: { ...process.env, ...env } });
  return { status, stdout, stderr };
}

describe('trtc lint', () => {
  it.each<[string, readonly string[], number]>([
    ['clean', ['good'], 0],
    ['an error', ['bad'], 1],
    ['information alone', ['information'], 0],
    ['information, when it is asked for', ['--severity', 'information', 'information'], 1],
    ['an error below the level', ['--rule', 'cuda-driver-library-copied=warning', '--severity', 'error', 'bad'], 0],
    ['a rule turned off', ['--rule', 'cuda=off', 'bad'], 0],
    ['a bad path beside a good one', ['good', 'nowhere'], 2],
  ])('exit status: %s', (_, argv, status) => {
    expect(run(['lint', ...argv]).status).toBe(status);
  });

  it('prints text by default, with neither colour nor anything on the error stream', () => {
    const { stdout, stderr } = run(['lint', 'bad/Dockerfile']);
    expect(stdout).toMatch(/^bad\/Dockerfile:2:6: error: libcuda\.so\.1 belongs .*\n {4}2 \| COPY libcuda\.so\.1 \/usr\/lib\/\n {6}\| {6}\^{12}\n/);
    expect(stdout).toMatch(/\n1 error in 1 file\n$/);
    expect(stderr).toBe('');
    expect(run(['lint', 'bad/Dockerfile'], '', { FORCE_COLOR: '1' }).stdout).toMatch(/\u001b\[31merror/);
    expect(run(['lint', 'bad/Dockerfile'], '', { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).toBe(stdout);
  });

  it.each<[string, readonly string[], string]>([
    ['absent', ['lint', 'nowhere'], 'trtc: nowhere: not found'],
    ['a folder without Dockerfiles', ['lint', 'empty'], 'trtc: empty: nothing to check in this folder'],
    ['a glob without matches', ['lint', 'x/*'], 'trtc: x/*: no file to check matches'],
    ['a page', ['lint', 'page/Dockerfile'], 'trtc: page/Dockerfile: This is no Dockerfile: no instruction that Docker knows is in it.'],
    ['no FROM', ['lint', 'args/Dockerfile'], 'trtc: args/Dockerfile: This is no Dockerfile: it has no FROM instruction.'],
    ['binary', ['lint', 'binary'], 'trtc: binary/Dockerfile: a binary file'],
    ['another encoding', ['lint', 'latin'], 'trtc: latin/Dockerfile: not UTF-8 text'],
    ['too large', ['lint', 'large'], 'trtc: large/Dockerfile: 8 MB; files above 8 MB are not read'],
    ['another kind of file', ['lint', 'empty/notes.txt'], 'trtc: empty/notes.txt: its name tells no kind of file that is checked (Dockerfile, Containerfile, *.Dockerfile, Dockerfile.*, compose.yaml, devcontainer.json, docker-bake.hcl)'],
    ['a device', ['lint', '/dev/null'], 'trtc: /dev/null: not a regular file'],
    ['an unknown rule', ['lint', '--rule', 'cuda-driver-library-copid=off', 'good'], 'trtc: --rule: there is no rule cuda-driver-library-copid; did you mean cuda-driver-library-copied?'],
    ['a build context that is not there', ['lint', '--context', 'nowhere', 'good'], 'trtc: --context: nowhere: not found'],
    ['a build context that is a file', ['stack', '--context', 'good/Dockerfile', 'good/Dockerfile'], 'trtc: --context: good/Dockerfile: not a folder'],
    ['stack: absent', ['stack', 'nowhere'], 'trtc: nowhere: not found'],
    ['stack: a folder', ['stack', 'good'], 'trtc: good: not a regular file'],
    ['stack: another kind', ['stack', 'other/compose.yaml'], 'trtc: other/compose.yaml: stages are read from Dockerfiles only'],
    ['stack: a page', ['stack', 'page/Dockerfile'], 'trtc: page/Dockerfile: This is no Dockerfile: no instruction that Docker knows is in it.'],
    ['explain: unknown', ['explain', 'tensorrt-engine-copid'], 'trtc: there is no rule tensorrt-engine-copid; did you mean tensorrt-engine-copied?'],
    ['explain: unlike anything', ['explain', 'DL3008'], 'trtc: there is no rule DL3008; `trtc explain` lists them'],
  ])('one line and status 2: %s', (_, argv, line) => {
    const { status, stderr } = run(argv);
    expect(stderr).toBe(`${line}\n`);
    expect(status).toBe(2);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['lnt'], /^trtc: unknown command 'lnt'\n\(Did you mean lint\?\)\n$/],
    ['an unknown option', ['lint', '--formt', 'json'], /^trtc: unknown option '--formt'\n\(Did you mean --format\?\)\n$/],
    ['an unknown format', ['lint', '--format', 'xml'], /^trtc: option '-f, --format <format>' argument 'xml' is invalid\. Allowed choices are text, json, sarif, github\.\n$/],
    ['a build argument without a name', ['lint', '--build-arg', '=1'], /^trtc: .*It must be NAME=value\.\n$/],
    ['a setting without a level', ['lint', '--rule', 'cuda'], /^trtc: .*It must be RULE=LEVEL/],
  ])('status 2 for %s', (_, argv, message) => {
    const { status, stderr } = run(argv);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it('leaves out what a folder holds by the name of Dockerfile and is none', () => {
    const { status, stderr } = run(['lint', 'page']);
    expect(stderr).toBe('trtc: page/Dockerfile: skipped. This is no Dockerfile: no instruction that Docker knows is in it.\n');
    expect(status).toBe(0);
  });

  it('prints JSON of the contract even when an input fails', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync('media/schemas/lint-output.schema.json', 'utf8')) as object);
    const { status, stdout } = run(['lint', '--format', 'json', 'bad', 'nowhere']);
    const output = JSON.parse(stdout) as { findings: unknown[] };
    expect(validate(output), JSON.stringify(validate.errors)).toBe(true);
    expect(output).toMatchObject({ findings: [{ file: 'bad/Dockerfile', rule: 'cuda-driver-library-copied', line: 2 }], summary: { files: 1, errors: 1 } });
    expect(status).toBe(2);
  });

  it('reads standard input, its kind told by the name that is given', () => {
    expect(run(['lint', '-'], BAD)).toMatchObject({ status: 1, stdout: expect.stringMatching(/^<stdin>:2:6: error:/) as string });
    expect(run(['lint', '--stdin-filename', 'x/gpu.Dockerfile', '-'], BAD).stdout).toMatch(/^x\/gpu\.Dockerfile:2:6: error:/);
    expect(run(['lint', '--stdin-filename', 'notes.txt', '-'], BAD).status).toBe(2);
    expect(run(['lint', '--stdin-filename', 'requirements.txt', '-'], BAD)).toMatchObject({ status: 0, stderr: 'trtc: requirements.txt: requirements are checked where a Dockerfile installs them\n' });
    expect(run(['lint', '-'], '')).toMatchObject({ status: 2, stderr: 'trtc: <stdin>: This is no Dockerfile: no instruction that Docker knows is in it.\n' });
  });

  it('takes the values of build arguments', () => {
    const text = 'ARG LIB=readme.txt\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nARG LIB\nENV LD_LIBRARY_PATH=${LIB}:$LD_LIBRARY_PATH\n';
    expect(run(['lint', '-'], text).status).toBe(0);
    expect(run(['lint', '--build-arg', 'LIB=/usr/local/cuda/lib64/stubs', '-'], text).status).toBe(1);
    expect(run(['lint', '--build-arg', 'LIB', '-'], text, { LIB: '/usr/local/cuda/lib64/stubs' }).status).toBe(1);
  });
});

describe('trtc lint --fix and --diff', () => {
  const REMOVED = '# base\nARG TAG=11.7.0-base-ubuntu22.04\nFROM nvidia/cuda:${TAG}\nRUN true\n';
  const MENDED = REMOVED.replace('11.7.0', '11.7.1');
  const file = (): string => path.join(folder, 'removed.Dockerfile');

  it('prints a patch, and changes nothing', () => {
    writeFileSync(file(), REMOVED);
    expect(run(['lint', '--diff', 'removed.Dockerfile'])).toEqual({
      status: 1,
      stdout:
        '--- a/removed.Dockerfile\n+++ b/removed.Dockerfile\n@@ -1,4 +1,4 @@\n # base\n-ARG TAG=11.7.0-base-ubuntu22.04\n+ARG TAG=11.7.1-base-ubuntu22.04\n FROM nvidia/cuda:${TAG}\n RUN true\n',
      stderr: '',
    });
    expect(readFileSync(file(), 'utf8')).toBe(REMOVED);
  });

  it('writes what is fixed, and says so', () => {
    writeFileSync(file(), `\uFEFF${REMOVED}`);
    expect(run(['lint', '--fix', 'removed.Dockerfile'])).toEqual({ status: 0, stdout: 'Nothing found in 1 file; 1 fixed\n', stderr: '' });
    expect(readFileSync(file(), 'utf8')).toBe(`\uFEFF${MENDED}`);
  });

  it('prints standard input as fixed, and the report beside it', () => {
    expect(run(['lint', '--fix', '-'], REMOVED)).toEqual({ status: 0, stdout: MENDED, stderr: 'Nothing found in 1 file; 1 fixed\n' });
  });

  it('leaves files alone that need no fix, a byte order mark included', () => {
    expect(run(['lint', '--fix', 'mark']).status).toBe(1);
    expect(readFileSync(path.join(folder, 'mark/Dockerfile'), 'utf8')).toBe(`\uFEFF${BAD}`);
  });
});

describe('trtc stack', () => {
  const validate = new Ajv2020().compile(JSON.parse(readFileSync('media/schemas/stack-output.schema.json', 'utf8')) as object);

  it('prints JSON of the contract', () => {
    const { status, stdout } = run(['stack', '--json', 'image/Dockerfile']);
    const output: unknown = JSON.parse(stdout);
    expect(validate(output), JSON.stringify(validate.errors)).toBe(true);
    expect(output).toMatchObject({ version: 1, stages: [{ name: 'base', index: 0, line: 2, from: 'ubuntu:${TAG}' }, { name: null, index: 1, line: 3, from: 'base' }] });
    expect(status).toBe(0);
  });

  it('prints a block for each stage, ARGs expanded', () => {
    const { stdout } = run(['stack', '--build-arg', 'TAG=22.04', 'image/Dockerfile']);
    expect(stdout).toMatch(/^stage 0 \(base\) FROM ubuntu:22\.04 image\/Dockerfile:2\n {2}os +22\.04 .*image\/Dockerfile:2\n/);
    expect(stdout).toMatch(/\nstage 1 FROM base image\/Dockerfile:3\n/);
  });

  it('reads standard input', () => {
    expect(run(['stack', '-'], GOOD).stdout).toMatch(/^stage 0 FROM nvidia\/cuda:12\.4\.1-runtime-ubuntu22\.04 <stdin>:1\n/);
  });
});

describe('trtc explain and facts', () => {
  it('prints the page of a rule, the same as the one that ships', () => {
    expect(run(['explain', 'tensorrt-engine-copied'])).toEqual({
      status: 0,
      stdout: readFileSync('media/rules/tensorrt-engine-copied.md', 'utf8'),
      stderr: '',
    });
  });

  it('lists the rules, or those of a family', () => {
    expect(run(['explain']).stdout).toMatch(/^cuda-driver-library-copied +error +/m);
    expect(run(['explain', 'suppression']).stdout.split('\n')).toHaveLength(3);
  });

  it('prints the tables of facts', () => {
    expect(run(['facts']).stdout).toMatch(/^cuda-images +\d+ rows +\d+ sources {2}checked \d{4}-\d\d-\d\d$/m);
    const { tables, rows } = JSON.parse(run(['facts', '--json']).stdout) as { tables: { rows: number }[]; rows: number };
    expect(rows).toBe(tables.reduce((sum, table) => sum + table.rows, 0));
  });

  it('verifies the tables, and overlay files beside them', () => {
    writeFileSync(path.join(folder, 'sound.yaml'), "checked: '2026-11-20'\nimages:\n  - name: registry.example.com/ml/base\n    cuda: 12.4.1\n");
    writeFileSync(path.join(folder, 'faulty.yaml'), 'images:\n  - name: registry.example.com/ml/base\n    cuda: new\n');
    const sound = run(['facts', '--verify', path.join(folder, 'sound.yaml')]);
    expect(sound).toMatchObject({ status: 0, stderr: '' });
    expect(sound.stdout).toMatch(/^cuda-images +\d+ rows {2}sound$/m);
    expect(sound.stdout).toMatch(/sound\.yaml +1 rows {2}sound\n\d+ tables, 0 faults\n$/);
    const faulty = run(['facts', '--verify', path.join(folder, 'faulty.yaml')]);
    expect(faulty.status).toBe(1);
    expect(faulty.stdout).toMatch(/faulty\.yaml +1 rows {2}1 fault\n {2}\S*faulty\.yaml:3:11: .+\n\d+ tables, 1 fault\n$/);
    expect(run(['facts', '--verify', path.join(folder, 'none.yaml')])).toMatchObject({ status: 2, stdout: '' });
    expect(run(['facts', path.join(folder, 'sound.yaml')])).toEqual({ status: 2, stdout: '', stderr: 'trtc: files are for --verify only\n' });
  });
});

it('prints its version and its help', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(run(['--help']).stdout).toMatch(/^Usage: trtc .*lint.*stack.*explain.*facts.*Exit status/s);
  expect(run([]).status).toBe(2);
});
