// Builds tensorrt-containers.vsix and prints what is in it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './set-up.mjs';

const README = 'dist/README.md';

run(process.execPath, ['src/dev/build.mjs', '--minify']);
// VS Code shows no picture with a relative address on the page of an extension, and they weigh as much as the extension.
writeFileSync(path.join(root, README), readFileSync(path.join(root, 'README.md'), 'utf8').replace(/^(?:!\[.*\]\(docs\/pictures\/.*\)|<img src="docs\/pictures\/.*>)\n\n/gm, ''));
run('vsce', ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--readme-path', README, '--out', 'tensorrt-containers.vsix']);
run('vsce', ['ls', '--no-dependencies', '--readme-path', README]);
