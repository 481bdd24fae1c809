// Runs a command with an engine of its own:
//   node src/dev/engine/with-engine.mjs [--gpu none] [--registry] [--busybox] -- COMMAND…
// DOCKER_HOST names the engine, TRTC_REGISTRY the registry (127.0.0.1:PORT). Nothing is left behind at the end.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { busyboxImage, setUpEngine, startEngine, startRegistry } from './index.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { gpu: { type: 'string', default: 'stand-in' }, registry: { type: 'boolean', default: false }, busybox: { type: 'boolean', default: false } },
});
if (positionals.length === 0) throw new Error('No command: node src/dev/engine/with-engine.mjs [--gpu none] [--registry] [--busybox] -- COMMAND…');

setUpEngine();
const registry = values.registry ? await startRegistry() : undefined;
const engine = await startEngine({ gpu: values.gpu, mirrors: registry === undefined ? [] : [`http://${registry.host}`] });
if (values.busybox) await busyboxImage(engine);
const [command, ...args] = positionals;
const child = spawn(command, args, { stdio: 'inherit', env: { ...engine.env, ...(registry && { TRTC_REGISTRY: registry.host }) } });
// Ctrl+C reaches the command by itself; we wait for its end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)).on('error', (error) => (console.error(error.message), resolve(127))));
await engine.stop();
await registry?.stop();
