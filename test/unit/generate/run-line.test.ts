import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GpuRequest, RunPlan, Setting } from '../../../src/generate/model';
import { formatMessage } from '../../../src/core/l10n/message';
import { readRunLine } from '../../../src/generate/read-run-line';
import { listRunOptions, tidySettings } from '../../../src/generate/run-options';
import { writeRunLine } from '../../../src/generate/write-run';

function read(line: string): RunPlan {
  const { plan } = readRunLine(line);
  if (plan === undefined) throw new Error(`no run line: ${line}`);
  return plan;
}

function notesOf(line: string): readonly string[] {
  return readRunLine(line).notes.map(({ text, data }) => formatMessage(text, data));
}

describe('reading a run line', () => {
  test.each([
    ['docker run img', { image: 'img', settings: [] }],
    ['docker container run --rm img', { settings: [{ option: '--rm' }] }],
    ['podman run -it img', { settings: [{ option: '--interactive' }, { option: '--tty' }] }],
    ['docker --context gpu run img', { image: 'img' }],
    ['sudo docker run img', { image: 'img' }],
    ['docker run -itd img', { settings: [{ option: '--interactive' }, { option: '--tty' }, { option: '--detach' }] }],
    ['docker run -p80:80 -itp 81:81 img', { settings: [{ option: '--publish', value: '80:80' }, { option: '--interactive' }, { option: '--tty' }, { option: '--publish', value: '81:81' }] }],
    ['docker run --name=a --name b img', { settings: [{ option: '--name', value: 'b' }] }],
    ['docker run --init=false --privileged=true img', { settings: [{ option: '--privileged' }] }],
    ['docker run --net host img', { settings: [{ option: '--network', value: 'host' }] }],
    ['docker run -v "$(pwd)":/w -v ${HOME}/.cache:/c img', { settings: [{ option: '--volume', value: '${PWD}:/w' }, { option: '--volume', value: '${HOME}/.cache:/c' }] }],
    ['docker run -e DISPLAY=${DISPLAY:-:0} img', { settings: [{ option: '--env', value: 'DISPLAY=${DISPLAY:-:0}' }] }],
    ["docker run -e PRICE='$5' img", { settings: [{ option: '--env', value: 'PRICE=$$5' }] }],
    ['docker run -u $(id -u):`id -g` img', { settings: [{ option: '--user', value: '${UID}:${GID}' }] }],
    ['docker run img bash -c "echo hi"', { command: ['bash', '-c', 'echo hi'] }],
    ['docker run --rm \\\n  --name a \\\n  img', { settings: [{ option: '--rm' }, { option: '--name', value: 'a' }] }],
    ['$ docker run img', { image: 'img' }],
    ['IMG=nvidia/cuda:12.4.1-base-ubuntu22.04\ndocker run $IMG', { image: 'nvidia/cuda:12.4.1-base-ubuntu22.04' }],
    ['docker run -- img', { image: 'img' }],
    ['docker run --rm `\n  -v ${PWD}:/w `\n  img nvidia-smi', { image: 'img', settings: [{ option: '--rm' }, { option: '--volume', value: '${PWD}:/w' }], command: ['nvidia-smi'] }],
    ['docker run --rm ^\r\n  -v %cd%:/w ^\r\n  img', { image: 'img', settings: [{ option: '--rm' }, { option: '--volume', value: '${PWD}:/w' }] }],
    ['PS C:\\Users\\me> docker run -v "${PWD}:/w" -e A=$env:USERNAME img', { settings: [{ option: '--volume', value: '${PWD}:/w' }, { option: '--env', value: 'A=${USERNAME}' }] }],
    ['C:\\Users\\me> docker run -v "%USERPROFILE%\\data":/w img', { settings: [{ option: '--volume', value: '${USERPROFILE}\\data:/w' }] }],
    ['docker run -v C:\\data:/w img', { settings: [{ option: '--volume', value: 'C:\\data:/w' }] }],
    ['docker run --name $(date +%Y%m%d) img', { settings: [{ option: '--name', value: '$$(date +%Y%m%d)' }] }],
    ['user@host:~/src$ docker run \\\n> --rm img', { settings: [{ option: '--rm' }], image: 'img' }],
    ['# docker run --rm img', { image: 'img' }],
    ['```bash\n$ docker run --rm img\n```', { image: 'img', command: [] }],
    ['docker run \u2013\u2013rm \u2013it \u2014gpus all -e \u201CA=b c\u201D\u00A0img', { image: 'img', settings: [{ option: '--rm' }, { option: '--interactive' }, { option: '--tty' }, { option: '--env', value: 'A=b c' }], gpus: { which: 'all' } }],
    ['docker run --rm \\  \n -e A=1 img', { image: 'img', settings: [{ option: '--rm' }, { option: '--env', value: 'A=1' }] }],
    ['docker run -v ~/data:/d -v "~/x:/x" img', { settings: [{ option: '--volume', value: '${HOME}/data:/d' }, { option: '--volume', value: '~/x:/x' }] }],
    ['docker run -v ${XAUTHORITY:-$HOME/.Xauthority}:/x -e A=${B:?unset} img', { settings: [{ option: '--volume', value: '${XAUTHORITY:-$HOME/.Xauthority}:/x' }, { option: '--env', value: 'A=${B:?unset}' }] }],
    ['docker run -u $(id -u $USER):$(id -g "${USER}") -v $(realpath .):/w img', { settings: [{ option: '--user', value: '${UID}:${GID}' }, { option: '--volume', value: '${PWD}:/w' }] }],
    ['wsl docker run img', { image: 'img' }],
    ['winpty docker.exe run -it img', { image: 'img' }],
    ['/usr/bin/docker run img', { image: 'img' }],
    ['docker run --new-switch img', { image: 'img', settings: [{ option: '--new-switch' }] }],
    ['docker run --gpus all nvcr.io/nvidia/tensorrt:<xx.xx>-py3', { image: 'nvcr.io/nvidia/tensorrt:<xx.xx>-py3' }],
  ] as const)('%s', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test.each<[string, Partial<GpuRequest> | undefined]>([
    ['docker run --gpus all img', { which: 'all' }],
    ['docker run --gpus 2 img', { which: 2 }],
    ['docker run --gpus 0 img', { which: ['0'] }],
    [`docker run --gpus '"device=0,GPU-1a"' img`, { which: ['0', 'GPU-1a'] }],
    [`docker run --gpus 'all,"capabilities=compute,video"' img`, { which: 'all', capabilities: ['compute', 'video'] }],
    ['docker run --runtime=nvidia img', { which: 'all', through: 'gpus' }],
    ['docker run --runtime nvidia -e NVIDIA_VISIBLE_DEVICES=0,1 img', { which: ['0', '1'], through: 'gpus' }],
    ['docker run --runtime nvidia -e NVIDIA_VISIBLE_DEVICES=none img', undefined],
    ['nvidia-docker run img', { which: 'all', through: 'gpus' }],
    ['NV_GPU=0,1 nvidia-docker run img', { which: ['0', '1'], through: 'gpus' }],
    ['export NV_GPU=1\nsudo nvidia-docker run img', { which: ['1'], through: 'gpus' }],
    ['docker run --gpus driver=cdi,device=nvidia.com/gpu=1 img', { which: ['1'], through: 'cdi' }],
    ['docker run --device nvidia.com/gpu=all img', { which: 'all', through: 'cdi' }],
    ['docker run --device nvidia.com/gpu=0 --device nvidia.com/gpu=1 img', { which: ['0', '1'], through: 'cdi' }],
    ['docker run --runtime nvidia nvcr.io/nvidia/l4t-base:r35.4.1', { which: 'all', through: 'runtime' }],
    ['docker run img', undefined],
  ])('%s: its GPUs', (line, gpus) => {
    const plan = read(line);
    if (gpus === undefined) expect(plan.gpus).toBeUndefined();
    else expect(plan.gpus).toMatchObject(gpus);
    if (gpus !== undefined) expect(plan.settings.some(({ option, value = '' }) => option === '--runtime' || value.startsWith('NVIDIA_VISIBLE_DEVICES'))).toBe(false);
  });

  test('a request that Docker refuses stays as it is, and is told', () => {
    expect(notesOf('docker run --gpus device=0,1 img')).toEqual(['Docker refuses --gpus device=0,1: cannot set both Count and DeviceIDs on device request.']);
  });

  test('tells of options behind the image, which the program gets', () => {
    const late = '--gpus stands behind the image and goes to the program in the container: options of docker run stand before the image.';
    expect(notesOf('docker run -it img --gpus all nvidia-smi')).toEqual([late]);
    expect(notesOf('docker run img nvidia-smi --gpus=all')).toEqual([late]);
    expect(notesOf('docker run --gpus all img python train.py --gpus 2')).toEqual([]);
  });

  test('tells of a quotation mark without its partner', () => {
    expect(notesOf(`docker run --gpus '"device=0,1'" -it img`)).toEqual(['A quotation mark of the line is never closed.']);
    expect(notesOf('it is said that one can "dock')).toEqual([]);
  });

  test('a count of none, which is written for the first GPU, is told', () => {
    expect(notesOf('docker run --gpus 0 img')).toEqual(['--gpus 0 names no GPU, for a number counts them. It became device=0, the first one.']);
  });

  test('what no other form can say is told', () => {
    expect(notesOf('docker run -v $(mktemp -d):/tmp img')).toEqual(['$(mktemp -d) is put in by the shell, and nothing else can: write its value.']);
    expect(notesOf('docker run --gpu all img')).toContain('--gpu is no option of docker run that is known here; it is kept as it is.');
  });

  test.each([
    ['docker run nvcr.io/nvidia/tensorrt:<xx.xx>-py3', '<xx.xx> stands for something of yours: write that in its place.'],
    ['docker run one\ndocker run two', 'The text runs several containers: the first one was read.'],
    ['docker run --gpus all', 'The line names no image.'],
    ['docker run --gpus all --gpus device=1 img', 'Of several --gpus the last one was read: device=1.'],
    ['CUDA_VISIBLE_DEVICES=0 docker run img', 'CUDA_VISIBLE_DEVICES before the command does not reach the container: --env hands it in.'],
    ['nerdctl run img', 'The command is one of nerdctl; what is written calls docker.'],
  ])('%s: what is told', (line, message) => {
    expect(notesOf(line)).toEqual([message]);
  });

  test('a line of Podman stays one, and one without an image is none', () => {
    expect(readRunLine('podman run --device nvidia.com/gpu=all img')).toMatchObject({ engine: 'podman', plan: { gpus: { through: 'cdi' } } });
    expect(readRunLine('docker run img').engine).toBeUndefined();
    expect(readRunLine('docker run --gpus all').plan).toBeUndefined();
  });

  test('xhost in the text is judged', () => {
    expect(notesOf('xhost +\ndocker run img')[0]).toMatch(/^xhost \+ lets every machine/);
    expect(notesOf('xhost +local:docker && docker run img')[0]).toMatch(/^xhost \+local: lets in every user/);
    expect(notesOf('xhost +si:localuser:root; docker run img')).toEqual([]);
  });

  test('a text without a run line gives nothing', () => {
    expect(readRunLine('docker build .').plan).toBeUndefined();
    expect(readRunLine('').plan).toBeUndefined();
  });
});

const WORD = fc.string({ unit: fc.constantFrom(...'abZ09-_./:,= \'"\\$`!*#&;|<>(){}~é\n'), minLength: 1, maxLength: 12 });
const HOST_TEXT = fc.array(fc.oneof(WORD.map((text) => text.replaceAll('$', '$$$$')), fc.constantFrom('${DISPLAY}', '${HOME}', '${XDG_RUNTIME_DIR:-/tmp}')), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
// These are read on their own, or stand for others.
const OPTIONS = listRunOptions().filter(({ name }) => !['--gpus', '--runtime', '--device', '--volume', '--mount', '--env'].includes(name));
const SETTING: fc.Arbitrary<Setting> = fc.oneof(
  fc.constantFrom(...OPTIONS).chain(({ name, kind }) => (kind === 'switch' ? fc.constant({ option: name }) : HOST_TEXT.map((value) => ({ option: name, value })))),
  HOST_TEXT.map((value) => ({ option: '--env', value: `NAME=${value}` })),
  HOST_TEXT.map((value) => ({ option: '--volume', value: `/data${value}:/data` })),
);
const GPUS: fc.Arbitrary<GpuRequest> = fc
  .record({ which: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 16 }), fc.array(fc.constantFrom('0', '1', 'GPU-1a2b', 'MIG-3c'), { minLength: 1, maxLength: 3 })), capabilities: fc.subarray(['compute', 'utility', 'video']) })
  .map((request) => ({ ...request, optional: false, through: 'gpus' as const }));
const PLAN: fc.Arbitrary<RunPlan> = fc
  .record({ image: fc.constantFrom('img', 'nvidia/cuda:12.4.1-base-ubuntu22.04', 'localhost:5000/a/b@sha256:0'), gpus: fc.option(GPUS, { nil: undefined }), settings: fc.array(SETTING, { maxLength: 8 }), command: fc.array(HOST_TEXT, { maxLength: 3 }) })
  .map((plan) => ({ ...plan, build: undefined, settings: tidySettings(plan.settings) }));

/** Options in the order of their names; values of one option in their own order. */
function normalise(plan: RunPlan): unknown {
  return { ...plan, settings: [...tidySettings(plan.settings)].map((setting, i) => ({ setting, i })).sort((a, b) => a.setting.option.localeCompare(b.setting.option) || a.i - b.i).map(({ setting }) => setting) };
}

test('a plan written as a run line and read again is the same plan', () => {
  fc.assert(
    fc.property(PLAN, (plan) => {
      const line = writeRunLine(plan);
      expect(normalise(read(line)), line).toEqual(normalise(plan));
    }),
    { numRuns: 300 },
  );
});

test('nothing that is pasted makes the reader fail', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(WORD, fc.constantFrom('docker', 'run', ' ', '--gpus', '-v', '$(', '"', '-', '--', '=')), { maxLength: 30 }), (parts) => {
      readRunLine(parts.join(' '));
      readRunLine(`docker run ${parts.join(' ')}`);
    }),
    { numRuns: 500 },
  );
});
