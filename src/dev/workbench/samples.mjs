// A workbench on a copy of media/samples with the packaged extension installed: for `npm start` and for the screenshots.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, root } from '../set-up.mjs';
import { installExtension, openBrowser, remoteUri, startServer, workbenchUrl } from './code-server.mjs';

/** Copies the samples to a place where they may be changed. */
export function copySamples() {
  const folder = path.join(cache, 'samples');
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(root, 'media/samples'), folder, { recursive: true });
  return folder;
}

/** Starts a server with the extension on the samples, with `env` added to its environment; gives the address that opens `file` of them, and what ends it. */
export async function serveSamples(folder, file, settings = {}, env = {}) {
  const dataFolder = path.join(cache, 'workbench-data');
  const extensionsFolder = path.join(dataFolder, 'extensions');
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(extensionsFolder, { recursive: true });
  installExtension(path.join(root, 'tensorrt-containers.vsix'), { dataFolder, extensionsFolder });
  // The test driver lets the address name the file to open.
  const server = await startServer({ dataFolder, extensionsFolder, settings, env, test: true });
  return { url: workbenchUrl(server.port, folder, [['openFile', remoteUri(server.port, path.join(folder, file))]]), stop: server.stop };
}

/** Opens the address in a headless browser and waits until our diagnostics are under the text of the editor. */
export async function openAndWaitForDiagnostics(url, options = {}) {
  const { browser, page } = await openBrowser(options);
  await page.goto(url);
  await page.waitForSelector('.monaco-editor :is(.squiggly-error, .squiggly-warning, .squiggly-info)', { state: 'attached', timeout: 60_000 });
  return { browser, page };
}
