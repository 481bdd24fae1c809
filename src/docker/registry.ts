// What lies in a registry, through its HTTP API (https://distribution.github.io/distribution/spec/api/).
import { msg, type Message, type Text } from '../core/l10n/message';
import { readCredentials, type RegistryCredentials } from './credentials';
import { cancelled, DockerError, ours } from './errors';

/** A request that is not answered for so long is given up. */
const PATIENCE_MS = 30_000;

/** A listing with more pages than this is given up: the registry leads in circles. */
const MOST_PAGES = 1_000;

/** An answer that is longer than this is no list of ours. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** A registry that has answered. */
export interface Registry {
  /** As in references: `localhost:5000`, `ghcr.io`. */
  readonly host: string;
  /** `https://…` or `http://…`, without a slash at its end. */
  readonly url: string;
  /** How it wants to be asked; null where anybody may. */
  readonly challenge: Challenge | null;
  readonly credentials: RegistryCredentials | null;
}

/** Of a WWW-Authenticate header (RFC 6750, https://distribution.github.io/distribution/spec/auth/token/). */
interface Challenge {
  readonly scheme: 'basic' | 'bearer';
  readonly realm: string;
  readonly service: string;
}

/** A tag as the registry keeps it. */
export interface RegistryTag {
  readonly tag: string;
  /** `sha256:…`, of what the tag names: an image, or an index of images. */
  readonly digest: string;
  /** Its layers and settings together, compressed; null for an index, whose images lie behind it. */
  readonly sizeBytes: number | null;
  /** `linux/arm64`, for an index. */
  readonly platforms: readonly string[];
}

export interface RegistryOptions {
  /** Where the docker command line's settings lie; see `readCredentials`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Plain HTTP is tried as well, as it always is for this machine's own registries. */
  readonly insecure?: boolean;
  readonly signal?: AbortSignal;
}

/** Whether a registry lies on this machine: engines talk plain HTTP to those without being told (docs.docker.com, dockerd, insecure registries). */
export function isLocalRegistry(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** Whether an engine's refusal to push or pull says that the registry speaks plain HTTP and is not trusted to. */
export function isInsecureRefusal(detail: string): boolean {
  return /server gave HTTP response to HTTPS client/i.test(detail);
}

/** Reaches a registry, by HTTPS before HTTP, and learns how it wants to be asked. Throws DockerError. */
export async function openRegistry(host: string, { env = process.env, insecure = false, signal }: RegistryOptions = {}): Promise<Registry> {
  if (!/^(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/i.test(host)) throw new DockerError({ kind: 'context-unreachable', name: host, url: host, ...ours(msg`not the name of a registry`) });
  const credentials = await readCredentials(host, env, signal);
  const urls = insecure || isLocalRegistry(host) ? [`https://${host}`, `http://${host}`] : [`https://${host}`];
  let failure: unknown;
  for (const url of urls) {
    try {
      const response = await send({ host, url }, `${url}/v2/`, {}, signal);
      await response.body?.cancel();
      if (response.status !== 401 && !response.ok) throw refused(response.status, `${url}/v2/: ${response.statusText}`);
      return { host, url, challenge: response.status === 401 ? readChallenge(response.headers.get('www-authenticate'), url) : null, credentials };
    } catch (error) {
      if (error instanceof DockerError && error.problem.kind === 'cancelled') throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Names of the repositories, as many as the registry shows this user, in order. */
export async function listRepositories(registry: Registry, signal?: AbortSignal): Promise<readonly string[]> {
  return listPages(registry, '/v2/_catalog?n=200', 'registry:catalog:*', 'repositories', signal);
}

/** Tags of a repository, in order; none where it has none left. */
export async function listTags(registry: Registry, repository: string, signal?: AbortSignal): Promise<readonly string[]> {
  return listPages(registry, `/v2/${checkRepository(repository)}/tags/list?n=200`, `repository:${repository}:pull`, 'tags', signal);
}

/** What a tag names. Null where there is no such tag. */
export async function describeTag(registry: Registry, repository: string, tag: string, signal?: AbortSignal): Promise<RegistryTag | null> {
  const response = await ask(registry, manifestPath(repository, tag), { headers: { Accept: MANIFEST_TYPES.join(', ') } }, `repository:${repository}:pull`, signal);
  if (response.status === 404) return null;
  const manifest = (await readJson(response)) as {
    readonly config?: { readonly size?: number };
    readonly layers?: readonly { readonly size?: number }[];
    readonly manifests?: readonly { readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string } }[];
  };
  const digest = response.headers.get('docker-content-digest');
  if (digest === null) throw refused(response.status, msg`the registry does not tell the digest`);
  const platforms = (manifest.manifests ?? []).flatMap(({ platform }) =>
    platform?.os === undefined || platform.os === 'unknown' ? [] : [[platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined && part !== '').join('/')],
  );
  const sizeBytes = manifest.layers === undefined ? null : [manifest.config, ...manifest.layers].reduce((sum, part) => sum + (part?.size ?? 0), 0);
  return { tag, digest, sizeBytes, platforms };
}

/** What `deleteTag` did. `shared`: nothing, because other tags name the same image and would go with it. */
export type DeletedTag =
  | { readonly outcome: 'deleted'; readonly digest: string; readonly alsoDeleted: readonly string[] }
  | { readonly outcome: 'shared'; readonly digest: string; readonly otherTags: readonly string[] }
  | { readonly outcome: 'not-found' };

/**
 * Deletes a tag. Old registries can only delete what it names, and with that every tag of the same image: this is done
 * where `withOthers` allows it or there are none. The space is freed when the registry collects its garbage.
 * Throws DockerError with status 405 where the registry does not allow deleting.
 */
export async function deleteTag(registry: Registry, repository: string, tag: string, { withOthers = false, signal }: { readonly withOthers?: boolean; readonly signal?: AbortSignal } = {}): Promise<DeletedTag> {
  const described = await describeTag(registry, repository, tag, signal);
  if (described === null) return { outcome: 'not-found' };
  const { digest } = described;
  const remove = (reference: string): Promise<Response> => ask(registry, manifestPath(repository, reference), { method: 'DELETE' }, `repository:${repository}:pull,delete`, signal);
  const otherTags = await findSameTags(registry, repository, tag, digest, signal);
  if (otherTags.length > 0 && !withOthers) {
    // Registries of today delete the tag alone.
    const response = await remove(tag);
    await response.body?.cancel();
    if (response.ok) return { outcome: 'deleted', digest, alsoDeleted: [] };
    return { outcome: 'shared', digest, otherTags };
  }
  const response = await remove(digest);
  if (!response.ok && response.status !== 404) throw refused(response.status, await readRefusal(response));
  await response.body?.cancel();
  return { outcome: 'deleted', digest, alsoDeleted: otherTags };
}

async function findSameTags(registry: Registry, repository: string, tag: string, digest: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const others: string[] = [];
  for (const other of await listTags(registry, repository, signal)) {
    if (other === tag) continue;
    const response = await ask(registry, manifestPath(repository, other), { method: 'HEAD', headers: { Accept: MANIFEST_TYPES.join(', ') } }, `repository:${repository}:pull`, signal);
    if (response.headers.get('docker-content-digest') === digest) others.push(other);
  }
  return others;
}

function manifestPath(repository: string, reference: string): string {
  return `/v2/${checkRepository(repository)}/manifests/${encodeURIComponent(reference)}`;
}

/** Names of repositories (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests): nothing in them needs an escape or leads upwards. */
const REPOSITORY = /^[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*)*$/;

function checkRepository(name: string): string {
  if (!REPOSITORY.test(name)) throw refused(null, msg`not the name of a repository: ${name}`);
  return name;
}

/** All pages of a list; the next one is told in the Link header (RFC 5988). */
async function listPages(registry: Registry, first: string, scope: string, key: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const names: string[] = [];
  let next: string | undefined = first;
  for (let page = 0; next !== undefined && page < MOST_PAGES; page++) {
    const response = await ask(registry, next, {}, scope, signal);
    if (response.status === 404) break;
    const list = ((await readJson(response)) as Readonly<Record<string, unknown>>)[key];
    if (Array.isArray(list)) names.push(...list.filter((name) => typeof name === 'string'));
    const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    const url: URL | undefined = link === undefined ? undefined : new URL(link, `${registry.url}/`);
    // Credentials go to the registry itself and to nobody else.
    next = url === undefined || url.origin !== new URL(registry.url).origin || `${url.pathname}${url.search}` === next ? undefined : `${url.pathname}${url.search}`;
  }
  return names.sort(byName.compare);
}

const byName = new Intl.Collator('en', { numeric: true });

/** A request with what the registry wants to see for `scope`; a refusal other than 404 to a GET is an error. */
async function ask(registry: Registry, path: string, init: RequestInit, scope: string, signal: AbortSignal | undefined): Promise<Response> {
  const authorization = await authorize(registry, scope, signal);
  const headers = { ...(init.headers as Record<string, string> | undefined), ...(authorization !== null && { Authorization: authorization }) };
  const response = await send(registry, registry.url + path, { ...init, headers }, signal);
  if (!response.ok && response.status !== 404 && init.method === undefined) throw refused(response.status, await readRefusal(response));
  return response;
}

async function authorize({ host, url, challenge, credentials }: Registry, scope: string, signal: AbortSignal | undefined): Promise<string | null> {
  if (challenge === null) return null;
  const basic = credentials === null || credentials.userName === '' ? null : `Basic ${Buffer.from(`${credentials.userName}:${credentials.password}`).toString('base64')}`;
  if (challenge.scheme === 'basic') return basic;
  const query = new URLSearchParams({ ...(challenge.service !== '' && { service: challenge.service }), scope });
  const target = { host, url };
  const refreshToken = credentials?.identityToken ?? null;
  const response =
    refreshToken === null
      ? await send(target, `${challenge.realm}?${query.toString()}`, basic === null ? {} : { headers: { Authorization: basic } }, signal)
      : await send(target, challenge.realm, { method: 'POST', body: new URLSearchParams([...query, ['grant_type', 'refresh_token'], ['client_id', 'trtc'], ['refresh_token', refreshToken]]) }, signal);
  if (!response.ok) throw refused(response.status, await readRefusal(response));
  const { token, access_token: accessToken } = (await readJson(response)) as { readonly token?: unknown; readonly access_token?: unknown };
  const given = typeof token === 'string' ? token : accessToken;
  if (typeof given !== 'string') throw refused(response.status, msg`the registry gave no token`);
  return `Bearer ${given}`;
}

function readChallenge(header: string | null, url: string): Challenge {
  const scheme = /^\s*(basic|bearer)\b/i.exec(header ?? '')?.[1]?.toLowerCase();
  const value = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(header ?? '')?.[1] ?? '';
  if (scheme === 'basic') return { scheme, realm: '', service: '' };
  const realm = value('realm');
  // What came over TLS must not send a password over a line without.
  const isSafe = URL.canParse(realm) && (realm.startsWith('https://') || url.startsWith('http://'));
  if (scheme !== 'bearer' || !isSafe) throw refused(401, msg`the registry asks for a login in a way that is not known: ${header ?? ''}`);
  return { scheme, realm, service: value('service') };
}

async function send({ host, url }: Pick<Registry, 'host' | 'url'>, address: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(address, { ...init, signal: signal === undefined ? patience : AbortSignal.any([signal, patience]) });
  } catch (error) {
    if (signal?.aborted === true) throw cancelled();
    throw new DockerError({ kind: 'context-unreachable', name: host, url, ...describeFailure(error) }, { cause: error });
  }
}

/** fetch says `fetch failed` and keeps the reason in `cause`. */
function describeFailure(error: unknown): { readonly detail: string; readonly said?: Message } {
  if (!(error instanceof Error)) return { detail: String(error) };
  if (error.name === 'TimeoutError') return ours(msg`no answer`);
  const { cause } = error;
  if (cause instanceof AggregateError) return describeFailure(cause.errors[0]);
  return { detail: cause instanceof Error ? cause.message : error.message };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await readText(response);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DockerError({ kind: 'api', status: response.status, ...ours(msg`the registry did not answer with JSON`) }, { cause: error });
  }
}

/** `{"errors": [{"code": …, "message": …}]}`, or the status in words. */
async function readRefusal(response: Response): Promise<string> {
  try {
    const { errors } = JSON.parse(await readText(response)) as { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] };
    const words = (errors ?? []).map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; ');
    if (words !== '') return words;
  } catch {
    // Not JSON: its status has to do.
  }
  return response.statusText;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw refused(response.status, msg`the answer is too long`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refused(status: number | null, words: Text): DockerError {
  return new DockerError({ kind: 'api', status, ...(typeof words === 'string' ? { detail: words } : ours(words)) });
}
