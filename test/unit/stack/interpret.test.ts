import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../src/core/dockerfile/read';
import type { ContextReader } from '../../../src/core/shell/installers/model';
import { interpret } from '../../../src/core/stack/interpret';
import type { StackReport, StackState } from '../../../src/core/stack/model';
import { findComponent, findComponents, stageCuda } from '../../../src/core/stack/query';

function report(text: string, options: Parameters<typeof interpret>[1] = {}): StackReport {
  const dockerfile = readDockerfile(text, 'Dockerfile');
  if ('problem' in dockerfile) throw new Error(dockerfile.problem);
  return interpret(dockerfile, options);
}

/** `kind version via` of every component but those of the base image. */
function installed(state: StackState): readonly string[] {
  return state.components
    .filter(({ via }) => via !== 'base-image')
    .map(({ kind, version, via, name }) => `${kind} ${name} ${'version' in version ? version.version : 'specifier' in version ? version.specifier : version.type} ${via}`);
}

function last(stack: StackReport): StackState {
  return stack.stages[stack.stages.length - 1]?.final ?? expect.fail('no stage');
}

function contextOf(files: Readonly<Record<string, string>>): ContextReader {
  return { readText: (path) => files[path], exists: (path) => path in files, fileName: (path) => path };
}

describe('components', () => {
  it.each([
    ['apt pins, wildcards and plain names', 'apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libcudnn8=8.9.* libnccl2', ['tensorrt libnvinfer8 8.6.1.6 apt', 'cudnn libcudnn8 8.9 apt', 'nccl libnccl2 newest apt']],
    ['names that state a version', 'apt-get install -y cuda-nvcc-12-4 libcudnn9-cuda-12', ['nvcc cuda-nvcc-12-4 12.4 apt', 'cudnn libcudnn9-cuda-12 9 apt']],
    ['the later install of a package replaces the earlier', 'apt-get install -y libnvinfer8=8.2.1-1+cuda11.4 && apt-get install -y libnvinfer8=8.4.3-1+cuda11.6', ['tensorrt libnvinfer8 8.4.3 apt']],
    ['removed again', 'apt-get install -y libnvinfer8 libnccl2 && apt-get purge -y "libnvinfer*"', ['nccl libnccl2 newest apt']],
    ['a dry run installs nothing', 'apt-get install -s libnvinfer8', []],
    ['pip', 'pip install torch==2.1.0+cu118 "tensorrt-cu12>=10,<11"', ['torch torch 2.1.0 pip', 'tensorrt-python tensorrt-cu12 >=10,<11 pip']],
    ['pip leaves alone what a requirement allows', 'pip install torch==2.1.0+cu118 && pip install torch "torch>=2" torch==2.1.0', ['torch torch 2.1.0 pip']],
    ['pip replaces what a requirement does not allow', 'pip install torch==2.1.0 && pip install "torch>=2.2"', ['torch torch >=2.2 pip']],
    ['pip replaces with --upgrade', 'pip install torch==2.1.0 && pip install -U torch', ['torch torch newest pip']],
    ['conda', 'conda install -y cudatoolkit=11.3 pytorch=1.12.1', ['cudart cudatoolkit 11.3 conda', 'torch pytorch 1.12.1 conda']],
    ['an archive downloaded under another name', 'curl -o /tmp/trt.tgz https://x.example/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz && tar xf /tmp/trt.tgz -C /opt', ['tensorrt tensorrt-tar 8.6.1.6 archive', 'tensorrt-headers tensorrt-tar 8.6.1.6 archive', 'trtexec tensorrt-tar 8.6.1.6 archive']],
    ['an archive through a pipe', 'wget -qO- https://x.example/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz | tar xz -C /opt', ['tensorrt tensorrt-tar 8.6.1.6 archive', 'tensorrt-headers tensorrt-tar 8.6.1.6 archive', 'trtexec tensorrt-tar 8.6.1.6 archive']],
  ])('%s', (_, run, expected) => {
    expect(installed(last(report(`FROM ubuntu:20.04\nRUN ${run}\n`)))).toEqual(expected);
  });

  it('are assumed when the command is conditional', () => {
    const state = last(report('FROM ubuntu:20.04\nRUN if [ -e /etc/gpu ]; then apt-get install -y libnvinfer8; fi\n'));
    expect(findComponent(state, 'tensorrt')?.certainty).toBe('assumed');
  });

  it('keep their CUDA: of the suffix, the local version, the package name and the index', () => {
    const state = last(report('FROM ubuntu:20.04\nRUN apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libcudnn9-cuda-12 && pip install torch==2.1.0 --index-url https://download.pytorch.org/whl/cu118\n'));
    expect(['tensorrt', 'cudnn', 'torch'].map((kind) => findComponent(state, kind as 'torch')?.cuda)).toEqual(['11.8', '12', '11.8']);
  });

  it('of the base image give way to the package of the same major', () => {
    const state = last(report('FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get install -y libcudnn8=8.9.5.29-1+cuda12.2\n'));
    expect(findComponents(state, 'cudnn').map(({ via }) => via)).toEqual(['apt']);
  });

  it('take the Python of the distribution, unless the image brings its own', () => {
    const python = (from: string): unknown => findComponent(last(report(`FROM ${from}\nRUN apt-get install -y python3-pip\n`)), 'python')?.version;
    expect(python('ubuntu:22.04')).toEqual({ type: 'prefix', version: '3.10' });
    expect(python('python:3.12-slim')).toEqual({ type: 'prefix', version: '3.12' });
  });
});

describe('stages', () => {
  const text = `ARG CUDA=12.4.1
FROM nvidia/cuda:\${CUDA}-devel-ubuntu22.04 AS Build
ENV A=1
RUN apt-get update && apt-get install -y libnvinfer10=10.8.0.43-1+cuda12.8
FROM build AS next
RUN true
FROM ubuntu:22.04
COPY --from=build /usr/lib/x86_64-linux-gnu/libnvinfer* /usr/lib/
COPY --from=build /usr/local/cuda /usr/local/cuda
`;
  const stack = report(text);

  it('build upon earlier stages by name, without case', () => {
    expect(stack.stages[1]?.base.stage).toBe(stack.stages[0]);
    expect(stack.stages[1]?.rootImage?.canonical).toBe('nvidia/cuda');
    expect(stack.stages[1]?.final.env.get('A')?.value).toBe('1');
    expect(stack.stages[1]?.final.apt.updated).toBe(true);
  });

  it('ship only what the last one is built upon', () => {
    expect(stack.stages.map(({ shipped }) => shipped)).toEqual([false, false, true]);
  });

  it('receive copied libraries with their versions', () => {
    const state = last(stack);
    expect(installed(state)).toContain('tensorrt libnvinfer10 10.8.0.43 copy');
    expect(stageCuda(state)?.version).toBe('12.4.1');
  });

  it('take --build-arg over the default', () => {
    const other = report(text, { buildArgs: new Map([['CUDA', '11.8.0']]) });
    expect(stageCuda(last(other))?.version).toBe('11.8.0');
  });

  it('of an unknown image are opaque, and what an unset ARG hides stays unknown', () => {
    const state = last(report('FROM myorg/base:1\n'));
    expect([state.opaque, state.envComplete, state.components]).toEqual([true, false, []]);
    expect(report('ARG X\nFROM nvidia/cuda:${X}-devel-ubuntu22.04\n').stages[0]?.base.reference.known).toBe(false);
  });

  it('keep the state before and after every action of a RUN', () => {
    const steps = stack.stages[0]?.steps[1]?.actions ?? [];
    expect(steps.map(({ action, before, after }) => [action.kind, before.apt.updated, after.apt.updated])).toEqual([
      ['package-index-update', false, true],
      ['package-install', true, true],
    ]);
  });
});

describe('RUN', () => {
  it.each([
    ['exec form', 'RUN ["apt-get", "install", "-y", "libnvinfer8"]'],
    ['exec form of a shell', 'RUN ["/bin/bash", "-c", "apt-get install -y libnvinfer8"]'],
    ['here-document', 'RUN <<EOF\nset -e\napt-get install -y libnvinfer8\nEOF'],
    ['here-document to a shell', 'RUN bash <<EOF\napt-get install -y libnvinfer8\nEOF'],
    ['nested shell', `RUN bash -c 'apt-get install -y libnvinfer8'`],
  ])('is read in %s, with the place of the package', (_, run) => {
    const text = `FROM ubuntu:20.04\n${run}\n`;
    const found = findComponent(last(report(text)), 'tensorrt');
    expect(found === undefined ? undefined : text.slice(found.where.range.start, found.where.range.end)).toMatch(/^"?libnvinfer8"?$/);
  });

  it('is not followed in a here-document for another program', () => {
    expect(installed(last(report('FROM ubuntu:20.04\nRUN python3 <<EOF\nprint("apt-get install -y libnvinfer8")\nEOF\n')))).toEqual([]);
  });

  it('takes the text of a here-document that a command writes to a file', () => {
    const state = last(report('FROM ubuntu:22.04\nRUN cat <<EOF > /etc/apt/sources.list.d/cuda.list\ndeb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64 /\nEOF\n'));
    expect(state.apt.repositories).toMatchObject([{ repository: 'cuda', distro: 'ubuntu2204', arch: 'x86_64' }]);
  });

  it('sees ENV and ARG of the stage, and CUDA_VERSION of the image', () => {
    const state = last(report('FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nARG MAJOR=10\nRUN apt-get install -y libnvinfer${MAJOR}=10.8.0.43-1+cuda${CUDA_VERSION%.*}\n'));
    expect(findComponent(state, 'tensorrt')).toMatchObject({ name: 'libnvinfer10', cuda: '12.4', version: { version: '10.8.0.43' } });
  });

  it('makes the stage opaque when it runs a script that nobody can read', () => {
    expect(last(report('FROM ubuntu:20.04\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\n')).opaque).toBe(true);
    expect(last(report('FROM ubuntu:20.04\nRUN curl -fsSL https://x.example/install.sh | sh\n')).opaque).toBe(true);
  });
});

describe('the build context', () => {
  it.each([
    ['COPY docker/install.sh /tmp/', 'RUN bash /tmp/install.sh'],
    ['COPY docker /scripts', 'RUN /scripts/install.sh'],
    ['COPY . /src\nWORKDIR /src/docker', 'RUN ./install.sh'],
    ['COPY docker/*.sh /opt/', 'RUN sh /opt/install.sh'],
    ['WORKDIR /w', 'RUN --mount=type=bind,source=docker/install.sh,target=i.sh bash i.sh'],
  ])('gives the script of %s', (copy, run) => {
    const context = contextOf({ 'docker/install.sh': '#!/bin/bash\napt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8\n' });
    const stack = report(`FROM ubuntu:20.04\n${copy}\n${run}\n`, { context });
    const found = findComponent(last(stack), 'tensorrt');
    expect(found?.where.file).toBe('docker/install.sh');
    expect(stack.files.get('docker/install.sh')?.slice(found?.where.range.start, found?.where.range.end)).toBe('libnvinfer8=8.6.1.6-1+cuda11.8');
    expect(last(stack).opaque).toBe(false);
  });

  it('gives requirements files', () => {
    const context = contextOf({ 'requirements.txt': 'numpy\ntorch==2.1.0+cu118\n' });
    const stack = report('FROM ubuntu:20.04\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n', { context });
    expect(findComponent(last(stack), 'torch')).toMatchObject({ cuda: '11.8', where: { file: 'requirements.txt' } });
  });
});

describe('apt', () => {
  const state = (text: string): StackState['apt'] => last(report(text)).apt;

  it('needs a new update after a repository was added', () => {
    expect(state('FROM ubuntu:22.04\nRUN apt-get update && dpkg -i cuda-keyring_1.1-1_all.deb\n').updated).toBe(false);
    expect(state('FROM ubuntu:22.04\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n').updated).toBe(false);
  });

  it('knows the packages that add a network repository', () => {
    const text = 'FROM ubuntu:18.04\nADD https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64/nvidia-machine-learning-repo-ubuntu1804_1.0.0-1_amd64.deb /tmp/ml.deb\nRUN apt-get update && apt-get install -y /tmp/ml.deb\n';
    expect(state(text)).toMatchObject({ updated: false, repositories: [{ repository: 'machine-learning', distro: 'ubuntu1804' }] });
  });

  it('is freed of the old key by removing the lists', () => {
    const from = 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\n';
    expect(state(from).key).toBe('old');
    expect(state(`${from}RUN rm -f /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list\n`).key).toBe('new');
    expect(state(`${from}RUN rm -f /etc/apt/sources.list.d/cuda.list\n`).key).toBe(state(from).repositories.length > 1 ? 'old' : 'new');
  });

  it('takes only NVIDIA’s current key for a remedy', () => {
    const key = (run: string): string => state(`FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN ${run}\n`).key;
    expect(key('apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/3bf863cc.pub')).toBe('new');
    expect(key('apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/7fa2af80.pub')).toBe('old');
    expect(key('curl -fsSL https://apt.kitware.com/keys/kitware-archive-latest.asc | apt-key add -')).toBe('old');
  });

  it('knows the CUDA repository once after its keyring package', () => {
    const run = 'wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb';
    expect(state(`FROM ubuntu:22.04\nRUN ${run}\n`).repositories).toMatchObject([{ repository: 'cuda', distro: 'ubuntu2204' }]);
  });

  it('holds and unholds', () => {
    expect([...state('FROM ubuntu:22.04\nRUN apt-mark hold libnvinfer8 libnccl2 && apt-mark unhold libnccl2\n').held]).toEqual(['libnvinfer8']);
  });
});
