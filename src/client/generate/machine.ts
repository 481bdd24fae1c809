import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Machine } from '../../generate/suggest';

/** Looks at this machine: the one on which the extension, and the engine, run. Starts nothing. */
export async function readMachine(env: NodeJS.ProcessEnv = process.env): Promise<Machine> {
  const { DISPLAY: display = '', WAYLAND_DISPLAY: waylandDisplay = '', XDG_RUNTIME_DIR: runtime = '', PATH: programs = '' } = env;
  const [wslg, nvidia, dxg, soundServer, devices, docker, podman] = await Promise.all([
    exists('/mnt/wslg'),
    exists('/dev/nvidiactl'),
    exists('/dev/dxg'),
    runtime === '' ? false : exists(path.join(runtime, 'pulse/native')),
    readdir('/dev').catch(() => []),
    isProgram('docker', programs),
    isProgram('podman', programs),
  ]);
  return {
    wslg,
    display,
    waylandDisplay,
    ssh: env['SSH_CONNECTION'] !== undefined,
    cameras: devices.filter((name) => /^video\d+$/.test(name)).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5))).map((name) => `/dev/${name}`),
    soundServer,
    gpu: nvidia || dxg,
    engines: [...(docker ? ['docker' as const] : []), ...(podman ? ['podman' as const] : [])],
  };
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function isProgram(name: string, programs: string): Promise<boolean> {
  const found = await Promise.all(programs.split(path.delimiter).filter((folder) => path.isAbsolute(folder)).map((folder) => exists(path.join(folder, name))));
  return found.includes(true);
}
