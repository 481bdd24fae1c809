import { parseJson, WebProblem, type Answer, type Web } from './web';

// Distribution API: https://distribution.github.io/distribution/spec/api/ ; tokens: https://distribution.github.io/distribution/spec/auth/token/

/** What the configuration of an image says. */
export interface ImageConfig {
  readonly env: ReadonlyMap<string, string>;
  /** `linux/amd64`, in the order of the index; one for an image without index. */
  readonly platforms: readonly string[];
}

interface Manifest {
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os?: string; readonly architecture?: string } }[];
  readonly config?: { readonly digest?: string };
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const PAGE_SIZE = 1000;

/** A registry that anybody may read. It asks for a token where it wants one. */
export class Registry {
  private readonly tokens = new Map<string, string>();

  constructor(
    private readonly web: Web,
    private readonly address: string,
  ) {}

  /** All tags of a repository (`nvidia/cuda`), over all pages. */
  async listTags(repository: string): Promise<readonly string[]> {
    const tags: string[] = [];
    let url: string | undefined = `${this.address}/v2/${repository}/tags/list?n=${PAGE_SIZE}`;
    const seen = new Set<string>();
    while (url !== undefined && !seen.has(url)) {
      seen.add(url);
      const answer = await this.get(repository, url);
      tags.push(...((parseJson(url, answer.body) as { tags?: readonly string[] | null }).tags ?? []));
      const next: string | undefined = /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '')?.[1];
      url = next === undefined ? undefined : new URL(next, url).href;
    }
    return [...new Set(tags)];
  }

  /** The configuration of a tag, on x86-64 where it has several platforms. */
  async readConfig(repository: string, tag: string): Promise<ImageConfig> {
    let manifest = await this.readManifest(repository, tag);
    const platforms = (manifest.manifests ?? []).flatMap(({ platform }) => (platform?.os === undefined || platform.os === 'unknown' ? [] : [`${platform.os}/${platform.architecture ?? ''}`]));
    const child = manifest.manifests?.find(({ platform }) => platform?.architecture === 'amd64') ?? manifest.manifests?.[0];
    if (child !== undefined) manifest = await this.readManifest(repository, child.digest);
    const digest = manifest.config?.digest;
    if (digest === undefined) throw new WebProblem(`${this.address}: ${repository}:${tag} has no configuration`);
    const config = (await this.getJson(repository, `${this.address}/v2/${repository}/blobs/${digest}`)) as {
      readonly os?: string;
      readonly architecture?: string;
      readonly config?: { readonly Env?: readonly string[] | null };
    };
    const env = (config.config?.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const);
    return { env: new Map(env), platforms: platforms.length > 0 ? platforms : [`${config.os ?? 'linux'}/${config.architecture ?? ''}`] };
  }

  private async readManifest(repository: string, reference: string): Promise<Manifest> {
    return (await this.getJson(repository, `${this.address}/v2/${repository}/manifests/${reference}`)) as Manifest;
  }

  private async getJson(repository: string, url: string): Promise<unknown> {
    return parseJson(url, (await this.get(repository, url)).body);
  }

  private async get(repository: string, url: string): Promise<Answer> {
    const ask = (): Promise<Answer> => {
      const token = this.tokens.get(repository);
      return this.web.request(url, { accept: MANIFEST_TYPES, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) });
    };
    let answer = await ask();
    if (answer.status === 401) {
      this.tokens.set(repository, await this.fetchToken(url, answer.headers.get('www-authenticate') ?? ''));
      answer = await ask();
    }
    if (answer.status >= 400) throw new WebProblem(`${url} answered ${answer.status}`);
    return answer;
  }

  /** The token that a challenge such as `Bearer realm="…",service="…",scope="…"` points at. */
  private async fetchToken(url: string, challenge: string): Promise<string> {
    const parameters = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value ?? '']));
    const realm = parameters.get('realm');
    if (realm === undefined) throw new WebProblem(`${url} asks for a login that is no token`);
    const address = new URL(realm);
    for (const name of ['service', 'scope']) {
      const value = parameters.get(name);
      if (value !== undefined) address.searchParams.set(name, value);
    }
    const answer = await this.web.request(address.href);
    if (answer.status >= 400) throw new WebProblem(`${address.href} answered ${answer.status}`);
    const { token, access_token: other } = parseJson(address.href, answer.body) as { readonly token?: string; readonly access_token?: string };
    const value = token ?? other;
    if (value === undefined) throw new WebProblem(`${address.href} gave no token`);
    return value;
  }
}
