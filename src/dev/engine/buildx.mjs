// The buildx component of Docker, and a docker command that knows it: Debian 13 has both, Debian 12 has neither.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from '../set-up.mjs';
import { unpackFromTrixie } from './trixie.mjs';

/**
 * Gives the `program` (docker) and a `config` folder (DOCKER_CONFIG) in which it finds buildx; `withoutJson` is that
 * program as older versions are: it refuses progress as JSON. Downloads them once; throws where that cannot be done.
 */
export function setUpBuildx() {
  const folder = path.join(cache, 'buildx');
  const program = path.join(folder, 'root/usr/bin/docker');
  const plugin = path.join(folder, 'root/usr/libexec/docker/cli-plugins/docker-buildx');
  if (!existsSync(plugin) || !existsSync(program)) unpackFromTrixie(folder, ['docker-cli', 'docker-buildx']);
  const config = path.join(folder, 'config');
  const link = path.join(config, 'cli-plugins/docker-buildx');
  mkdirSync(path.dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(plugin, link);
  const withoutJson = path.join(folder, 'docker-without-json');
  writeFileSync(withoutJson, `#!/bin/sh\ncase " $* " in *" rawjson "*) echo 'ERROR: invalid progress mode rawjson' >&2; exit 1;; esac\nexec '${program}' "$@"\n`, { mode: 0o755 });
  return { program, config, withoutJson };
}
