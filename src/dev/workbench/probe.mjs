// For benchmarks in a real window: extensions put together for it, a probe among them, and the reports that probes send.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { root } from '../set-up.mjs';
import { installExtension, openBrowser, startServer, workbenchUrl } from './code-server.mjs';

const ID = 'tensorrt-containers.tensorrt-containers';

/** Where `writeExtension` and `copyPackaged` put an extension of ours in an extensions folder. */
const place = (extensions, name) => path.join(extensions, `tensorrt-containers.${name}-0.1.0`);

/** Writes an extension of one file. */
export function writeExtension(extensions, manifest, source) {
  const folder = place(extensions, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ publisher: 'tensorrt-containers', version: '0.1.0', engines: { vscode: '^1.91.0' }, ...manifest, main: './main.js' }));
  writeFileSync(path.join(folder, 'main.js'), source);
}

/** Copies the packaged extension into an extensions folder, its manifest with `changes`. `scratch` is an empty folder's parent. */
export function copyPackaged(extensions, scratch, changes = {}) {
  const unpacked = mkdtempSync(path.join(scratch, 'unpacked-'));
  const from = installExtension(path.join(root, 'tensorrt-containers.vsix'), { dataFolder: path.join(scratch, 'data'), extensionsFolder: unpacked });
  const to = place(extensions, ID.split('.')[1]);
  cpSync(from, to, { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(to, 'package.json'), 'utf8'));
  writeFileSync(path.join(to, 'package.json'), JSON.stringify({ ...manifest, ...changes }));
}

/** A probe that waits until the start of the window is over, runs `body`, and sends the object that it returns; `ours` is the extension that is measured. */
export function writeProbe(extensions, body) {
  const source = `
exports.activate = () => {
  setTimeout(async () => {
    const report = await measure(require('vscode').extensions.getExtension('${ID}')).catch((error) => ({ error: String(error.stack) }));
    await fetch(process.env.TRTC_PROBE, { method: 'POST', body: JSON.stringify(report) });
  }, 3000);
};
async function measure(ours) {${body}}`;
  writeExtension(extensions, { name: 'probe', activationEvents: ['onStartupFinished'] }, source);
}

/**
 * Opens the folder in a window with the extensions, as often as `take` is called: every window has a fresh extension
 * host. `take` gives what the probe reports.
 */
export async function openWindows({ scratch, extensionsFolder, folder }) {
  const reports = await serveReports();
  const server = await startServer({ dataFolder: mkdtempSync(path.join(scratch, 'data-')), extensionsFolder, env: { TRTC_PROBE: reports.url }, test: true });
  const { browser, page } = await openBrowser();
  return {
    async take() {
      const report = reports.next();
      await page.goto(workbenchUrl(server.port, folder));
      const { error, ...measured } = await report;
      // The extension host ends with its window.
      await page.goto('about:blank');
      if (error !== undefined) throw new Error(error);
      return measured;
    },
    async close() {
      await browser.close();
      await server.stop();
      reports.stop();
    },
  };
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
      const timer = setTimeout(() => reject(new Error('The probe did not answer.')), 240_000);
      take = (value) => (clearTimeout(timer), resolve(value));
    });
  return { url: `http://127.0.0.1:${server.address().port}`, next, stop: () => server.close() };
}

/** The number that a part of all numbers, from 0 to 1, does not exceed. */
export function quantile(numbers, part) {
  return numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))] ?? Number.NaN;
}

/** `median (smallest–largest)`, to a tenth. */
export function describe(numbers) {
  return `${round(quantile(numbers, 0.5))} (${round(Math.min(...numbers))}–${round(Math.max(...numbers))})`;
}

export function round(number) {
  return Math.round(number * 10) / 10;
}
