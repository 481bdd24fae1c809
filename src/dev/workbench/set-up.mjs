// Gets the parts that show the extension in a real VS Code: a desktop VS Code where one can be downloaded, else
// code-server (VS Code's own server) with Debian's Chromium. Plain Node without dependencies: it runs before `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const cache = path.join(root, '.cache');

/** Exact versions: a moving workbench would make the suite fail for reasons that are not ours. */
const PACKAGES = { 'code-server': '4.139.1', node: '24.21.0', 'playwright-core': '1.65.1' };

/** What code-server's native modules are compiled with, Chromium itself, and a font for the screenshots. */
const DEBIAN_PACKAGES = ['libkrb5-dev', 'pkg-config', 'python3', 'make', 'g++', 'chromium', 'fonts-dejavu-core'];

/** Runs a command with its output shown; throws with the command line when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}`);
}

/** The full path of a program on PATH, or undefined. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    if (folder !== '' && existsSync(file)) return file;
  }
  return undefined;
}

/** Installs Debian packages that are missing; where that cannot be done, says which ones a person must install. */
export function setUpDebianPackages(wanted) {
  if (!which('dpkg-query')) return;
  const missing = wanted.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
    return stdout !== 'installed';
  });
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`Not installed, and only root can install them: apt-get install ${missing.join(' ')}`);
  console.log(`Installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['update', '-q'], quiet);
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], quiet);
}

/** The Chromium to drive, or undefined. */
export function findChromium() {
  return process.env.CHROMIUM ?? ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(which).find(Boolean);
}

/** Where the parts of the browser workbench lie once `setUpCodeServer` has run. */
export function codeServerParts() {
  const folder = path.join(cache, `code-server-${PACKAGES['code-server']}`);
  return {
    folder,
    stamp: path.join(folder, 'ready.json'),
    node: path.join(folder, 'node/node_modules/.bin/node'),
    server: path.join(folder, 'server/node_modules/code-server/lib/vscode/out/server-main.js'),
    playwright: path.join(folder, 'playwright/node_modules/playwright-core/index.mjs'),
    chromium: findChromium(),
  };
}

/** Installs code-server, the Node it needs and playwright into the cache, once; later calls return at once. */
export function setUpCodeServer() {
  setUpDebianPackages(DEBIAN_PACKAGES);
  const parts = codeServerParts();
  const wanted = JSON.stringify(PACKAGES);
  if (!(existsSync(parts.stamp) && readFileSync(parts.stamp, 'utf8') === wanted)) {
    console.log(`Installing code-server ${PACKAGES['code-server']} into ${path.relative(root, parts.folder)} (some minutes, once)`);
    rmSync(parts.folder, { recursive: true, force: true });
    // A folder each: a later `npm install` beside node's package would prune what that package's own script installed.
    const install = (subfolder, name, env = process.env) => {
      const cwd = path.join(parts.folder, subfolder);
      mkdirSync(cwd, { recursive: true });
      writeFileSync(path.join(cwd, 'package.json'), JSON.stringify({ private: true }));
      const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${PACKAGES[name]}`];
      run('npm', args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
    };
    install('node', 'node');
    install('playwright', 'playwright-core');
    // The native modules must be compiled for, and by, that Node; its package brings the headers, so nothing is downloaded.
    const nodeHome = path.join(parts.folder, 'node/node_modules/node/node_modules', `node-${process.platform}-${process.arch}`);
    install('server', 'code-server', {
      ...process.env,
      PATH: `${path.dirname(parts.node)}${path.delimiter}${process.env.PATH}`,
      ...(existsSync(path.join(nodeHome, 'include/node/node.h')) && { npm_config_nodedir: nodeHome }),
    });
    writeFileSync(parts.stamp, wanted);
  }
  if (parts.chromium === undefined) throw new Error('No Chromium found; set CHROMIUM to one.');
  return parts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUpCodeServer();
