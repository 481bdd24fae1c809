import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { diagnoseBuild } from '../../../src/core/build-log/diagnose';
import { analyseDockerfile } from '../../../src/core/engine/analyse';

/** What is told of a Dockerfile whose last RUN printed this and failed: code and marked text of each failure. */
function diagnose(dockerfile: string, printed: readonly string[], status = 1): readonly string[] {
  const { stack, findings } = analyseDockerfile(dockerfile, 'Dockerfile');
  if (stack === undefined) throw new Error('no Dockerfile');
  const run = stack.stages.at(-1)?.stage.instructions.findLastIndex(({ kind }) => kind === 'run') ?? 0;
  const counted = stack.stages.at(-1)?.stage.instructions.slice(0, run + 1).filter(({ kind }) => kind === 'run' || kind === 'copy').length ?? 0;
  const log = new BuildLog({ createDecoder: () => (base64) => base64 });
  const name = `#5 [${counted + 1}/${counted + 1}] RUN`;
  log.feed([name, ...printed.map((line) => `#5 0.1 ${line}`), `#5 ERROR: process "/bin/sh -c x" did not complete successfully: exit code: ${status}`, ''].join('\n'));
  log.end(true);
  return diagnoseBuild(log, stack, findings).map(({ code, location: { range } }) => `${code}: ${dockerfile.slice(range.start, range.end)}`);
}

describe('what tools print', () => {
  it('may come in any order where it is on two streams', () => {
    const dockerfile = 'FROM debian\nRUN apt-get install -y a b\n';
    const list = ['The following packages have unmet dependencies:', ' b : Depends: c (= 1) but it is not installable'];
    const error = 'E: Unable to correct problems, you have held broken packages.';
    for (const printed of [[...list, error], [error, ...list], [list[0] ?? '', error, list[1] ?? '']]) expect(diagnose(dockerfile, printed, 100)).toEqual(['apt-unmet-dependencies: b']);
  });

  it.each([
    ['a wheel for another Python', 'RUN pip install torch-2.1.0-cp39-cp39-linux_x86_64.whl', ['ERROR: torch-2.1.0-cp39-cp39-linux_x86_64.whl is not a supported wheel on this platform.'], 'pip-wheel-unsupported: torch-2.1.0-cp39-cp39-linux_x86_64.whl'],
    ['a version that the index lacks', 'ARG T=1.13.0.dev20220921\nRUN pip install numpy \\\n  torch==${T}+cu116', ['ERROR: Could not find a version that satisfies the requirement torch==1.13.0.dev20220921+cu116 (from versions: 1.13.1, 2.0.0)', 'ERROR: No matching distribution found for torch==1.13.0.dev20220921+cu116'], 'pip-no-matching-version: torch==${T}+cu116'],
    ['a requirement of a requirement', 'RUN pip install nvidia-tensorflow[horovod]', ['ERROR: No matching distribution found for tensorrt~=8.5'], 'pip-no-matching-version: pip install'],
    ['requirements that rule each other out', 'RUN pip install torch==2.1.0 torchvision==0.15.0', ['ERROR: Cannot install torch==2.1.0 and torchvision==0.15.0 because these package versions have conflicting dependencies.'], 'pip-conflict: torch==2.1.0'],
    ['a requirements file that is not there', 'RUN pip install -r /app/requirements.txt', ["ERROR: Could not open requirements file: [Errno 2] No such file or directory: '/app/requirements.txt'"], 'pip-file-missing: /app/requirements.txt'],
    ['another Python', 'RUN pip install "tensorrt==10.0.1"', ["ERROR: Package 'tensorrt' requires a different Python: 3.6.9 not in '>=3.8'"], 'pip-no-python-match: tensorrt==10.0.1'],
    ['a package without wheel whose setup wants torch', 'RUN pip install flash-attn ninja', ['Collecting flash-attn', '  Getting requirements to build wheel: finished with status \'error\'', '  error: subprocess-exited-with-error', "      ModuleNotFoundError: No module named 'torch'"], 'pip-build-failed: flash-attn'],
    ['uv', 'RUN uv pip install torch==9.9', ['  × No solution found when resolving dependencies:', '  ╰─▶ Because there is no version of torch==9.9 and you require torch==9.9, we can conclude that your requirements are unsatisfiable.'], 'uv-no-solution: torch==9.9'],
    ['conda with mamba', 'RUN mamba install -y -c conda-forge cudatoolkit=99', ['Could not solve for environment specs', '- nothing provides requested cudatoolkit 99**'], 'conda-package-missing: cudatoolkit=99'],
    ['a compiler that nvcc does not take', 'RUN make -C /src', ['/usr/local/cuda/include/crt/host_config.h:139:2: error: #error -- unsupported GNU version! gcc versions later than 11 are not supported!'], 'nvcc-compiler: make'],
    ['an architecture in an option', 'RUN cmake -DCMAKE_CUDA_ARCHITECTURES=89 /src && make', ["nvcc fatal   : Unsupported gpu architecture 'compute_89'"], 'nvcc-architecture: 89'],
    ['a library for the linker', 'RUN g++ x.cpp -lnvinfer -o x', ['/usr/bin/ld: cannot find -lnvinfer: No such file or directory'], 'library-missing: -lnvinfer'],
    ['curl', 'RUN curl -fsSL https://example.com/a | tar x', ['curl: (22) The requested URL returned error: 404', 'tar: This does not look like a tar archive'], 'download-refused: curl'],
    ['a host without address', 'RUN wget https://nowhere.example/a.tar && pip install x', ["wget: unable to resolve host address ‘nowhere.example’"], 'network-unresolved: https://nowhere.example/a.tar'],
    ['a branch', 'RUN git clone -b v99 https://github.com/NVIDIA/TensorRT', ['fatal: Remote branch v99 not found in upstream origin'], 'git-branch-missing: v99'],
    ['an archive', 'RUN tar xf /tmp/TensorRT.tar.gz -C /opt', ['tar: /tmp/TensorRT.tar.gz: Cannot open: No such file or directory'], 'archive-missing: /tmp/TensorRT.tar.gz'],
    ['a program for another machine', 'RUN ./tool', ['/bin/sh: 1: ./tool: cannot execute binary file: Exec format error'], 'platform-mismatch: RUN ./tool'],
    ['a repository that is not there', 'RUN apt-get update', ["E: The repository 'http://ppa.launchpad.net/x/ubuntu noble Release' does not have a Release file."], 'apt-repository-missing: update'],
    ['a key of a repository that the RUN adds', 'RUN echo "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64 /" > /etc/apt/sources.list.d/cuda.list && apt-get update', ["E: The repository 'https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64  InRelease' is not signed."], 'apt-repository-unsigned: https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64'],
    ['a program that may not be run', 'RUN /app/install.sh', ['/bin/sh: 1: /app/install.sh: Permission denied'], 'permission-denied: /app/install.sh'],
    ['Python', 'RUN python3 -c "import torch; torch.zeros(1).cuda()"', ['Traceback (most recent call last):', 'RuntimeError: Found no NVIDIA driver on your system.'], 'python-error: python3'],
  ])('tells of %s', (_, instruction, printed, expected) => {
    expect(diagnose(`FROM ubuntu:22.04\n${instruction}\n`, printed)[0]).toBe(expected);
  });

  it('that was got over is not told', () => {
    expect(diagnose('FROM debian\nRUN apt-get install -y curl; make\n', ['E: Unable to locate package curl', 'cc x.c', 'x.c:1:10: fatal error: NvInfer.h: No such file or directory'])).toEqual(['header-missing: make']);
  });

  it('comes with the fix of the finding on the same word', () => {
    const dockerfile = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.2-1+cuda11.4\n';
    const { stack, findings } = analyseDockerfile(dockerfile, 'Dockerfile');
    if (stack === undefined) throw new Error('no Dockerfile');
    const log = new BuildLog({ createDecoder: () => (base64) => base64 });
    log.feed("#5 [2/2] RUN apt-get\n#5 0.1 E: Version '8.5.2-1+cuda11.4' for 'libnvinfer8' was not found\n#5 ERROR: process did not complete successfully: exit code: 100\n");
    const [failure] = diagnoseBuild(log, stack, findings);
    expect(failure?.findings.map(({ rule }) => rule)).toContain('tensorrt-version-unavailable');
    expect(failure?.findings.some(({ fixes }) => fixes.length > 0)).toBe(true);
    expect(failure?.causes.map(({ id }) => id)).toContain('version-not-found');
  });
});
