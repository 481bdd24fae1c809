// Where engines may be reached on this machine, and which one the docker command line would talk to.
import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dockerConfigFolder, readDockerConfig } from './credentials';
import type { EngineAddress } from './model';

/** An engine that a setting names. */
export interface ExtraAddress {
  readonly name: string;
  readonly url: string;
  /** As of EngineAddress; without it the environment decides, as for `docker -H`. */
  readonly certificates?: string | null;
}

const DEFAULT_URL = process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';

/** Address of a context that is chosen and does not exist. */
export const NO_URL = '';

/**
 * All engines that can be named here, the current one first: DOCKER_HOST, the docker contexts, those of a setting, and
 * sockets at their usual places that none of these names. Nothing is asked of any engine. What is broken in the docker
 * command line's files is passed over.
 */
export async function listAddresses({
  env = process.env,
  configFolder = dockerConfigFolder(env),
  extra = [],
}: {
  readonly env?: NodeJS.ProcessEnv;
  readonly configFolder?: string;
  readonly extra?: readonly ExtraAddress[];
} = {}): Promise<readonly EngineAddress[]> {
  const host = readHost(env, configFolder);
  const config = await readDockerConfig(configFolder);
  const wanted = notEmpty(env['DOCKER_CONTEXT']) ?? notEmpty(config.currentContext) ?? 'default';
  const contexts = await readContexts(configFolder);
  // DOCKER_HOST has the last word, as for the docker command line, whose context `default` it then is.
  const standard: EngineAddress = host ?? { name: 'default', from: 'context', url: DEFAULT_URL, certificates: null, current: false };
  const named = [standard, ...contexts].map((address) => ({ ...address, current: host === undefined ? address.name === wanted : address === standard }));
  // As the docker command line, which refuses to work then: another engine in its place would be a surprise.
  const lost: readonly EngineAddress[] = named.some(({ current }) => current) ? [] : [{ name: wanted, from: 'context', url: NO_URL, certificates: null, current: true }];
  const settings = extra.map(({ name, url, certificates }): EngineAddress => {
    const tls = certificates === undefined ? readTls(url, env, configFolder) : { certificates };
    return { name, from: 'setting', url, ...tls, current: false };
  });
  const known = [...named, ...lost, ...settings];
  const all = await withoutDoubles([...known, ...(await findSockets(env))], known.length);
  return uniqueNames([...all].sort((left, right) => Number(right.current) - Number(left.current)));
}

/** DOCKER_HOST, as the docker command line reads it. */
function readHost(env: NodeJS.ProcessEnv, configFolder: string): EngineAddress | undefined {
  const written = notEmpty(env['DOCKER_HOST']?.trim());
  if (written === undefined) return undefined;
  const url = (written.includes('://') ? written : `tcp://${written}`).replace(/^tcp:\/\/(?=:\d)/, 'tcp://localhost');
  return { name: 'DOCKER_HOST', from: 'environment', url, ...readTls(url, env, configFolder), current: true };
}

/** DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH, which go with an address that is not a context. */
function readTls(url: string, env: NodeJS.ProcessEnv, configFolder: string): Pick<EngineAddress, 'certificates' | 'skipVerification'> {
  const verified = notEmpty(env['DOCKER_TLS_VERIFY']) !== undefined;
  const encrypted = /^(tcp|https):/.test(url) && (verified || notEmpty(env['DOCKER_TLS']) !== undefined);
  if (!encrypted) return { certificates: null };
  return { certificates: notEmpty(env['DOCKER_CERT_PATH']) ?? configFolder, ...(!verified && { skipVerification: true }) };
}

/** Docker's contexts: `contexts/meta/<sha256 of the name>/meta.json`, certificates in `contexts/tls/<the same>/docker`. */
async function readContexts(configFolder: string): Promise<readonly EngineAddress[]> {
  const folder = path.join(configFolder, 'contexts', 'meta');
  const ids = await readdir(folder).catch(() => []);
  const contexts = await Promise.all(ids.map((id) => readContext(configFolder, path.join(folder, id, 'meta.json'))));
  return contexts.filter((context) => context !== undefined).sort((left, right) => left.name.localeCompare(right.name));
}

async function readContext(configFolder: string, file: string): Promise<EngineAddress | undefined> {
  try {
    const meta = JSON.parse(await readFile(file, 'utf8')) as {
      readonly Name?: unknown;
      readonly Endpoints?: { readonly docker?: { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } };
    };
    const { Host: url, SkipTLSVerify: skip } = meta.Endpoints?.docker ?? {};
    if (typeof meta.Name !== 'string' || typeof url !== 'string' || url === '') return undefined;
    const certificates = path.join(configFolder, 'contexts', 'tls', createHash('sha256').update(meta.Name).digest('hex'), 'docker');
    return {
      name: meta.Name,
      from: 'context',
      url,
      // Docker encrypts for either: with its certificates, or with none where it is told not to verify.
      certificates: skip === true || (await exists(certificates)) ? certificates : null,
      ...(skip === true && { skipVerification: true }),
      current: false,
    };
  } catch {
    return undefined;
  }
}

/** Sockets where rootless Docker, Docker Desktop and Podman put theirs. */
async function findSockets(env: NodeJS.ProcessEnv): Promise<readonly EngineAddress[]> {
  if (process.platform === 'win32') return [];
  const runtime = notEmpty(env['XDG_RUNTIME_DIR']);
  const places: readonly (readonly [string, string])[] = [
    ['docker', '/var/run/docker.sock'],
    ['docker-desktop', path.join(os.homedir(), '.docker/run/docker.sock')],
    ['docker-desktop', path.join(os.homedir(), '.docker/desktop/docker.sock')],
    ...(runtime === undefined ? [] : ([['rootless', path.join(runtime, 'docker.sock')], ['podman', path.join(runtime, 'podman/podman.sock')]] as const)),
    ['podman-root', '/run/podman/podman.sock'],
  ];
  const found = await Promise.all(places.map(async ([name, place]) => ((await exists(place)) ? [{ name, place }] : [])));
  return found.flat().map(({ name, place }) => ({ name, from: 'socket', url: `unix://${place}`, certificates: null, current: false }));
}

/** Leaves out addresses from the `from`-th on whose socket an earlier one has already, by another name or link. */
async function withoutDoubles(addresses: readonly EngineAddress[], from: number): Promise<readonly EngineAddress[]> {
  const places = await Promise.all(addresses.map(async ({ url }) => (url.startsWith('unix://') ? realpath(url.slice('unix://'.length)).catch(() => url) : url)));
  return addresses.filter((_, index) => index < from || places.indexOf(places[index] ?? '') === index);
}

function uniqueNames(addresses: readonly EngineAddress[]): readonly EngineAddress[] {
  const taken = new Set<string>();
  return addresses.map((address) => {
    let name = address.name;
    for (let count = 2; taken.has(name); count++) name = `${address.name} (${count})`;
    taken.add(name);
    return name === address.name ? address : { ...address, name };
  });
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}

function notEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
