// A workbench on a copy of media/samples with the packaged extension installed: for `npm start` and for the screenshots.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PSEUDO, writePseudo } from '../pseudo.mjs';
import { cache, root } from '../set-up.mjs';
import { installExtension, openBrowser, remoteUri, startServer, workbenchUrl } from './code-server.mjs';

/** Copies the samples to a place where they may be changed, and adds files: name in the folder -> text. */
export function copySamples(files = {}) {
  const folder = path.join(cache, 'samples');
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(root, 'media/samples'), folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** Makes a folder with nothing in it. */
export function makeEmptyFolder() {
  const folder = path.join(cache, 'empty');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Starts a server with the extension on the samples, with `env` added to its environment and in a `language` other than
 * English where one is given; gives the address that opens `file` of them, a function that changes settings, and what
 * ends it.
 */
export async function serveSamples(folder, file, { settings = {}, env = {}, language } = {}) {
  const dataFolder = path.join(cache, 'workbench-data');
  const extensionsFolder = path.join(dataFolder, 'extensions');
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(extensionsFolder, { recursive: true });
  const installed = installExtension(path.join(root, 'tensorrt-containers.vsix'), { dataFolder, extensionsFolder });
  if (language === PSEUDO) writePseudo(installed);
  // The test driver lets the address name the file to open.
  const server = await startServer({ dataFolder, extensionsFolder, settings, env, language, test: true });
  const payload = file === undefined ? [] : [['openFile', remoteUri(server.port, path.join(folder, file))]];
  return { url: workbenchUrl(server.port, folder, payload), change: server.change, stop: server.stop };
}

/** Opens the address in a headless browser and waits until our diagnostics are under the text of the editor. */
export async function openAndWaitForDiagnostics(url, options = {}) {
  const { browser, page } = await openBrowser(options);
  await page.goto(url);
  await page.waitForSelector('.monaco-editor :is(.squiggly-error, .squiggly-warning, .squiggly-info)', { state: 'attached', timeout: 60_000 });
  return { browser, page };
}
