import { parse, type ParseError } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readCompose } from '../../../src/core/compose/read';
import { analyse } from '../../../src/core/engine/analyse';
import { readContext } from '../../../src/core/engine/example';
import { formatMessage } from '../../../src/core/l10n/message';
import type { Wishes } from '../../../src/core/solver/model';
import { solve } from '../../../src/core/solver/solve';
import { DEFAULT_CHOICES, planChoices, type Choices } from '../../../src/generate/choices';
import type { ComposeOptions } from '../../../src/generate/compose';
import { generateDockerfile, type DockerfileOptions } from '../../../src/generate/dockerfile';
import { addComments } from '../../../src/generate/explain';
import { adoptPlan, allowNoGpu, generateCompose, generateDevcontainer, generateRunScript, planService } from '../../../src/generate/generate';
import type { Output } from '../../../src/generate/model';
import { readRunLine } from '../../../src/generate/read-run-line';
import { generateServing } from '../../../src/generate/serving';
import { SMOKE_SCRIPT } from '../../../src/generate/smoke-script';
import { writeRunLine } from '../../../src/generate/write-run';
import { findSchemaErrors } from './schema';

const CUDA = 'nvidia/cuda:12.4.1-devel-ubuntu22.04';
const PYTORCH = 'nvcr.io/nvidia/pytorch:24.05-py3';

function choose(choices: Partial<Choices>): ReturnType<typeof planChoices> {
  return planChoices({ ...DEFAULT_CHOICES, ...(choices.build === undefined && { image: CUDA }), ...choices });
}

function devcontainer(choices: Partial<Choices>): Output {
  return generateDevcontainer(choose(choices), { engine: choices.engine ?? 'docker' });
}

function compose(choices: Partial<Choices>, options: ComposeOptions = {}): Output {
  return generateCompose(choose({ workspace: '/workspace', ...choices }), 'dev', { engine: choices.engine ?? 'docker', ...options });
}

function run(choices: Partial<Choices>): Output {
  return generateRunScript(choose({ workspace: '/workspace', ...choices }), choices.engine);
}

/** A dev container of the only service of a Compose file. */
function service(text: string, file: string, choices: Partial<Choices>): Output {
  const [only] = readCompose(text, file)?.services ?? [];
  if (only === undefined) throw new Error('no service');
  const { files, notes } = generateDevcontainer(planService(choose(choices), only, file));
  return { files: [...files, { path: file, text, executable: false }], notes };
}

function convert(line: string): Output {
  const { plan, notes } = readRunLine(line);
  if (plan === undefined) throw new Error(`nothing to convert: ${line}`);
  const planned = adoptPlan(plan, notes);
  const optional = adoptPlan(allowNoGpu(plan, 'devcontainer'), notes);
  const asDevcontainer = generateDevcontainer(optional);
  const asCompose = generateCompose(planned, 'app');
  return {
    files: [...asDevcontainer.files, ...asCompose.files, { path: 'line.sh', text: `${writeRunLine(planned.plan)}\n`, executable: false }],
    notes: [...new Map([...asDevcontainer.notes, ...asCompose.notes].map((note) => [JSON.stringify(note), note])).values()],
  };
}

function dockerfile(wishes: Wishes, options: Partial<DockerfileOptions> = {}): Output {
  const [combination] = solve(wishes, { count: 1 }).combinations;
  if (combination === undefined) throw new Error('no answer');
  const [toolchain] = options.purpose === 'cpp' ? solve({ ...wishes, flavor: 'devel' }, { count: 1 }).combinations : [];
  return generateDockerfile({ combination, purpose: 'python', install: 'solver', ...(toolchain && { toolchain }), ...options });
}

const SEED_003 =
  'docker run --name mydocker -p 8080:8080  --gpus all --shm-size=1g --ulimit memlock=-1 -v /dev/video0:/dev/video0 --device=/dev/video0 -it -v /tmp/.X11-unix:/tmp/.X11-unix -e DISPLAY=$DISPLAY --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility,video myimage:latest';

const CASES: Readonly<Record<string, () => Output>> = {
  'devcontainer-plain': () => devcontainer({}),
  'devcontainer-no-gpu': () => devcontainer({ gpus: 'none', image: 'ubuntu:24.04' }),
  'devcontainer-gpu-required': () => devcontainer({ gpuOptional: false }),
  'devcontainer-gpu-count': () => devcontainer({ gpus: 2, gpuOptional: false }),
  'devcontainer-gpu-ids': () => devcontainer({ gpus: ['0', '2'], gpuOptional: false }),
  'devcontainer-gpu-ids-optional': () => devcontainer({ gpus: ['0', '2'] }),
  'devcontainer-x11-cookie': () => devcontainer({ display: 'x11', user: 'dev' }),
  'devcontainer-x11-localuser': () => devcontainer({ display: 'x11', access: 'localuser', user: 'root' }),
  'devcontainer-x11-open': () => devcontainer({ display: 'x11', access: 'open' }),
  'devcontainer-x11-ipc': () => devcontainer({ display: 'x11', ipcHost: true, shmSize: '8g' }),
  'devcontainer-wayland': () => devcontainer({ display: 'wayland', user: 'dev', audio: 'pulse' }),
  'devcontainer-wslg': () => devcontainer({ display: 'wslg', audio: 'pulse' }),
  'devcontainer-ssh': () => devcontainer({ display: 'ssh' }),
  'devcontainer-camera': () => devcontainer({ cameras: ['/dev/video0', '/dev/video1'], user: 'dev', capabilities: ['video'] }),
  'devcontainer-audio-alsa': () => devcontainer({ audio: 'alsa' }),
  'devcontainer-training': () => devcontainer({ image: PYTORCH, shmSize: '8g', ulimits: ['memlock=-1', 'stack=67108864'], ports: [8888, 6006], caches: ['pip', 'huggingface', 'torch'], languages: ['python'] }),
  'devcontainer-cpp': () => devcontainer({ build: { context: '.', dockerfile: undefined, target: 'dev', args: ['CUDA=12.4'] }, languages: ['cpp', 'cuda'], caches: ['ccache'], user: 'dev' }),
  'devcontainer-workspace': () => devcontainer({ workspace: '/workspace', name: 'Detector', features: { 'ghcr.io/devcontainers/features/git:1': {} } }),
  'devcontainer-podman': () => devcontainer({ engine: 'podman', display: 'x11', user: 'host', cameras: ['/dev/video0'] }),
  'devcontainer-rootless': () => devcontainer({ engine: 'rootless', display: 'x11', access: 'localuser', user: 'root' }),
  'devcontainer-cdi': () => devcontainer({ engine: 'cdi', gpus: ['0'], gpuOptional: false }),
  'devcontainer-all': () => devcontainer({ image: PYTORCH, display: 'x11', cameras: ['/dev/video0'], devices: ['/dev/ttyUSB0'], audio: 'pulse', shmSize: '16g', ulimits: ['memlock=-1'], capabilities: ['video'], ports: [8080], languages: ['python', 'cpp', 'cuda'], caches: ['pip'], user: 'dev' }),
  'devcontainer-service': () => service('services:\n  app:\n    image: nvidia/cuda:12.4.1-devel-ubuntu22.04\n    gpus: all\n', 'compose.yaml', { name: 'Detector', languages: ['python'], shmSize: '8g' }),
  'devcontainer-service-mounted': () => service('services:\n  app:\n    image: ubuntu:24.04\n    volumes:\n      - ../:/app\n', 'docker/compose.yaml', {}),
  'compose-plain': () => compose({}),
  'compose-required': () => compose({ gpuOptional: false }),
  'compose-gpus-syntax': () => compose({ gpuOptional: false }, { gpuSyntax: 'gpus' }),
  'compose-ids': () => compose({ gpuOptional: false, gpus: ['0', 'GPU-0a1b'] }, { gpuSyntax: 'gpus' }),
  'compose-x11-cookie': () => compose({ gpuOptional: false, display: 'x11' }),
  'compose-training': () => compose({ image: PYTORCH, gpuOptional: false, shmSize: '8g', ulimits: ['memlock=-1', 'stack=67108864:67108864'], ports: [8888], caches: ['pip'], user: 'host' }),
  'compose-camera': () => compose({ gpuOptional: false, cameras: ['/dev/video0'], audio: 'pulse' }),
  'compose-wslg': () => compose({ display: 'wslg' }),
  'compose-ssh': () => compose({ display: 'ssh', gpuOptional: false }),
  'compose-podman': () => compose({ engine: 'podman', gpuOptional: false }),
  'compose-build': () => compose({ build: { context: '.', dockerfile: 'docker/Dockerfile', target: 'app', args: ['CUDA=12.4'] }, gpuOptional: false }),
  'run-plain': () => run({}),
  'run-required': () => run({ gpuOptional: false }),
  'run-x11-cookie': () => run({ display: 'x11', user: 'host' }),
  'run-x11-localuser': () => run({ display: 'x11', access: 'localuser', user: 'host' }),
  'run-wayland': () => run({ display: 'wayland', user: 'host', audio: 'pulse' }),
  'run-podman': () => run({ engine: 'podman', user: 'host', gpus: ['0'], gpuOptional: false }),
  'run-build': () => run({ build: { context: '.', dockerfile: undefined, target: 'dev', args: [] }, cameras: ['/dev/video0'] }),
  'run-training': () => run({ image: PYTORCH, ipcHost: true, ulimits: ['memlock=-1', 'stack=67108864'], gpus: ['0', '1'], gpuOptional: false }),
  'convert-seed-003': () => convert(SEED_003),
  'convert-legacy': () => convert('nvidia-docker run --rm -it -e NVIDIA_VISIBLE_DEVICES=0,1 -v $(pwd):/workspace -w /workspace tensorflow/tensorflow:2.15.0-gpu python train.py'),
  'convert-jetson': () => convert('sudo docker run -it --rm --runtime nvidia --network host -v /tmp/argus_socket:/tmp/argus_socket nvcr.io/nvidia/l4t-pytorch:r35.2.1-pth2.0-py3'),
  'convert-registry': () => convert('docker run -d -p 5000:5000 --restart=always --name xy-registry -v /home/centos/registry:/registry registry:latest'),
  'serving-single': () => generateServing({ mode: 'single', port: 8080, model: 'ocr', gpus: 'all' }),
  // Seed 002: the web service alone is given its model, its configuration and a place for its logs.
  'serving-single-folders': () => generateServing({ mode: 'single', port: 8080, model: 'ocr', configFolder: './config', logFolder: 'logs', gpus: 'all' }),
  'serving-tfserving': () => generateServing({ mode: 'tfserving', port: 8080, model: 'ocr', gpus: 1 }),
  // Seed 002: the image of the web service has TensorFlow for GPUs in either mode.
  'serving-tfserving-gpu-image': () => generateServing({ mode: 'tfserving', webImage: 'tensorflow/tensorflow:2.15.0-gpu', port: 8080, model: 'ocr', gpus: 'all' }),
  'serving-triton': () => generateServing({ mode: 'triton', port: 8080, model: 'ocr', gpus: ['0'], webImage: 'ocr.web:v1', gpuSyntax: 'gpus' }),
  // Seed 000: an image of one's own with TensorRT, mirrors, a time zone and Python.
  'dockerfile-seed-000': () => dockerfile({ tensorrt: '8.6', cuda: '12.1', python: '3.10', family: 'apt', flavor: 'runtime' }, { aptMirror: 'https://mirrors.aliyun.com/ubuntu', pipMirror: 'https://mirrors.aliyun.com/pypi/simple', timeZone: 'Asia/Shanghai', locale: 'zh_CN.UTF-8', user: 'dev', packages: ['ffmpeg'], requirements: 'requirements.txt', labels: { 'org.opencontainers.image.title': 'OCR' } }),
  'dockerfile-pip': () => dockerfile({ tensorrt: '10', python: '3.12', family: 'pip' }, { user: 'dev', caches: ['pip'] }),
  'dockerfile-torch': () => dockerfile({ torch: '2.4', python: '3.10' }, { requirements: 'requirements.txt', locale: 'C.UTF-8' }),
  'dockerfile-ngc': () => dockerfile({ tensorrt: 'any', family: 'ngc' }, { user: 'dev', command: ['python', 'serve.py'] }),
  'dockerfile-archive': () => dockerfile({ tensorrt: '8.6', cuda: '12.1', python: '3.10', family: 'apt', flavor: 'runtime' }, { install: 'archive', timeZone: 'Europe/Berlin' }),
  'dockerfile-cpp': () => dockerfile({ tensorrt: '8.6', cuda: '12.1', ubuntu: '22.04', family: 'apt', flavor: 'runtime' }, { purpose: 'cpp', user: 'app' }),
};

/** Files that Dockerfiles copy. */
const PROJECT = { 'requirements.txt': 'fastapi==0.110.0\n', 'app.py': '', 'TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz': '' };

describe('generators', () => {
  test('have at least forty combinations', () => {
    expect(Object.keys(CASES).length).toBeGreaterThanOrEqual(40);
  });

  test.each(Object.entries(CASES))('%s is as it was read, and no rule has anything to say', async (name, generate) => {
    const { files, notes } = generate();
    const context = readContext({ ...PROJECT, ...Object.fromEntries(files.map(({ path, text }) => [path, text])) });
    for (const { path, text } of files) {
      for (const written of [text, addComments(text, path.endsWith('.json') ? '//' : '#')]) {
        const findings = analyse(written, path, { context, folder: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '' }).findings.map(({ rule, message }) => `${rule}: ${message}`);
        expect(findings, `${path}\n${written}`).toEqual([]);
        if (path.endsWith('.json')) {
          const errors: ParseError[] = [];
          const config: unknown = parse(written, errors);
          expect(errors).toEqual([]);
          expect(findSchemaErrors(config)).toEqual([]);
        }
        if (path.endsWith('.yaml')) expect(parseYaml(written)).toEqual(parseYaml(text));
      }
    }
    const golden = [...files.map(({ path, text, executable }) => `=== ${path}${executable ? ' (executable)' : ''}\n${path.endsWith(SMOKE_SCRIPT) && name !== 'devcontainer-plain' ? '# as in devcontainer-plain\n' : text}`), ...notes.map(({ text, data }) => `# ${formatMessage(text, data)}\n`)].join('');
    await expect(golden).toMatchFileSnapshot(`../../golden/generate/${name}.txt`);
  });
});
