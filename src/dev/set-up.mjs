// What `npm start` and `npm test` need before anything else can run. Plain Node without dependencies: it comes before `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Everything that is fetched or built on the way; git ignores it. */
export const cache = path.join(root, '.cache');

/** Runs a command with its output shown; throws with the command line when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root, ...options });
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
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['update', '-q'], quiet);
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], quiet);
}

/**
 * Runs `npm ci` unless node_modules already holds what package-lock.json asks for, and puts the Node that it brings
 * first on PATH.
 */
export function setUpNodeModules() {
  if (!isInstalled()) {
    console.log('Installing node_modules');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  process.env.PATH = `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`;
}

/** npm notes in node_modules/.package-lock.json what it has put there. */
function isInstalled() {
  const notes = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(notes)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(notes, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) => folder === '' || present[folder]?.version === version || (optional && present[folder] === undefined),
  );
}
