// One way into each kind of engine address: a stream over which node:http can speak.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import net from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { msg, type Message } from '../core/l10n/message';
import { SaidError } from '../core/l10n/said-error';
import { ProgramPipe } from '../process/pipe';
import { NO_URL } from './contexts';
import { ConnectionProgramFailed, DockerError, isLocal, ours } from './errors';
import type { EngineAddress } from './model';
import { sshDestination } from './ssh';

/** A machine that does not answer is given up after so long. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Connections that are not in use are closed after so long. */
const IDLE_MS = 10_000;

/** Opens connections to one engine. Local ones are used once: they cost nothing, and none breaks when the engine restarts. */
export class EngineAgent extends Agent {
  constructor(private readonly address: EngineAddress) {
    super(isLocal(address.url) ? { keepAlive: false } : { keepAlive: true, maxFreeSockets: 2, timeout: IDLE_MS });
  }

  override createConnection(): Duplex {
    return openSocket(this.address);
  }
}

/**
 * Opens a stream to an engine. Throws DockerError for an address that cannot be one; what fails later is an `error` of
 * the stream.
 */
function openSocket(address: EngineAddress): Duplex {
  const local = /^(?:unix|npipe):\/\/(.+)$/.exec(address.url)?.[1];
  if (local !== undefined) return net.connect({ path: address.url.startsWith('npipe') ? local.replaceAll('/', '\\') : local });
  if (address.url === NO_URL) throw unusable(address, msg`there is no docker context of this name; \`docker context use default\` chooses the usual one`);
  const url = readUrl(address);
  switch (url.protocol) {
    case 'ssh:':
      return openSsh(address, url);
    case 'tcp:':
    case 'http:':
    case 'https:':
      return withTimeout(openTcp(address, url));
    default:
      throw unusable(address, msg`${url.protocol}// is not a way to reach an engine`);
  }
}

function readUrl(address: EngineAddress): URL {
  try {
    return new URL(address.url);
  } catch {
    throw unusable(address, msg`the address is not a URL`);
  }
}

function unusable({ name, url }: EngineAddress, said: Message): DockerError {
  return new DockerError({ kind: 'context-unreachable', name, url, ...ours(said) });
}

function openTcp(address: EngineAddress, url: URL): net.Socket {
  const encrypted = url.protocol === 'https:' || address.certificates !== null;
  // 2375 and 2376 are the ports that the docker command line takes.
  const to = { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? (encrypted ? 2376 : 2375) : Number(url.port) };
  if (!encrypted) return net.connect(to);
  return tls.connect({
    ...to,
    ...(net.isIP(to.host) === 0 && { servername: to.host }),
    ...readCertificates(address),
    rejectUnauthorized: address.skipVerification !== true,
  });
}

/** `ca.pem`, `cert.pem` and `key.pem` of the address's folder; each may be missing. */
function readCertificates({ certificates }: EngineAddress): tls.SecureContextOptions {
  if (certificates === null) return {};
  const read = (name: string): Buffer | undefined => {
    try {
      return readFileSync(path.join(certificates, name));
    } catch {
      return undefined;
    }
  };
  const [ca, cert, key] = [read('ca.pem'), read('cert.pem'), read('key.pem')];
  return { ...(ca && { ca }), ...(cert && key && { cert, key }) };
}

function withTimeout(socket: net.Socket): net.Socket {
  const timer = setTimeout(() => socket.destroy(new SaidError(msg`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`)), CONNECT_TIMEOUT_MS);
  const done = (): void => clearTimeout(timer);
  return socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', done).once('close', done);
}

/**
 * As the docker command line does it: the machine's own ssh with its configuration, keys and known hosts, and the docker
 * command at the other end. It never asks for a password: nobody could answer.
 */
function openSsh(address: EngineAddress, url: URL): Duplex {
  const destination = sshDestination(url);
  const socket = url.pathname.replace(/^\/$/, '');
  // What follows the host is read by a shell at the other end.
  if (destination === null || !/^[\w./@+-]*$/.test(socket)) throw unusable(address, msg`the address is not one of ssh`);
  return new ProgramPipe(
    'ssh',
    [
      ...['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_TIMEOUT_MS / 1000}`],
      ...destination,
      ...['docker', ...(socket === '' ? [] : ['--host', `unix://${socket}`]), 'system', 'dial-stdio'],
    ],
    (words) => new ConnectionProgramFailed('ssh', words),
  );
}
