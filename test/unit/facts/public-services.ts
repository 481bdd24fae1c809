import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What a path answers with: a status, a body, or never. */
export type Page = { readonly status?: number; readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> } | 'silence';

/** A server on this machine, and the paths that it was asked for. */
export interface LocalServer {
  readonly address: string;
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** Serves pages by path; a path without a page answers 404. */
export async function servePages(pages: ReadonlyMap<string, Page>): Promise<LocalServer> {
  return serve((request, response) => answer(pages.get(request.url ?? ''), response));
}

/** A proxy that serves the pages of any host itself, by absolute URL or through CONNECT, and notes what it was asked for. */
export async function serveProxy(pages: ReadonlyMap<string, Page>): Promise<LocalServer> {
  const inner = await servePages(new Map([...pages].map(([url, page]) => [new URL(url).pathname, page])));
  const proxy = await serve((request, response) => answer(pages.get(request.url ?? ''), response), (server, asked) => {
    server.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url ?? ''}`);
      const target = connect(Number(new URL(inner.address).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
      socket.on('error', () => target.destroy());
    });
  });
  return { ...proxy, close: async () => void (await Promise.all([proxy.close(), inner.close()])) };
}

async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  prepare: (server: Server, asked: string[]) => void = () => undefined,
): Promise<LocalServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handle(request, response);
  });
  prepare(server, asked);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(page: Page | undefined, response: ServerResponse): void {
  if (page === 'silence') return;
  response.writeHead(page === undefined ? 404 : (page.status ?? 200), page?.headers);
  response.end(page?.body);
}

/** A Packages index, compressed, of name and version. */
export function packagesGz(packages: readonly (readonly [name: string, version: string])[]): Buffer {
  return gzipSync(packages.map(([name, version]) => `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nDescription: text\n with a Version: 0 in it\n`).join('\n'));
}

/** The JSON of a PyPI project: a wheel for each version and Python. */
export function projectJson(name: string, versions: readonly string[], pythons: readonly number[]): string {
  const files = (version: string): unknown[] => pythons.map((minor) => ({ filename: `${name}-${version}-cp3${minor}-cp3${minor}-manylinux_2_28_x86_64.whl`, yanked: false }));
  return JSON.stringify({ info: {}, releases: Object.fromEntries(versions.map((version) => [version, files(version)])) });
}

/** A repository of a registry: its tags, and the environment of images that are looked into. */
export interface Repository {
  readonly name: string;
  readonly tags: readonly string[];
  readonly images: Readonly<Record<string, readonly string[]>>;
}

/** Serves a registry that wants a token and lists tags in two pages; images have an index of two platforms and an attestation. */
export async function serveRegistry(repositories: readonly Repository[]): Promise<LocalServer> {
  const pages = repositories.map(pagesOf);
  let address = '';
  const server = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    if (pathname === '/token') return answer({ body: JSON.stringify({ token: `for ${searchParams.get('scope') ?? ''}` }) }, response);
    const found = pages.find(({ prefix }) => pathname.startsWith(prefix));
    if (found === undefined) return answer(undefined, response);
    if (request.headers.authorization !== `Bearer for ${found.scope}`) {
      return answer({ status: 401, headers: { 'www-authenticate': `Bearer realm="${address}/token",service="registry",scope="${found.scope}"` } }, response);
    }
    return answer(found.pageOf(pathname.slice(found.prefix.length), searchParams.has('last')), response);
  });
  address = server.address;
  return server;
}

function pagesOf({ name, tags, images }: Repository): { readonly prefix: string; readonly scope: string; readonly pageOf: (path: string, isSecond: boolean) => Page | undefined } {
  const contents = new Map<string, string>();
  const store = (value: unknown): string => {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    contents.set(`blobs/${digest}`, text).set(`manifests/${digest}`, text);
    return digest;
  };
  for (const [tag, env] of Object.entries(images)) {
    const digest = store({ schemaVersion: 2, config: { digest: store({ os: 'linux', architecture: 'amd64', config: { Env: env } }) } });
    const platforms = [['linux', 'amd64'], ['linux', 'arm64'], ['unknown', 'unknown']].map(([os, architecture]) => ({ digest, platform: { os, architecture } }));
    contents.set(`manifests/${tag}`, JSON.stringify({ schemaVersion: 2, manifests: platforms }));
  }
  const half = Math.ceil(tags.length / 2);
  const pageOf = (path: string, isSecond: boolean): Page | undefined => {
    if (path === 'tags/list') {
      return isSecond
        ? { body: JSON.stringify({ name, tags: tags.slice(half) }) }
        : { body: JSON.stringify({ name, tags: tags.slice(0, half) }), headers: { link: `</v2/${name}/tags/list?n=1000&last=x>; rel="next"` } };
    }
    const body = contents.get(path);
    return body === undefined ? undefined : { body };
  };
  return { prefix: `/v2/${name}/`, scope: `repository:${name}:pull`, pageOf };
}
