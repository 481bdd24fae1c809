// The buildx component of Docker, and a docker command that knows it: Debian 13 has both, Debian 12 has neither. They are
// unpacked, not installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from '../set-up.mjs';

const SOURCE = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n';

/**
 * Gives the `program` (docker) and a `config` folder (DOCKER_CONFIG) in which it finds buildx; `withoutJson` is that
 * program as older versions are: it refuses progress as JSON. Downloads them once; throws where that cannot be done.
 */
export function setUpBuildx() {
  const folder = path.join(cache, 'buildx');
  const program = path.join(folder, 'root/usr/bin/docker');
  const plugin = path.join(folder, 'root/usr/libexec/docker/cli-plugins/docker-buildx');
  if (!existsSync(plugin) || !existsSync(program)) download(folder);
  const config = path.join(folder, 'config');
  const link = path.join(config, 'cli-plugins/docker-buildx');
  mkdirSync(path.dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(plugin, link);
  const withoutJson = path.join(folder, 'docker-without-json');
  writeFileSync(withoutJson, `#!/bin/sh\ncase " $* " in *" rawjson "*) echo 'ERROR: invalid progress mode rawjson' >&2; exit 1;; esac\nexec '${program}' "$@"\n`, { mode: 0o755 });
  return { program, config, withoutJson };
}

function download(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['lists/partial', 'cache/archives/partial', 'state', 'root', 'debs']) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, 'sources.list'), SOURCE);
  writeFileSync(path.join(folder, 'state/status'), '');
  const place = (name) => path.join(folder, name);
  const settings = { 'Etc::SourceList': place('sources.list'), 'Etc::SourceParts': '/dev/null', State: place('state'), 'State::Lists': place('lists'), 'State::status': place('state/status'), Cache: place('cache') };
  writeFileSync(place('apt.conf'), Object.entries(settings).map(([name, value]) => `Dir::${name} "${value}";\n`).join(''));
  const env = { ...process.env, APT_CONFIG: place('apt.conf') };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['download', '-qq', 'docker-cli', 'docker-buildx'], { env, cwd: place('debs') });
  for (const name of readdirSync(place('debs'))) run('dpkg', ['-x', path.join(place('debs'), name), place('root')], {});
  for (const name of ['lists', 'cache', 'debs']) rmSync(place(name), { recursive: true });
}

function run(program, args, options) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
