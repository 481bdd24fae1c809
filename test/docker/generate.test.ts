// What the generators write, run by the real dev container tools, docker and docker-compose.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { debootstrapImage, docker, freePort, MACHINE, startXServer } from '../../src/dev/engine/index.mjs';
import { readCompose } from '../../src/core/compose/read';
import { DEFAULT_CHOICES, planChoices, type Choices } from '../../src/generate/choices';
import { adoptPlan, generateCompose, generateDevcontainer, generateRunScript, planService } from '../../src/generate/generate';
import type { Output } from '../../src/generate/model';
import { readRunLine } from '../../src/generate/read-run-line';
import { copyDevcontainerTools } from './devcontainer-tools';
import { useEngine } from './engine';

const ROOT = path.resolve(__dirname, '../..');
/** The local user: one of every Debian, whom the image lacks. */
const LOCAL = Number(execFileSync('id', ['-u', 'news'], { encoding: 'utf8' }));
const LOCAL_GROUP = Number(execFileSync('id', ['-g', 'news'], { encoding: 'utf8' }));
/** The most that a process here may ask for: what allows more, as memlock=-1 does, is refused by the kernel of some sandboxes. */
const MEMLOCK = execFileSync('bash', ['-c', 'l=$(ulimit -Hl); [ "$l" = unlimited ] && echo -1 || echo $((l * 1024))'], { encoding: 'utf8' }).trim();
const IMAGE = 'generate-test:dev';
const engine = useEngine();
/** Of this run alone, though others make theirs in the same folder. */
const CAMERA = `/dev/video${1_000 + Math.floor(Math.random() * 1_000_000)}`;

let folder: string;
let home: string;
let display: Awaited<ReturnType<typeof startXServer>>;
let tools: ReturnType<typeof copyDevcontainerTools>;
const containers: string[] = [];

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as the local user, in the session of the display, or as root. */
function run(command: readonly string[], { root = false, env = {}, cwd = folder }: { readonly root?: boolean; readonly env?: Record<string, string>; readonly cwd?: string } = {}): Ran {
  const words = root ? command : ['setpriv', `--reuid=${LOCAL}`, `--regid=${LOCAL_GROUP}`, '--clear-groups', '--', ...command];
  const [program = '', ...args] = words;
  const session = { ...engine.env, HOME: home, DISPLAY: display.display, XAUTHORITY: path.join(home, '.Xauthority'), DOCKER_CONFIG: home, DOCKER_BUILDKIT: '0' };
  const { status, stdout, stderr } = spawnSync(program, args, { env: { ...session, ...env }, cwd, encoding: 'utf8', timeout: 120_000 });
  return { status, stdout, stderr };
}

function devcontainer(command: 'up' | 'exec', args: readonly string[], options: Parameters<typeof run>[1] = {}): Ran {
  return run([...tools.argv, command, '--workspace-folder', folder, '--docker-path', '/usr/bin/docker', ...args], options);
}

function write(output: Output): void {
  for (const { path: name, text, executable } of output.files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: executable ? 0o755 : 0o644 });
  }
}

/** Writes a dev container and starts it; gives its id. */
function up(choices: Partial<Choices>, options: Parameters<typeof run>[1] = {}): string {
  write(generateDevcontainer(planChoices({ ...DEFAULT_CHOICES, image: IMAGE, ...choices })));
  const { status, stdout, stderr } = devcontainer('up', [], options);
  const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly outcome?: string; readonly containerId?: string };
  if (outcome.containerId !== undefined) containers.push(outcome.containerId);
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return outcome.containerId ?? '';
}

beforeAll(async () => {
  debootstrapImage(engine, { packages: ['x11-utils'], name: 'generate-test:base' });
  const context = mkdtempSync('/var/tmp/trtc-generate-build-');
  writeFileSync(path.join(context, 'Dockerfile'), 'FROM generate-test:base\nRUN userdel news && useradd --create-home --shell /bin/bash --uid 1000 dev && useradd --uid 2000 other\n');
  execFileSync('/usr/bin/docker', ['build', '--network', 'none', '-t', IMAGE, context], { env: { ...engine.env, DOCKER_BUILDKIT: '0' }, stdio: 'pipe' });
  rmSync(context, { recursive: true });
  display = await startXServer();
  tools = copyDevcontainerTools();
  // A stand-in for a camera: a node that exists and answers.
  execFileSync('mknod', ['-m', '660', CAMERA, 'c', '1', '3']);
  folder = mkdtempSync('/var/tmp/trtc-generate-');
  home = mkdtempSync('/var/tmp/trtc-generate-home-');
  copyFileSync(display.authority, path.join(home, '.Xauthority'));
  for (const file of [folder, home, path.join(home, '.Xauthority')]) chownSync(file, LOCAL, LOCAL_GROUP);
  // The socket is root's; the tools run as the local user.
  chmodSync(engine.socket, 0o666);
  for (let parent = path.dirname(engine.socket); parent.startsWith('/var/tmp/'); parent = path.dirname(parent)) chmodSync(parent, 0o755);
  // The base is a Debian that is made once, from packages: on a busy machine that takes minutes.
}, 900_000);

afterEach(() => {
  for (const id of containers.splice(0)) docker(engine, 'rm', '-f', '-v', id);
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
});

afterAll(async () => {
  rmSync(CAMERA, { force: true });
  tools.remove();
  await display.stop();
  for (const name of [folder, home]) rmSync(name, { recursive: true, force: true });
  const images = docker(engine, 'images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').filter((name) => /^(?:vsc-trtc-generate|generate-test)/.test(name));
  if (images.length > 0) docker(engine, 'rmi', '-f', ...images);
});

describe('a dev container', () => {
  test('has the GPU, the display by its cookie, the camera, memory and limits, and files of the right owner', () => {
    const id = up({ display: 'x11', cameras: [CAMERA], shmSize: '256m', ulimits: [`memlock=${MEMLOCK}`, 'nofile=1024:2048'], user: 'dev' });
    const gpus = devcontainer('exec', ['nvidia-smi', '-L']);
    expect(gpus.stdout, gpus.stderr).toContain(MACHINE.gpus[0]?.uuid);
    expect(devcontainer('exec', ['xdpyinfo']).stdout).toContain(`name of display:    ${display.display}`);
    expect(devcontainer('exec', ['stat', '-c', '%F', CAMERA]).stdout).toContain('character special file');
    expect(devcontainer('exec', ['id', '-nG']).stdout).toContain('dev');
    expect(devcontainer('exec', ['df', '-m', '--output=size', '/dev/shm']).stdout).toContain('256');
    const limits = devcontainer('exec', ['cat', '/proc/1/limits']).stdout;
    expect(limits).toMatch(new RegExp(`^Max locked memory +${MEMLOCK === '-1' ? 'unlimited' : MEMLOCK} `, 'm'));
    expect(limits).toMatch(/^Max open files +1024 +2048 /m);
    expect(devcontainer('exec', ['bash', '-c', 'id -un && touch made']).stdout).toContain('dev');
    const made = statSync(path.join(folder, 'made'));
    expect([made.uid, made.gid]).toEqual([LOCAL, LOCAL_GROUP]);
    // The cookie is for one user: another in the same container is refused, although it knows where everything is.
    const other = run(['/usr/bin/docker', 'exec', '-u', '2000', '-e', `DISPLAY=${display.display}`, '-e', 'XAUTHORITY=/run/trtc-display/Xauthority', id, 'xdpyinfo'], { root: true });
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain('unable to open display');
  });

  test('without the wiring is refused', () => {
    const id = up({ user: 'dev' });
    expect(devcontainer('exec', ['env', `DISPLAY=${display.display}`, 'xdpyinfo']).status).not.toBe(0);
    docker(engine, 'rm', '-f', id);
    // The socket alone is not enough.
    const { status, stderr } = run(['/usr/bin/docker', 'run', '--rm', '--network', 'none', '-v', '/tmp/.X11-unix:/tmp/.X11-unix', '-e', `DISPLAY=${display.display}`, IMAGE, 'xdpyinfo'], { root: true });
    expect(status).not.toBe(0);
    expect(stderr).toContain('Authorization required');
  });

  test('lets one user of this machine in by xhost, and no other', () => {
    const id = up({ display: 'x11', access: 'localuser', user: 'root' }, { root: true });
    expect(devcontainer('exec', ['xdpyinfo'], { root: true }).stdout).toContain('name of display');
    const other = run(['/usr/bin/docker', 'exec', '-u', '1000', '-e', `DISPLAY=${display.display}`, id, 'xdpyinfo'], { root: true });
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain('Authorization required');
    expect(run(['xhost', '-si:localuser:root'], { root: true, env: { XAUTHORITY: display.authority } }).status).toBe(0);
    expect(devcontainer('exec', ['xdpyinfo'], { root: true }).status).not.toBe(0);
  });

  test('gets the cookie of the next session without being made anew', async () => {
    up({ display: 'x11', user: 'dev' });
    const next = await startXServer();
    try {
      copyFileSync(next.authority, path.join(home, 'next'));
      chownSync(path.join(home, 'next'), LOCAL, LOCAL_GROUP);
      const session = { DISPLAY: next.display, XAUTHORITY: path.join(home, 'next') };
      expect(run(['sh', '.devcontainer/prepare-host.sh'], { env: session }).status).toBe(0);
      expect(devcontainer('exec', ['xdpyinfo'], { env: session }).stdout).toContain(`name of display:    ${next.display}`);
    } finally {
      await next.stop();
    }
  });

  test('is tested once it was made, and fails where the GPU that it requires is missing', () => {
    up({ gpuOptional: false });
    expect(devcontainer('exec', ['sh', '.devcontainer/smoke-test.sh', 'require-gpu']).stdout).toContain(MACHINE.gpus[0]?.uuid);
    rmSync(path.join(folder, '.devcontainer'), { recursive: true });
    const { files } = generateDevcontainer(planChoices({ ...DEFAULT_CHOICES, image: IMAGE, gpuOptional: false }));
    write({ files: files.map((file) => ({ ...file, text: file.text.replace(/ *"runArgs".*\n/, '') })), notes: [] });
    const { status, stdout } = devcontainer('up', ['--remove-existing-container']);
    const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly containerId?: string; readonly message?: string };
    containers.push(outcome.containerId ?? '');
    expect(status).not.toBe(0);
    expect(outcome.message).toContain('smoke-test.sh require-gpu');
  });

  test('is a service of a Compose file, which stays as it is: it waits, and has the folder and the GPU', () => {
    const text = `services:\n  app:\n    image: ${IMAGE}\n    command: ["true"]\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n`;
    writeFileSync(path.join(folder, 'compose.yaml'), text);
    const [service] = readCompose(text, 'compose.yaml')?.services ?? [];
    if (service === undefined) throw new Error('no service');
    write(generateDevcontainer(planService(planChoices({ ...DEFAULT_CHOICES, user: 'dev' }), service, 'compose.yaml')));
    const { status, stdout, stderr } = devcontainer('up', ['--docker-compose-path', 'docker-compose']);
    const { containerId } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly containerId?: string };
    if (containerId !== undefined) containers.push(containerId);
    expect(status, stderr).toBe(0);
    const compose = ['--docker-compose-path', 'docker-compose'];
    expect(devcontainer('exec', [...compose, 'nvidia-smi', '-L']).stdout).toContain(MACHINE.gpus[0]?.uuid);
    expect(devcontainer('exec', [...compose, 'sh', '-c', 'pwd; cat compose.yaml; touch made']).stdout).toBe(`/workspaces/${path.basename(folder)}\n${text}`);
    expect(statSync(path.join(folder, 'made')).uid).toBe(LOCAL);
  });

  test('starts on a machine without a display', () => {
    up({ display: 'x11', user: 'dev' }, { env: { DISPLAY: '', XAUTHORITY: '' } });
    expect(devcontainer('exec', ['true']).status).toBe(0);
  });
});

/** What of a container decides how it runs, as the engine tells it. */
function describeContainer(id: string): unknown {
  const [container] = JSON.parse(docker(engine, 'inspect', id)) as { readonly Config: Record<string, unknown>; readonly HostConfig: Record<string, unknown>; readonly Mounts: readonly Record<string, unknown>[] }[];
  const { HostConfig: host, Config: config, Mounts: mounts = [] } = container ?? { HostConfig: {}, Config: {}, Mounts: [] };
  const requests = (host['DeviceRequests'] ?? []) as readonly { readonly Count: number; readonly DeviceIDs: unknown; readonly Capabilities: unknown }[];
  return {
    image: config['Image'],
    shm: host['ShmSize'],
    ulimits: host['Ulimits'],
    devices: host['Devices'],
    ports: host['PortBindings'],
    gpus: requests.map(({ Count: count, DeviceIDs: ids, Capabilities: capabilities }) => ({ count, ids: ids ?? [], capabilities })),
    mounts: mounts.map(({ Source: source, Destination: target, RW: writable }) => ({ source, target, writable })),
    variables: (config['Env'] as readonly string[]).filter((text) => /^(?:DISPLAY|NVIDIA_DRIVER_CAPABILITIES)=/.test(text)).sort(),
  };
}

test('the line of a tutorial means the same as a Compose service and as a dev container', async () => {
  const line = `docker run --name mydocker -p ${await freePort()}:8080  --gpus all --shm-size=1g --ulimit memlock=${MEMLOCK} -v ${CAMERA}:${CAMERA} --device=${CAMERA} -it -v /tmp/.X11-unix:/tmp/.X11-unix -e DISPLAY=$DISPLAY -e NVIDIA_DRIVER_CAPABILITIES=compute,utility,video,graphics,display ${IMAGE}`;
  const { plan, notes } = readRunLine(line);
  if (plan === undefined) throw new Error('not read');
  // The mount of the node is what --device does already: it is left out on purpose.
  const original = run(['bash', '-c', line.replace('docker run', '/usr/bin/docker create').replace(`-v ${CAMERA}:${CAMERA} `, '')], { root: true });
  expect(original.status, original.stderr).toBe(0);
  containers.push(original.stdout.trim());
  const expected = describeContainer(original.stdout.trim());
  docker(engine, 'rename', 'mydocker', 'original');

  write(generateCompose(adoptPlan(plan, notes), 'app'));
  const composed = run(['docker-compose', 'up', '--no-start'], { root: true });
  expect(composed.status, composed.stderr).toBe(0);
  containers.push('mydocker');
  expect(describeContainer('mydocker')).toEqual(expected);
  docker(engine, 'rm', '-f', 'mydocker');
  containers.splice(containers.indexOf('mydocker'), 1);

  write(generateDevcontainer(adoptPlan({ ...plan, gpus: plan.gpus && { ...plan.gpus, optional: true } }, notes)));
  const { status, stdout, stderr } = devcontainer('up', [], { root: true });
  expect(status, stderr).toBe(0);
  const { containerId } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly containerId: string };
  containers.push(containerId);
  const made = describeContainer(containerId) as { readonly mounts: readonly { readonly target: string }[]; readonly variables: readonly string[] };
  // The tools add the workspace; DISPLAY belongs to the terminal and not to the container.
  expect({ ...made, mounts: made.mounts.filter(({ target }) => !target.startsWith('/workspaces')), variables: [...made.variables, `DISPLAY=${display.display}`].sort() }).toEqual(expected);
  expect(devcontainer('exec', ['printenv', 'DISPLAY'], { root: true }).stdout.trim()).toBe(display.display);
});

describe('a run script', () => {
  test('passes the GPU where there is one, and starts without it elsewhere', () => {
    write(generateRunScript(planChoices({ ...DEFAULT_CHOICES, image: IMAGE, workspace: '/workspace', user: 'host', shmSize: '128m' })));
    const withGpu = run(['./run.sh', 'nvidia-smi', '-L']);
    expect(withGpu.stdout, withGpu.stderr).toContain(MACHINE.gpus[0]?.uuid);
    const made = run(['./run.sh', 'bash', '-c', 'touch made && df -m --output=size /dev/shm']);
    expect(made.stdout, made.stderr).toContain('128');
    expect(statSync(path.join(folder, 'made')).uid).toBe(LOCAL);
    const bare = mkdtempSync('/var/tmp/trtc-generate-bin-');
    for (const program of ['bash', 'env', 'dirname', 'docker']) execFileSync('ln', ['-s', program === 'docker' ? '/usr/bin/docker' : execFileSync('which', [program], { encoding: 'utf8' }).trim(), path.join(bare, program)]);
    execFileSync('ln', ['-s', execFileSync('which', ['id'], { encoding: 'utf8' }).trim(), path.join(bare, 'id')]);
    chmodSync(bare, 0o755);
    const without = spawnSync(path.join(folder, 'run.sh'), ['bash', '-c', 'command -v nvidia-smi || echo none'], { env: { ...engine.env, PATH: bare, HOME: home }, encoding: 'utf8' });
    rmSync(bare, { recursive: true });
    expect(without.stdout, without.stderr).toContain('none');
  });

  test('opens the display', () => {
    write(generateRunScript(planChoices({ ...DEFAULT_CHOICES, image: IMAGE, workspace: '/workspace', user: 'host', display: 'x11' })));
    const { stdout, stderr } = run(['./run.sh', 'xdpyinfo']);
    expect(stdout, stderr).toContain(`name of display:    ${display.display}`);
  });
});

test('docker-compose understands every Compose file that uses its syntax', { timeout: 300_000 }, () => {
  const goldens = path.join(ROOT, 'test/golden/generate');
  let checked = 0;
  for (const name of readdirSync(goldens)) {
    const files = [...readFileSync(path.join(goldens, name), 'utf8').matchAll(/^=== (compose\S*\.yaml)\n([^]*?)(?=^=== |^# |$(?![^]))/gm)].map(([, file = '', text = '']) => ({ file, text }));
    // docker-compose 1.29 is older than these attributes.
    if (files.length === 0 || files.some(({ text }) => /^ +(?:gpus|create_host_path):/m.test(text))) continue;
    for (const { file, text } of files) writeFileSync(path.join(folder, file), text);
    const { status, stderr } = run(['docker-compose', ...files.flatMap(({ file }) => ['-f', file]), 'config', '--quiet'], { root: true, env: { UID: '1', GID: '1', WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: '/run/user/1' } });
    expect(status, `${name}: ${stderr}`).toBe(0);
    checked++;
    for (const { file } of files) rmSync(path.join(folder, file));
  }
  expect(checked).toBeGreaterThanOrEqual(10);
  expect(existsSync(path.join(folder, 'compose.yaml'))).toBe(false);
});
