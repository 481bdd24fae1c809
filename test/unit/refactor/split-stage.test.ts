import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { formatText } from '../../../src/core/l10n/message';
import { canSplit, splitStage } from '../../../src/core/refactor/split-stage/split';
import type { StageSplit } from '../../../src/core/refactor/split-stage/model';
import type { StackReport, StageStack } from '../../../src/core/stack/model';
import { knownVersion } from '../../../src/core/stack/query';
import { SPLIT_CASES } from './split-stage-cases';

const FILE = 'Dockerfile';

function stackOf(text: string): StackReport {
  const { stack } = analyse(text, FILE);
  if (stack === undefined) throw new Error(`Not a Dockerfile: ${text}`);
  return stack;
}

/** Splits the last stage, or the one that holds `at`. */
function split(text: string, at?: string): StageSplit {
  const result = splitStage(text, FILE, at === undefined ? text.length : text.indexOf(at));
  if ('refusal' in result) throw new Error(formatText(result.refusal));
  return result;
}

function refusalOf(text: string, at?: string): string {
  const result = splitStage(text, FILE, at === undefined ? text.length : text.indexOf(at));
  return 'refusal' in result ? formatText(result.refusal) : 'split';
}

function keywordsOf({ stage }: StageStack): string[] {
  return stage.instructions.map(({ keyword }) => keyword);
}

const FOR_CONTAINERS = ['CMD', 'ENTRYPOINT', 'LABEL', 'EXPOSE', 'HEALTHCHECK', 'VOLUME', 'STOPSIGNAL', 'ONBUILD', 'MAINTAINER'];
const LIBRARIES = ['cuda', 'cudart', 'cublas', 'cudnn', 'nccl', 'tensorrt'];

describe.each(SPLIT_CASES)('$name', ({ text, runtime, check }) => {
  const result = split(text);
  const [before, after] = [stackOf(text), stackOf(result.text)];
  const [old, build, fresh] = [before.stages.at(-1) as StageStack, after.stages.at(-2) as StageStack, after.stages.at(-1) as StageStack];

  it('gets this second stage', () => {
    expect(result.text.endsWith(runtime), result.text).toBe(true);
    expect(result.check.map((message) => formatText(message))).toEqual(check);
  });

  it('keeps the first stage but for what the container alone has', () => {
    expect(after.stages).toHaveLength(before.stages.length + 1);
    expect(build.stage.name).toBe(result.build);
    expect(keywordsOf(build).filter((keyword) => FOR_CONTAINERS.includes(keyword))).toEqual([]);
    const linesOf = ({ stage }: StageStack, whole: string): string[] => stage.instructions.map(({ range }) => whole.slice(range.start, range.end));
    const kept = linesOf(build, result.text);
    expect(linesOf(old, text).filter((line) => kept.includes(line))).toEqual(kept);
  });

  it('gives the container what it had', () => {
    expect(fresh.stage.name).toBe(old.stage.name);
    expect(keywordsOf(fresh).filter((keyword) => FOR_CONTAINERS.includes(keyword))).toEqual(keywordsOf(old).filter((keyword) => FOR_CONTAINERS.includes(keyword)));
    expect([fresh.final.workdir, fresh.final.user]).toEqual([old.final.workdir, old.final.user]);
    for (const [name, value] of old.final.env) if (old.initial.env.get(name)?.value !== value.value) expect([name, fresh.final.env.get(name)?.value]).toEqual([name, value.value]);
  });

  it('has the libraries, and no compiler', () => {
    const versionsOf = ({ final }: StageStack): string[] => LIBRARIES.flatMap((kind) => final.components.filter((item) => item.kind === kind).flatMap(({ version }) => knownVersion(version) ?? []).map((version) => `${kind} ${version}`));
    expect(versionsOf(fresh)).toEqual(expect.arrayContaining(versionsOf(old)));
    expect(fresh.final.components.filter(({ kind }) => kind === 'nvcc' || kind === 'cuda-headers')).toEqual([]);
    expect(build.final.components.some(({ kind }) => kind === 'nvcc')).toBe(true);
  });

  it('has no new finding, and is not split again', () => {
    const rulesOf = (whole: string): string[] => [...new Set(analyse(whole, FILE).findings.filter(({ severity }) => severity === 'error' || severity === 'warning').map(({ rule }) => rule))];
    expect(rulesOf(result.text).filter((rule) => !rulesOf(text).includes(rule))).toEqual([]);
    expect(refusalOf(result.text)).toMatch(/is no devel image/);
    expect(refusalOf(result.text, `AS ${result.build}`)).toMatch(/only copy from this one/);
  });
});

describe('is refused', () => {
  it.each<[string, string, RegExp]>([
    ['an image without a runtime flavor', 'FROM nvcr.io/nvidia/pytorch:24.05-py3\nRUN pip install x\nCMD python\n', /no runtime image that is known/],
    ['an image of which nothing is known', 'FROM example.com/own:1\nRUN make\nCMD ./app\n', /no runtime image that is known/],
    ['a runtime image', 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install x\nCMD python\n', /is no devel image/],
    ['an image that was deleted', 'FROM nvidia/cuda:11.4.2-devel-ubuntu20.04\nRUN make\nCMD ./app\n', /not there any more/],
    ['a tag that no list names', 'FROM nvidia/cuda:99.1.0-devel-ubuntu22.04\nRUN make\nCMD ./app\n', /is known to be there/],
    ['an image fixed by digest', `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04@sha256:${'a'.repeat(64)}\nRUN make\nCMD ./app\n`, /fixed by its digest/],
    ['a stage upon another', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS base\nFROM base\nRUN make\nCMD ./app\n', /built upon the stage base/],
    ['packages alone', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3\nCOPY app.py /app.py\nCMD python3 /app.py\n', /FROM nvidia\/cuda:12.4.1-runtime-ubuntu22.04 can take the place/],
    ['nvcc in the container', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nWORKDIR /x\nCOPY . .\nRUN make\nCMD ["nvcc", "--version"]\n', /starts nvcc/],
    ['make in the container', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nWORKDIR /x\nCOPY . .\nRUN make\nCMD make run\n', /starts make/],
    ['a build that nobody can read', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN /usr/bin/fetch-and-build\nCMD ["bash"]\n', /not known where the build leaves its results: `\/usr\/bin\/fetch-and-build`/],
    ['a package that compiles when it runs', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install sglang\nCMD ["python3", "-m", "sglang.launch_server"]\n', /compiles kernels when the program runs/],
    ['TensorRT unpacked among the system’s libraries', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cd /tmp && wget https://developer.nvidia.com/TensorRT-10.3.0.26.Linux.x86_64-gnu.cuda-12.5.tar.gz && tar xf TensorRT-10.3.0.26.Linux.x86_64-gnu.cuda-12.5.tar.gz && cp -a TensorRT-10.3.0.26/lib/*.so* /usr/lib/x86_64-linux-gnu\nCOPY . /app\nRUN make -C /app\nCMD /app/run\n', /would lack TensorRT/],
    ['no stage', '# nothing\n', /no stage here/],
  ])('%s', (_, text, reason) => {
    expect(refusalOf(text)).toMatch(reason);
    const { stack } = analyse(text, FILE);
    // What needs the whole to be read is found out only when it is asked for.
    if (stack !== undefined && /no runtime|no devel|not there|known to be|digest|built upon/.test(reason.source)) expect(canSplit(stack, stack.stages.at(-1) as StageStack)).toBe(false);
  });

  it('a stage that others only copy from, and one that another compiles upon', () => {
    const text = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS deps\nRUN pip install x\nFROM deps AS app\nRUN make\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS files\nRUN make\nFROM ubuntu:22.04\nCOPY --from=files /x /x\n';
    expect(refusalOf(text, 'AS deps')).toMatch(/stage app is built upon this one and compiles/);
    expect(refusalOf(text, 'AS files')).toMatch(/only copy from this one/);
  });
});

describe('other stages', () => {
  const text = `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS app
WORKDIR /src
COPY . .
RUN cmake -B build -DCMAKE_INSTALL_PREFIX=/opt/app . && cmake --build build --target install
CMD ["/opt/app/bin/app"]

FROM ubuntu:22.04 AS tools
COPY --from=app /opt/app/bin/tool /usr/bin/tool
COPY --from=0 /src/LICENSE /LICENSE

# for looking inside
FROM app AS debug
COPY --from=1 /usr/bin/tool /tool
RUN --mount=type=bind,from=1,target=/tools true
`;

  it('take from the second stage what it has, from the first what it lacks, and count one stage more', () => {
    const result = split(text, 'AS app');
    expect(result.text.slice(result.text.indexOf('FROM ubuntu'))).toBe(
      text
        .slice(text.indexOf('FROM ubuntu'))
        .replace('--from=0', '--from=build')
        .replace('--from=1', '--from=2')
        .replace('from=1,', 'from=2,'),
    );
    expect(stackOf(result.text).stages.at(-1)?.base.stage?.stage.name).toBe('app');
  });

  it('leave their name to the stage that is new', () => {
    const named = text.replace('AS tools', 'AS build').replace('AS debug', 'AS builder');
    expect(split(named, 'AS app').build).toBe('app-build');
  });
});

it('writes the line ends and the continuations of the file', () => {
  const text = '# escape=`\r\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\r\nRUN apt-get update && apt-get install -y libgl1 `\r\n  cmake && git clone https://example.com/x /x\r\nWORKDIR /x\r\nRUN make\r\nCMD ["./x"]\r\n';
  const { text: after } = split(text);
  expect(after.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
  expect(after).toContain('RUN apt-get update `\r\n && apt-get install -y libgl1\r\n');
});

it('keeps comments with their instructions', () => {
  const text = `# what this image is

FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
# in the open
EXPOSE 80
# libraries
RUN apt-get update && apt-get install -y libgl1
WORKDIR /app
# sources
COPY . .
RUN make

# where it listens,
# and on what
CMD ["./app"]
# the end
`;
  const { text: after } = split(text);
  expect(after).toBe(`# what this image is

FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build
# libraries
RUN apt-get update && apt-get install -y libgl1
WORKDIR /app
# sources
COPY . .
RUN make

FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
# in the open
EXPOSE 80
# libraries
RUN apt-get update && apt-get install -y libgl1
WORKDIR /app
COPY --from=build /app /app

# where it listens,
# and on what
CMD ["./app"]
# the end
`);
});

it('knows the image behind a mirror by its name, and says that it may not be there', () => {
  const { text, check } = split('FROM registry.example.com/nvidia/cuda:12.4.1-devel-ubuntu22.04\nWORKDIR /app\nCOPY . .\nRUN make\nCMD ["./app"]\n');
  expect(text).toContain('FROM registry.example.com/nvidia/cuda:12.4.1-runtime-ubuntu22.04\n');
  expect(check.map((message) => formatText(message))).toContain('Whether the mirror has registry.example.com/nvidia/cuda:12.4.1-runtime-ubuntu22.04 is not known.');
});

it('says what becomes of packages', () => {
  const { done } = split('FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y build-essential ninja-build cuda-cudart-dev-12-4 libnccl-dev libcudnn9-dev-cuda-12 libfoo-dev\nWORKDIR /a\nCOPY . .\nRUN ninja\nCMD ["./a"]\n');
  expect(done.map((message) => formatText(message))).toEqual([
    '/a is copied from the build stage.',
    'Packages that serve to compile stay in the build stage: ninja-build, cuda-cudart-dev-12-4, libnccl-dev.',
    'Other packages take their place: build-essential → libgomp1, libcudnn9-dev-cuda-12 → libcudnn9-cuda-12.',
    'Packages of headers are kept, for the libraries that they bring: libfoo-dev.',
  ]);
});

it('answers for every beginning of a file', () => {
  for (const { text } of SPLIT_CASES) {
    for (let end = 0; end <= text.length; end += 7) expect(() => splitStage(text.slice(0, end), FILE, end)).not.toThrow();
  }
});
