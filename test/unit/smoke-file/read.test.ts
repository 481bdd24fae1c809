import { formatText } from '../../../src/core/l10n/message';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { completeConfig } from '../../../src/core/config/complete';
import { SMOKE_FILE } from '../../../src/core/smoke-file/model';
import { readSmokeFile } from '../../../src/core/smoke-file/read';
import { smokeFileSchema } from '../../../src/core/smoke-file/schema';

const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync('media/schemas/smoke.schema.json', 'utf8')) as object);

/** Problems of a text, each with the words that it is about. */
function problemsOf(text: string): readonly string[] {
  return readSmokeFile(text, 'a.smoke.yaml').problems.map(({ location: { range }, message }) => `${text.slice(range.start, range.end)}: ${formatText(message)}`);
}

it('knows smoke files by their names', () => {
  const names = ['gpu.smoke.yaml', '/a/b/x.smoke.yml', 'C:\\a\\x.smoke.yaml', '.smoke.yaml', 'smoke.yaml', 'x.smoke.json', 'x.smoke.yaml.bak'];
  expect(names.filter((name) => SMOKE_FILE.test(name))).toEqual(['gpu.smoke.yaml', '/a/b/x.smoke.yml', 'C:\\a\\x.smoke.yaml', '.smoke.yaml']);
});

it('reads every entry', () => {
  const text = `dockerfile: docker/Dockerfile
target: runtime
context: ..
buildArgs: {CUDA: 12.4}
profiles: [static, gpu]
skip: [ffmpeg-cuvid]
versions: {tensorrt: 8.6, cuda: ">=12,<13"}
models: [models/net.onnx]
gpus: 2
env: {DISPLAY: ":0", N: 1}
mounts: ["/tmp/.X11-unix:/tmp/.X11-unix", ./out:/out:rw]
network: true
memory: 16g
time: 5m
checks:
  - name: serves
    run: [python3, -m, app, 1]
    profile: gpu
    output: [ready, 8080]
    matches: "^ready"
    exit: 3
    gpus: [0, GPU-1]
    time: 500ms
    memory: 1.5 GiB
  - run: echo $X
`;
  const { smoke, problems } = readSmokeFile(text, 'a.smoke.yaml');
  expect(problems).toEqual([]);
  expect(validate(parse(text))).toBe(true);
  expect(smoke).toMatchObject({
    subject: { kind: 'dockerfile', dockerfile: 'docker/Dockerfile', target: 'runtime', context: '..', buildArgs: { CUDA: '12.4' } },
    profiles: ['static', 'gpu'],
    skip: ['ffmpeg-cuvid'],
    surroundings: {
      gpus: 2,
      env: { DISPLAY: ':0', N: '1' },
      mounts: [
        { source: '/tmp/.X11-unix', target: '/tmp/.X11-unix', writable: false },
        { source: './out', target: '/out', writable: true },
      ],
      network: true,
      memoryBytes: 16 * 1024 ** 3,
      timeMs: 300_000,
    },
    checks: [
      { name: 'serves', profile: 'gpu', run: ['python3', '-m', 'app', '1'], output: ['ready', '8080'], matches: '^ready', exit: 3, surroundings: { gpus: ['0', 'GPU-1'], timeMs: 500, memoryBytes: 1.5 * 1024 ** 3 } },
      { name: 'echo $X', profile: 'cpu', run: 'echo $X', output: [], matches: null, exit: 0 },
    ],
  });
  expect(smoke.versions.map(({ part, version, range }) => [part, version, text.slice(range.start, range.end)])).toEqual([
    ['tensorrt', '8.6', '8.6'],
    ['cuda', '>=12,<13', '">=12,<13"'],
  ]);
  expect(text.slice(smoke.subjectRange.start, smoke.subjectRange.end)).toBe('docker/Dockerfile');
  expect(smoke.checks.map(({ range }) => text.slice(range.start, range.end))).toEqual(['serves', 'echo $X']);
});

describe('what is wrong', () => {
  it.each([
    ['imgae: x\n', ['imgae: There is no `imgae` here; did you mean `image`?', 'imgae: `image` or `dockerfile` must say what is tested.']],
    ['image: x\ndockerfile: y\n', ['dockerfile: Either `image` or `dockerfile` says what is tested, not both.']],
    ['image: x\ntarget: y\n', ['target: `target` belongs to `dockerfile`; `image` is not built.']],
    ['image: x\nchecks:\n  - name: a\n', ['name: `run` is missing.']],
    ['image: x\nchecks:\n  - run: [a]\n    matches: "["\n', ['"[": This is no regular expression.']],
    ['image: x\nchecks:\n  - {name: a, run: b}\n  - {name: a, run: c}\n', ['name: Another check is called a.']],
    ['image: x\nskip: [ffmpeg]\n', ['ffmpeg: It must be one of']],
    ['image: x\nversions: {cuda: newest}\n', ['newest: It must be a version, such as 8.6, or a range, such as >=10,<11.']],
    ['image: x\nmemory: lots\n', ['lots: It must be a size, such as 512m or 16g.']],
    ['image: x\ntime: 5 days\n', ['5 days: It must be a time, such as 30s or 5m.']],
    ['image: x\nmounts: [/only]\n', ['/only: It must be SOURCE:TARGET']],
    ['image: x\nprofiles: [fast]\n', ['fast: It must be one of static, cpu, gpu']],
    ['image: x\nchecks: [\n', [': This is no YAML']],
  ])('is told at its place: %j', (text, wanted) => {
    const found = problemsOf(text);
    for (const [i, start] of wanted.entries()) expect(found[i] ?? '').toContain(start);
  });

  it.each(['', '\n# nothing\n', '- a\n', 'image: 5\nchecks: 7\nmounts: {a: b}\nversions: []\nenv: [x]\ngpus: {a: 1}\n', 'checks: [[[[', 'a: &a [*a]', 'image: x\nchecks: [null, 1, {run: {}}, {run: []}]'])('never makes it throw: %j', (text) => {
    expect(readSmokeFile(text, 'a.smoke.yaml').problems.length).toBeGreaterThan(0);
  });

  it('is wrong by the schema, too', () => {
    for (const text of ['image: x\nchecks: [{name: a}]', 'image: x\nskip: [nope]', 'image: x\nversions: {cuda: newest}', 'image: x\ntime: soon', 'image: x\nx: 1']) expect(validate(parse(text))).toBe(false);
  });
});

describe('completion', () => {
  const at = (text: string): readonly string[] => completeConfig(text.replace('|', ''), text.indexOf('|'), smokeFileSchema).map(({ label }) => label);

  it('offers keys, and values where there are some', () => {
    expect(at('|')).toEqual(expect.arrayContaining(['image', 'dockerfile', 'checks', 'versions']));
    expect(at('image: x\nchecks:\n  - name: a\n    |')).toEqual(expect.arrayContaining(['run', 'profile', 'output', 'time']));
    expect(at('image: x\nchecks:\n  - name: a\n    profile: |')).toEqual(['cpu', 'gpu']);
    expect(at('image: x\nversions:\n  t|')).toEqual(expect.arrayContaining(['tensorrt', 'torch']));
    expect(at('image: x\nskip:\n  - |')).toContain('ffmpeg-cuvid');
  });
});
