// Credentials for registries, as the docker command line keeps them.
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { run } from '../process/run';

/** Where `docker login` without a name stores what it was told. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** A helper that asks somebody who is not there is ended after so long. */
const HELPER_TIMEOUT_MS = 20_000;

/** Credentials for one registry: a name and password, or a token that stands for them. */
export interface RegistryCredentials {
  readonly userName: string;
  readonly password: string;
  readonly identityToken: string | null;
  readonly serverAddress: string;
}

/** What of `config.json` is read here; format: docker CLI, cli/config/configfile. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string; readonly identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly currentContext?: string;
}

/** The folder of the docker command line's settings. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv): string {
  const set = env['DOCKER_CONFIG'];
  return set !== undefined && set !== '' ? set : path.join(os.homedir(), '.docker');
}

/** The docker command line's settings; none where the file is missing or broken. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  try {
    const value: unknown = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * The credentials that `docker push` would send to `registry` (`docker.io`, `nvcr.io`, `localhost:5000`): from its own
 * helper, the common store, or the file itself, in this order. Null where there are none. A helper is started by its name
 * from PATH.
 */
export async function readCredentials(registry: string, env: NodeJS.ProcessEnv, signal?: AbortSignal, helperTimeoutMs = HELPER_TIMEOUT_MS): Promise<RegistryCredentials | null> {
  const config = await readDockerConfig(dockerConfigFolder(env));
  const keys = registry === 'docker.io' ? [DOCKER_HUB_KEY, 'docker.io', 'index.docker.io'] : [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v2/`];
  const helper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined) ?? config.credsStore;
  if (helper !== undefined && helper !== '') {
    for (const key of keys) {
      const found = await askHelper(helper, key, env, helperTimeoutMs, signal);
      // One that does not answer would not for another name either.
      if (found === 'silent') break;
      if (found !== null) return found;
    }
  }
  for (const key of keys) {
    const entry = config.auths?.[key];
    if (entry === undefined) continue;
    const [userName = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64').toString('utf8').split(':');
    const found: RegistryCredentials = {
      userName: entry.username ?? userName,
      // The docker command line pads it with zeros at times.
      password: entry.password ?? rest.join(':').replace(/\0+$/, ''),
      identityToken: entry.identitytoken ?? null,
      serverAddress: key,
    };
    if (found.userName !== '' || found.identityToken !== null) return found;
  }
  return null;
}

/** Protocol of docker-credential-helpers: `get` with the server on standard input answers with JSON. */
async function askHelper(helper: string, server: string, env: NodeJS.ProcessEnv, timeoutMs: number, signal: AbortSignal | undefined): Promise<RegistryCredentials | 'silent' | null> {
  // The name is part of a program's name, not a path.
  if (!/^[\w.-]+$/.test(helper)) return null;
  try {
    const { status, stdout, timedOut } = await run(`docker-credential-${helper}`, ['get'], { env, input: server, timeoutMs, ...(signal && { signal }) });
    if (timedOut) return 'silent';
    if (status !== 0) return null;
    const { Username: userName, Secret: secret } = JSON.parse(stdout) as { readonly Username?: unknown; readonly Secret?: unknown };
    if (typeof userName !== 'string' || typeof secret !== 'string') return null;
    return userName === '<token>'
      ? { userName: '', password: '', identityToken: secret, serverAddress: server }
      : { userName, password: secret, identityToken: null, serverAddress: server };
  } catch {
    return null;
  }
}

/**
 * The credentials for every registry that the docker command line's settings name: what a build may need, whose registries
 * only the engine learns. `docker login` leaves an entry there for what a helper keeps, too.
 */
export async function readAllCredentials(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<readonly RegistryCredentials[]> {
  const { auths = {}, credHelpers = {} } = await readDockerConfig(dockerConfigFolder(env));
  const registries = new Set([...Object.keys(auths), ...Object.keys(credHelpers)].map((key) => {
    const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
    return host === 'index.docker.io' ? 'docker.io' : host;
  }));
  const found = await Promise.all([...registries].map((registry) => readCredentials(registry, env, signal)));
  return found.filter((credentials) => credentials !== null);
}

/** The value of the header `X-Registry-Auth`: JSON in base64url; an empty object where there are no credentials. */
export function registryAuth(credentials: RegistryCredentials | null): string {
  return Buffer.from(JSON.stringify(credentials === null ? {} : toAuthConfig(credentials))).toString('base64url');
}

/** The value of the header `X-Registry-Config`: JSON by server address, in base64url. Engines want its padding. */
export function registryConfig(credentials: readonly RegistryCredentials[]): string {
  const text = JSON.stringify(Object.fromEntries(credentials.map((each) => [each.serverAddress, toAuthConfig(each)])));
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** AuthConfig of the Engine API. */
function toAuthConfig({ userName, password, identityToken, serverAddress }: RegistryCredentials): object {
  return identityToken !== null ? { identitytoken: identityToken, serveraddress: serverAddress } : { username: userName, password, serveraddress: serverAddress };
}
