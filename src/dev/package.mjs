// Builds tensorrt-containers.vsix and prints what is in it.
import { run } from './set-up.mjs';

run(process.execPath, ['src/dev/build.mjs', '--minify']);
run('vsce', ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', 'tensorrt-containers.vsix']);
run('vsce', ['ls', '--no-dependencies']);
