import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addComments, explainText } from '../../../src/generate/explain';
import { DEFAULT_CHOICES } from '../../../src/generate/choices';
import { suggestAudio, suggestDisplay, suggestEngine, withExtras, type Machine } from '../../../src/generate/suggest';

const GOLDENS = readdirSync('test/golden/generate').map((name) => readFileSync(`test/golden/generate/${name}`, 'utf8'));

describe('explanations', () => {
  test('each one has its place in something that a generator writes', () => {
    const found = new Set(GOLDENS.flatMap((text) => explainText(text).map(({ id }) => id)));
    const written = ['gpus', 'gpu-optional', 'runtime', 'cdi', 'capabilities', 'visible-devices', 'cuda-visible-devices', 'cuda-device-order', 'display', 'x11-socket', 'xauthority', 'cookie-folder', 'xauth', 'xhost-localuser', 'xhost-local', 'mitshm', 'wayland', 'wslg', 'pulse', 'alsa', 'camera', 'group-video', 'keep-groups', 'shm-size', 'ipc-host', 'memlock', 'stack', 'label-disable', 'keep-id', 'user', 'remote-user', 'update-uid', 'initialize', 'post-create', 'workspace-mount', 'forward-ports', 'publish', 'network-host', 'compose-count', 'compose-capabilities', 'strict-mount', 'cache', 'cache-variable', 'session-folder', 'cookie-private', 'nvinfer-pin', 'apt-mirror', 'pip-mirror', 'time-zone', 'user-number', 'without-root', 'archive', 'archive-libraries', 'stage', 'apt-pins', 'apt-lists', 'no-recommends', 'pip-no-cache', 'noninteractive', 'container-image', 'build', 'build-context', 'build-target', 'build-args', 'terminal', 'input', 'working-folder', 'workspace-volume', 'restart', 'open-port', 'remove', 'container-name', 'run-args', 'mounts', 'container-env', 'remote-env', 'customizations', 'extensions', 'editor-settings', 'features', 'compose-file', 'compose-service', 'override-command', 'services', 'deploy', 'nvidia-driver', 'device-ids', 'ulimits', 'depends-on', 'healthcheck', 'web-service', 'model-volume', 'stop-on-failure', 'script-folder', 'if-terminal', 'if-gpu', 'run'];
    expect([...found].sort()).toEqual(written.sort());
  });

  test.each([
    ['  "runArgs": ["--shm-size=8g"]', 'shm-size', '--shm-size=8g'],
    ['    shm_size: 8g', 'shm-size', 'shm_size: 8g'],
    ['  --gpus all', 'gpus', '--gpus all'],
    ['    gpus: all', 'gpus', 'gpus: all'],
    ['  "containerEnv": { "DISPLAY": "${localEnv:DISPLAY}" }', 'display', '"DISPLAY": "${localEnv'],
    ['docker run -u "$(id -u):$(id -g)" img', 'user', '-u "$(id -u):$(id -g)"'],
  ])('%s', (line, id, part) => {
    const found = explainText(line).find((each) => each.id === id);
    expect(found === undefined ? undefined : line.slice(found.range.start, found.range.end)).toBe(part);
    expect(found?.source).toMatch(/^https:\/\//);
  });

  test('the target of a mount is no stage', () => {
    expect(explainText('        target: /run/trtc-pulse\n').map(({ id }) => id)).toEqual([]);
    expect(explainText('      target: dev\n').map(({ id }) => id)).toEqual(['build-target']);
  });

  test('a comment explains nothing of itself', () => {
    expect(explainText('# --gpus all\n// "gpu": "optional"\n')).toEqual([]);
  });

  test('comments stand above, each once, and never within a command of several lines', () => {
    expect(addComments('RUN apt-get update \\\n && apt-get install -y --no-install-recommends a \\\n && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y --no-install-recommends b\n', '#')).toBe(
      '# Installs what is named and needed, nothing more.\n# The package lists are of no use in the image.\nRUN apt-get update \\\n && apt-get install -y --no-install-recommends a \\\n && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y --no-install-recommends b\n',
    );
    expect(addComments('{\n  // known\n  "runArgs": ["--ipc=host"]\n}\n', '//')).toBe('{\n  // known\n  "runArgs": ["--ipc=host"]\n}\n');
  });
});

const BARE: Machine = { wslg: false, display: '', waylandDisplay: '', ssh: false, cameras: [], soundServer: false, gpu: false, engines: [] };

describe('what suits a machine', () => {
  test.each<[string, Partial<Machine>, string]>([
    ['WSLg', { wslg: true, display: ':0', waylandDisplay: 'wayland-0' }, 'wslg'],
    ['a display of SSH', { ssh: true, display: 'localhost:10.0' }, 'ssh'],
    ['a desktop of its own, reached by SSH', { ssh: true, display: ':0' }, 'x11'],
    ['Wayland alone', { waylandDisplay: 'wayland-0' }, 'wayland'],
    ['Wayland with an X server', { waylandDisplay: 'wayland-0', display: ':0' }, 'x11'],
    ['nothing known', {}, 'x11'],
  ])('%s', (_, machine, display) => {
    expect(suggestDisplay({ ...BARE, ...machine })).toBe(display);
  });

  test('engine and sound', () => {
    expect([suggestEngine(BARE), suggestEngine({ ...BARE, engines: ['podman'] }), suggestEngine({ ...BARE, engines: ['docker', 'podman'] })]).toEqual(['docker', 'podman', 'docker']);
    expect([suggestAudio(BARE), suggestAudio({ ...BARE, soundServer: true })]).toEqual(['none', 'pulse']);
  });

  test('what was ticked', () => {
    const choices = withExtras(DEFAULT_CHOICES, ['camera', 'sharedMemory', 'memlock', 'pipCache', 'modelCache', 'python', 'cuda', 'jupyter', 'video', 'audio'], ['/dev/video2']);
    expect(choices).toMatchObject({ cameras: ['/dev/video2'], shmSize: '8g', ulimits: ['memlock=-1', 'stack=67108864'], caches: ['pip', 'huggingface', 'torch'], languages: ['python', 'cuda'], ports: [8888], capabilities: ['video'], audio: 'pulse', ipcHost: false });
    expect(withExtras(DEFAULT_CHOICES, ['camera'], []).cameras).toEqual(['/dev/video0']);
  });
});
