import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { formatText, msg, type Message } from '../core/l10n/message';
import { SaidError } from '../core/l10n/said-error';
import type { DockerProblem, EngineAddress } from './model';

/** Thrown by every function of this folder: one problem of the union, never a bare error of a library. */
export class DockerError extends Error {
  constructor(
    readonly problem: DockerProblem,
    options?: ErrorOptions,
  ) {
    super('detail' in problem ? `${problem.kind}: ${problem.detail}` : problem.kind, options);
    this.name = 'DockerError';
  }
}

/** A program that carries the connection (ssh) ended; `words` is what it wrote on standard error. */
export class ConnectionProgramFailed extends Error {
  constructor(
    readonly program: string,
    readonly words: string,
  ) {
    super(words === '' ? `${program} ended` : words);
  }
}

/** What engines and NVIDIA's tools say when a container cannot get a GPU, whatever it asked for. Texts: fact table `errors`. */
const NO_GPU_RUNTIME = [
  /could not select device driver "[^"]*" with capabilities/,
  /unknown (or invalid )?runtime (name|specified):? ?nvidia/i,
  /unresolvable CDI devices/,
  /failed to discover GPU vendor from CDI/,
  /nvidia-container-cli: initialization error/,
  /nvidia-container-runtime(-hook)?"?: (executable file not found|no such file or directory)/,
];

/** The problem in an engine's refusal: `status` is its HTTP status, null where a command line reported it. */
export function refusal(status: number | null, detail: string): DockerProblem {
  return NO_GPU_RUNTIME.some((pattern) => pattern.test(detail)) ? { kind: 'no-gpu-runtime', detail } : { kind: 'api', status, detail };
}

/** The detail of a problem in words of ours. */
export function ours(said: Message): { readonly detail: string; readonly said: Message } {
  return { detail: formatText(said), said };
}

/** What Node.js calls the end of a connection on which something was still to come. */
const BROKEN_OFF = /^(?:ECONNRESET|EPIPE)$/;

/** Any error met on the way to an engine or back, as a DockerError. The one place that knows the codes of Node and OpenSSH. */
export function toDockerError(error: unknown, address: EngineAddress): DockerError {
  if (error instanceof DockerError) return error;
  return new DockerError(connectionProblem(error, address), { cause: error });
}

function connectionProblem(error: unknown, { name, url }: EngineAddress): DockerProblem {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'AbortError')) return { kind: 'cancelled' };
  const detail = error instanceof Error ? error.message : String(error);
  if (isLocal(url)) {
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'no-permission', url };
    if (code === 'ENOENT' || code === 'ENOTDIR') return dockerIsInstalled() ? { kind: 'daemon-down', url } : { kind: 'not-installed' };
    return { kind: 'daemon-down', url, ...(BROKEN_OFF.test(code) && { lost: true as const }) };
  }
  // The docker command at the other end of ssh tells that it may not open the socket.
  if (error instanceof ConnectionProgramFailed && /permission denied while trying to connect/i.test(detail)) return { kind: 'no-permission', url };
  const said = error instanceof SaidError ? error.said : BROKEN_OFF.test(code) ? msg`the connection broke off` : undefined;
  return { kind: 'context-unreachable', name, url, ...(said === undefined ? { detail } : ours(said)) };
}

/** Whether an address is a socket or pipe of this machine. */
export function isLocal(url: string): boolean {
  return /^(unix|npipe):/.test(url);
}

/** Whether a docker, dockerd or podman program is on PATH: tells a stopped engine from a missing one. */
function dockerIsInstalled(): boolean {
  const names = process.platform === 'win32' ? ['docker.exe', 'podman.exe'] : ['docker', 'dockerd', 'podman'];
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) =>
    names.some((name) => {
      try {
        accessSync(path.join(folder, name), constants.X_OK);
        return folder !== '';
      } catch {
        return false;
      }
    }),
  );
}

/** The error for work that its caller called off. */
export function cancelled(): DockerError {
  return new DockerError({ kind: 'cancelled' });
}
