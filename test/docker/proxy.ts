// Stands between a client and an engine, and counts.
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
  close(): Promise<void>;
}

/** Listens on a socket of its own and passes everything on to the engine's. */
export async function startProxy(engineSocket: string): Promise<Proxy> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-proxy-'));
  const socket = path.join(folder, 'docker.sock');
  const requests: string[] = [];
  const connections = new Map<net.Socket, string>();
  // A client that closes its side is done: none of ours waits for more. Half-open it would look like one that still reads.
  const server = net.createServer({ allowHalfOpen: false }, (client) => {
    const engine = net.connect({ path: engineSocket });
    connections.set(client, 'nothing');
    client.on('end', () => client.destroy());
    client.on('close', () => {
      connections.delete(client);
      engine.destroy();
    });
    engine.on('close', () => client.destroy());
    client.on('error', () => engine.destroy());
    engine.on('error', () => client.destroy());
    client.on('data', (chunk) => {
      // A request begins a chunk: clients write its head at once.
      const head = /^(GET|HEAD|POST|PUT|DELETE) (?:\/v[\d.]+)?(\/\S*) HTTP\/1\.1\r\n/.exec(chunk.toString('latin1'));
      if (!head) return;
      const request = `${head[1]} ${head[2]}`;
      requests.push(request);
      connections.set(client, request);
    });
    client.pipe(engine);
    engine.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    url: `unix://${socket}`,
    requests,
    open: () => [...connections.values()],
    close: async () => {
      for (const connection of connections.keys()) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      if (existsSync(folder)) rmSync(folder, { recursive: true });
    },
  };
}
