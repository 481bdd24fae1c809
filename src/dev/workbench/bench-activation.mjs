// What activation costs: the packaged extension beside an empty one, turn by turn, each in a fresh VS Code server.
//   npm run bench:activation [-- --rounds 7]
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, run, setUpNodeModules } from '../set-up.mjs';
import { installExtension, openBrowser, startServer, workbenchUrl } from './code-server.mjs';
import { copySamples } from './samples.mjs';

/** What the probe measures in the extension host, in milliseconds. */
const MEASURES = {
  activationMs: 'loading and activate()',
  busyMs: 'longest that the extension host is then busy without a break',
};
/** What follows an activation by itself is over by then. */
const AFTERWARDS_MS = 4000;

/**
 * Waits until the start of the window is over, activates the extension with a watch in its hand and reports. The events
 * are left out of both extensions: an activation in the middle of the start would measure the start.
 */
const PROBE = `
const { monitorEventLoopDelay } = require('node:perf_hooks');
exports.activate = () => {
  setTimeout(async () => {
    const extension = require('vscode').extensions.getExtension('tensorrt-containers.tensorrt-containers');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    if (extension.isActive) throw new Error('It is active before its time.');
    const start = performance.now();
    await extension.activate();
    const activationMs = performance.now() - start;
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, ${AFTERWARDS_MS}));
    await fetch(process.env.TRTC_PROBE, { method: 'POST', body: JSON.stringify({ activationMs, busyMs: delay.max / 1e6 }) });
  }, 3000);
};`;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' }, 'keep-package': { type: 'boolean' } } });

setUpNodeModules();
if (!values['keep-package']) run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });

const scratch = mkdtempSync(path.join(os.tmpdir(), 'trtc-activation-'));
const folder = copySamples();
const results = { empty: [], ours: [] };
const reports = await serveReports();
try {
  const kinds = { empty: prepare('empty'), ours: prepare('ours') };
  // The first window of each warms the disk.
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const [kind, extensions] of Object.entries(kinds)) {
      const measured = await measure(extensions);
      if (round >= 0) results[kind].push(measured);
    }
  }
} finally {
  reports.stop();
  rmSync(scratch, { recursive: true, force: true });
}
console.table(
  Object.fromEntries(
    Object.entries(MEASURES).map(([name, meaning]) => {
      const [empty, ours] = [results.empty, results.ours].map((all) => all.map((one) => one[name]));
      return [meaning, { 'empty: median (spread) ms': describe(empty), 'ours: median (spread) ms': describe(ours), 'difference ms': round(median(ours) - median(empty)) }];
    }),
  ),
);

/** An extensions folder with the extension, or with an empty one of the same name, and the probe. */
function prepare(kind) {
  const extensions = path.join(scratch, kind);
  const unpacked = path.join(scratch, 'unpacked');
  mkdirSync(extensions);
  mkdirSync(unpacked, { recursive: true });
  if (kind === 'ours') {
    const from = installExtension(path.join(root, 'tensorrt-containers.vsix'), { dataFolder: path.join(scratch, 'data'), extensionsFolder: unpacked });
    const to = path.join(extensions, 'tensorrt-containers.tensorrt-containers-0.1.0');
    cpSync(from, to, { recursive: true });
    const manifest = JSON.parse(readFileSync(path.join(to, 'package.json'), 'utf8'));
    writeFileSync(path.join(to, 'package.json'), JSON.stringify({ ...manifest, activationEvents: [] }));
  } else {
    const { name, publisher, version, engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const source = 'exports.activate = () => undefined;';
    writeExtension(path.join(extensions, 'tensorrt-containers.tensorrt-containers-0.1.0'), { name, publisher, version, engines, activationEvents: [] }, source);
  }
  writeExtension(path.join(extensions, 'tensorrt-containers.probe-0.0.1'), { name: 'probe', publisher: 'tensorrt-containers', version: '0.0.1', engines: { vscode: '^1.91.0' }, activationEvents: ['onStartupFinished'] }, PROBE);
  return extensions;
}

function writeExtension(extension, manifest, source) {
  mkdirSync(extension);
  writeFileSync(path.join(extension, 'package.json'), JSON.stringify({ ...manifest, main: './main.js' }));
  writeFileSync(path.join(extension, 'main.js'), source);
}

/** Opens a window and gives what the probe says of it. */
async function measure(extensionsFolder) {
  const dataFolder = mkdtempSync(path.join(scratch, 'data-'));
  const server = await startServer({ dataFolder, extensionsFolder, env: { TRTC_PROBE: reports.url }, test: true });
  const { browser, page } = await openBrowser();
  try {
    const report = reports.next();
    await page.goto(workbenchUrl(server.port, folder));
    return await report;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Takes what probes send, one after the other. */
async function serveReports() {
  let take;
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.end();
      take?.(JSON.parse(body));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The probe did not answer.')), 120_000);
      take = (value) => (clearTimeout(timer), resolve(value));
    });
  return { url: `http://127.0.0.1:${server.address().port}`, next, stop: () => server.close() };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function describe(numbers) {
  return `${round(median(numbers))} (${round(Math.min(...numbers))}–${round(Math.max(...numbers))})`;
}

function round(number) {
  return Math.round(number * 10) / 10;
}
