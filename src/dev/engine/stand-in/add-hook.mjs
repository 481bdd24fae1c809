// What NVIDIA's container runtime does before it hands over to runc: node add-hook.mjs HOOK … --bundle FOLDER …
// adds the prestart hook to the container's configuration.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [hook, ...args] = process.argv.slice(2);
const at = args.findIndex((argument) => argument === '--bundle' || argument === '-b');
const file = path.join(at < 0 ? '.' : args[at + 1], 'config.json');
const config = JSON.parse(readFileSync(file, 'utf8'));
config.hooks ??= {};
config.hooks.prestart ??= [];
// `--gpus` together with this runtime: Docker has put it there already.
if (!config.hooks.prestart.some((entry) => entry.path.endsWith('nvidia-container-runtime-hook'))) {
  config.hooks.prestart.push({ path: hook, args: [path.basename(hook), 'prestart'], env: [`PATH=${process.env.PATH}`] });
}
writeFileSync(file, JSON.stringify(config));
