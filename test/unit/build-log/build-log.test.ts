// One Dockerfile built by five builders of real engines (20.10 and 26.1), as they printed it; `recordings` holds both.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { diagnoseBuild } from '../../../src/core/build-log/diagnose';
import type { BuildEvent } from '../../../src/core/build-log/model';
import { Places } from '../../../src/core/build-log/place';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { formatText } from '../../../src/core/l10n/message';
import type { StackReport } from '../../../src/core/stack/model';
import { LineIndex } from '../../../src/core/text/line-index';

const read = (name: string): string => readFileSync(path.join(__dirname, 'recordings', name), 'utf8');
const RECORDINGS = ['buildkit-0.8.txt', 'buildkit-0.13.txt', 'rawjson.txt', 'legacy.txt', 'api.txt'];

function createLog(): BuildLog {
  return new BuildLog({
    createDecoder: () => {
      const decoder = new StringDecoder('utf8');
      return (base64) => decoder.write(Buffer.from(base64, 'base64'));
    },
  });
}

function feed(text: string, size = text.length): { log: BuildLog; events: BuildEvent[] } {
  const log = createLog();
  const events: BuildEvent[] = [];
  for (let at = 0; at < text.length; at += size) events.push(...log.feed(text.slice(at, at + size)));
  events.push(...log.end(true));
  return { log, events };
}

function interpret(text: string): StackReport {
  const { stack } = analyseDockerfile(text, 'Dockerfile');
  if (stack === undefined) throw new Error('no Dockerfile');
  return stack;
}

describe.each(RECORDINGS)('%s', (name) => {
  const dockerfile = read('Dockerfile');
  const stack = interpret(dockerfile);
  const lines = new LineIndex(dockerfile);

  it('tells each step, with its line', () => {
    const { log } = feed(read(name));
    const places = new Places(stack);
    const steps = log.steps.flatMap((step) => {
      const placed = step.position && places.find(step);
      return placed === undefined ? [] : [{ line: lines.positionAt(placed.instruction.range.start).line + 1, keyword: placed.instruction.keyword, state: step.state }];
    });
    const layers = steps.filter(({ keyword }) => keyword === 'RUN' || keyword === 'COPY');
    expect(layers.map(({ line }) => line)).toEqual([4, 7, 8]);
    expect(layers.at(-1)?.state).toBe('failed');
    expect(layers.slice(0, 2).every(({ state }) => state === 'done' || state === 'cached')).toBe(true);
    expect(steps.some(({ line, keyword }) => keyword === 'FROM' && line === 2)).toBe(true);
  });

  it('tells the failed step, what it printed and its status', () => {
    const { log } = feed(read(name));
    expect(log.failedStep?.text).toMatch(/^RUN sleep 0\.3/);
    expect(log.failedStep?.output).toBe('wörd\npartial\n');
    const [failure, ...others] = diagnoseBuild(log, stack);
    expect(others).toEqual([]);
    expect(failure?.code).toBe('step-failed');
    expect(failure?.message.data).toMatchObject({ status: '7' });
    expect(formatText(failure?.message ?? '')).toBe('This step ended with status 7.');
    expect(lines.positionAt(failure?.location.range.start ?? 0).line + 1).toBe(8);
  });

  it('is read alike in pieces of any length', () => {
    const whole = feed(read(name));
    for (const size of [1, 7, 64, 1000]) {
      const { log, events } = feed(read(name), size);
      expect(log.steps).toEqual(whole.log.steps);
      expect(log.error).toBe(whole.log.error);
      expect(log.reportedLines).toEqual(whole.log.reportedLines);
      expect(events.map(({ kind }) => kind)).toEqual(whole.events.map(({ kind }) => kind));
    }
  });
});

describe('what only some builders tell', () => {
  it('times, where the step was not taken from the cache', () => {
    const run = (name: string): number | undefined => feed(read(name)).log.steps.find(({ text }) => text.startsWith('RUN echo'))?.seconds;
    expect(run('rawjson.txt')).toBeGreaterThan(0);
    expect(run('legacy.txt')).toBeUndefined();
  });

  it('the lines of the Dockerfile', () => {
    expect(feed(read('buildkit-0.13.txt')).log.reportedLines).toEqual({ file: 'Dockerfile.rec', first: 8, last: 8 });
    expect(feed(read('rawjson.txt')).log.reportedLines).toEqual({ file: 'Dockerfile.rec', first: 8, last: 8 });
    expect(feed(read('buildkit-0.8.txt')).log.reportedLines).toBeUndefined();
  });

  it('colours', () => {
    const { log } = feed(read('rawjson.txt'));
    expect(log.steps.find(({ text }) => text.startsWith('RUN echo'))?.output).toContain('\u001b[31mred\u001b[0m');
  });

  it('a command in a here-document', () => {
    const dockerfile = '# syntax check off\nFROM base\nRUN <<EOF\necho one\nnvcc --version\nEOF\n';
    const [failure] = diagnoseBuild(feed(read('heredoc.txt')).log, interpret(dockerfile));
    expect(failure?.code).toBe('command-missing');
    expect(dockerfile.slice(failure?.location.range.start, failure?.location.range.end)).toBe('nvcc');
  });

  it('bytes of a pull', () => {
    const { log, events } = feed('#4 [1/2] FROM docker.io/nvidia/cuda:12.4.1-base-ubuntu22.04\n#4 sha256:aaaa 12.58MB / 30.43MB 0.4s\n');
    expect(events.at(-2)).toMatchObject({ kind: 'transfer' });
    log.feed('#4 DONE 1.0s\n');
    const again = createLog();
    again.feed('#4 [1/2] FROM x\n#4 sha256:aaaa 12.58MB / 30.43MB 0.4s\n');
    expect(again.steps[0]?.transfer).toEqual({ currentBytes: 12_580_000, totalBytes: 30_430_000 });
  });

  it('a step that was cancelled beside one that failed', () => {
    const { log } = feed('#5 [a 2/2] RUN sleep 100\n#6 [b 2/2] RUN false\n#6 ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1\n#5 CANCELED\nERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1\n');
    expect(log.steps.map(({ state }) => state)).toEqual(['cancelled', 'failed']);
    expect(log.failedStep?.text).toBe('RUN false');
  });
});

describe('a log of anybody', () => {
  it('of megabytes is kept short', () => {
    const log = createLog();
    log.feed('#5 [2/2] RUN yes\n');
    for (let i = 0; i < 40; i++) log.feed(`#5 ${i}.000 ${'y'.repeat(50_000)}\n`.repeat(2));
    expect(log.steps[0]?.output.length).toBeLessThan(200_000);
  });

  it.each([['nothing', ''], ['JSON that is none', '{\n"vertexes": 5\n}\n{"stream":7}\n{{{{\n'], ['rules and marks', '------\n > \n------\n:1\n-----------------------\n >>> \n'], ['numbers', '#\n#1\n#99999 \n#1 DONE\n#1 ...\nStep 0/0 : \nStep 9/1 : RUN\n']])('that is %s makes no trouble', (_, text) => {
    const { log } = feed(text);
    expect(() => diagnoseBuild(log, interpret('FROM a\nRUN b\n'))).not.toThrow();
  });
});

describe('docker-compose 1', () => {
  const command = "The command '/bin/sh -c false' returned a non-zero code: 1";
  it.each([
    ['the error behind the name of the service', `Step 2/2 : RUN false\n ---> Running in 1\nERROR: Service 'web' failed to build : ${command}\n`],
    ['no more than that there was one', `Step 2/2 : RUN false\n ---> Running in 1\n${command}\nERROR: Service 'web' failed to build : Build failed\n`],
  ])('tells %s', (_, text) => {
    expect(feed(text).log.error).toBe(command);
  });
});

it.each(['{"error":"refused","errorDetail":{"message":"refused"}}', '{"errorDetail":{"message":"refused"}}'])('an engine says why in %s', (line) => {
  expect(feed(`${line}\n`).log.error).toBe('refused');
});
