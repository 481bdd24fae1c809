// Stands between a client and an engine, counts, and holds back what a test wants to meet half done.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface Proxy {
  readonly url: string;
  /** `GET /containers/json?all=true` of each request, in order, without the API version. */
  readonly requests: string[];
  /** What was last asked on each connection that is open now. */
  open(): readonly string[];
  /** How many requests wait at the moment. */
  held(): number;
  /** Lets the requests pass that wait, and all later ones. */
  release(): void;
  close(): Promise<void>;
}

/**
 * Listens on a socket of its own and passes everything on to the engine's. Requests (as in `requests`) that match `hold`
 * wait for `release`; `onRequest` is called before one is passed on, with the number of those so far.
 */
export async function startProxy(engineSocket: string, { hold, onRequest = () => undefined }: { readonly hold?: RegExp; readonly onRequest?: (count: number) => void } = {}): Promise<Proxy> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-proxy-'));
  const socket = path.join(folder, 'docker.sock');
  const requests: string[] = [];
  const connections = new Map<net.Socket, string>();
  /** By connection, how what waits there is passed on. */
  const waiting = new Map<net.Socket, () => void>();
  let isReleased = false;
  // A client that closes its side is done: none of ours waits for more. Half-open it would look like one that still reads.
  const server = net.createServer({ allowHalfOpen: false }, (client) => {
    const engine = net.connect({ path: engineSocket });
    connections.set(client, 'nothing');
    let kept: Buffer[] | undefined;
    client.on('end', () => client.destroy());
    client.on('close', () => {
      connections.delete(client);
      waiting.delete(client);
      engine.destroy();
    });
    engine.on('close', () => client.destroy());
    client.on('error', () => engine.destroy());
    engine.on('error', () => client.destroy());
    client.on('data', (chunk) => {
      // A request begins a chunk: clients write its head at once.
      const head = /^(GET|HEAD|POST|PUT|DELETE) (?:\/v[\d.]+)?(\/\S*) HTTP\/1\.1\r\n/.exec(chunk.toString('latin1'));
      if (head) {
        const request = `${head[1]} ${head[2]}`;
        requests.push(request);
        connections.set(client, request);
        onRequest(requests.length);
        if (hold?.test(request) === true && !isReleased) {
          kept = [];
          waiting.set(client, () => {
            for (const part of kept?.splice(0) ?? []) engine.write(part);
            kept = undefined;
          });
        }
      }
      if (kept !== undefined) kept.push(chunk);
      else if (!engine.write(chunk)) {
        client.pause();
        engine.once('drain', () => client.resume());
      }
    });
    engine.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    url: `unix://${socket}`,
    requests,
    open: () => [...connections.values()],
    held: () => waiting.size,
    release: () => {
      isReleased = true;
      for (const pass of waiting.values()) pass();
      waiting.clear();
    },
    close: async () => {
      for (const connection of connections.keys()) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      if (existsSync(folder)) rmSync(folder, { recursive: true });
    },
  };
}
