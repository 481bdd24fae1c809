import { isIP } from 'node:net';
import { isLocal } from './errors';
import type { EngineAddress, PublishedPort } from './model';
import { sshDestination } from './ssh';

/** How a browser gets at a published port. */
export type PortRoute =
  /** By this address; `localhost` is the machine that this program runs on. */
  | { readonly how: 'url'; readonly url: string }
  /** Through the connection that `ssh` with these arguments makes: `localPort` of this machine then stands for the port. */
  | { readonly how: 'ssh'; readonly scheme: string; readonly forwardArguments: (localPort: number) => readonly string[] }
  /** Not at all: nobody but `host` itself may talk to it. */
  | { readonly how: 'none'; readonly host: string };

/** All addresses of a machine; Podman leaves them out. */
const ANY = /^(?:|0\.0\.0\.0|::)$/;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1)$/;

/** Whether a browser can be shown what answers at a port. */
export function isPage({ hostPort, protocol }: PublishedPort): boolean {
  return hostPort !== null && protocol === 'tcp';
}

/**
 * How to reach a published port of a container of this engine: it is a port of the engine's machine. A machine behind ssh
 * may have a name, a firewall or a hop in between that only ssh knows of, so that the way to its ports is ssh, too.
 */
export function routePort({ url }: EngineAddress, { hostPort, hostAddress, containerPort }: PublishedPort): PortRoute {
  const scheme = containerPort === 443 || containerPort === 8443 ? 'https' : 'http';
  const bound = hostAddress !== null && isIP(hostAddress) !== 0 ? hostAddress : '';
  const at = (host: string): PortRoute => ({ how: 'url', url: `${scheme}://${host}:${hostPort}/` });
  // What VS Code forwards out of a remote window or container is `localhost`.
  if (isLocal(url)) return at(ANY.test(bound) || bound === '127.0.0.1' || bound === '::1' ? 'localhost' : bracket(bound));
  const machine = new URL(url);
  const destination = sshDestination(machine);
  if (destination !== null) {
    const there = bound === '::' ? '[::1]' : ANY.test(bound) ? '127.0.0.1' : bracket(bound);
    return { how: 'ssh', scheme, forwardArguments: (localPort) => ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${localPort}:${there}:${hostPort}`, ...destination] };
  }
  const { hostname } = machine;
  if (ANY.test(bound)) return at(hostname);
  if (!LOOPBACK.test(bound)) return at(bracket(bound));
  return hostname === 'localhost' || LOOPBACK.test(hostname.replace(/^\[|\]$/g, '')) ? at('localhost') : { how: 'none', host: hostname };
}

function bracket(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
