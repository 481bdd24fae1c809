// Programs of Debian 13 beside those of Debian 12: unpacked, not installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { debianMirror } from './debian.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads packages and unpacks them into `root` of a folder, which is made anew: it is there when all is in it. Throws
 * where that cannot be done.
 */
export function unpackFromTrixie(target, packages) {
  const folder = `${target}.${process.pid}`;
  try {
    unpack(folder, packages);
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack(folder, packages) {
  for (const name of ['lists/partial', 'cache/archives/partial', 'state', 'root', 'debs']) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, 'sources.list'), `deb [signed-by=${KEYRING}] ${debianMirror()} trixie main\n`);
  writeFileSync(path.join(folder, 'state/status'), '');
  const place = (name) => path.join(folder, name);
  const settings = { 'Etc::SourceList': place('sources.list'), 'Etc::SourceParts': '/dev/null', State: place('state'), 'State::Lists': place('lists'), 'State::status': place('state/status'), Cache: place('cache') };
  writeFileSync(place('apt.conf'), Object.entries(settings).map(([name, value]) => `Dir::${name} "${value}";\n`).join(''));
  const env = { ...process.env, APT_CONFIG: place('apt.conf') };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['download', '-qq', ...packages], { env, cwd: place('debs') });
  for (const name of readdirSync(place('debs'))) run('dpkg', ['-x', path.join(place('debs'), name), place('root')], {});
  for (const name of ['lists', 'cache', 'debs']) rmSync(place(name), { recursive: true });
}

function run(program, args, options) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
