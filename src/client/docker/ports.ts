import net from 'node:net';
import { env, l10n, ProcessExecution, Task, TaskPanelKind, TaskRevealKind, TaskScope, tasks, Uri, window, type TaskExecution } from 'vscode';
import { routePort, type EngineAddress, type PublishedPort } from '../../docker';
import { toPlain } from './plain';
import { requireTrust } from './trust';

/** ssh may ask for a password meanwhile. */
const FORWARD_PATIENCE_MS = 120_000;

/** Ports that ssh carries here, by where they are, as long as the terminal of each is open. */
const forwarded = new Map<string, { readonly execution: TaskExecution; readonly localPort: number }>();

/** Opens a published port in a browser: one behind ssh by way of a terminal, whose end closes the way. */
export async function openPort(address: EngineAddress, published: PublishedPort): Promise<void> {
  const route = routePort(address, published);
  switch (route.how) {
    case 'url':
      // VS Code itself forwards it out of a remote window.
      await env.openExternal(Uri.parse(route.url));
      return;
    case 'none':
      void window.showInformationMessage(l10n.t('Port {0} is open to the machine {1} alone: it is bound to {2}.', published.hostPort ?? '', toPlain(route.host, 100), toPlain(published.hostAddress ?? '', 60)));
      return;
    case 'ssh': {
      if (!(await requireTrust())) return;
      const localPort = await forward(`${address.url} ${published.hostAddress} ${published.hostPort}`, toPlain(`${address.name}:${published.hostPort}`, 80), published.hostPort ?? 0, route.forwardArguments);
      if (localPort !== undefined) await env.openExternal(Uri.parse(`${route.scheme}://localhost:${localPort}/`));
    }
  }
}

/** Makes a port behind ssh one of this machine; gives its number, or undefined where ssh ended first. */
async function forward(key: string, name: string, wantedPort: number, argumentsFor: (localPort: number) => readonly string[]): Promise<number | undefined> {
  const known = forwarded.get(key);
  if (known !== undefined) return known.localPort;
  const localPort = await freePort(wantedPort);
  const task = new Task({ type: 'process' }, TaskScope.Workspace, l10n.t('Port {0}', name), 'TensorRT', new ProcessExecution('ssh', [...argumentsFor(localPort)]), []);
  task.isBackground = true;
  task.presentationOptions = { reveal: TaskRevealKind.Always, focus: false, panel: TaskPanelKind.New, echo: true, showReuseMessage: false };
  const execution = await tasks.executeTask(task);
  forwarded.set(key, { execution, localPort });
  const ended = new AbortController();
  const subscription = tasks.onDidEndTask((event) => {
    if (event.execution !== execution) return;
    subscription.dispose();
    forwarded.delete(key);
    ended.abort();
  });
  const until = Date.now() + FORWARD_PATIENCE_MS;
  while (!ended.signal.aborted && Date.now() < until) {
    if (await answers(localPort)) return localPort;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** The wanted port where it is free on this machine, else another one. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (wanted !== 0) resolve(freePort(0));
      else reject(error);
    });
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const settle = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.on('connect', () => settle(true)).on('error', () => settle(false));
  });
}
