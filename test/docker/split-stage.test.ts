// Stages that were split, built by a real engine: what the container prints must be what it printed before. The images
// have the names of nvidia/cuda, the compilers of Debian, and stand-ins for the programs that download.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatText } from '../../src/core/l10n/message';
import { splitStage } from '../../src/core/refactor/split-stage/split';
import { debootstrapImage, docker } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';

const engine = useEngine();
const IMAGES = { devel: 'nvidia/cuda:12.4.1-devel-ubuntu22.04', runtime: 'nvidia/cuda:12.4.1-runtime-ubuntu22.04' };
const made: string[] = Object.values(IMAGES);
let folder: string;

function build(dockerfile: string, name: string, context: string): void {
  writeFileSync(path.join(folder, 'Dockerfile'), dockerfile);
  const { status, stdout, stderr } = spawnSync('/usr/bin/docker', ['build', '--network', 'none', '--file', path.join(folder, 'Dockerfile'), '--tag', name, path.join(folder, context)], { env: { ...engine.env, DOCKER_BUILDKIT: '1' }, encoding: 'utf8' });
  expect(status, `${dockerfile}\n${stdout}\n${stderr}`).toBe(0);
  made.push(name);
}

function write(files: Readonly<Record<string, string>>, context: string): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, context, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  }
}

/** Builds a Dockerfile as it is and split, runs both, and gives what each prints; the first must have worked. */
function compare(name: string, dockerfile: string, files: Readonly<Record<string, string>>): { readonly before: string; readonly after: string; readonly split: string } {
  write(files, name);
  const result = splitStage(dockerfile, 'Dockerfile', dockerfile.length);
  if ('refusal' in result) throw new Error(formatText(result.refusal));
  build(dockerfile, `split-stage:${name}`, name);
  build(result.text, `split-stage:${name}-split`, name);
  const run = (image: string): string => docker(engine, 'run', '--rm', '--network', 'none', image);
  return { before: run(`split-stage:${name}`), after: run(`split-stage:${name}-split`), split: result.text };
}

beforeAll(() => {
  debootstrapImage(engine, { packages: ['gcc', 'libc6-dev', 'make', 'python3-venv'], name: 'split-stage:devel' });
  debootstrapImage(engine, { packages: ['python3'], name: 'split-stage:runtime' });
  folder = mkdtempSync('/var/tmp/trtc-split-stage-');
  made.push('split-stage:devel', 'split-stage:runtime');
  write({ 'apt-get': '#!/bin/sh\necho "apt-get $*" >>/called\n' }, 'stubs');
  write({ 'apt-get': '#!/bin/sh\necho "apt-get $*" >>/called\n', nvcc: '#!/bin/sh\nexec gcc -x c "$@"\n' }, 'stubs-devel');
  build('FROM split-stage:devel\nCOPY . /usr/local/sbin/\nRUN mkdir -p /usr/local/cuda-12.4/lib64 && echo devel >/usr/local/cuda-12.4/lib64/flavor && ln -s cuda-12.4 /usr/local/cuda\n', IMAGES.devel, 'stubs-devel');
  build('FROM split-stage:runtime\nCOPY . /usr/local/sbin/\nRUN mkdir -p /usr/local/cuda-12.4/lib64 && echo runtime >/usr/local/cuda-12.4/lib64/flavor && ln -s cuda-12.4 /usr/local/cuda\n', IMAGES.runtime, 'stubs');
}, 900_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  docker(engine, 'rmi', '-f', ...new Set(made));
});

const PROGRAM = '#include <stdio.h>\n#include <stdlib.h>\nint answer(void);\nint main(int argc, char **argv) { printf("%d %s %s\\n", answer(), getenv("MODE"), argc > 1 ? argv[1] : "-"); return 0; }\n';
const LIBRARY = 'int answer(void) { return 42; }\n';
const MAKEFILE = `PREFIX ?= /usr/local
all:
	gcc -shared -fPIC -o libanswer.so answer.c
	nvcc -o app main.c -L. -lanswer
install:
	mkdir -p $(PREFIX)/bin $(PREFIX)/lib
	cp app $(PREFIX)/bin/
	cp libanswer.so $(PREFIX)/lib/
`;
const SOURCES = { 'main.c': PROGRAM, 'answer.c': LIBRARY, Makefile: MAKEFILE };

test('a program with a library of its own below a prefix', () => {
  const { before, after, split } = compare('prefix', `FROM ${IMAGES.devel}
RUN apt-get update && apt-get install -y build-essential libgl1 && rm -rf /var/lib/apt/lists/*
ENV MODE=fast LD_LIBRARY_PATH=/opt/app/lib
WORKDIR /src
COPY . .
RUN make && make install PREFIX=/opt/app
EXPOSE 80
ENTRYPOINT ["/opt/app/bin/app"]
CMD ["first"]
`, SOURCES);
  expect(before).toBe('42 fast first');
  expect(after).toBe(before);
  expect(split).toContain('RUN apt-get update && apt-get install -y libgomp1 libgl1 && rm');
  const inside = (command: string): string => docker(engine, 'run', '--rm', '--network', 'none', '--entrypoint', 'sh', 'split-stage:prefix-split', '-c', command);
  expect(inside('cat /usr/local/cuda/lib64/flavor; command -v gcc nvcc; ls /src | wc -l; cat /called')).toBe('runtime\n0\napt-get update\napt-get install -y libgomp1 libgl1');
  expect(docker(engine, 'image', 'inspect', '--format', '{{json .Config.ExposedPorts}} {{json .Config.WorkingDir}}', 'split-stage:prefix-split')).toBe('{"80/tcp":{}} "/src"');
});

test('a library in /usr/local that only the loader’s cache finds', () => {
  const { before, after, split } = compare('local', `FROM ${IMAGES.devel} AS app
WORKDIR /src
COPY . .
RUN make && make install && ldconfig
WORKDIR /
ENV MODE=slow
CMD ["app", "second"]
`, SOURCES);
  expect(before).toBe('42 slow second');
  expect(after).toBe(before);
  expect(split).toContain('RUN ldconfig');
});

test('what is compiled and run where its sources are', () => {
  const { before, after } = compare('place', `FROM ${IMAGES.devel}
WORKDIR /work
COPY . .
RUN make
ENV MODE=here LD_LIBRARY_PATH=/work
CMD ./app $(basename "$PWD")
`, SOURCES);
  expect(before).toBe('42 here work');
  expect(after).toBe(before);
});

const PACK = `import zipfile
with zipfile.ZipFile("said-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("said.py", "def say(): print('said', __file__.rsplit('/site-packages/')[0].split('/lib/')[0])\\n")
    wheel.writestr("said-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: said\\nVersion: 1.0\\n")
    wheel.writestr("said-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("said-1.0.dist-info/entry_points.txt", "[console_scripts]\\nsay = said:say\\n")
    wheel.writestr("said-1.0.dist-info/RECORD", "")
`;

test('an environment of Python, run by a user without rights', () => {
  const { before, after } = compare('venv', `FROM ${IMAGES.devel}
RUN apt-get update && apt-get install -y python3-venv python3-dev
RUN useradd --create-home app && install -d -o app /home/app/state
WORKDIR /wheels
COPY pack.py .
RUN python3 pack.py
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-index --disable-pip-version-check said-1.0-py3-none-any.whl
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /home/app/state
COPY run.sh /usr/local/bin/run.sh
USER app
CMD ["run.sh"]
`, { 'pack.py': PACK, 'run.sh': '#!/bin/sh\nset -e\nsay >said.txt\necho "$(id -un) $(cat said.txt) $(python3 -c \'import sys; print(sys.prefix)\')"\n' });
  expect(before).toBe('app said /opt/venv /opt/venv');
  expect(after).toBe(before);
});

test('files that belong to a user keep their owner', () => {
  const { before, after } = compare('owner', `FROM ${IMAGES.devel}
RUN useradd --uid 1234 --create-home worker
USER worker
WORKDIR /home/worker/app
COPY --chown=worker . .
RUN make
ENV MODE=mine LD_LIBRARY_PATH=/home/worker/app
CMD touch made && ./app "$(stat -c %U app made | xargs)"
`, SOURCES);
  expect(before).toBe('42 mine worker worker');
  expect(after).toBe(before);
});
