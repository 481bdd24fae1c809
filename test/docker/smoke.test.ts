// The smoke test on a real engine: images that are well, and images that are broken in one way each.
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatText } from '../../src/core/l10n/message';
import { docker, startEngine } from '../../src/dev/engine/index.mjs';
import { eventually } from '../eventually';
import { useEngine } from './engine';
import { buildTestImage, copyLibrary, libraryImage, moduleImage, pythonImage } from './images/smoke-images';
import { smokeOn } from './smoke-host';

const engine = useEngine();
const containers = (): string => docker(engine, 'ps', '--all', '--quiet', '--filter', 'label=tensorrt-containers.run');

beforeAll(() => void pythonImage(engine), 600_000);

// Whatever a test did: nothing of it is left.
afterEach(() => expect(containers()).toBe(''));

describe('static checks', () => {
  it('find an image well whose libraries are complete', async () => {
    const { told, record } = await smokeOn(engine.host, libraryImage(engine, 'smoke:complete'), ['static']);
    expect(told['library-closure']).toMatch(/^passed: \d+ libraries find all that they need\.$/);
    expect(told['driver-libraries']).toMatch(/^passed/);
    expect(told['versions']).toContain('tensorrt 8.6.1');
    expect(record.versions).toMatchObject({ tensorrt: '8.6.1', cuda: '12.4.1' });
    expect(record.image?.id).toMatch(/^sha256:/);
  });

  it('name the library that is missing, and who needs it', async () => {
    const { told } = await smokeOn(engine.host, libraryImage(engine, 'smoke:missing', 'rm /usr/lib/x86_64-linux-gnu/libcrypto.so.3'), ['static']);
    expect(told['library-closure']).toBe('failed: /usr/lib/x86_64-linux-gnu/libnvinfer.so.8.6.1 needs libcrypto.so.3, and no folder of the image has it.');
  });

  it('name a library of the driver that was left in the image', async () => {
    const { told } = await smokeOn(engine.host, libraryImage(engine, 'smoke:driver', copyLibrary('libcuda.so.550.54.15', 'libcuda.so.1')), ['static']);
    expect(told['driver-libraries']).toMatch(/^failed: .*libcuda\.so\.550\.54\.15 lies in the image/);
  });

  it('hold versions against those that a smoke file asks for', async () => {
    const { results } = await smokeOn(engine.host, libraryImage(engine, 'smoke:complete'), ['static'], { yaml: 'versions:\n  tensorrt: "10"\n  cuda: ">=12,<13"\n  torch: "2.1"\n' });
    const own = results.filter(({ id }) => id.startsWith('version-')).map(({ verdict }) => [verdict.state, verdict.sentence.data['part'], verdict.sentence.data['found']]);
    expect(own).toEqual([
      ['failed', 'tensorrt', '8.6.1'],
      ['passed', 'cuda', '12.4.1'],
      ['failed', 'torch', ''],
    ]);
  });

  it('tell where the image differs from its Dockerfile, as news', async () => {
    const component = { kind: 'tensorrt', name: 'libnvinfer8', version: '8.5.3', cuda: null, certainty: 'stated', via: 'apt', file: 'Dockerfile', line: 3 } as const;
    const { results } = await smokeOn(engine.host, libraryImage(engine, 'smoke:complete'), ['static'], { predicted: { name: null, index: 0, line: 1, from: 'x', basedOn: null, copiesFrom: [], components: [component] } });
    const { verdict } = results.find(({ id }) => id === 'versions') ?? {};
    expect(verdict?.state).toBe('passed');
    expect(verdict?.details.map(({ data }) => ['file', 'line', 'kind', 'predicted', 'found'].map((name) => formatText(data[name] ?? '')))).toEqual([['Dockerfile', '3', 'tensorrt', '8.5.3', '8.6.1']]);
  });
});

describe('CPU checks', () => {
  it('import what Python has, and tell its version', async () => {
    const image = moduleImage(engine, 'smoke:good', 'onnxruntime', '1.17.0', 'def get_available_providers():\n    return ["CPUExecutionProvider"]\nprint("noise", end="")');
    const { told, results } = await smokeOn(engine.host, image, ['cpu']);
    expect(told).toEqual({ 'python-onnxruntime': 'passed: Python imports onnxruntime 1.17.0.' });
    expect(results[0]?.verdict.details.map(({ data }) => data['providers'])).toEqual(['CPUExecutionProvider']);
  });

  it('name the error of an import', async () => {
    const image = moduleImage(engine, 'smoke:error', 'onnxruntime', '1.17.0', 'import ctypes\nctypes.CDLL("libcudnn.so.8")');
    const { results } = await smokeOn(engine.host, image, ['cpu']);
    expect(results[0]?.verdict).toMatchObject({ state: 'failed', knownError: 'libcudnn-import' });
    expect(results[0]?.verdict.sentence.data['line']).toContain('libcudnn.so.8: cannot open shared object file');
  });

  it('stop an import that hangs, and go on', async () => {
    const image = moduleImage(engine, 'smoke:hang', 'onnxruntime', '1.17.0', 'print("before it hangs", flush=True)\nimport time\ntime.sleep(100000)');
    const { told, results } = await smokeOn(engine.host, image, ['cpu'], { yaml: 'time: 6s\nchecks:\n  - {name: after, run: [echo, alive], output: alive}\n' });
    expect(told).toEqual({ 'python-onnxruntime': 'failed: import onnxruntime did not end within 6 s and was stopped.', 'own-0': 'passed: after does what is asked for.' });
    expect(results[0]?.verdict.evidence).toContain('before it hangs');
  });

  it('tell a crash from an error', async () => {
    const image = moduleImage(engine, 'smoke:crash', 'onnxruntime', '1.17.0', 'import ctypes\nctypes.string_at(0)');
    const { told } = await smokeOn(engine.host, image, ['cpu'], { yaml: 'checks:\n  - {name: after, run: [echo, alive], output: alive}\n' });
    expect(told).toEqual({ 'python-onnxruntime': 'failed: import onnxruntime crashed (SIGSEGV).', 'own-0': 'passed: after does what is asked for.' });
  });

  it('read 2 GB of output without keeping it', async () => {
    const image = moduleImage(engine, 'smoke:loud', 'onnxruntime', '1.17.0', 'import os\nfor _ in range(2048):\n    os.write(1, b"x" * 1048575 + b"\\n")\ndef get_available_providers():\n    return []');
    const { told, results } = await smokeOn(engine.host, image, ['cpu']);
    expect(told).toEqual({ 'python-onnxruntime': 'passed: Python imports onnxruntime 1.17.0.' });
    expect(JSON.stringify(results).length).toBeLessThan(100_000);
  }, 120_000);

  it('run as the user of the image', async () => {
    const image = moduleImage(engine, 'smoke:user', 'onnxruntime', '1.17.0', 'def get_available_providers():\n    return []', 'USER 4711:4711');
    const { told } = await smokeOn(engine.host, image, ['cpu'], { yaml: 'checks:\n  - {name: who, run: [id, -u], output: "4711"}\n  - {name: writes, run: "echo kept >$TRTC_WORK/f && cat $TRTC_WORK/f", output: kept}\n' });
    expect(Object.values(told).map((text) => text.split(':')[0])).toEqual(['passed', 'passed', 'passed']);
  });

  it('work where there is no shell', async () => {
    const image = buildTestImage(engine, 'smoke:scratch', 'FROM scratch\nCOPY busybox /busybox\n', { busybox: readFileSync('/bin/busybox') });
    const { told } = await smokeOn(engine.host, image, ['static', 'cpu'], {
      yaml: 'checks:\n  - {name: says, run: [/busybox, echo, hello], output: hello}\n  - {name: fails, run: [/busybox, "false"]}\n  - {name: endless, run: [/busybox, "yes"], time: 2s}\n  - {name: shell, run: echo in a shell}\n  - {name: absent, run: [/not/there]}\n',
    });
    expect(told).toEqual({
      'own-0': 'passed: says does what is asked for.',
      'own-1': 'failed: fails ended with 1: (no output)',
      'own-2': 'failed: endless did not end within 2 s and was stopped.',
      'own-3': 'failed: /bin/sh is not in the image.',
      'own-4': 'failed: /not/there is not in the image.',
    });
  });

  it('tell an image of another processor from a broken one', async () => {
    // The same program with the number of AArch64 in its ELF header (e_machine at offset 18): the kernel refuses it.
    const foreign = Buffer.from(readFileSync('/bin/busybox'));
    foreign.writeUInt16LE(0xb7, 18);
    const image = buildTestImage(engine, 'smoke:foreign', 'FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\n', { busybox: foreign });
    const { results } = await smokeOn(engine.host, image, ['cpu'], { yaml: 'checks:\n  - {name: says, run: [/bin/busybox, echo, hello]}\n' });
    expect(results.map(({ verdict }) => [verdict.state, verdict.knownError])).toEqual([['blocked', 'exec-format']]);
  });

  it('hold own commands to what they must do', async () => {
    const { told } = await smokeOn(engine.host, 'smoke-base:bookworm', ['cpu'], {
      yaml: `env: {GREETING: good day}
checks:
  - {name: env, run: 'echo "$GREETING, $NAME"', output: [good day, you], env: {NAME: you}}
  - {name: exit, run: [sh, -c, exit 3], exit: 3}
  - {name: other exit, run: [sh, -c, exit 4], exit: 3}
  - {name: pattern, run: [echo, version 8.6.1], matches: '^version \\d+\\.\\d+'}
  - {name: other pattern, run: [echo, version x], matches: '^version \\d+'}
  - {name: lacks, run: [echo, one], output: two}
  - {name: no network, run: 'cat /proc/net/dev', matches: lo}
  - {name: no route, run: 'grep -c : /proc/net/dev', output: "1"}
`,
    });
    expect(told).toEqual({
      'own-0': 'passed: env does what is asked for.',
      'own-1': 'passed: exit does what is asked for.',
      'own-2': 'failed: other exit ended with 4; 3 is asked for.',
      'own-3': 'passed: pattern does what is asked for.',
      'own-4': 'failed: The output of other pattern does not match ^version \\d+.',
      'own-5': 'failed: The output of lacks lacks two.',
      'own-6': 'passed: no network does what is asked for.',
      'own-7': 'passed: no route does what is asked for.',
    });
  });

  it('stop what needs more memory than it may have', async () => {
    const { told } = await smokeOn(engine.host, 'smoke-base:bookworm', ['cpu'], { yaml: 'checks:\n  - {name: hungry, run: [python3, -c, "b = bytearray(1 << 30)"], memory: 64m}\n  - {name: modest, run: [python3, -c, "b = bytearray(1 << 20)"], memory: 64m}\n' });
    expect(told).toEqual({ 'own-0': 'failed: hungry needed more memory than the run allows, and the kernel stopped it.', 'own-1': 'passed: modest does what is asked for.' });
  });
});

describe('containers', () => {
  it('are labelled, limited, and without network and privileges', async () => {
    let inspected = '';
    await smokeOn(engine.host, 'smoke-base:bookworm', ['cpu'], {
      yaml: 'checks:\n  - {name: sleeps, run: [sleep, "2"]}\n',
      onEvent: ({ type }) => {
        if (type === 'started') inspected = docker(engine, 'inspect', containers().split('\n')[0] ?? '');
      },
    });
    const [{ HostConfig: config, Config }] = JSON.parse(inspected) as [{ HostConfig: Record<string, unknown>; Config: { Labels: Record<string, string> } }];
    expect(config).toMatchObject({ NetworkMode: 'none', Privileged: false, Memory: 8 * 1024 ** 3, PidsLimit: 4096, Binds: null });
    expect(Config.Labels['tensorrt-containers.run']).toBeDefined();
  });

  it('are gone at once when the run is called off', async () => {
    const abort = new AbortController();
    const begun = performance.now();
    const { told } = await smokeOn(engine.host, 'smoke-base:bookworm', ['cpu'], {
      yaml: 'time: 10m\nchecks:\n  - {name: sleeps, run: [sleep, "600"]}\n  - {name: never, run: [sleep, "600"], memory: 1g}\n',
      signal: abort.signal,
      onEvent: ({ type }) => type === 'started' && abort.abort(),
    });
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(Object.values(told)).toEqual(['blocked: The run was cancelled.', 'blocked: The run was cancelled.']);
  });
});

describe('an engine that goes away', () => {
  it('is told, and leaves nothing once it is back', async () => {
    const own = await startEngine({ gpu: 'none' });
    try {
      buildTestImage(own, 'smoke:base', 'FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\n', { busybox: readFileSync('/bin/busybox') });
      let restarting: Promise<void> | undefined;
      const { told } = await smokeOn(own.host, 'smoke:base', ['cpu'], {
        yaml: 'time: 5m\nchecks:\n  - {name: sleeps, run: [/bin/busybox, sleep, "300"]}\n',
        onEvent: ({ type }) => {
          if (type === 'started') restarting ??= own.restart();
        },
      });
      await restarting;
      expect(told['own-0']).toMatch(/^blocked: /);
      // Where the engine takes long, the removal goes on behind the run.
      await eventually(() => expect(docker(own, 'ps', '--all', '--quiet')).toBe(''), 60_000);
    } finally {
      await own.stop();
    }
  }, 180_000);
});

describe('a large image', () => {
  it('is read without reading its gigabytes', async () => {
    const image = buildTestImage(
      engine,
      'smoke:large',
      'FROM smoke:complete\nRUN mkdir -p /opt/models /usr/lib/python3/dist-packages/torch/lib && truncate -s 4G /opt/models/weights.bin && truncate -s 1G /usr/lib/python3/dist-packages/torch/lib/libtorch_cuda.so\n',
    );
    try {
      const { told, record } = await smokeOn(engine.host, image, ['static']);
      expect(record.versions).toMatchObject({ tensorrt: '8.6.1' });
      expect(record.image?.readBytes).toBeLessThan(50 * 1024 * 1024);
      expect(told['library-closure']).toMatch(/^passed/);
    } finally {
      docker(engine, 'rmi', '--force', image);
    }
  }, 300_000);
});
