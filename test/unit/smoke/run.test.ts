import { describe, expect, it } from 'vitest';
import { formatText } from '../../../src/core/l10n/message';
import { importCheck } from '../../../src/smoke/checks/cpu/python-module';
import type { CheckResult, ContainerOutcome, ContainerSpec, RunCheck, SmokeEvent, SmokePorts } from '../../../src/smoke/model';
import { isolate, readEnding } from '../../../src/smoke/read-step';
import { planBatches, runChecks } from '../../../src/smoke/run';
import { pass, say } from '../../../src/smoke/verdict';
import { imageWith } from './image';

const OUTCOME: ContainerOutcome = { status: 0, stdout: '', stderr: '', timedOut: false, outOfMemory: false };

/** A check that passes when its program says so. */
function check(id: string, env: Readonly<Record<string, string>> = {}, commands = 1): RunCheck {
  return {
    id,
    title: id,
    kind: 'cpu',
    applies: () => true,
    plan: () => ({ commands: Array.from({ length: commands }, () => ({ programs: ['/missing', `/${id}`], args: ['a'] })), timeoutMs: 1_000, isolation: { ...isolate(), env } }),
    read: (result) => (result.state === 'ran' && result.refusal === null ? pass(say('{output}', { output: result.output })) : { ...pass(say(result.refusal?.kind ?? result.state)), state: 'blocked' }),
  };
}

async function runAll(checks: readonly RunCheck[], runContainer: SmokePorts['runContainer'], programs = ['sh'], signal = new AbortController().signal): Promise<{ results: readonly CheckResult[]; events: readonly SmokeEvent[] }> {
  const events: SmokeEvent[] = [];
  let time = 0;
  const results = await runChecks({ image: imageWith({ programs }), checks }, { runContainer, now: () => (time += 10), nonce: () => 'n' }, (event) => events.push(event), signal);
  return { results, events };
}

/** A container whose supervisor gives each of its steps this output, until `until`. */
function supervised(spec: ContainerSpec, output: (index: number) => string, until = Infinity): string {
  const steps = spec.files.filter(({ path }) => /step-\d+\.sh$/.test(path)).length;
  const told = Array.from({ length: Math.min(steps, until) }, (_, i) => `@@trtc:n:begin:${i}\n${output(i)}\n@@trtc:n:end:${i}:0:no:no\n`);
  return told.join('') + (until < steps ? '' : '@@trtc:n:done\n');
}

const states = (results: readonly CheckResult[]): readonly string[] => results.map(({ id, verdict }) => `${id} ${verdict.state} ${formatText(verdict.sentence.data['output'] ?? verdict.sentence.template)}`);

describe('batches', () => {
  it('share a container when they are isolated alike', () => {
    const batches = planBatches(imageWith(), [check('a'), check('b', { X: '1' }), check('c')]);
    expect(batches.map(({ steps }) => steps.map(({ check: { id } }) => id))).toEqual([['a', 'c'], ['b']]);
  });

  it('have time for all of their steps, no network, no GPU and no entry point', async () => {
    let seen: ContainerSpec | undefined;
    await runAll([check('a'), check('b')], (spec, { onOutput }) => {
      seen = spec;
      onOutput(supervised(spec, () => ''), 'stdout');
      return Promise.resolve(OUTCOME);
    });
    expect(seen).toMatchObject({ entrypoint: [], network: 'none', gpu: { how: 'none' }, mounts: [] });
    expect(seen?.timeoutMs).toBeGreaterThan(2_000);
  });
});

describe('a run', () => {
  it('starts one container for all, and tells as it goes', async () => {
    let containers = 0;
    const { results, events } = await runAll([check('a'), check('b')], (spec, { onOutput }) => {
      containers++;
      onOutput(supervised(spec, (i) => `output ${i}`), 'stdout');
      return Promise.resolve(OUTCOME);
    });
    expect(containers).toBe(1);
    expect(states(results)).toEqual(['a passed output 0', 'b passed output 1']);
    expect(events.map((event) => (event.type === 'finished' ? `finished ${event.result.id}` : `${event.type} ${event.checkId ?? ''}`))).toEqual(['started a', 'output a', 'finished a', 'started b', 'output b', 'finished b']);
  });

  it('gives what a dead container did not reach another one each', async () => {
    let containers = 0;
    const { results } = await runAll([check('a'), check('b'), check('c')], (spec, { onOutput }) => {
      const nth = containers++;
      onOutput(supervised(spec, (i) => `${nth}/${i}`, nth === 0 ? 1 : Infinity), 'stdout');
      return Promise.resolve({ ...OUTCOME, status: 137 });
    });
    expect(states(results)).toEqual(['a passed 0/0', 'b passed 1/0', 'c passed 2/0']);
  });

  it('starts programs one by one where the image has no shell', async () => {
    const argv: (readonly string[])[] = [];
    const { results } = await runAll(
      [check('a'), check('b', {}, 2)],
      (spec) => {
        argv.push(spec.argv);
        if (spec.argv[0] === '/missing') return Promise.resolve({ ...OUTCOME, status: 127, stderr: '[FATAL tini (7)] exec /missing failed: No such file or directory\n' });
        return Promise.resolve({ ...OUTCOME, stdout: 'alone\n' });
      },
      [],
    );
    expect(argv).toEqual([
      ['/missing', 'a'],
      ['/a', 'a'],
    ]);
    expect(states(results)).toEqual(['a passed alone', 'b blocked not-found']);
  });

  it('blames the engine once for all', async () => {
    let containers = 0;
    const { results } = await runAll([check('a'), check('b')], () => {
      containers++;
      return Promise.reject(Object.assign(new Error('x'), { problem: { kind: 'no-gpu-runtime', detail: 'no GPU here' } }));
    });
    expect(containers).toBe(1);
    expect(states(results)).toEqual(['a blocked no-gpu-runtime', 'b blocked no-gpu-runtime']);
  });

  it('says of the step that ran that memory was short, where the whole container is ended for it', async () => {
    let containers = 0;
    const greedy: RunCheck = { ...check('a'), read: (result, image) => readEnding(result, image, 'a') ?? pass(say('{output}', { output: 'x' })) };
    const { results } = await runAll([greedy, check('b')], (spec, { onOutput }) => {
      containers++;
      onOutput(containers === 1 ? '@@trtc:n:begin:0\n' : supervised(spec, () => 'alone'), 'stdout');
      return Promise.resolve({ ...OUTCOME, status: 137, outOfMemory: containers === 1 });
    });
    expect(containers).toBe(2);
    expect(results.map(({ verdict }) => `${verdict.state}: ${formatText(verdict.sentence)}`)).toEqual(['failed: a needed more memory than the run allows, and the kernel stopped it.', 'passed: alone']);
  });

  it('runs nothing more once it is called off', async () => {
    const abort = new AbortController();
    let containers = 0;
    const { results } = await runAll(
      [check('a'), check('b', { X: '1' }), check('c', { X: '2' })],
      () => {
        containers++;
        abort.abort();
        return Promise.reject(Object.assign(new Error('x'), { problem: { kind: 'cancelled' } }));
      },
      ['sh'],
      abort.signal,
    );
    expect(containers).toBeLessThanOrEqual(2);
    expect(states(results)).toEqual(['a blocked cancelled', 'b blocked cancelled', 'c blocked cancelled']);
  });

  it('does not mix what a container says on its other stream into the steps', async () => {
    const { results } = await runAll([check('a')], (_, { onOutput }) => {
      onOutput('@@trtc:n:begin:0\nhalf ', 'stdout');
      onOutput('Killed\n', 'stderr');
      onOutput('line\n@@trtc:n:end:0:0:no:no\n@@trtc:n:done\n', 'stdout');
      return Promise.resolve(OUTCOME);
    });
    expect(states(results)).toEqual(['a passed half line']);
  });
});

it('starts the Python that has the package', () => {
  const image = imageWith({ packages: ['torch'] });
  const [command] = importCheck('torch', 't', 'torch').plan(image).commands;
  expect(command?.programs[0]).toBe('/usr/bin/python3');
});
