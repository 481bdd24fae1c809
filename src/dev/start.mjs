// `npm start`: sets everything up, lints the samples in the terminal and shows them in VS Code.
//   npm start              a desktop VS Code if there is one, else a browser
//   npm start -- --once    headless; ends when the workbench has shown the diagnostics
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { root, run, setUpNodeModules, which } from './set-up.mjs';
import { copySamples, openAndWaitForDiagnostics, serveSamples } from './workbench/samples.mjs';

const FIRST_SAMPLE = 'custom-tensorrt/Dockerfile';
const once = process.argv.includes('--once');

setUpNodeModules();
const folder = copySamples();
const code = once ? undefined : findDesktop();
if (code === undefined) run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
else run('node', ['src/dev/build.mjs']);

console.log('\ntrtc lint media/samples\n');
const { status } = spawnSync('node', ['dist/trtc.js', 'lint', 'media/samples'], { stdio: 'inherit', cwd: root });
// 0: clean, 1: findings, which the samples are there for.
if (status !== 0 && status !== 1) throw new Error(`trtc lint ended with ${status}`);

if (code !== undefined) {
  console.log(`\nOpening ${folder} in VS Code`);
  run(code, [`--extensionDevelopmentPath=${root}`, folder, path.join(folder, FIRST_SAMPLE)]);
} else {
  const { url, stop } = await serveSamples(folder, FIRST_SAMPLE);
  if (once) await showOnce(url).finally(stop);
  else keepOpen(url);
}

/** A desktop VS Code and a screen to show it on. */
function findDesktop() {
  const screen = process.platform !== 'linux' || process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  return screen ? which(process.platform === 'win32' ? 'code.cmd' : 'code') : undefined;
}

async function showOnce(url) {
  const { browser, page } = await openAndWaitForDiagnostics(url);
  const count = await page.locator('[id="status.problems"]').getAttribute('aria-label');
  console.log(`\nThe workbench shows the diagnostics of ${FIRST_SAMPLE} (${count ?? 'no count'}).`);
  await browser.close();
}

function keepOpen(url) {
  console.log(`\nVS Code with the extension: ${url}\nCtrl+C ends it.`);
  const opener = which(process.platform === 'darwin' ? 'open' : 'xdg-open');
  if (opener !== undefined) spawn(opener, [url], { stdio: 'ignore', detached: true }).unref();
}
