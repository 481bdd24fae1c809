import fc from 'fast-check';
import { parse as parseJson } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatMessage } from '../../../src/core/l10n/message';
import { readCompose } from '../../../src/core/compose/read';
import { findLost } from '../../../src/dev/find-lost';
import { DEFAULT_CHOICES, planChoices, type Choices } from '../../../src/generate/choices';
import { planService } from '../../../src/generate/generate';
import { mergeFile } from '../../../src/generate/merge';
import type { Merged } from '../../../src/generate/write-devcontainer';

function merge(text: string, choices: Partial<Choices>): Merged {
  const merged = mergeFile(planChoices({ ...DEFAULT_CHOICES, image: 'wanted', ...choices }), {})('.devcontainer/devcontainer.json', text);
  if (merged === undefined) throw new Error('not merged');
  return merged;
}

function mergeService(text: string, choices: Partial<Choices>, service = 'app'): Merged | undefined {
  return mergeFile(planChoices({ ...DEFAULT_CHOICES, image: 'wanted', ...choices }), {}, service)('compose.yaml', text);
}

function messages({ notes }: Merged): readonly string[] {
  return notes.map(({ text, data }) => formatMessage(text, data));
}

const CHECK = 'sh .devcontainer/smoke-test.sh';

describe('adding to devcontainer.json', () => {
  test.each([
    ['a file of lines', '{\n  "image": "mine" // theirs\n  // "later": 1\n}\n', `{\n  "image": "mine", // theirs\n  // "later": 1\n  "hostRequirements": { "gpu": "optional" },\n  "postCreateCommand": "${CHECK}"\n}\n`],
    ['a trailing comma', '{\n\t"image": "mine",\n}\n', `{\n\t"image": "mine",\n\t"hostRequirements": { "gpu": "optional" },\n\t"postCreateCommand": "${CHECK}",\n}\n`],
    ['one line', '{ "image": "mine" }', `{ "image": "mine", "hostRequirements": { "gpu": "optional" }, "postCreateCommand": "${CHECK}" }`],
    ['Windows line ends', '{\r\n    "image": "mine"\r\n}\r\n', `{\r\n    "image": "mine",\r\n    "hostRequirements": { "gpu": "optional" },\r\n    "postCreateCommand": "${CHECK}"\r\n}\r\n`],
    ['an empty object', '{}', `{\n  "image": "wanted",\n  "hostRequirements": { "gpu": "optional" },\n  "postCreateCommand": "${CHECK}"\n}`],
    ['a command that is there', '{\n  "image": "mine",\n  "postCreateCommand": ["make", "-j"]\n}', `{\n  "image": "mine",\n  "postCreateCommand": { "project": ["make", "-j"], "gpu": "${CHECK}" },\n  "hostRequirements": { "gpu": "optional" }\n}`],
  ])('%s', (_, before, after) => {
    expect(merge(before, {}).text).toBe(after);
  });

  test('lists and objects get what they lack', () => {
    const before = '{\n  "image": "mine",\n  "runArgs": ["--shm-size", "1g", "--device", "/dev/video0"],\n  "mounts": [\n    // the socket\n    "source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind" // theirs\n  ],\n  "containerEnv": {},\n  "forwardPorts": [80],\n}\n';
    const merged = merge(before, { display: 'x11', cameras: ['/dev/video0', '/dev/video1'], shmSize: '8g', ports: [80, 8888] });
    const config = parseJson(merged.text, [], { allowTrailingComma: true }) as Record<string, unknown>;
    expect(config['runArgs']).toEqual(['--shm-size', '1g', '--device', '/dev/video0', '--device=/dev/video1', '--group-add=video']);
    expect(config['mounts']).toEqual(['source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind', 'source=${localEnv:HOME}/.cache/trtc/display,target=/run/trtc-display,type=bind,readonly']);
    expect(config['containerEnv']).toEqual({ QT_X11_NO_MITSHM: '1', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility,graphics,display' });
    expect(config['forwardPorts']).toEqual([80, 8888]);
    expect(findLost(before, merged.text)).toEqual([]);
    expect(messages(merged)).toContain('--shm-size stays 1g; 8g was wanted.');
  });

  test.each([
    ['--gpus in runArgs', '{ "image": "mine", "runArgs": ["--gpus", "all"] }', {}, 'hostRequirements'],
    ['a GPU by hostRequirements', '{ "image": "mine", "hostRequirements": { "gpu": "optional" } }', { gpuOptional: false }, 'runArgs'],
    ['an image', '{ "build": { "dockerfile": "Dockerfile" } }', {}, 'image'],
    ['a Compose file', '{ "dockerComposeFile": "compose.yaml", "service": "app" }', { shmSize: '8g' }, 'runArgs'],
    ['a user', '{ "image": "mine", "remoteUser": "me" }', { user: 'dev' }, 'updateRemoteUserUID'],
  ] as const)('where there is %s, no other is added', (_, before, choices, absent) => {
    expect(parseJson(merge(before, choices).text)).not.toHaveProperty(absent);
  });

  test('a service of Compose is told what belongs there', () => {
    expect(messages(merge('{ "dockerComposeFile": "compose.yaml", "service": "app" }', { shmSize: '8g' }))).toContain('This dev container is a service of Compose: runArgs, hostRequirements belong to the service, in the Compose file.');
  });

  test('a service of Compose that is there keeps running as it does', () => {
    const [service] = readCompose('services:\n  app:\n    image: img\n    gpus: all\n', 'compose.yaml')?.services ?? [];
    if (service === undefined) throw new Error('no service');
    const before = '{ "dockerComposeFile": "compose.yaml", "service": "app", "workspaceFolder": "/src" }';
    const merged = mergeFile(planService(planChoices(DEFAULT_CHOICES), service, 'compose.yaml'), {})('.devcontainer/devcontainer.json', before);
    expect(parseJson(merged?.text ?? '')).toEqual({ ...(parseJson(before) as object), postCreateCommand: `${CHECK} require-gpu` });
  });

  test('what is no JSON object is left alone', () => {
    expect(mergeFile(planChoices(DEFAULT_CHOICES), {})('.devcontainer/devcontainer.json', '[]')).toBeUndefined();
  });

  const JSON_TEXT = fc
    .dictionary(fc.constantFrom('image', 'runArgs', 'mounts', 'containerEnv', 'remoteEnv', 'forwardPorts', 'postCreateCommand', 'customizations', 'other'), fc.oneof(fc.constant('text'), fc.constant([]), fc.constant({}), fc.constant(['--gpus', 'all']), fc.constant({ DISPLAY: ':1' }), fc.constant([80])))
    .chain((config) => fc.record({ config: fc.constant(config), indent: fc.constantFrom('', '  ', '\t'), comment: fc.boolean() }))
    .map(({ config, indent, comment }) => {
      const text = JSON.stringify(config, undefined, indent);
      return comment && indent !== '' ? text.replaceAll('\n', ' // note\n') : text;
    });

  test('nothing is ever lost, and a second time changes nothing', () => {
    fc.assert(
      fc.property(JSON_TEXT, (before) => {
        const choices: Partial<Choices> = { display: 'x11', cameras: ['/dev/video0'], ports: [8888], languages: ['python'], user: 'dev' };
        const { text } = merge(before, choices);
        expect(findLost(before, text), text).toEqual([]);
        expect(merge(text, choices).text).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  test('a loss is seen', () => {
    expect(findLost('{ "a": 1 // one\n}', '{ "a": 1 }')).toEqual(['the comment // one']);
    expect(findLost('{ "a": 1 }', '{ "a": 2 }')).toEqual(['.a: 1 became 2']);
    expect(findLost('{ "a": 1, "b": 2 }', '{ "b": 2, "a": 1 }')).toEqual(['keys of : a, b became b, a']);
    expect(findLost('{ "a": [1, 2] }', '{ "a": [2, 1] }')).toEqual(['items of .a']);
  });
});

describe('adding to a Compose file', () => {
  test('a service gets what it lacks, and keeps the rest', () => {
    const before = `# theirs
services:
  app: # the app
    image: mine:1
    environment:
      - A=1 # one
    volumes:
      - ./data:/data
    shm_size: 1gb # enough
  db:
    image: postgres
`;
    const merged = mergeService(before, { gpuOptional: false, display: 'x11', shmSize: '8g' });
    expect(merged?.text).toBe(`# theirs
services:
  app: # the app
    image: mine:1
    environment:
      - A=1 # one
      - DISPLAY=\${DISPLAY}
      - XAUTHORITY=/run/trtc-display/Xauthority
      - QT_X11_NO_MITSHM=1
      - NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,display
    volumes:
      - ./data:/data
      - /tmp/.X11-unix:/tmp/.X11-unix:ro
      - \${HOME}/.cache/trtc/display:/run/trtc-display:ro
    shm_size: 1gb # enough
    stdin_open: true
    tty: true
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: all
              capabilities: [gpu]
  db:
    image: postgres
`);
    expect(merged === undefined ? [] : messages(merged)).toContain('shm_size of app stays 1gb; 8g was wanted.');
  });

  test('a new service and a new volume stand behind the others', () => {
    const before = 'services:\n    db:\n        image: postgres\n';
    const merged = mergeService(before, { gpuOptional: false, caches: ['pip'] });
    expect(merged?.text.startsWith(before)).toBe(true);
    expect(parse(merged?.text ?? '')).toMatchObject({ services: { db: { image: 'postgres' }, app: { image: 'wanted', volumes: ['pip-cache:/root/.cache/pip'] } }, volumes: { 'pip-cache': null } });
    expect(merged?.text).toContain('\n    app:\n        image: wanted\n');
  });

  test('a service that asks for GPUs in another way keeps that way', () => {
    const merged = mergeService('services:\n  app:\n    image: mine\n    runtime: nvidia\n', { gpuOptional: false });
    expect(merged?.text).not.toContain('deploy');
  });

  test('a second time changes nothing', () => {
    const choices: Partial<Choices> = { gpuOptional: false, display: 'x11', cameras: ['/dev/video0'], caches: ['pip'], ulimits: ['memlock=-1'] };
    const once = mergeService('services:\n  app:\n    image: mine\n    environment:\n      A: "1"\n', choices);
    expect(mergeService(once?.text ?? '', choices)?.text).toBe(once?.text);
  });

  test('flow style cannot be added to', () => {
    expect(mergeService('services: {app: {image: mine}}\n', { gpuOptional: false })).toBeUndefined();
  });
});
