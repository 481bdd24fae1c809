import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// .trtc.yaml on the command line: where it is found, what it does, what has the last word.

const BUNDLE = path.resolve('.cache/dev/main.cjs');
const BAD = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY libcuda.so.1 /usr/lib/\n';
const RULE = 'cuda-driver-library-copied';

let folder = '';

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-config-'));
  const files: Record<string, string> = {
    '.trtc.yaml': `rules: { ${RULE}: off }\n`,
    'repository/.git/HEAD': '',
    'repository/Dockerfile': BAD,
    'repository/quiet/.trtc.yaml': `rules: { ${RULE}: warning }\nignore: [vendor/, "*.old"]\n`,
    'repository/quiet/deep/er/Dockerfile': BAD,
    'repository/quiet/vendor/Dockerfile': BAD,
    'repository/quiet/Dockerfile.old': BAD,
    'repository/wrong/.trtc.yml': 'rules:\n  cuda-driver-library-copid: off\n  cuda: warning\noverlay: images.yaml\n',
    'repository/wrong/images.yaml': 'images:\n  - name: corp/base\n    cuda: new\n',
    'repository/wrong/Dockerfile': BAD,
    'repository/lost/.trtc.yaml': 'overlay: nowhere.yaml\n',
    'repository/lost/Dockerfile': BAD,
    'repository/own/.trtc.yaml': 'overlay: [images.yaml]\nbuildArgs: { TAG: "1.0" }\n',
    'repository/own/images.yaml': 'images: [{ name: corp/base, tags: ["1.0"], tensorrt: 10.0.1.6 }]\n',
    'repository/targets/.trtc.yaml': 'targets:\n  - { name: laptop, gpus: [RTX 4090], driver: 535.183.06 }\n  - { name: cluster, gpus: [A100], driver: 535.183.06 }\n',
    'repository/targets/Dockerfile': 'FROM nvidia/cuda:13.0.1-base-ubuntu22.04\n',
    'repository/own/Dockerfile': 'ARG TAG\nFROM corp/base:${TAG}\n',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

function run(argv: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...argv], { cwd: path.join(folder, 'repository'), input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Severity of the finding in a file. */
function severityIn(argv: readonly string[], input?: string): string | undefined {
  const output = JSON.parse(run(['lint', '--format', 'json', ...argv], input).stdout) as { findings: { rule: string; severity: string }[] };
  return output.findings.find(({ rule }) => rule === RULE)?.severity;
}

describe('.trtc.yaml', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['is not looked for above the repository', ['Dockerfile'], 'error'],
    ['is found above the file', ['quiet/deep/er/Dockerfile'], 'warning'],
    ['gives way to --rule', ['quiet/deep/er/Dockerfile', '--rule', `${RULE}=information`], 'information'],
    ['gives way to --rule for the family', ['quiet/deep/er/Dockerfile', '--rule', 'cuda=hint'], 'hint'],
    ['keeps rules that --rule does not name', ['quiet/deep/er/Dockerfile', '--rule', 'image=off'], 'warning'],
    ['is passed over with --no-config', ['quiet/deep/er/Dockerfile', '--no-config'], 'error'],
    ['is the one that --config names', ['Dockerfile', '--config', 'quiet/.trtc.yaml'], 'warning'],
  ])('%s', (_, argv, severity) => {
    expect(severityIn(argv)).toBe(severity);
  });

  it('holds for standard input by its name', () => {
    expect(severityIn(['-', '--stdin-filename', 'quiet/Dockerfile'], BAD)).toBe('warning');
    expect(severityIn(['-'], BAD)).toBe('error');
  });

  it('leaves files out, and says so when they were named', () => {
    expect(run(['lint', 'quiet/vendor/Dockerfile'])).toMatchObject({ status: 0, stderr: 'trtc: quiet/vendor/Dockerfile: left out by quiet/.trtc.yaml\n' });
    const { stdout, stderr } = run(['lint', 'quiet']);
    expect(stderr).toBe('');
    expect(stdout).toContain('quiet/deep/er/Dockerfile');
    expect(stdout).not.toMatch(/vendor|\.old/);
    expect(run(['lint', '--fix', '-', '--stdin-filename', 'quiet/vendor/Dockerfile'], BAD).stdout).toBe(BAD);
  });

  it('tells each fault once, with its place, and goes on', () => {
    const { status, stdout, stderr } = run(['lint', 'wrong/Dockerfile', 'wrong']);
    expect(stderr.split('\n')).toEqual([
      'trtc: wrong/.trtc.yml:2:3: There is no `cuda-driver-library-copid` here; did you mean `cuda-driver-library-copied`?',
      'trtc: wrong/images.yaml:3:11: It must be a version, such as 12.4.1.',
      '',
    ]);
    expect(status).toBe(2);
    expect(stdout).toContain('warning: libcuda.so.1');
  });

  it.each([
    [['lint', 'lost'], 'trtc: lost/.trtc.yaml:1:10: There is no file nowhere.yaml here.\n'],
    [['lint', '--config', 'nowhere.yaml', '.'], 'trtc: nowhere.yaml: not found\n'],
    [['lint', '--gpu', 'RTX 4900', '.'], expect.stringMatching(/^trtc: --gpu: The GPU RTX 4900 is not in the tables; did you mean /)],
    [['lint', '--driver', 'new', '.'], 'trtc: --driver: It must be the version of a driver, such as 535 or 535.183.06.\n'],
    [['lint', '--target', 'lptop', 'targets'], 'trtc: --target: there is no target lptop in targets/.trtc.yaml, only laptop, cluster\n'],
    [['lint', '--target', 'production', 'Dockerfile'], 'trtc: --target: there is no target production; no config file has any\n'],
  ])('status 2: %j', (argv, line) => {
    expect(run(argv)).toMatchObject({ status: 2, stderr: line as string });
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['all targets of the config', ['targets'], 'laptop has 535.183.06'],
    ['one of them', ['targets', '--target', 'cluster'], undefined],
    ['none of them', ['targets', '--no-config'], undefined],
    ['one that options describe', ['targets', '--gpu', 'Tesla T4', '--driver', '418.39'], 'the given host has 418.39'],
    ['a target of options without a config', ['targets', '--no-config', '--gpu', 'RTX 3060', '--driver', '550'], 'the given host has 550'],
  ])('judges for %s', (_, argv, words) => {
    const output = JSON.parse(run(['lint', '--format', 'json', ...argv]).stdout) as { findings: { rule: string; message: string }[] };
    const found = output.findings.filter(({ rule }) => rule === 'cuda-driver-too-old').map(({ message }) => message);
    expect(found.join('')).toEqual(words === undefined ? '' : expect.stringContaining(words));
  });

  it('gives build arguments and images to trtc stack', () => {
    expect(run(['stack', 'own/Dockerfile']).stdout).toMatch(/FROM corp\/base:1\.0 .*\n +tensorrt +10\.0\.1\.6/);
    expect(run(['stack', '--build-arg', 'TAG=2.0', 'own/Dockerfile']).stdout).toContain('nothing known');
    expect(run(['stack', '--no-config', 'own/Dockerfile']).stdout).toContain('nothing known');
  });
});
