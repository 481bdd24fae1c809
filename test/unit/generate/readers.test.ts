import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../src/core/compose/read';
import { readDevcontainer } from '../../../src/core/devcontainer/read';
import { formatMessage } from '../../../src/core/l10n/message';
import { createService, writeCompose } from '../../../src/generate/compose';
import { createDevcontainer } from '../../../src/generate/devcontainer';
import { fromDevcontainerText, hasNestedFallback, readHostText, toDevcontainerText, toShellWord } from '../../../src/generate/host-text';
import type { RunPlan } from '../../../src/generate/model';
import { readMountSetting, readMountText, readVolume, toMountText, toVolume } from '../../../src/generate/mounts';
import { readService } from '../../../src/generate/read-compose';
import { readDevcontainerPlan } from '../../../src/generate/read-devcontainer';
import { readRunLine, type PlanReading } from '../../../src/generate/read-run-line';
import { writeDevcontainer } from '../../../src/generate/write-devcontainer';
import { writeRunLine } from '../../../src/generate/write-run';

function fromLine(line: string): RunPlan {
  const { plan } = readRunLine(line);
  if (plan === undefined) throw new Error(line);
  return plan;
}

function fromCompose(text: string): PlanReading {
  const service = readCompose(text, 'compose.yaml')?.services[0];
  if (service === undefined) throw new Error('no service');
  return readService(service);
}

function throughCompose(line: string): string {
  const { service, volumes } = createService(fromLine(line));
  const { plan } = fromCompose(writeCompose({ services: { app: service }, volumes }));
  return plan === undefined ? '' : sorted(writeRunLine(plan));
}

/** Words in an order of their own: what a form does with order is its matter. */
function sorted(line: string): string {
  return (line.match(/(?:--(?:privileged|init|read-only|rm)|-[itd]+)(?= )|-{1,2}[\w-]+ (?:"[^"]*"|'[^']*'|\S+)|\S+/g) ?? []).sort().join('\n');
}

describe('a run line through Compose means the same', () => {
  test.each([
    'docker run -it --name a --gpus all -p 8080:8080 --shm-size 1g --ulimit memlock=-1 --device /dev/video0 -v /tmp/.X11-unix:/tmp/.X11-unix -e "DISPLAY=${DISPLAY}" img',
    `docker run --gpus '"device=0,1"' --ipc host --ulimit stack=67108864:67108864 img python train.py`,
    'docker run --restart always --network host --privileged --init --read-only --cap-add SYS_PTRACE --security-opt seccomp=unconfined img',
    'docker run --memory 4g --cpus 2 --pids-limit 100 --add-host a:10.0.0.1 --dns 1.1.1.1 --sysctl net.core.somaxconn=1024 --label a=b -u 1000:1000 -w /w --entrypoint /bin/sh img -c true',
    'docker run --mount type=tmpfs,target=/tmp,tmpfs-size=64m --mount type=bind,source=/a,target=/b,readonly,bind-propagation=rslave img',
    'docker run --log-driver json-file --log-opt max-size=10m --health-cmd "curl localhost" --health-interval 5s --health-retries 3 --stop-timeout 20 img',
    'docker run -e ONLY_NAME -e EMPTY= -v data:/data -p 127.0.0.1:53:53/udp img',
  ])('%s', (line) => {
    expect(throughCompose(line)).toBe(sorted(writeRunLine(fromLine(line))));
  });
});

/** What a plan says, however its mounts and variables are written; without what the tools do by themselves. */
function meaningOf({ settings, ...others }: RunPlan): unknown {
  const own = new Set(['--interactive', '--tty', '--rm', '--detach', '--entrypoint']);
  const said = settings.flatMap((setting): readonly unknown[] => {
    if (own.has(setting.option)) return [];
    const mount = readMountSetting(setting);
    if (mount !== undefined) return [{ ...mount, others: mount.others.map((other) => other.replace(/^(?:consistency|bind-propagation)=/, '')) }];
    return [setting.option === '--env' && setting.value?.includes('=') === false ? { ...setting, value: `${setting.value}=\${${setting.value}}` } : setting];
  });
  return { ...others, command: [], settings: said.map((one) => JSON.stringify(one)).sort() };
}

describe('a run line through devcontainer.json means the same', () => {
  test.each([
    'docker run --gpus all --shm-size 1g --device /dev/video0 --cap-add SYS_PTRACE -v /tmp/.X11-unix:/tmp/.X11-unix -e "DISPLAY=${DISPLAY}" -e A=1 -e B -p 127.0.0.1:80:80 -p 8080:80 img',
    'docker run -v "${PWD}":/w -w /w -v data:/d -v /a:/b:ro -v /c:/c:rslave -v /e:/e:cached -v /f,g:/f --mount type=tmpfs,target=/t --tmpfs /run:size=1m --env-file /etc/env img python train.py',
    'docker run --init --privileged --security-opt seccomp=unconfined --network host --ipc host --pid host --user 1000:1000 --hostname h --name n --group-add 44 --label a=b --add-host x:10.0.0.1 --restart always --memory 4g --read-only --health-cmd "curl x" img',
    `docker run --gpus '"device=0,1"' img`,
    'docker run --gpus 2 -e "A=x y" -e EMPTY= img',
    'docker run --device nvidia.com/gpu=all img',
    'docker run --runtime nvidia --network host nvcr.io/nvidia/l4t-base:r35.4.1',
  ])('%s', (line) => {
    const devcontainer = readDevcontainer(writeDevcontainer(createDevcontainer(fromLine(line))), 'devcontainer.json');
    const { plan } = devcontainer === undefined ? { plan: undefined } : readDevcontainerPlan(devcontainer);
    expect(plan && meaningOf(plan)).toEqual(meaningOf(fromLine(line)));
    const { service, volumes } = createService(fromLine(line));
    const composed = fromCompose(writeCompose({ services: { app: service }, volumes })).plan;
    // Compose counts from the folder of its file.
    expect(composed && meaningOf({ ...composed, settings: composed.settings.map((setting) => ({ ...setting, ...(setting.value !== undefined && { value: setting.value.replace(/^\.:/, '${PWD}:') }) })) })).toEqual(meaningOf(fromLine(line)));
  });
});

describe('what Compose alone can do is told', () => {
  test.each([
    ['depends_on: [db]', 'depends_on has no counterpart outside Compose, and is left out.'],
    ['networks: [back]', 'The network back is called PROJECT_back by Compose: write the name that docker network ls shows.'],
    ['networks: {back: {priority: 1}}', 'networks: priority is not read, and left out.'],
    ['x-own: 1', 'x-own is not read, and left out.'],
    ['network_mode: service:db', 'network_mode: service:db is not read, and left out.'],
    ['pid: service:db', 'pid: service:db is not read, and left out.'],
    ['build: {context: ., dockerfile_inline: FROM a}', 'build.dockerfile_inline is not read, and left out.'],
    ['deploy: {replicas: 2}', 'deploy.replicas has no counterpart outside Compose, and is left out.'],
    ['volumes: [{type: volume, source: a, target: /b, volume: {subpath: c}}]', 'volumes: volume.subpath is not read, and left out.'],
  ])('%s', (attribute, message) => {
    const { notes } = fromCompose(`services:\n  app:\n    image: img\n    ${attribute}\n`);
    expect(notes.map(({ text, data }) => formatMessage(text, data))).toContain(message);
  });
});

test.each([
  ['devices: [{source: /dev/a, target: /dev/b, permissions: rw}, {source: /dev/c}]', '--device /dev/a:/dev/b:rw --device /dev/c'],
  ['stop_grace_period: 1m30s', '--stop-timeout 90'],
  ['networks: {back: {aliases: [a, b], ipv4_address: 10.0.0.2}}', '--network back --network-alias a --network-alias b --ip 10.0.0.2'],
  ['deploy: {resources: {limits: {cpus: "2", memory: 4G, pids: 100}, reservations: {memory: 1G}}}', '--cpus 2 --memory 4G --pids-limit 100 --memory-reservation 1G'],
  ['volumes: [{type: bind, source: ./a, target: /a, read_only: true}]', '-v "${PWD}/a:/a:ro"'],
  ['volumes: [{type: bind, source: ./a, target: /a, bind: {create_host_path: false}}]', '--mount "type=bind,source=${PWD}/a,target=/a"'],
])('%s outside Compose', (attribute, options) => {
  const { plan } = fromCompose(`services:\n  app:\n    image: img\n    ${attribute}\n`);
  expect(plan === undefined ? '' : writeRunLine(plan)).toBe(`docker run ${options} img`);
});

test('volumes and networks have the names that the engine knows', () => {
  const text = 'services:\n  app:\n    image: img\n    volumes: [own:/a, named:/b, outside:/c, ./d:/d]\n    networks: [net]\nvolumes: {own: , named: {name: real}, outside: {external: true}}\nnetworks: {net: {name: lan}}\n';
  const project = readCompose(text, 'compose.yaml');
  const [service] = project?.services ?? [];
  const { plan, notes } = service === undefined ? { plan: undefined, notes: [] } : readService(service, project?.root);
  expect(plan === undefined ? '' : writeRunLine(plan)).toBe('docker run -v own:/a -v real:/b -v outside:/c -v "${PWD}/d:/d" --network lan img');
  expect(notes.map((note) => formatMessage(note.text, note.data))).toEqual(['The volume own is called PROJECT_own by Compose: write that name to have the same one.']);
});

test('what Compose cannot do is told', () => {
  const { notes } = createService(fromLine('docker run --rm -d --cidfile /tmp/id --volume-driver x --blkio-weight 10 img'));
  expect(notes.map(({ text, data }) => formatMessage(text, data))).toEqual([
    '--rm is no matter of the file: docker compose run --rm, or docker compose down.',
    '--detach is no matter of the file: docker compose up --detach.',
    '--volume-driver x has no place in a Compose file, and is left out.',
    '--blkio-weight 10 has no place in a Compose file, and is left out.',
  ]);
});

test('GPUs of a Compose service, in each syntax', () => {
  const gpus = (lines: string): RunPlan['gpus'] => fromCompose(`services:\n  app:\n    image: img\n${lines}`).plan?.gpus;
  expect(gpus('    gpus: all\n')).toMatchObject({ which: 'all', through: 'gpus' });
  expect(gpus('    runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: 0,1\n')).toMatchObject({ which: ['0', '1'], through: 'gpus' });
  expect(gpus('    devices: ["nvidia.com/gpu=0"]\n')).toMatchObject({ which: ['0'], through: 'cdi' });
  expect(gpus('    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 2\n              capabilities: [gpu, video]\n')).toMatchObject({ which: 2, capabilities: ['video'] });
  expect(gpus('')).toBeUndefined();
});

test('a dev container as a plan', () => {
  const text = '{ "build": { "dockerfile": "../Dockerfile", "context": "..", "target": "dev", "args": { "A": "1" } }, "hostRequirements": { "gpu": "optional" }, "runArgs": ["--ipc=host"], "workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind", "workspaceFolder": "/w", "remoteUser": "me", "features": {} }';
  const devcontainer = readDevcontainer(text, 'devcontainer.json');
  const reading = devcontainer === undefined ? undefined : readDevcontainerPlan(devcontainer);
  expect(reading?.plan).toEqual({
    image: undefined,
    build: { context: '.', dockerfile: 'Dockerfile', target: 'dev', args: ['A=1'] },
    gpus: { which: 'all', capabilities: [], optional: true, through: 'gpus' },
    settings: [{ option: '--ipc', value: 'host' }, { option: '--mount', value: 'source=${PWD},target=/w,type=bind' }, { option: '--workdir', value: '/w' }, { option: '--user', value: 'me' }],
    command: [],
  });
  expect(reading?.notes).toHaveLength(1);
});

test.each([
  ['plain', 'plain', 'plain'],
  ['a b', "'a b'", 'a b'],
  ["it's", "'it'\\''s'", "it's"],
  ['$$5', "'$5'", '$5'],
  ['${HOME}/a b', '"${HOME}/a b"', '${localEnv:HOME}/a b'],
  ['${A:-b"c}', '"${A:-b\\"c}"', '${localEnv:A:b"c}'],
  ['${UID}:${GID}', '"$(id -u):$(id -g)"', '${localEnv:UID}:${localEnv:GID}'],
  ['${A:-x$$5}', '"${A:-x\\$5}"', '${localEnv:A:x$5}'],
  ['${PWD}/x', '"${PWD}/x"', '${localWorkspaceFolder}/x'],
])('%s in a shell and in devcontainer.json', (text, shell, devcontainer) => {
  expect(toShellWord(text)).toBe(shell);
  expect(toDevcontainerText(text)).toBe(devcontainer);
  expect(readHostText(fromDevcontainerText(devcontainer))).toEqual(readHostText(text));
});

test.each([
  ['${XAUTHORITY:-$HOME/.Xauthority}', '"${XAUTHORITY:-${HOME}/.Xauthority}"', '${localEnv:XAUTHORITY}', true],
  ['${A:-${B}/c}/d', '"${A:-${B}/c}/d"', '${localEnv:A}/d', true],
  ['${A:?not "set"}', '"${A:?not \\"set\\"}"', '${localEnv:A}', false],
  ['${A?}', '"${A:?}"', '${localEnv:A}', false],
])('%s in a shell, and what devcontainer.json has of it', (text, shell, devcontainer, nested) => {
  expect(toShellWord(text)).toBe(shell);
  expect(toDevcontainerText(text)).toBe(devcontainer);
  expect(hasNestedFallback(text)).toBe(nested);
});

test.each([
  ['/a:/b', { type: 'bind', source: '/a', target: '/b', readOnly: false, others: [] }, '/a:/b', 'source=/a,target=/b,type=bind'],
  ['data:/b:ro', { type: 'volume', source: 'data', target: '/b', readOnly: true, others: [] }, 'data:/b:ro', 'source=data,target=/b,type=volume,readonly'],
  ['./a:/b', { type: 'bind', source: './a', target: '/b', readOnly: false, others: [] }, './a:/b', 'source=./a,target=/b,type=bind'],
  ['/b', { type: 'volume', source: undefined, target: '/b', readOnly: false, others: [] }, '/b', 'target=/b,type=volume'],
  ['${X:-/a}:/b:rw,z', { type: 'bind', source: '${X:-/a}', target: '/b', readOnly: false, others: ['z'] }, '${X:-/a}:/b:z', undefined],
  ['/a:/b:rslave', { type: 'bind', source: '/a', target: '/b', readOnly: false, others: ['rslave'] }, '/a:/b:rslave', 'source=/a,target=/b,type=bind,bind-propagation=rslave'],
] as const)('the mount %s', (value, mount, volume, text) => {
  expect(readVolume(value)).toEqual(mount);
  expect(toVolume(readVolume(value))).toBe(volume);
  expect(toMountText(readVolume(value))).toBe(text);
  if (text !== undefined && mount.others.length === 0) expect(readMountText(text)).toEqual(mount);
});
