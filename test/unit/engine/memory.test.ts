// What a reading takes over from the reading of an earlier text must be what a reading from scratch makes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complete, partToComplete } from '../../../src/core/assist/complete';
import { readDockerfile, ReadingMemory } from '../../../src/core/dockerfile/read';
import { describeAt } from '../../../src/core/assist/hover';
import { listInlayHints, type InlayHint } from '../../../src/core/assist/inlay-hints';
import { analyseDockerfile, analyseDockerfileInSteps, readPartInSteps, type AnalysisOptions } from '../../../src/core/engine/analyse';
import { Memory } from '../../../src/core/engine/memory';
import { rules } from '../../../src/core/rules';
import type { ContextReader } from '../../../src/core/shell/installers/model';
import { runToEnd } from '../../../src/core/steps';
import { createDockerfile } from '../../../src/dev/bench-texts';
import { createContext, describeStack } from './graph';

const FILE = 'Dockerfile';
const EXAMPLES = rules.flatMap(({ subject, examples }) => (subject === undefined || subject === 'dockerfile' ? examples : [])).map(({ text }) => text.replace(/[«»]/g, ''));

/** What else a Dockerfile can hold. */
const RICH = `# syntax=docker/dockerfile:1
ARG BASE=nvidia/cuda
ARG TAG=12.4.1-devel-ubuntu22.04
FROM \${BASE}:\${TAG} AS build
ARG TRT=10.3.0.26-1+cuda12.5
ENV A=1 LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH
SHELL ["/bin/bash", "-c"]
COPY install.sh requirements.txt /tmp/
RUN bash /tmp/install.sh && \\
    # a comment within
    apt-get install -y libnvinfer10=\${TRT}
RUN pip install -r /tmp/requirements.txt
RUN <<EOF
set -e
curl -fsSLO https://example.org/TensorRT-10.3.0.26.Linux.x86_64-gnu.cuda-12.5.tar.gz
EOF
RUN tar xzf TensorRT-10.3.0.26.Linux.x86_64-gnu.cuda-12.5.tar.gz -C /opt
ONBUILD RUN echo later
FROM build AS test
WORKDIR app
RUN --mount=type=bind,source=requirements.txt,target=r.txt pip install -r r.txt
CMD ["python3", "-m", "app"]
FROM nvidia/cuda:11.8.0-runtime-ubuntu20.04
COPY --from=build /usr/local/lib /usr/local/lib
COPY --from=nvcr.io/nvidia/tensorrt:24.05-py3 /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu
USER app
HEALTHCHECK CMD curl -f localhost
`;

const FILES: readonly Readonly<Record<string, string>>[] = [
  { 'install.sh': 'apt-get update\napt-get install -y libnvinfer8\n. /tmp/requirements.txt\n', 'requirements.txt': 'torch==2.1.0\n' },
  { 'install.sh': 'pip install tensorrt==8.6.1\n', 'requirements.txt': 'torch==1.13.1\nonnxruntime-gpu\n' },
  { 'requirements.txt': 'tensorflow==2.15.0\n' },
  {},
];

const BUILD_ARGUMENTS: readonly (ReadonlyMap<string, string> | undefined)[] = [undefined, new Map([['TRT', '8.6.1.6-1+cuda11.8']]), new Map([['TAG', '11.8.0-devel-ubuntu22.04']])];

const SNIPPETS = [
  ...'\n \\"\'`$#=:-{', '\\\n', '\r\n', '\uFEFF', '# escape=`\n', '# c\n', '\nFROM ', '\nFROM build AS x\n', '\nFROM x\n', 'FROM ${BASE}:11.8.0-base-ubuntu20.04 AS y\n', 'ARG TAG=12.2.0-runtime-ubuntu22.04\n',
  '\nARG TRT\n', '\nENV A=$TRT B=$A\n', '\nCOPY --from=0 /usr /usr\n', '\nCOPY --from=x / /\n', '\nRUN bash /tmp/install.sh\n', '\nRUN <<EOF\napt-get update\n', '\nEOF\n', '<<EOF', '\nWORKDIR sub\n', '\nUSER root\n',
  '\nSHELL ["/bin/sh", "-c"]\n', '\nRUN pip install -r requirements.txt torch==', '\nCMD curl -O https://example.org/cudnn-linux-x86_64-8.9.7.29_cuda12-archive.tar.xz\n', '\nCOPY . /usr\n', '# trtc ignore=tensorrt-apt-unpinned\n', '\u{1F600}', '\0', '',
];

const BACKQUOTES = `# escape=\`\n${RICH.replaceAll(' \\\n', ' `\n')}`;

const texts = fc.oneof(
  fc.constantFrom(RICH, createDockerfile(60), `${RICH}${createDockerfile(20)}`, RICH.replaceAll('\n', '\r\n'), BACKQUOTES),
  fc.array(fc.constantFrom(...SNIPPETS, 'FROM a\n', 'RUN true'), { maxLength: 12 }).map((some) => some.join('')),
  fc.array(fc.constantFrom(...EXAMPLES), { minLength: 1, maxLength: 3 }).map((some) => some.join('')),
);

/** One thing that happens while a file is open. */
interface Edit {
  readonly kind: string;
  /** Where, as a part of the text's length. */
  readonly at: number;
  /** It happens where the one before it did. */
  readonly stays: boolean;
  readonly what: number;
  /** So many steps of an analysis that is then given up, before the one that is looked at; it goes on later. */
  readonly givenUp: number | null;
}

const edits = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'insert', 'delete', 'delete line', 'double line', 'double rest', 'paste', 'undo', 'nothing', 'arguments', 'files'),
  at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
  stays: fc.boolean(),
  what: fc.nat(1000),
  givenUp: fc.option(fc.nat(30)),
});

interface Moment {
  readonly text: string;
  readonly at: number;
  readonly options: Pick<AnalysisOptions, 'buildArgs' | 'context'>;
}

const opened = (text: string): Moment => ({ text, at: 0, options: { context: createContext(FILES[0] ?? {}) } });

function change(moment: Moment, before: Moment | undefined, { kind, at, stays, what }: Edit): Moment {
  const { text, options } = moment;
  const place = stays ? Math.min(moment.at, text.length) : Math.round(at * text.length);
  const line = { start: text.lastIndexOf('\n', place - 1) + 1, end: text.indexOf('\n', place) < 0 ? text.length : text.indexOf('\n', place) + 1 };
  const snippet = SNIPPETS[what % SNIPPETS.length] ?? '';
  switch (kind) {
    case 'insert':
      return { text: text.slice(0, place) + snippet + text.slice(place), at: place + snippet.length, options };
    case 'delete':
      return { text: text.slice(0, place) + text.slice(place + 1 + (what % 3)), at: place, options };
    case 'delete line':
      return { text: text.slice(0, line.start) + text.slice(line.end), at: line.start, options };
    case 'double line':
      return { text: text.slice(0, line.end) + text.slice(line.start), at: line.end, options };
    case 'double rest':
      return text.length > 6000 ? moment : { text: text + text.slice(line.start), at: text.length, options };
    case 'paste':
      return { text: text.slice(0, line.start) + (EXAMPLES[what % EXAMPLES.length] ?? '') + text.slice(line.start), at: line.start, options };
    case 'undo':
      return before ?? moment;
    case 'arguments':
      return { text, at: place, options: { ...options, buildArgs: BUILD_ARGUMENTS[what % BUILD_ARGUMENTS.length] } };
    case 'files':
      return { text, at: place, options: { ...options, context: what % 5 === 4 ? undefined : createContext(FILES[what % FILES.length] ?? {}) } };
    default:
      return { text, at: place, options };
  }
}

describe('a reading that goes on from an earlier one', () => {
  it('is that from scratch, whatever was typed, pasted, taken back and given up between', () => {
    fc.assert(
      fc.property(texts, fc.array(edits, { minLength: 1, maxLength: 12 }), (text, list) => {
        const memory = new Memory();
        const moments = [opened(text)];
        const open: Generator[] = [];
        analyseDockerfile(text, FILE, { ...moments[0]?.options, rules: [], memory });
        for (const edit of list) {
          const next = change(moments.at(-1) ?? opened(text), moments.at(-2), edit);
          moments.push(next);
          const options: AnalysisOptions = { ...next.options, rules: [] };
          if (edit.givenUp !== null) {
            const steps = analyseDockerfileInSteps(next.text, FILE, { ...options, memory });
            for (let i = 0; i < edit.givenUp; i++) steps.next();
            open.push(steps);
          }
          for (const steps of open) steps.next();

          const scratch = analyseDockerfile(next.text, FILE, options);
          for (const offset of [next.at, edit.what % (next.text.length + 1), next.text.length]) {
            const toComplete = runToEnd(readPartInSteps(next.text, FILE, { ...options, memory }, (dockerfile) => partToComplete(dockerfile, offset)));
            const toHover = runToEnd(readPartInSteps(next.text, FILE, { ...options, memory }, () => ({ until: offset, withBases: false })));
            expect(toComplete && complete(toComplete, offset)).toEqual(scratch.stack && complete(scratch.stack, offset));
            expect(toHover && describeAt(toHover, offset)).toEqual(scratch.stack && describeAt(scratch.stack, offset));
            const from = Math.floor(offset / 2);
            const isShown = (hint: InlayHint): boolean => from <= hint.offset && hint.offset <= offset;
            expect(toHover && listInlayHints(toHover, from).filter(isShown)).toEqual(scratch.stack && listInlayHints(scratch.stack).filter(isShown));
          }
          const again = analyseDockerfile(next.text, FILE, { ...options, memory });
          expect(describeStack(again.stack)).toBe(describeStack(scratch.stack));
          expect(again.problems).toEqual(scratch.problems);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives the findings of one from scratch, with their places and fixes', () => {
    fc.assert(
      fc.property(texts, fc.array(edits, { minLength: 1, maxLength: 4 }), (text, list) => {
        const memory = new Memory();
        const moments = [opened(text)];
        for (const edit of list) {
          const next = change(moments.at(-1) ?? opened(text), moments.at(-2), edit);
          moments.push(next);
          expect(analyseDockerfile(next.text, FILE, { ...next.options, memory }).findings).toEqual(analyseDockerfile(next.text, FILE, next.options).findings);
        }
      }),
      { numRuns: 40 },
    );
  });

  const CONTEXT = createContext(FILES[1] ?? {});
  const SCRIPT = 'FROM a\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\nUSER a\n';
  const WISH = 'FROM base AS two\nRUN pip install torch==2.4.0 --index-url https://download.pytorch.org/whl/cu124\n';
  it.each([
    ['a line that goes on where the text ended', 'FROM a\nRUN apt-get update \\\n', 'FROM a\nRUN apt-get update \\\n && apt-get install -y libnvinfer8\n'],
    ['a here-document that was open', 'FROM a\nRUN <<EOF\napt-get install -y curl\n', 'FROM a\nRUN <<EOF\napt-get install -y curl\nEOF\nUSER a\n'],
    ['a word that goes on', 'FROM a\nUSER ab', 'FROM a\nUSER abc'],
    ['another escape character, above and below', '# escape=`\nFROM a\nUSER a\nUSER b\n', '# escape=`\nFROM a\nUSER a\nRUN apt-get update `\n && true\n'],
    ['a stage that is shipped no longer', 'FROM a AS b\nUSER x\n', 'FROM a AS b\nUSER x\nFROM c\n'],
    ['a stage that is shipped now', 'FROM a AS b\nUSER x\nFROM c\n', 'FROM a AS b\nUSER x\nFROM b\n'],
    ['a build context that is there now', SCRIPT, SCRIPT, undefined, CONTEXT],
    ['a build context that is gone', SCRIPT, SCRIPT, CONTEXT, undefined],
    ['what a stage built upon another asks of its image', `FROM nvidia/cuda: AS base\n${WISH}`, `FROM nvidia/cuda:1 AS base\n${WISH}`],
    ['what it asks of a part of the tag', `ARG CUDA=\nFROM nvidia/cuda:\${CUDA}-devel-ubuntu22.04 AS base\n${WISH}`, `ARG CUDA=1\nFROM nvidia/cuda:\${CUDA}-devel-ubuntu22.04 AS base\n${WISH}`],
    ['what it asks where a variable names the stage', `ARG B=base\nFROM nvidia/cuda: AS base\n${WISH.replace('base', '$B')}`, `ARG B=base\nFROM nvidia/cuda:1 AS base\n${WISH.replace('base', '$B')}`],
  ])('sees %s', (_name, before, after, earlier?: ContextReader, context?: ContextReader) => {
    const memory = new Memory();
    analyseDockerfile(before, FILE, { context: earlier, rules: [], memory });
    const scratch = analyseDockerfile(after, FILE, { context, rules: [] });
    for (let offset = 0; offset <= after.length; offset++) {
      // Each with a memory of its own, in which the part is all that is known of this text.
      const own = new Memory();
      analyseDockerfile(before, FILE, { context: earlier, rules: [], memory: own });
      const part = runToEnd(readPartInSteps(after, FILE, { context, memory: own }, (dockerfile) => partToComplete(dockerfile, offset)));
      expect(part && complete(part, offset)).toEqual(scratch.stack && complete(scratch.stack, offset));
    }
    expect(describeStack(analyseDockerfile(after, FILE, { context, rules: [], memory }).stack)).toBe(describeStack(scratch.stack));
  });

  it('keeps no old text for ever: who edits a file from top to bottom has it read from scratch now and then', () => {
    const memory = new ReadingMemory();
    const lines = Array.from({ length: 60 }, (_, i) => `LABEL line="a word of line ${i}"`);
    const first = new Set<unknown>();
    for (let i = 1; i < lines.length; i++) {
      lines[i] += ' more=1';
      const read = readDockerfile(`FROM a\n${lines.join('\n')}\n`, FILE, memory);
      if ('stages' in read) first.add(read.stages[0]?.from);
    }
    expect(first.size).toBeGreaterThan(1);
    expect(first.size).toBeLessThan(6);
  });

  it('reads nothing before the change again', () => {
    const memory = new Memory();
    const text = createDockerfile(300);
    const count = (changed: string): number => {
      let steps = 0;
      for (const read = analyseDockerfileInSteps(changed, FILE, { rules: [], memory }); read.next().done !== true; ) steps++;
      return steps;
    };
    const all = count(text);
    expect(all).toBeGreaterThan(40);
    // An instruction that ends where the text does may have been meant to go on.
    expect(count(`${text}RUN true\n`)).toBe(2);
    expect(count(`${text}RUN true\n`)).toBe(0);
    expect(count(`${text}RUN true && true\n`)).toBe(1);
    expect(count(`${text}RUN true && true\nENV A=1\n`)).toBe(2);
    expect(count(`ARG NEW\n${text}RUN true\n`)).toBe(all + 1);
  });
});
