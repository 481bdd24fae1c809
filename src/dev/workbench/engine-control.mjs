// Lets a suite inside the workbench do to its engine what its users do: POST /kill, /start, /restart;
// and fill it: POST /containers or /images with a number, POST /processes with what runs on its GPUs, as JSON.
import http from 'node:http';
import { syntheticContainers, syntheticImages } from '../engine/index.mjs';

/** Gives `{ url, stop }` of a server on 127.0.0.1; it answers when the deed is done. */
export async function serveControl(engine) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      obey(engine, request.url?.slice(1), body).then(
        () => response.end(),
        (error) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function obey(engine, deed, body) {
  if (deed === 'containers') await syntheticContainers(engine, Number(body));
  else if (deed === 'images') await syntheticImages(engine, Number(body));
  else if (deed === 'processes') engine.setGpuProcesses(JSON.parse(body));
  else if (deed === 'kill' || deed === 'start' || deed === 'restart') await engine[deed]();
  else throw new Error(`No such deed: ${deed}`);
}
