// Starts code-server's own VS Code server and opens its workbench in Chromium.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUpCodeServer, setUpLanguage } from './set-up.mjs';

/** Settings of every workbench that we start: nothing that talks to a network or covers the editor. */
export const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
};

/**
 * Starts the server. `dataFolder` holds everything it writes.
 * `test`: accept an extension under development and its tests from the page's address.
 * `trustAll`: treat every folder as trusted, without asking.
 * `language`: that of the workbench, `zh-cn`, where it is not English.
 * Gives its port, a function that changes the settings of the workbenches that are open, and one that ends it.
 */
export async function startServer({ dataFolder, extensionsFolder, env = {}, settings = {}, test = false, trustAll = true, language }) {
  const { node, server } = setUpCodeServer();
  const change = (changes) => {
    for (const scope of ['User', 'Machine']) {
      const folder = path.join(dataFolder, 'data', scope);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...settings, ...changes }, undefined, 2));
    }
  };
  change({});
  // Where code-server itself notes the language packs that were installed.
  if (language !== undefined) writeFileSync(path.join(dataFolder, 'data/languagepacks.json'), JSON.stringify({ [language]: await setUpLanguage(language) }));
  const args = [
    server,
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    ...['--server-data-dir', dataFolder, '--disable-telemetry'],
    ...(extensionsFolder === undefined ? [] : ['--extensions-dir', extensionsFolder]),
    ...(test ? ['--enable-smoke-test-driver'] : []),
    ...(trustAll ? ['--disable-workspace-trust'] : []),
    ...(language === undefined ? [] : ['--locale', language]),
  ];
  // As if started by the command line: the environment is taken as it is, and not that of a login shell, whose PATH differs.
  const child = spawn(node, args, { env: { ...process.env, EXTENSIONS_GALLERY: '{}', VSCODE_CLI: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  // However this process ends, the server does not outlive it.
  const end = () => child.kill();
  const endAll = () => process.exit(1);
  process.once('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, endAll);
  let output = '';
  const port = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      const found = /listening on (\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`The VS Code server ended with ${code}:\n${output}`)));
    child.on('error', reject);
  });
  return {
    port,
    change,
    stop: () =>
      new Promise((resolve) => {
        process.off('exit', end);
        for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, endAll);
        child.removeAllListeners('exit');
        child.on('exit', resolve);
        child.kill();
      }),
  };
}

/** Installs a .vsix into an extensions folder; gives the folder that it was unpacked into. */
export function installExtension(vsix, { dataFolder, extensionsFolder }) {
  const { node, server } = setUpCodeServer();
  const args = [server, '--install-extension', vsix, '--force', '--extensions-dir', extensionsFolder, '--server-data-dir', dataFolder];
  const { status, stdout, stderr } = spawnSync(node, [...args, '--accept-server-license-terms'], { encoding: 'utf8' });
  const unpacked = readdirSync(extensionsFolder).find((name) => name.startsWith('tensorrt-containers.'));
  if (status !== 0 || unpacked === undefined) throw new Error(`${vsix} could not be installed:\n${stdout}${stderr}`);
  return path.join(extensionsFolder, unpacked);
}

/** The address of the workbench on a folder; `payload` are pairs that only a server started with `test` accepts. */
export function workbenchUrl(port, folder, payload = []) {
  const query = new URLSearchParams({ folder, ...(payload.length > 0 && { payload: JSON.stringify(payload) }) });
  return `http://127.0.0.1:${port}/?${query}`;
}

/** The URI under which the workbench of a server knows a file of this machine. */
export function remoteUri(port, file) {
  return `vscode-remote://127.0.0.1:${port}${file}`;
}

/** A page of a new Chromium, and the browser to close at the end. `scale`: pixels of the picture to one of the page. */
export async function openBrowser({ colorScheme = 'dark', width = 1400, height = 900, scale = 1, reducedMotion } = {}) {
  const { playwright, chromium: executablePath } = setUpCodeServer();
  const { chromium } = await import(pathToFileURL(playwright).href);
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  // Chromium refuses its sandbox to root.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme, reducedMotion, permissions: ['clipboard-read', 'clipboard-write'] });
  return { browser, page };
}
