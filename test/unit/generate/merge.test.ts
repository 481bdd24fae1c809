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

  test.each(['[]', '"x"', '{', '{ "image": "x", "runArgs": ["--init"', '{ "image": "x" }}', '{ "image": "x" "name": "y" }'])('%s is no JSON object and left alone', (text) => {
    expect(mergeFile(planChoices(DEFAULT_CHOICES), {})('.devcontainer/devcontainer.json', text)).toBeUndefined();
  });

  test.each(['', '\n', '// ours', '/* ours\n */\n'])('what is empty but for comments gets all of it: %j', (text) => {
    const merged = merge(text, {});
    expect(merged.text.startsWith(text)).toBe(true);
    expect(parseJson(merged.text)).toEqual({ image: 'wanted', hostRequirements: { gpu: 'optional' }, postCreateCommand: CHECK });
  });

  test('runArgs that are no list are told, and stay', () => {
    const merged = merge('{ "image": "mine", "runArgs": "--init" }', { shmSize: '8g' });
    expect(parseJson(merged.text)).toMatchObject({ runArgs: '--init' });
    expect(messages(merged)).toContain('runArgs stays "--init"; ["--shm-size=8g"] was wanted.');
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

  test.each([
    ['no services', 'services:\n', 'services:\n  app:\n    image: wanted\n'],
    ['services in empty braces', 'services: {} # none\n', 'services: # none\n  app:\n    image: wanted\n'],
    ['a comment alone', '# ours\n', '# ours\nservices:\n  app:\n    image: wanted\n'],
    ['a service without attributes', 'services:\n  app: # later\nvolumes:\n', 'services:\n  app: # later\n    image: wanted\n'],
    ['empty attributes', 'services:\n  app:\n    image: x\n    volumes: []\n    environment: # mine\n    shm_size:\n', 'services:\n  app:\n    image: x\n    volumes:\n      - pip-cache:/root/.cache/pip\n    environment: # mine\n      PIP_CACHE_DIR: /root/.cache/pip\n    shm_size: 8g\n'],
    ['braces', 'services: {app: {image: mine}}\n', 'services: {app: {image: mine, stdin_open: true, tty: true, environment: { PIP_CACHE_DIR: "/root/.cache/pip" }'],
    ['lists in brackets', 'services:\n  app:\n    image: x\n    volumes: [a:/b]\n    environment: {A: 1}\n', 'services:\n  app:\n    image: x\n    volumes: [a:/b, "pip-cache:/root/.cache/pip"]\n    environment: {A: 1, PIP_CACHE_DIR: "/root/.cache/pip"}\n'],
    ['Windows line ends', 'services:\r\n  app:\r\n    image: x\r\n', 'services:\r\n  app:\r\n    image: x\r\n    stdin_open: true\r\n'],
    ['only what it merges', 'x-s: &s\n  image: x\nservices:\n  app:\n    <<: *s\n', 'x-s: &s\n  image: x\nservices:\n  app:\n    <<: *s\n    stdin_open: true\n'],
    ['an alias for all of it', 'x-s: &s\n  image: x\nservices:\n  app: *s # the app\n', 'x-s: &s\n  image: x\nservices:\n  app: # the app\n    <<: *s\n    stdin_open: true\n'],
    ['an alias for its variables', 'x-e: &e\n  A: "1"\nservices:\n  app:\n    image: x\n    environment: *e\n', 'x-e: &e\n  A: "1"\nservices:\n  app:\n    image: x\n    environment:\n      <<: *e\n      PIP_CACHE_DIR: /root/.cache/pip\n'],
    ['an alias for its volumes', 'x-v: &v\n  - a:/b\nservices:\n  app:\n    image: x\n    volumes: *v\n', 'x-v: &v\n  - a:/b\nservices:\n  app:\n    image: x\n    volumes:\n      - a:/b\n      - pip-cache:/root/.cache/pip\n'],
    ['variables that it merges', 'x-s: &s\n  image: x\n  environment:\n    A: 1\nservices:\n  app:\n    <<: *s\n', '    <<: *s\n    stdin_open: true\n    tty: true\n    environment:\n      A: 1\n      PIP_CACHE_DIR: /root/.cache/pip\n'],
  ])('a file with %s', (_, before, part) => {
    const merged = mergeService(before, { gpuOptional: false, caches: ['pip'], shmSize: '8g' });
    const text = merged?.text ?? '';
    expect(text).toContain(part);
    expect(text).not.toMatch(/(?<!\r)\n[^]*\r\n/);
    expect(parse(text, { merge: true })).toMatchObject({ services: { app: { environment: { PIP_CACHE_DIR: '/root/.cache/pip' }, shm_size: '8g', deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu'] }] } } } } }, volumes: { 'pip-cache': null } });
    expect(mergeService(text, { gpuOptional: false, caches: ['pip'], shmSize: '8g' })?.text).toBe(text);
  });

  test('what others share by an anchor stays, and is told', () => {
    const before = 'services:\n  app: &app\n    image: x\n  b:\n    <<: *app\n    image: y\n';
    const merged = mergeService(before, { gpuOptional: false });
    expect(merged?.text).toBe(before);
    expect(merged === undefined ? [] : messages(merged)).toEqual([expect.stringMatching(/^services\.app stays as it is: others have it too, by its anchor &app\. Wanted there: \{"stdin_open":true,/)]);
  });

  test.each([
    ['an open quote', 'services:\n  app:\n    image: "x\n'],
    ['several documents', 'services:\n  app:\n    image: x\n---\nservices: {}\n'],
    ['an end of its document', 'services:\n  app:\n    image: x\n...\n'],
    ['a list of services', 'services:\n  - app\n'],
    ['no map', '- app\n'],
  ])('a text with %s is left alone', (_, before) => {
    expect(mergeService(before, { gpuOptional: false })).toBeUndefined();
  });

  const PARTS = ['    environment:\n      A: "1" # one\n', '    environment:\n      - A=1\n', '    environment: *e\n', '    environment: {A: "1"}\n', '    environment:\n', '    volumes: [a:/b] # two\n', '    volumes: &v\n      - a:/b\n', '    volumes: []\n', '    <<: *s\n', '    deploy:\n      replicas: 1\n', '    devices:\n      - /dev/x:/dev/x # three\n', '    ulimits: {nofile: 5}\n', '    shm_size: 1g\n', '    tty: false\n'] as const;

  test('other services mean what they meant, comments stay, and a second time changes nothing', () => {
    const file = fc.record({ own: fc.subarray([...PARTS]), others: fc.constantFrom('', '  b:\n    image: y\n    environment: *e\n', '  b: *s\n', '  b:\n    <<: *s # four\n'), crlf: fc.boolean() });
    fc.assert(
      fc.property(file, ({ own, others, crlf }) => {
        const seen = new Set<string>();
        const parts = own.filter((part) => !seen.has(part.split(':')[0] ?? '') && seen.add(part.split(':')[0] ?? ''));
        const shared = 'x-e: &e\n  B: "2" # zero\nx-s: &s\n  image: z\n  environment:\n    C: "3"\n';
        const lines = `${shared}services:\n  app:\n    image: mine\n${parts.join('')}${others}`;
        const before = crlf ? lines.replaceAll('\n', '\r\n') : lines;
        const choices: Partial<Choices> = { gpuOptional: false, display: 'x11', cameras: ['/dev/video0'], caches: ['pip'], ulimits: ['memlock=-1'] };
        const text = mergeService(before, choices)?.text ?? '';
        const read = (yaml: string): { readonly services: Record<string, Record<string, unknown>> } => parse(yaml, { merge: true }) as { readonly services: Record<string, Record<string, unknown>> };
        expect(read(text).services['b'], text).toEqual(read(before).services['b']);
        expect(text.match(/# \w+/g)).toEqual(before.match(/# \w+/g));
        expect(read(text).services['app'], text).toMatchObject({ image: 'mine', deploy: { resources: {} }, devices: expect.arrayContaining(['/dev/video0']) as unknown });
        for (const [key, value] of Object.entries(read(before).services['app'] ?? {})) if (value !== null && !Array.isArray(value)) expect(read(text).services['app']?.[key]).toMatchObject(typeof value === 'object' ? value : expect.anything());
        expect(mergeService(text, choices)?.text).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
